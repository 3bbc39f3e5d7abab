import { chmodSync, type Dirent, lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { GUILDS_FOLDER } from "../../provisioning/hosts/host.ts";

// Databases contain addresses and password hashes, and emails contain links that give access to
// accounts. Only the user that runs the server may read them: folders are 0700, files 0600. All checks
// run synchronously at start, where 30,000 files take a tenth of a second.

const OTHERS = 0o077;
const STICKY = 0o1000;

/** The folders below a data folder that belong to the platform. Other contents are not changed. */
const FOLDERS = [GUILDS_FOLDER, "logs", "outbox", "backups", "rollouts", "scratch", "sqld"];
const FILES = /^(platform\.db|template-.*\.db|\..*\.draft|lock\.db|secrets\.key|seeded)/;

/** Files and folders below `dataDir` that other users of this machine can read or write. */
export function* exposedIn(dataDir: string): Iterable<string> {
  yield* exposedAt(dataDir);
  for (const entry of entriesOf(dataDir)) {
    const path = join(dataDir, entry.name);
    if (entry.isFile() && FILES.test(entry.name)) yield* exposedAt(path);
    if (entry.isDirectory() && FOLDERS.includes(entry.name)) yield* exposedBelow(path);
  }
}

/** Yields a folder and its contents. Links are not followed, because their targets are not ours. */
export function* exposedBelow(folder: string): Iterable<string> {
  yield* exposedAt(folder);
  for (const entry of entriesOf(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* exposedBelow(path);
    else if (entry.isFile()) yield* exposedAt(path);
  }
}

/**
 * Removes all access of other users from the platform's files in `dataDir` and `others`. `left` lists
 * those that could not be changed, such as files of another user.
 */
export function makePrivate(
  dataDir: string,
  others: readonly string[] = [],
): { readonly changed: number; readonly left: readonly string[] } {
  let changed = 0;
  const left: string[] = [];
  const tighten = (path: string) => {
    try {
      const { mode } = lstatSync(path);
      chmodSync(path, mode & 0o7777 & ~OTHERS);
      changed++;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") left.push(path);
    }
  };
  for (const path of exposedIn(dataDir)) tighten(path);
  for (const folder of others) for (const path of exposedBelow(folder)) tighten(path);
  return { changed, left };
}

function* exposedAt(path: string): Iterable<string> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  // A folder such as /tmp is shared on purpose and does not belong to the platform.
  if (found === undefined || (found.isDirectory() && found.mode & STICKY)) return;
  if (found.mode & OTHERS) yield path;
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    // The folder does not exist or belongs to another user. The folder itself is reported.
    return [];
  }
}
