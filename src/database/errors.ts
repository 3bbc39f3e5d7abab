/**
 * The kinds of failure, with the same names on every backend:
 * `unique`, `foreign-key`, `check`, `not-null`: a constraint refused the write.
 * `busy`: another connection holds the lock. `full`: no room. `blocked`: the host forbids it.
 * `missing`: no such database. `denied`: wrong credentials. `corrupt`: not a database, or damaged.
 * `text`: a text that databases do not store unchanged. `timeout`, `unreachable`: no answer. `unavailable`:
 * this machine refuses access to the file now. `closed`: the connection was closed. `sql`: our mistake.
 */
export type DatabaseErrorKind = (typeof KINDS)[number];

const KINDS = [
  "unique",
  "foreign-key",
  "check",
  "not-null",
  "busy",
  "full",
  "blocked",
  "missing",
  "denied",
  "corrupt",
  "timeout",
  "unreachable",
  "unavailable",
  "closed",
  "text",
  "sql",
] as const;

/** Tells whether a text from another process names a kind. */
export function isDatabaseErrorKind(text: string): text is DatabaseErrorKind {
  return (KINDS as readonly string[]).includes(text);
}

/** A failure of a database, with the driver's error as `cause`. Never shown to callers. */
export class DatabaseError extends Error {
  readonly kind: DatabaseErrorKind;
  /** The index of the statement that failed in a batch, from 0. */
  readonly statementIndex: number | undefined;
  /** The operating system's error code, such as `EMFILE`, when it was found. */
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

  /** Tells whether a `unique` failure names this constraint, such as `guilds.slug`. */
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
  // The disk, or the lack of descriptors, is at fault; the database itself may be intact.
  ["SQLITE_IOERR", "unavailable"],
  ["SQLITE_CANTOPEN", "unavailable"],
];

/** The operating system's codes for a disk or quota without room. */
const NO_ROOM: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);
/** The operating system's codes for an existing file that it refuses to open. */
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

/** The kind for an error code of the operating system; undefined for codes that do not concern a database. */
export function kindOfSystemCode(code: string | undefined): DatabaseErrorKind | undefined {
  if (code === undefined) return undefined;
  if (NO_ROOM.has(code)) return "full";
  if (WITHHELD.has(code)) return "unavailable";
  return code === "ENOENT" || code === "ENOTDIR" ? "missing" : undefined;
}

/** Tells whether there was no room to write. */
export function isFull(error: unknown): boolean {
  return error instanceof DatabaseError && error.kind === "full";
}

/** Tells whether this process or the machine has too many open files. Closing some makes room. */
export function isOutOfFiles(error: unknown): boolean {
  return error instanceof DatabaseError && (error.reason === "EMFILE" || error.reason === "ENFILE");
}

/** SQLite's primary codes by their numbers, as far as they say something here. */
const PRIMARY_CODES: Readonly<Record<number, string>> = {
  3: "SQLITE_PERM",
  5: "SQLITE_BUSY",
  6: "SQLITE_LOCKED",
  8: "SQLITE_READONLY",
  9: "SQLITE_INTERRUPT",
  10: "SQLITE_IOERR",
  11: "SQLITE_CORRUPT",
  13: "SQLITE_FULL",
  14: "SQLITE_CANTOPEN",
  15: "SQLITE_PROTOCOL",
  19: "SQLITE_CONSTRAINT",
  23: "SQLITE_AUTH",
  26: "SQLITE_NOTADB",
};

/** SQLite's name for the code with this number. The last byte of an extended code is the primary one. */
export function sqliteCodeOf(number: number): string | undefined {
  return PRIMARY_CODES[number & 0xff];
}

/** The driver has no names for some extended codes, such as 1544: a folder that cannot be written to. */
export function namedSqliteCode(code: string): string {
  const number = /^UNKNOWN_SQLITE_ERROR_(\d+)$/.exec(code)?.[1];
  return number === undefined ? code : (sqliteCodeOf(Number(number)) ?? code);
}

/** The kind for one of SQLite's codes, which are the same on every backend. */
export function kindOfSqliteCode(code: string): DatabaseErrorKind {
  const name = namedSqliteCode(code);
  return KIND_BY_CODE.find(([prefix]) => name.startsWith(prefix))?.[1] ?? "sql";
}

/**
 * Waits for a write that is not essential, such as the time of last use: on a full disk, its failure is
 * ignored and reading continues. Other failures are thrown.
 */
export async function unlessFull(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!isFull(error)) throw error;
  }
}
