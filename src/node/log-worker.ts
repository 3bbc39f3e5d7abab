import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { parentPort, workerData } from "node:worker_threads";
import { createGzip } from "node:zlib";
import { processBackground } from "../kernel/background.ts";
import { AppError } from "../kernel/errors.ts";
import { Analyzer } from "../tenant/combat-logs/parser/analyzer.ts";
import type { Fight, LogSummary } from "../tenant/combat-logs/parser/types.ts";
import { packingOf, unpacked } from "../tenant/combat-logs/unpacking.ts";

/** What the thread is given. */
export interface LogWork {
  readonly path: string;
  readonly year: number | undefined;
  readonly timeZone: string;
  readonly writtenBefore: number;
}

/** What it says. After `hash`, each `fights` and `log` it waits to be told to go on. */
export type LogNews =
  | { readonly type: "hash"; readonly sha256: string }
  | { readonly type: "fights"; readonly fights: readonly Fight[]; readonly bytes: number }
  | { readonly type: "log"; readonly log: LogSummary }
  | { readonly type: "end"; readonly packed: string | null }
  | { readonly type: "failed"; readonly code: string; readonly message: string };

/** How often progress is told where no fight ends. */
const PROGRESS_BYTES = 16 * 1024 * 1024;
const CHUNK = { highWaterMark: 1024 * 1024 };

const port = parentPort!;
const work = workerData as LogWork;

function say(news: LogNews): void {
  port.postMessage(news);
}

/** Says it and waits until it was dealt with: fights must not pile up before a slow database. */
async function sayAndWait(news: LogNews): Promise<void> {
  const answered = new Promise<void>((resolve) => {
    processBackground.once(port, "message", () => resolve());
  });
  say(news);
  await answered;
}

async function main(): Promise<void> {
  await sayAndWait({ type: "hash", sha256: await hashOf(work.path) });
  let fights: Fight[] = [];
  const { path: _, ...options } = work;
  const analyzer = new Analyzer({ ...options, onFight: (fight) => fights.push(fight) });
  let bytes = 0;
  let toldBytes = 0;
  for await (const chunk of unpacked(createReadStream(work.path, CHUNK))) {
    analyzer.push(chunk);
    bytes += chunk.length;
    if (fights.length === 0 && bytes - toldBytes < PROGRESS_BYTES) continue;
    await sayAndWait({ type: "fights", fights, bytes });
    fights = [];
    toldBytes = bytes;
  }
  const log = analyzer.end();
  if (fights.length > 0) await sayAndWait({ type: "fights", fights, bytes });
  // Whoever waits for the report need not wait for the tidying up.
  await sayAndWait({ type: "log", log });
  say({ type: "end", packed: await packedCopy(work.path) });
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, CHUNK)) hash.update(chunk);
  return hash.digest("hex");
}

/** A plain log is kept packed: a tenth of its size. Null when it is packed already. */
async function packedCopy(path: string): Promise<string | null> {
  const file = await open(path, "r");
  const { buffer } = await file.read(Buffer.alloc(4), 0, 4, 0).finally(() => file.close());
  if (packingOf(buffer) !== "plain") return null;
  const copy = `${path}.packing`;
  await pipeline(createReadStream(path, CHUNK), createGzip({ level: 4 }), createWriteStream(copy));
  return copy;
}

try {
  await main();
} catch (error) {
  const code = error instanceof AppError ? error.code : "logs/unreadable";
  const message = error instanceof AppError ? error.message : "This file could not be read.";
  say({ type: "failed", code, message });
}
