import { statSync } from "node:fs";
import { systemClock } from "../../src/kernel/clock.ts";
import { delay } from "../../src/kernel/concurrency.ts";
import { limits } from "../../src/limits.ts";

// A file's times, size and number change with each write, and cannot be set back by a program that writes.
// The counters in its header do not say as much: in WAL mode SQLite need not advance them.

const NS_PER_MS = 1_000_000n;
const NS_PER_S = 1_000_000_000n;

interface Seen {
  readonly file: string;
  /** Empty for a database without a log. */
  readonly log: string;
  readonly newestNs: bigint;
  /** The file system stores whole seconds. */
  readonly isCoarse: boolean;
}

/**
 * Describes the state of a database file and its log, without opening it. Undefined if there is no file, or
 * if it was written so recently that the next write could have the same time.
 */
export async function fileRevision(path: string): Promise<string | undefined> {
  const { settleMs, settleTriesMax, coarseMs } = limits.backups.revision;
  for (let tries = 0; tries < settleTriesMax; tries++) {
    const seen = look(path);
    if (seen === undefined) return undefined;
    const neededMs = BigInt(seen.isCoarse ? coarseMs : settleMs);
    if (BigInt(systemClock().getTime()) * NS_PER_MS - seen.newestNs > neededMs * NS_PER_MS) {
      return `${seen.file} ${seen.log}`;
    }
    await delay(settleMs);
  }
  return undefined;
}

/** Whether the database is as `fileRevision` described it. */
export function isFileAt(path: string, revision: string): boolean {
  const seen = look(path);
  if (seen === undefined) return false;
  const [file, log] = revision.split(" ");
  // Closing a database removes the log. What was only in the log is in the file then, which has another time.
  return seen.file === file && (seen.log === "" || seen.log === log);
}

function look(path: string): Seen | undefined {
  const file = statSync(path, { bigint: true, throwIfNoEntry: false });
  if (file === undefined) return undefined;
  const log = statSync(`${path}-wal`, { bigint: true, throwIfNoEntry: false });
  const hasLog = log !== undefined && log.size > 0n;
  const times = [file.mtimeNs, file.ctimeNs, ...(hasLog ? [log.mtimeNs, log.ctimeNs] : [])];
  return {
    file: `${file.dev}:${file.ino}:${file.size}:${file.mtimeNs}:${file.ctimeNs}`,
    log: hasLog ? `${log.ino}:${log.size}:${log.mtimeNs}:${log.ctimeNs}` : "",
    newestNs: times.toSorted((a, b) => (a < b ? -1 : 1)).at(-1)!,
    isCoarse: times.every((one) => one % NS_PER_S === 0n),
  };
}
