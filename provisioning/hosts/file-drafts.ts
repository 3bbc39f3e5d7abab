import { createHash, randomUUID } from "node:crypto";
import { mkdir, open, readdir, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { dataMoved } from "../../src/database/embedded-handles.ts";

// A file is written under a name of its own, made durable, and only then given the name that counts.
// So a crash leaves a draft, never half a database.

/** No copy of a guild takes this long: a draft so old was left by a crash. */
const STALE_MS = 3_600_000;

/** Names this machine and process, so that a draft of a process that died is known at once. */
const OWNER = `${createHash("sha256").update(hostname()).digest("hex").slice(0, 8)}-${process.pid}`;
const DRAFT = /^\.[0-9a-f-]{36}(?:\.([0-9a-f]{8})-(\d+))?\.draft/;

/** A new hidden name in `folder`. */
export function draftIn(folder: string): string {
  return join(folder, `.${randomUUID()}.${OWNER}.draft`);
}

/** Writes a file under a hidden name beside `to`, and removes that again when it cannot be done. */
export async function writeDraft(
  folder: string,
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<string> {
  const draft = draftIn(folder);
  try {
    await writeDurably(draft, chunks);
    return draft;
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
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

/** Removes what crashes left half-written, and nothing that may still be in use. Says how many. */
export async function removeStaleDrafts(folder: string, isDeep = false): Promise<number> {
  let removed = 0;
  const files = await readdir(folder, { withFileTypes: true, recursive: isDeep });
  for (const { name, parentPath } of files) {
    const draft = DRAFT.exec(name);
    if (draft === null) continue;
    const path = join(parentPath, name);
    const found = await stat(path).catch(() => undefined);
    const wallClockMs = performance.timeOrigin + performance.now();
    const isOld = found !== undefined && wallClockMs - found.mtimeMs > STALE_MS;
    if (!isOld && !isOfDeadProcess(draft[1], draft[2])) continue;
    await rm(path, { force: true });
    removed++;
  }
  return removed;
}

/** Only processes of this machine can be asked for; another one may write to a shared folder too. */
function isOfDeadProcess(machine: string | undefined, pid: string | undefined): boolean {
  if (machine === undefined || machine !== OWNER.split("-")[0]) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
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
