/**
 * What went wrong, the same words on every backend:
 * `unique`, `foreign-key`, `check`, `not-null`: a constraint refused the write.
 * `busy`: somebody else holds the lock. `full`: no room. `blocked`: the host forbids it.
 * `missing`: no such database. `denied`: credentials. `corrupt`: not a (whole) database.
 * `text`: a text that no database keeps as it is. `timeout`, `unreachable`: no answer. `closed`: the connection was closed. `sql`: our mistake.
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
  | "closed"
  | "text"
  | "sql";

/** A failure of a database, with the driver's own error as `cause`. Never shown to callers. */
export class DatabaseError extends Error {
  readonly kind: DatabaseErrorKind;
  /** Which statement of a batch failed, counted from 0. */
  readonly statementIndex: number | undefined;

  constructor(kind: DatabaseErrorKind, message: string, cause?: unknown, statementIndex?: number) {
    super(message, { cause });
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
  ["SQLITE_IOERR", "unreachable"],
  ["SQLITE_CANTOPEN", "unreachable"],
];

/** The kind behind one of SQLite's own codes, which every backend reports in the same words. */
export function kindOfSqliteCode(code: string): DatabaseErrorKind {
  return KIND_BY_CODE.find(([prefix]) => code.startsWith(prefix))?.[1] ?? "sql";
}
