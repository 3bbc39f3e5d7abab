import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { parentPort, workerData } from "node:worker_threads";
import { createGunzip, createGzip } from "node:zlib";
import { processBackground } from "../../kernel/background.ts";
import { AppError, Invalid } from "../../kernel/errors.ts";
import { type FightRows, fightRows } from "../../tenant/combat-logs/fight-rows.ts";
import { Analyzer } from "../../tenant/combat-logs/parser/analyzer.ts";
import type { Fight, LogSummary } from "../../tenant/combat-logs/parser/types.ts";
import { cutOff, refuseOtherText } from "../../tenant/combat-logs/refusals.ts";
import { packingOf, unpacked } from "../../tenant/combat-logs/unpack.ts";

/** The thread's input. */
export interface LogWork {
  readonly path: string;
  readonly year: number | undefined;
  readonly timeZone: string;
  readonly writtenBefore: number;
}

/** The thread's messages. After `hash`, each `fights` and `log`, it waits for an acknowledgement. */
export type LogMessage =
  | { readonly type: "hash"; readonly sha256: string }
  | { readonly type: "fights"; readonly fights: readonly FightRows[]; readonly bytes: number }
  | { readonly type: "log"; readonly log: LogSummary }
  | { readonly type: "end"; readonly packed: string | null }
  | { readonly type: "failed"; readonly code: string; readonly message: string };

/** Progress is reported every so many bytes while no fight ends. */
const PROGRESS_BYTES = 16 * 1024 * 1024;
/** Bytes read between checks for finished fights. Even of very short fights, few fit into so many bytes. */
const PUSHED_BYTES = 64 * 1024;
/** Fights reported at once. Each may be some megabytes. */
const FIGHTS_PER_MESSAGE = 8;
const CHUNK = { highWaterMark: 1024 * 1024 };

const port = parentPort!;
const work = workerData as LogWork;

function send(message: LogMessage): void {
  port.postMessage(message);
}

/**
 * Sends a message and waits until it was processed, so that fights do not pile up before a slow
 * database.
 */
async function sendAndWait(message: LogMessage): Promise<void> {
  const answered = new Promise<void>((resolve) => {
    processBackground.once(port, "message", () => resolve());
  });
  send(message);
  await answered;
}

async function main(): Promise<void> {
  await sendAndWait({ type: "hash", sha256: await hashOf(work.path) });
  let fights: Fight[] = [];
  const { path: _, ...options } = work;
  const analyzer = new Analyzer({ ...options, onFight: (fight) => fights.push(fight) });
  let bytes = 0;
  let reportedBytes = 0;
  const sendFights = async () => {
    const found = fights;
    fights = [];
    reportedBytes = bytes;
    for (let at = 0; at === 0 || at < found.length; at += FIGHTS_PER_MESSAGE) {
      const some = found.slice(at, at + FIGHTS_PER_MESSAGE).map((fight) => fightRows(fight));
      await sendAndWait({ type: "fights", fights: some, bytes });
    }
  };
  for await (const chunk of unpacked(createReadStream(work.path, CHUNK), gunzipped)) {
    for (let at = 0; at < chunk.length; at += PUSHED_BYTES) {
      analyzer.push(chunk.subarray(at, at + PUSHED_BYTES));
      if (fights.length >= FIGHTS_PER_MESSAGE) await sendFights();
    }
    bytes += chunk.length;
    if (fights.length > 0 || bytes - reportedBytes >= PROGRESS_BYTES) await sendFights();
  }
  const log = analyzer.end();
  refuseOtherText(log);
  if (fights.length > 0) await sendFights();
  // Reports the log before the clean-up, because people wait for the report.
  await sendAndWait({ type: "log", log });
  send({ type: "end", packed: await packedCopy(work.path) });
}

/** Node's own decompressor, twice as fast as the portable one. */
async function* gunzipped(source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const gunzip = createGunzip();
  // Handles the error here, even if the reader stops before the end.
  const fed = pipeline(source, gunzip).then(
    () => undefined,
    (error: unknown) => error,
  );
  try {
    yield* gunzip as AsyncIterable<Uint8Array>;
    const failure = await fed;
    if (failure !== undefined) throw failure;
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    if ((cause as { readonly code?: unknown }).code === "Z_BUF_ERROR") throw cutOff(cause);
    const detail = "This archive cannot be read. It is damaged.";
    throw new Invalid("logs/bad-archive", detail, {}, { cause });
  }
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, CHUNK)) hash.update(chunk);
  return hash.digest("hex");
}

/** Compresses a plain log to a tenth of its size. Null if it is already compressed. */
async function packedCopy(path: string): Promise<string | null> {
  const file = await open(path, "r");
  const { buffer } = await file.read(Buffer.alloc(4), 0, 4, 0).finally(() => file.close());
  if (packingOf(buffer) !== "plain") return null;
  const copy = `${path}.packing`;
  const packed = createWriteStream(copy, { mode: 0o600 });
  await pipeline(createReadStream(path, CHUNK), createGzip({ level: 4 }), packed);
  return copy;
}

try {
  await main();
} catch (error) {
  const code = error instanceof AppError ? error.code : "logs/unreadable";
  const message = error instanceof AppError ? error.message : "This file could not be read.";
  send({ type: "failed", code, message });
}
