import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { dataMoved } from "../../src/database/embedded-handles.ts";

// A file is written under a name of its own, made durable, and only then given the name that counts.
// So a crash leaves a draft, never half a database.

/** No copy of a guild takes this long: a draft so old was left by a crash. */
const STALE_MS = 3_600_000;

/** A new hidden name in `folder`. */
export function draftIn(folder: string): string {
  return join(folder, `.${randomUUID()}.draft`);
}

/** Writes a new file that only we may read, and waits until its bytes are on disk. */
export async function writeDurably(
  path: string,
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    for await (const chunk of chunks) await file.writeFile(chunk);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A new or removed name is on disk only once its folder is. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Removes a database file and what SQLite may have put beside it. */
export async function removeDatabase(path: string): Promise<void> {
  // The database goes last: a log without its database could be taken for that of the next one.
  for (const suffix of ["-wal", "-shm", ""]) await rm(path + suffix, { force: true });
}

/** Removes what crashes left half-written, and nothing that may still be in use. */
export async function removeStaleDrafts(folder: string): Promise<void> {
  for (const file of await readdir(folder)) {
    if (!/^\.[0-9a-f-]{36}\.draft/.test(file)) continue;
    const path = join(folder, file);
    const found = await stat(path).catch(() => undefined);
    const wallClockMs = performance.timeOrigin + performance.now();
    if (found && wallClockMs - found.mtimeMs > STALE_MS) await rm(path, { force: true });
  }
}

/**
 * Makes a folder that only we may enter, and what is missing of its parents below `within`. That folder
 * has to be there: while `DATA_DIR` is renamed or unmounted, nothing may come to be in its place.
 * @throws {Unavailable} `platform/data-moved`
 */
export async function makeFolder(folder: string, within = dirname(folder)): Promise<void> {
  if (!(await isThere(within))) throw dataMoved();
  await mkdir(folder, { recursive: true, mode: 0o700 });
}

/** Makes an empty file that only we may read, for programs that fill one by its name. */
export async function makePrivateFile(path: string): Promise<void> {
  await (await open(path, "wx", 0o600)).close();
}

export async function isThere(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}
