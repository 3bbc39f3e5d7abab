import { randomUUID } from "node:crypto";
import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  existsSync,
  lstatSync,
  openSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { limits } from "../limits.ts";
import {
  type DatabaseErrorKind,
  kindOfSqliteCode,
  kindOfSystemCode,
  namedSqliteCode,
  sqliteCodeOf,
} from "./errors.ts";

/** The kind of SQLite's failure, with the operating system's error code when it was found. */
export interface Reason {
  readonly kind: DatabaseErrorKind;
  readonly reason?: string;
}

// SQLite says "disk I/O error" or "unable to open" for a full disk, for too many open files and for missing
// rights alike. Repeating the operations directly tells them apart.
const VAGUE = /^SQLITE_(IOERR|CANTOPEN|FULL|READONLY|PERM)/;

// The driver's message for a file that it could not open; the number is SQLite's code.
const CONNECTION_FAILED = /^ConnectionFailed\(.*: (\d+)"?\)$/s;
/** The kind of a driver's error about the database at `path`. */
export function reasonOf(code: unknown, message: string, path: string): Reason {
  if (/operation was blocked/i.test(message)) return { kind: "blocked" };
  const failed = CONNECTION_FAILED.exec(message)?.[1];
  const given = failed === undefined ? code : (sqliteCodeOf(Number(failed)) ?? "SQLITE_CANTOPEN");
  if (typeof given !== "string") return { kind: "sql" };
  const known = namedSqliteCode(given);
  const kind = kindOfSqliteCode(known);
  if (!VAGUE.test(known)) return { kind };
  const reason = systemReason(path);
  const found = kindOfSystemCode(reason);
  return reason !== undefined && found !== undefined ? { kind: found, reason } : { kind };
}

/**
 * Checks access to the file at `path` through the operating system. Returns undefined when it finds no
 * fault.
 */
export function systemReason(path: string): string | undefined {
  if (path === ":memory:") return undefined;
  return (
    codeOf(openThreeFiles) ?? codeOf(() => checkAccess(path)) ?? codeOf(() => writeTempFile(path))
  );
}

/**
 * The size and type of what is at a path.
 *
 * @throws the operating system's own error.
 */
export function inspectPath(path: string): { readonly size: number; readonly isLink: boolean } {
  // Synchronous, because it takes microseconds and Node's thread pool may be busy with slower files.
  const found = lstatSync(path);
  const isLink = found.isSymbolicLink();
  const file = isLink ? statSync(path) : found;
  return { size: file.isFile() ? file.size : 0, isLink };
}

/** Opens as many files as a database does: three. */
function openThreeFiles(): void {
  const opened: number[] = [];
  try {
    for (let file = 0; file < limits.database.filesEach; file++) {
      opened.push(openSync("/dev/null", "r"));
    }
  } finally {
    for (const file of opened) closeSync(file);
  }
}

/** Never opens the file: closing it would drop the locks that this process holds on it. */
function checkAccess(path: string): void {
  accessSync(path, constants.R_OK | constants.W_OK);
  // SQLite creates these with the rights that the database has at that moment.
  for (const beside of [`${path}-wal`, `${path}-shm`]) {
    if (existsSync(beside)) accessSync(beside, constants.R_OK | constants.W_OK);
  }
}

/**
 * Makes the logs beside the database at `path` accessible again, if the database itself is. SQLite creates
 * them with the rights that the database has then, and they keep those after the database got others.
 */
export function restoreRightsOfLogs(path: string): void {
  if (codeOf(() => accessSync(path, constants.R_OK | constants.W_OK)) !== undefined) return;
  for (const beside of [`${path}-wal`, `${path}-shm`]) {
    if (codeOf(() => accessSync(beside, constants.R_OK | constants.W_OK)) !== "EACCES") continue;
    // Only their owner may. If that is another account, opening them fails as before.
    codeOf(() => chmodSync(beside, 0o600));
  }
}

/** Briefly takes as much room on the disk as opening a database needs. */
function writeTempFile(path: string): void {
  const beside = join(dirname(path), `.room-${randomUUID()}`);
  const file = openSync(beside, "wx", 0o600);
  try {
    const room = Buffer.alloc(limits.database.roomBytes);
    for (let at = 0; at < room.length; ) at += writeSync(file, room, at);
  } finally {
    closeSync(file);
    unlinkSync(beside);
  }
}

function codeOf(work: () => void): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
}
