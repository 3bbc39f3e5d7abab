import { createHash, randomUUID } from "node:crypto";
import { mkdir, open, readdir, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { dataMoved } from "../../src/database/embedded-handles.ts";
import { HOUR_MS } from "../../src/kernel/time.ts";

// A file is written under a temporary name, made durable, and only then renamed. So a crash leaves a draft,
// never an incomplete database.

/** No copy takes this long, so an older draft was left by a crash. */
const STALE_MS = HOUR_MS;

/** Identifies this machine and process, so that drafts of dead processes are recognised at once. */
const OWNER = `${createHash("sha256").update(hostname()).digest("hex").slice(0, 8)}-${process.pid}`;
const DRAFT = /^\.[0-9a-f-]{36}(?:\.([0-9a-f]{8})-(\d+))?\.draft/;

/** A new hidden file name in `folder`. */
export function draftIn(folder: string): string {
  return join(folder, `.${randomUUID()}.${OWNER}.draft`);
}

/** Writes a file under a hidden name in `folder`, and removes it if writing fails. */
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

/** Writes a new file that only its owner may read, and waits until its bytes are on disk. */
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

/** Syncs a folder: a new or removed name is durable only after that. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Removes a database file and the files that SQLite puts beside it. */
export async function removeDatabase(path: string): Promise<void> {
  // Remove the database last: a later database with this name could use a leftover log.
  for (const suffix of ["-wal", "-shm", ""]) await rm(path + suffix, { force: true });
}

/** Removes incomplete files of crashes, and none that may still be in use. Returns their number. */
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

/** Only processes of this machine can be checked; other machines may share the folder. */
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
 * Creates a folder that only its owner may enter, and its missing parents below `within`. `within` must
 * exist: while `DATA_DIR` is renamed or unmounted, nothing may be created in its place.
 *
 * @throws {Unavailable} `platform/data-moved`
 */
export async function makeFolder(folder: string, within = dirname(folder)): Promise<void> {
  if (!(await isThere(within))) throw dataMoved();
  await mkdir(folder, { recursive: true, mode: 0o700 });
}

/** Creates an empty file that only its owner may read, for programs that fill a file by its name. */
export async function makePrivateFile(path: string): Promise<void> {
  await (await open(path, "wx", 0o600)).close();
}

export async function isThere(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}
