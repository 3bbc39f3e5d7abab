import { open, readdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { processBackground } from "../../../src/kernel/background.ts";
import { backoffMs, delay } from "../../../src/kernel/concurrency.ts";
import { errorMessage } from "../../../src/kernel/errors.ts";

/** Progress of an upload for the caller. Counts in bytes. */
type FollowNews =
  | { readonly type: "connected"; readonly session: string; readonly offset: number }
  | { readonly type: "acknowledged"; readonly offset: number }
  | { readonly type: "throttled"; readonly waitedMs: number; readonly behindBytes: number }
  | { readonly type: "caught-up"; readonly offset: number }
  | { readonly type: "next-file"; readonly session: string; readonly bytes: number }
  | { readonly type: "lost"; readonly reason: string; readonly retryMs: number };

export interface FollowOptions {
  /** The log, or the folder in which the game begins a log for each session. */
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

/** One file and its report. The file is known by its number, because a new one may get its name. */
interface Session {
  id: string | undefined;
  file: string;
  inode: number | undefined;
  isBehind: boolean;
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
 * file that became shorter or was replaced is a new log: its predecessor's report ends, and another begins.
 *
 * @returns the last report, its bytes, and the reports before it.
 * @throws {Refused} when the server refuses the log.
 */
export async function follow(
  options: FollowOptions,
): Promise<{ session: string; bytes: number; earlier: readonly string[] }> {
  const earlier: string[] = [];
  for (;;) {
    const session = newSession(await currentFile(options.file));
    const { bytes, isReplaced } = await followOne(options, session);
    if (!isReplaced || options.signal.aborted) return { session: session.id!, bytes, earlier };
    options.onNews({ type: "next-file", session: session.id!, bytes });
    earlier.push(session.id!);
  }
}

function newSession(file: string): Session {
  return { id: undefined, file, inode: undefined, isBehind: false };
}

async function followOne(options: FollowOptions, session: Session) {
  for (let tries = 0; ; tries++) {
    try {
      return await once(options, session, () => {
        tries = 0;
      });
    } catch (error) {
      if (error instanceof Refused || options.signal.aborted) throw error;
      const retryMs = backoffMs(tries, RETRY_BASE_MS, RETRY_MS_MAX);
      const reason = errorMessage(error);
      options.onNews({ type: "lost", reason, retryMs });
      await delay(retryMs);
    }
  }
}

async function once(options: FollowOptions, session: Session, onReady: () => void) {
  const line = await UploadConnection.open(options, session);
  try {
    session.id = line.session;
    onReady();
    options.onNews({ type: "connected", session: line.session, offset: line.offset });
    const path = await placeOf(session);
    if (path === undefined) {
      await line.end();
      return { bytes: line.offset, isReplaced: true };
    }
    const file = await open(path, "r");
    try {
      session.inode = (await file.stat()).ino;
      const end = await sendFile(options, session, line, file);
      await line.end();
      return end;
    } finally {
      await file.close();
    }
  } finally {
    line.close();
  }
}

/** Where the session's file is: another file may have its name since, and it another name. */
async function placeOf({ file, inode }: Session): Promise<string | undefined> {
  if (inode === undefined || (await inodeOf(file)) === inode) return file;
  const folder = dirname(file);
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if ((await inodeOf(path)) === inode) return path;
  }
  return undefined;
}

async function inodeOf(file: string): Promise<number | undefined> {
  return await stat(file).then(
    ({ ino }) => ino,
    () => undefined,
  );
}

/** Sends what the file has and gets, until it is replaced or the caller wants to end. */
async function sendFile(
  options: FollowOptions,
  session: Session,
  line: UploadConnection,
  file: Awaited<ReturnType<typeof open>>,
): Promise<{ readonly bytes: number; readonly isReplaced: boolean }> {
  let bytes = line.offset;
  let grownAt = performance.now();
  const buffer = Buffer.alloc(PIECE_BYTES);
  while (!options.signal.aborted) {
    const { bytesRead } = await file.read(buffer, 0, PIECE_BYTES, bytes);
    if (bytesRead > 0) {
      const { offset, waitedMs } = await line.send(bytes, buffer.subarray(0, bytesRead));
      bytes = offset;
      options.onNews({ type: "acknowledged", offset });
      if (waitedMs > 0) {
        const behindBytes = Math.max(0, (await file.stat()).size - bytes);
        if (!session.isBehind) options.onNews({ type: "throttled", waitedMs, behindBytes });
        session.isBehind = true;
      }
      grownAt = performance.now();
      continue;
    }
    if (session.isBehind) options.onNews({ type: "caught-up", offset: bytes });
    session.isBehind = false;
    if (await isReplaced(options.file, session, bytes)) return { bytes, isReplaced: true };
    if (options.idleMs !== undefined && performance.now() - grownAt > options.idleMs) break;
    await delay(POLL_MS);
  }
  return { bytes, isReplaced: false };
}

/** Tells whether another file has the name now, or the game writes another one in the folder. */
async function isReplaced(path: string, session: Session, bytes: number): Promise<boolean> {
  try {
    const now = await stat(session.file);
    if (now.ino !== session.inode || now.size < bytes) return true;
    return (await currentFile(path)) !== session.file;
  } catch {
    // Renamed or deleted, and its successor does not exist yet.
    return false;
  }
}

/** The file itself, or the newest log of a folder. */
async function currentFile(path: string): Promise<string> {
  if (!(await stat(path)).isDirectory()) return path;
  const logs = (await readdir(path)).filter((name) => /^WoWCombatLog.*\.txt$/i.test(name));
  const dated = await Promise.all(
    logs.map(async (name) => {
      const file = join(path, name);
      return { file, atMs: (await stat(file)).mtimeMs };
    }),
  );
  const [newest] = dated.sort((a, b) => b.atMs - a.atMs);
  if (newest === undefined) throw new Error(`There is no WoWCombatLog*.txt in ${path}.`);
  return newest.file;
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

  static async open(options: FollowOptions, session: Session): Promise<UploadConnection> {
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
    const fileName = session.file.split(/[\\/]/).at(-1);
    const hello = { key: options.key, fileName, timeZone: options.timeZone };
    socket.send(
      JSON.stringify({ type: "hello", ...hello, ...(session.id && { session: session.id }) }),
    );
    return new UploadConnection(socket, next, await next());
  }

  /** The server's position afterwards, and how long it delayed these lines because of a limit. */
  async send(offset: number, bytes: Uint8Array): Promise<{ offset: number; waitedMs: number }> {
    const frame = new Uint8Array(8 + bytes.length);
    new DataView(frame.buffer).setBigUint64(0, BigInt(offset));
    frame.set(bytes, 8);
    this.#socket.send(frame);
    const answer = await this.#next();
    return { offset: Number(answer["offset"]), waitedMs: Number(answer["throttledMs"] ?? 0) };
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
