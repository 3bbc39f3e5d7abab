import { chmodSync, type Dirent, lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { GUILDS_FOLDER } from "../../provisioning/hosts/host.ts";

// Databases hold addresses and password hashes, letters hold links that open accounts. Only the account
// that runs the server may read them: folders are 0700, files 0600. All of it is asked at once, for it
// happens at a start: 30,000 files take a tenth of a second.

const OTHERS = 0o077;
const STICKY = 0o1000;

/** What of a data folder is ours. Other things that lie there are left as they are. */
const FOLDERS = [GUILDS_FOLDER, "logs", "outbox", "backups", "rollouts", "scratch", "sqld"];
const FILES = /^(platform\.db|template-.*\.db|\..*\.draft|lock\.db|secrets\.key|seeded)/;

/** Files and folders below `dataDir` that other accounts of this machine may read or write. */
export function* exposedIn(dataDir: string): Iterable<string> {
  yield* exposedAt(dataDir);
  for (const entry of entriesOf(dataDir)) {
    const path = join(dataDir, entry.name);
    if (entry.isFile() && FILES.test(entry.name)) yield* exposedAt(path);
    if (entry.isDirectory() && FOLDERS.includes(entry.name)) yield* exposedBelow(path);
  }
}

/** A folder and everything in it. Links are not followed: where they lead is not ours. */
export function* exposedBelow(folder: string): Iterable<string> {
  yield* exposedAt(folder);
  for (const entry of entriesOf(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* exposedBelow(path);
    else if (entry.isFile()) yield* exposedAt(path);
  }
}

/**
 * Takes every right of other accounts away from what a platform keeps in `dataDir` and `others`.
 * `left` are those that could not be changed, such as files of another account.
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
  // A folder such as /tmp is everybody's on purpose, and no place of ours.
  if (found === undefined || (found.isDirectory() && found.mode & STICKY)) return;
  if (found.mode & OTHERS) yield path;
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    // Not there, or of another account: the folder itself is told.
    return [];
  }
}
