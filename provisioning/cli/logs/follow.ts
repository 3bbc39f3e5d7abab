import { open, stat } from "node:fs/promises";
import { processBackground } from "../../../src/kernel/background.ts";
import { backoffMs, delay } from "../../../src/kernel/concurrency.ts";
import { errorMessage } from "../../../src/kernel/errors.ts";

/** Progress of an upload for the caller. Counts in bytes. */
type FollowNews =
  | { readonly type: "connected"; readonly session: string; readonly offset: number }
  | { readonly type: "acknowledged"; readonly offset: number }
  | { readonly type: "lost"; readonly reason: string; readonly retryMs: number };

export interface FollowOptions {
  readonly file: string;
  readonly server: string;
  readonly guild: string;
  readonly key: string;
  readonly timeZone: string;
  /** End when the file has not grown for this time; never by default. */
  readonly idleMs?: number | undefined;
  readonly signal: AbortSignal;
  readonly onNews: (news: FollowNews) => void;
}

const PIECE_BYTES = 256 * 1024;
/** How often the file is checked for growth. The game writes about as often. */
const POLL_MS = 250;
const RETRY_BASE_MS = 500;
const RETRY_MS_MAX = 30_000;

/** The key or the guild is wrong, so a retry would fail too. */
class Refused extends Error {}

/**
 * Sends the game's log while it is written. After a lost connection, continues at the server's position. A
 * file that became shorter is a new log, so this one ends.
 *
 * @throws {Refused} when the server refuses the log.
 */
export async function follow(options: FollowOptions): Promise<{ session: string; bytes: number }> {
  let session: string | undefined;
  for (let tries = 0; ; tries++) {
    try {
      const end = await once(options, session, (ready) => {
        session = ready;
        tries = 0;
      });
      return { session: session!, bytes: end };
    } catch (error) {
      if (error instanceof Refused || options.signal.aborted) throw error;
      const retryMs = backoffMs(tries, RETRY_BASE_MS, RETRY_MS_MAX);
      const reason = errorMessage(error);
      options.onNews({ type: "lost", reason, retryMs });
      await delay(retryMs);
    }
  }
}

async function once(
  options: FollowOptions,
  session: string | undefined,
  onReady: (session: string) => void,
): Promise<number> {
  const line = await UploadConnection.open(options, session);
  try {
    onReady(line.session);
    options.onNews({ type: "connected", session: line.session, offset: line.offset });
    const file = await open(options.file, "r");
    try {
      let offset = line.offset;
      let grownAt = performance.now();
      const buffer = Buffer.alloc(PIECE_BYTES);
      while (!options.signal.aborted) {
        const { bytesRead } = await file.read(buffer, 0, PIECE_BYTES, offset);
        if (bytesRead > 0) {
          offset = await line.send(offset, buffer.subarray(0, bytesRead));
          options.onNews({ type: "acknowledged", offset });
          grownAt = performance.now();
          continue;
        }
        if ((await stat(options.file)).size < offset) break;
        if (options.idleMs !== undefined && performance.now() - grownAt > options.idleMs) break;
        await delay(POLL_MS);
      }
      await line.end();
      return offset;
    } finally {
      await file.close();
    }
  } finally {
    line.close();
  }
}

/** One connection. Each message is sent after the answer to the one before. */
class UploadConnection {
  readonly session: string;
  readonly offset: number;
  readonly #socket: WebSocket;
  readonly #next: () => Promise<Record<string, unknown>>;

  private constructor(
    socket: WebSocket,
    next: () => Promise<Record<string, unknown>>,
    ready: Record<string, unknown>,
  ) {
    this.#socket = socket;
    this.#next = next;
    this.session = String(ready["session"]);
    this.offset = Number(ready["offset"]);
  }

  static async open(
    options: FollowOptions,
    session: string | undefined,
  ): Promise<UploadConnection> {
    const url = new URL(`/api/g/${encodeURIComponent(options.guild)}/logs/live`, options.server);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(url);
    socket.binaryType = "arraybuffer";
    const next = messagesOf(socket);
    await new Promise<void>((resolve, reject) => {
      processBackground.once(socket, "open", () => resolve());
      processBackground.once(socket, "error", () =>
        reject(new Error("The server does not answer.")),
      );
    });
    const fileName = options.file.split(/[\\/]/).at(-1);
    const hello = { key: options.key, fileName, timeZone: options.timeZone };
    socket.send(JSON.stringify({ type: "hello", ...hello, ...(session && { session }) }));
    return new UploadConnection(socket, next, await next());
  }

  async send(offset: number, bytes: Uint8Array): Promise<number> {
    const frame = new Uint8Array(8 + bytes.length);
    new DataView(frame.buffer).setBigUint64(0, BigInt(offset));
    frame.set(bytes, 8);
    this.#socket.send(frame);
    return Number((await this.#next())["offset"]);
  }

  async end(): Promise<void> {
    this.#socket.send(JSON.stringify({ type: "end" }));
    await this.#next();
  }

  close(): void {
    this.#socket.close();
  }
}

/** Returns the server's messages, one per call; rejects once the connection is closed. */
function messagesOf(socket: WebSocket): () => Promise<Record<string, unknown>> {
  const arrived: Record<string, unknown>[] = [];
  let waiting:
    | { resolve: (m: Record<string, unknown>) => void; reject: (e: Error) => void }
    | undefined;
  let gone: Error | undefined;
  const settle = () => {
    if (!waiting) return;
    const message = arrived.shift();
    if (message) waiting.resolve(message);
    else if (gone) waiting.reject(gone);
    else return;
    waiting = undefined;
  };
  processBackground.listen(socket, "message", ({ data }: MessageEvent) => {
    const message = JSON.parse(String(data)) as Record<string, unknown>;
    if (message["type"] === "error" && message["code"] !== "logs/wrong-offset") {
      gone = new Refused(String(message["message"]));
    } else arrived.push(message);
    settle();
  });
  processBackground.listen(socket, "close", ({ code, reason }: CloseEvent) => {
    const isFinal = code === 4401 || code === 4429;
    gone ??= isFinal ? new Refused(reason) : new Error(`The connection ended (${code}).`);
    settle();
  });
  return () =>
    new Promise((resolve, reject) => {
      waiting = { resolve, reject };
      settle();
    });
}
