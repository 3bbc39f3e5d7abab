import type { GameExport } from "./game-export.ts";
import { numberAt, textAt } from "./state.ts";

/** Where exports are sent. */
export interface Target {
  /** The server's origin. */
  readonly server: URL;
  /** The guild's slug. Undefined: the guild of the key. */
  readonly guild: string | undefined;
}

/**
 * What became of a try. `retry`: the server cannot take it now. `refused`: it will never take this
 * export. `stop`: no export will be taken, because key, address or guild are wrong.
 */
export type Answer =
  | { readonly kind: "delivered"; readonly rows: number }
  | { readonly kind: "retry"; readonly reason: string; readonly waitMs?: number }
  | { readonly kind: "refused"; readonly message: string }
  | { readonly kind: "stop"; readonly message: string };

/** A server that takes longer than this for 300 KB is not answering. */
const TIMEOUT_MS = 60_000;
/** A server that asks for a longer pause is asked once a day. */
const WAIT_MS_MAX = 24 * 3_600_000;
const REDIRECTS_MAX = 3;
const LATER = new Set([408, 409, 425, 429]);

/** Sends one export. Its hash is the Idempotency-Key: the server takes it once, however often it is sent. */
export async function deliver(
  one: GameExport,
  target: Target,
  readKey: () => Promise<string>,
  nowMs: () => number,
): Promise<Answer> {
  const key = await readKey();
  const path = target.guild === undefined ? "" : `/g/${encodeURIComponent(target.guild)}`;
  let url = new URL(`/api${path}/guild-sync/addon-upload`, target.server);
  for (let redirects = 0; ; redirects++) {
    const response = await post(url, one, key);
    if (response instanceof Error) return { kind: "retry", reason: unreachable(response) };
    const next = redirectOf(response, url);
    if (next === undefined) return await answerOf(response, nowMs());
    // A key goes to no other server. The guild's new address is at this one.
    if (next.origin !== url.origin || redirects === REDIRECTS_MAX) {
      return {
        kind: "stop",
        message: `The server has moved to ${next.origin}. Start the companion with --server ${next.origin}.`,
      };
    }
    url = next;
  }
}

async function post(url: URL, one: GameExport, key: string): Promise<Response | Error> {
  try {
    return await fetch(url, {
      method: "POST",
      body: one.text,
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: {
        authorization: `Bearer ${key}`,
        "content-type": "text/plain; charset=utf-8",
        "idempotency-key": one.hash,
      },
    });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function unreachable(error: Error): string {
  const cause = textAt(error.cause, "code") ?? error.name;
  return `The server does not answer (${cause}).`;
}

/** The address that keeps the method, or undefined. */
function redirectOf(response: Response, from: URL): URL | undefined {
  const location = response.headers.get("location");
  if (response.status < 300 || response.status > 399 || location === null) return undefined;
  const to = new URL(location, from);
  const keepsMethod = response.status === 307 || response.status === 308;
  // Other redirects would turn the upload into a page view. They mean a wrong address.
  return keepsMethod || to.origin !== from.origin ? to : undefined;
}

async function answerOf(response: Response, nowMs: number): Promise<Answer> {
  const { status } = response;
  const body = await bodyOf(response);
  const detail = textAt(body, "detail") ?? `It answered ${status}.`;
  if (response.ok) return { kind: "delivered", rows: numberAt(body, "rows") ?? 0 };
  if (status >= 500 || LATER.has(status)) {
    const waitMs = waitOf(response, nowMs);
    const reason = `The server cannot take it now. ${detail}`;
    return { kind: "retry", reason, ...(waitMs !== undefined && { waitMs }) };
  }
  if (status === 401) {
    return {
      kind: "stop",
      message:
        "The server does not accept the key. Make one under Settings, API keys, with the permission " +
        "to upload the addon's roster.",
    };
  }
  if (status === 403) return { kind: "stop", message: `The key may not upload exports. ${detail}` };
  if (status === 404 || (status >= 300 && status < 400)) {
    return {
      kind: "stop",
      message: "The server does not know this guild. Check --server and --guild.",
    };
  }
  return { kind: "refused", message: `The server refused the export. ${detail}` };
}

async function bodyOf(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return undefined;
  }
}

/** The time that Retry-After names, in seconds or as a date. */
function waitOf(response: Response, nowMs: number): number | undefined {
  const text = response.headers.get("retry-after")?.trim();
  if (text === undefined || text === "") return undefined;
  const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - nowMs;
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), WAIT_MS_MAX) : undefined;
}
