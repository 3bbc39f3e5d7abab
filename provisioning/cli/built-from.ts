import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** The top folder of the project, independent of the working directory. */
export const ROOT = join(import.meta.dirname, "../..");
export const DIST = join(ROOT, "dist");
const RECORD = "built-from.json";

/** The source files of a build, with their versions at that time. */
type BuildRecord = readonly (readonly [path: string, version: string])[];

/**
 * The record of a build that began at `startedAt`. Undefined when a file changed during the build, because
 * the build may contain either version.
 */
export function recordOf(
  paths: readonly string[],
  startedAt: number,
): { readonly name: string; readonly text: string } | undefined {
  if (paths.some((path) => statSync(join(ROOT, path)).mtimeMs >= startedAt)) return undefined;
  const record: BuildRecord = paths.map((path) => [path, versionOf(path)]);
  return { name: RECORD, text: JSON.stringify(record) };
}

/** Tells whether every file is the one that the build used. Compares size and time, in a few milliseconds. */
export function isUpToDate(): boolean {
  try {
    const record = JSON.parse(readFileSync(join(DIST, RECORD), "utf8")) as BuildRecord;
    return record.every(([path, version]) => versionOf(path) === version);
  } catch {
    return false;
  }
}

function versionOf(path: string): string {
  const { size, mtimeMs } = statSync(join(ROOT, path));
  return `${size} ${mtimeMs}`;
}
