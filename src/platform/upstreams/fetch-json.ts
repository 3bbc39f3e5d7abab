import type { z } from "@hono/zod-openapi";
import { Unavailable } from "../../kernel/errors.ts";
import { limits } from "../../limits.ts";

/** Why an upstream gave no usable answer. */
export type UpstreamFault =
  | "identity/upstream-missing"
  | "identity/upstream-refused"
  | "identity/upstream-busy"
  | "identity/upstream-unavailable"
  | "identity/upstream-unreadable";

/** An upstream gave no usable answer. `status` is its HTTP status, 0 without an answer. */
export class UpstreamError extends Unavailable {
  readonly status: number;
  readonly retryAfterMs: number | undefined;

  constructor(code: UpstreamFault, status: number, message: string, retryAfterMs?: number) {
    super(code, message, retryAfterMs === undefined ? {} : { retryAfterMs });
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * Reads a JSON answer of an upstream. Never follows a redirect, since the request carries a token.
 * The answer is bounded by `limits.identity.upstreamBytesMax`.
 * @throws {UpstreamError}
 */
export async function fetchJson<S extends z.ZodType>(
  url: string,
  schema: S,
  request: {
    readonly method?: "GET" | "POST";
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
  },
): Promise<z.infer<S>> {
  const host = new URL(url).host;
  let answer: Response;
  let text: string;
  try {
    answer = await fetch(url, {
      ...request,
      redirect: "error",
      signal: AbortSignal.timeout(limits.identity.upstreamTimeoutMs),
    });
    text = await boundedText(answer);
  } catch (error) {
    if (error instanceof UpstreamError) throw error;
    throw new UpstreamError(
      "identity/upstream-unavailable",
      0,
      `${host} did not answer. The next run tries again.`,
    );
  }
  refuseFailure(answer, host);
  const parsed = schema.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  throw new UpstreamError(
    "identity/upstream-unreadable",
    answer.status,
    `${host} answered something that could not be read. The next run tries again.`,
  );
}

function refuseFailure(answer: Response, host: string): void {
  const { status } = answer;
  if (answer.ok) return;
  if (status === 404) {
    throw new UpstreamError("identity/upstream-missing", status, `${host} does not know this.`);
  }
  if (status === 401 || status === 403) {
    throw new UpstreamError(
      "identity/upstream-refused",
      status,
      `${host} refused the request. Check the client or the bot in the connections.`,
    );
  }
  if (status === 429) {
    const seconds = Number(answer.headers.get("Retry-After"));
    throw new UpstreamError(
      "identity/upstream-busy",
      status,
      `${host} asked for fewer requests. The next run tries again.`,
      Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : undefined,
    );
  }
  throw new UpstreamError(
    "identity/upstream-unavailable",
    status,
    `${host} failed with status ${status}. The next run tries again.`,
  );
}

async function boundedText(answer: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of answer.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > limits.identity.upstreamBytesMax) {
      throw new UpstreamError(
        "identity/upstream-unreadable",
        answer.status,
        `${new URL(answer.url).host} answered more than is read.`,
      );
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
