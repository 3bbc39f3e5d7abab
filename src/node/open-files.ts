import { readFileSync } from "node:fs";
import type { Log } from "../kernel/log.ts";
import { limits } from "../limits.ts";

/** How many idle guild databases this process keeps open, and why fewer than configured. */
export interface OpenFiles {
  readonly openMax: number;
  /** How many files this process may open. Undefined where the system does not say. */
  readonly filesMax: number | undefined;
  /** What to do. Set when the limit is too low for the configured number. */
  readonly sentence: string | undefined;
}

/** Compares the configured number of open databases with the process's file limit. */
export function openFiles(
  configured: number = limits.database.openMax,
  filesMax: number | undefined = readFilesMax(),
): OpenFiles {
  const { filesEach, otherFiles, openMin } = limits.database;
  if (filesMax === undefined) return { openMax: configured, filesMax, sentence: undefined };
  // A quarter is for guilds in use, which are open in addition to the idle ones.
  const possible = Math.floor((filesMax - otherFiles) / (filesEach + 1));
  const openMax = Math.min(configured, Math.max(openMin, possible));
  if (openMax >= configured) return { openMax, filesMax, sentence: undefined };
  const enough = configured * (filesEach + 1) + otherFiles;
  const sentence =
    `This process may open ${filesMax} files, so it keeps ${openMax} idle guild databases open ` +
    `instead of ${configured}. Raise the limit to ${enough} (ulimit -n ${enough}, or LimitNOFILE=${enough} ` +
    `in a systemd unit), or set OPEN_MAX=${openMax}.`;
  return { openMax, filesMax, sentence };
}

/** The same number. Logs a warning when the limit is too low. */
export function checkedOpenFiles(configured: number | undefined, log: Log): number {
  const { openMax, filesMax, sentence } = openFiles(configured);
  if (sentence !== undefined) log.warn("database.few-files", { filesMax, openMax, sentence });
  return openMax;
}

/** How many files this process may open. Undefined where the system does not say. */
export function readFilesMax(): number | undefined {
  try {
    const found = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"));
    return found ? Number(found[1]) : undefined;
  } catch {
    return undefined;
  }
}
