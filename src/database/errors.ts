/**
 * What went wrong, the same words on every backend:
 * `unique`, `foreign-key`, `check`, `not-null`: a constraint refused the write.
 * `busy`: somebody else holds the lock. `full`: no room. `blocked`: the host forbids it.
 * `missing`: no such database. `denied`: credentials. `corrupt`: not a (whole) database.
 * `text`: a text that no database keeps as it is. `timeout`, `unreachable`: no answer. `unavailable`: this
 * machine does not hand the file out now. `closed`: the connection was closed. `sql`: our mistake.
 */
export type DatabaseErrorKind =
  | "unique"
  | "foreign-key"
  | "check"
  | "not-null"
  | "busy"
  | "full"
  | "blocked"
  | "missing"
  | "denied"
  | "corrupt"
  | "timeout"
  | "unreachable"
  | "unavailable"
  | "closed"
  | "text"
  | "sql";

/** A failure of a database, with the driver's own error as `cause`. Never shown to callers. */
export class DatabaseError extends Error {
  readonly kind: DatabaseErrorKind;
  /** Which statement of a batch failed, counted from 0. */
  readonly statementIndex: number | undefined;
  /** The operating system's own word for it, such as `EMFILE`, where it was found out. */
  readonly reason: string | undefined;

  constructor(
    kind: DatabaseErrorKind,
    message: string,
    cause?: unknown,
    statementIndex?: number,
    reason?: string,
  ) {
    super(message, { cause });
    this.reason = reason;
    this.name = "DatabaseError";
    this.kind = kind;
    this.statementIndex = statementIndex;
  }

  /** For `unique`: does the message name this constraint, such as `guilds.slug`? */
  violates(constraint: string): boolean {
    return this.kind === "unique" && this.message.includes(constraint);
  }
}

const KIND_BY_CODE: readonly (readonly [codePrefix: string, kind: DatabaseErrorKind])[] = [
  ["SQLITE_CONSTRAINT_UNIQUE", "unique"],
  ["SQLITE_CONSTRAINT_PRIMARYKEY", "unique"],
  ["SQLITE_CONSTRAINT_ROWID", "unique"],
  ["SQLITE_CONSTRAINT_FOREIGNKEY", "foreign-key"],
  ["SQLITE_CONSTRAINT_NOTNULL", "not-null"],
  ["SQLITE_CONSTRAINT", "check"],
  ["SQLITE_BUSY", "busy"],
  ["SQLITE_LOCKED", "busy"],
  ["SQLITE_PROTOCOL", "busy"],
  ["SQLITE_FULL", "full"],
  ["SQLITE_READONLY", "blocked"],
  ["SQLITE_PERM", "denied"],
  ["SQLITE_AUTH", "denied"],
  ["SQLITE_CORRUPT", "corrupt"],
  ["SQLITE_NOTADB", "corrupt"],
  ["SQLITE_INTERRUPT", "timeout"],
  // The disk, or the descriptors to reach it, gave no answer; the database itself may be well.
  ["SQLITE_IOERR", "unavailable"],
  ["SQLITE_CANTOPEN", "unavailable"],
];

/** What the operating system says when a disk or a quota has no room. */
const NO_ROOM: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);
/** What it says when a file is there and it does not hand it out. */
const WITHHELD: ReadonlySet<string> = new Set([
  "EMFILE",
  "ENFILE",
  "EACCES",
  "EPERM",
  "EROFS",
  "EIO",
  "ENOMEM",
  "ELOOP",
]);

/** The kind behind an error code of the operating system; undefined for all that says nothing here. */
export function kindOfSystemCode(code: string | undefined): DatabaseErrorKind | undefined {
  if (code === undefined) return undefined;
  if (NO_ROOM.has(code)) return "full";
  if (WITHHELD.has(code)) return "unavailable";
  return code === "ENOENT" || code === "ENOTDIR" ? "missing" : undefined;
}

/** Is there no room to write? */
export function isFull(error: unknown): boolean {
  return error instanceof DatabaseError && error.kind === "full";
}

/** Are all files of this process, or of the machine, in use? Closing some makes room. */
export function isOutOfFiles(error: unknown): boolean {
  return error instanceof DatabaseError && (error.reason === "EMFILE" || error.reason === "ENFILE");
}

/** The kind behind one of SQLite's own codes, which every backend reports in the same words. */
export function kindOfSqliteCode(code: string): DatabaseErrorKind {
  return KIND_BY_CODE.find(([prefix]) => code.startsWith(prefix))?.[1] ?? "sql";
}

/**
 * Waits for a write that a reader can do without, such as the time of the last use: on a full disk
 * reading goes on without it. Every other failure is thrown.
 */
export async function unlessFull(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!isFull(error)) throw error;
  }
}
