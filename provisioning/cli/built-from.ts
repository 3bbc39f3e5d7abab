import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** The top of the project, from wherever it is called. */
export const ROOT = join(import.meta.dirname, "../..");
export const DIST = join(ROOT, "dist");
const RECORD = "built-from.json";

/** Each file that a build was made of, as it was then. */
type Record = readonly (readonly [path: string, version: string])[];

/**
 * What to keep beside a build that began at `startedAt`, or undefined when somebody changed a file
 * while it was read: nobody knows which of the two went in.
 */
export function recordOf(
  paths: readonly string[],
  startedAt: number,
): { readonly name: string; readonly text: string } | undefined {
  if (paths.some((path) => statSync(join(ROOT, path)).mtimeMs >= startedAt)) return undefined;
  const record: Record = paths.map((path) => [path, versionOf(path)]);
  return { name: RECORD, text: JSON.stringify(record) };
}

/** Whether every file is what the build was made of. Size and time say so, in a few milliseconds. */
export function isUpToDate(): boolean {
  try {
    const record = JSON.parse(readFileSync(join(DIST, RECORD), "utf8")) as Record;
    return record.every(([path, version]) => versionOf(path) === version);
  } catch {
    return false;
  }
}

function versionOf(path: string): string {
  const { size, mtimeMs } = statSync(join(ROOT, path));
  return `${size} ${mtimeMs}`;
}
