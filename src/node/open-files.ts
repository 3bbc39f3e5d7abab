import { readFileSync } from "node:fs";
import type { Log } from "../kernel/log.ts";
import { limits } from "../limits.ts";

/** How many idle guild databases this process keeps open, and why they are fewer than was asked for. */
export interface OpenFiles {
  readonly openMax: number;
  /** How many files this process may have open; undefined where the system does not say. */
  readonly filesMax: number | undefined;
  /** What to do, when the limit is too low for what was asked for. */
  readonly sentence: string | undefined;
}

/** Compares how many databases are to stay open with how many files this process may have open. */
export function openFiles(
  wished: number = limits.database.openMax,
  filesMax: number | undefined = readFilesMax(),
): OpenFiles {
  const { filesEach, otherFiles, openMin } = limits.database;
  if (filesMax === undefined) return { openMax: wished, filesMax, sentence: undefined };
  // One in four is for guilds in use, which come on top of those that are idle.
  const possible = Math.floor((filesMax - otherFiles) / (filesEach + 1));
  const openMax = Math.min(wished, Math.max(openMin, possible));
  if (openMax >= wished) return { openMax, filesMax, sentence: undefined };
  const enough = wished * (filesEach + 1) + otherFiles;
  const sentence =
    `This process may open ${filesMax} files, so it keeps ${openMax} idle guild databases open ` +
    `instead of ${wished}. Raise the limit to ${enough} (ulimit -n ${enough}, or LimitNOFILE=${enough} ` +
    `in a systemd unit), or set OPEN_MAX=${openMax}.`;
  return { openMax, filesMax, sentence };
}

/** The same, told in the log when the limit is too low. */
export function toldOpenFiles(wished: number | undefined, log: Log): number {
  const { openMax, filesMax, sentence } = openFiles(wished);
  if (sentence !== undefined) log.warn("database.few-files", { filesMax, openMax, sentence });
  return openMax;
}

function readFilesMax(): number | undefined {
  try {
    const found = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"));
    return found ? Number(found[1]) : undefined;
  } catch {
    return undefined;
  }
}
