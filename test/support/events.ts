import type { TestClient } from "./app.ts";

/** One server-sent event. */
export interface Seen {
  readonly id: number | undefined;
  readonly event: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests read events of every shape.
  readonly data: any;
}

/** Reads server-sent events until `enough` returns true or the stream ends. */
export async function watch(
  client: TestClient,
  path: string,
  enough: (seen: readonly Seen[]) => boolean,
  lastEventId?: number,
): Promise<readonly Seen[]> {
  const headers = lastEventId === undefined ? {} : { "last-event-id": String(lastEventId) };
  const response = await client.stream(path, headers);
  if (response.status !== 200) throw new Error(`the stream answered ${response.status}`);
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  const seen: Seen[] = [];
  let text = "";
  while (!enough(seen)) {
    const { value, done } = await reader.read();
    if (done) break;
    text += value;
    const blocks = text.split("\n\n");
    text = blocks.pop()!;
    for (const block of blocks) seen.push(parsed(block));
  }
  await reader.cancel();
  return seen;
}

function parsed(block: string): Seen {
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(block)?.[1];
  const id = field("id");
  return {
    id: id === undefined ? undefined : Number(id),
    event: field("event") ?? "",
    data: JSON.parse(field("data") ?? "null"),
  };
}
