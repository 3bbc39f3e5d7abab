import { statSync } from "node:fs";
import Native from "libsql";
import { LRUCache } from "lru-cache";
import { limits } from "../limits.ts";
import type { BatchMode, ResultRows, Statement } from "./client.ts";
import { checkpointAlone, isCheckpoint, logLength } from "./embedded-checkpoint.ts";
import { closedConnection, fileAt, refuseMoved } from "./embedded-handles.ts";
import { reasonOf } from "./embedded-reasons.ts";
import { bind, hasUnsafeInteger, type NativeValue, narrowIntegers } from "./embedded-values.ts";
import { DatabaseError, type DatabaseErrorKind } from "./errors.ts";
import { readSql, type SqlKind } from "./sql.ts";

/** The part of the driver's statement that we use; the driver's own types are less precise. */
interface NativeStatement {
  readonly reader: boolean;
  raw(on: boolean): NativeStatement;
  safeIntegers(on: boolean): NativeStatement;
  columns(): readonly { readonly name: string }[];
  all(values: NativeValue[]): unknown[][];
  run(values: NativeValue[]): { changes: number };
}

interface Prepared {
  readonly native: NativeStatement;
  readonly kind: SqlKind;
  readonly parameters: number;
  readonly columns: readonly string[];
}

// WAL allows reads during a write. FULL makes a commit survive a power cut, not only a crash: what was
// acknowledged is never lost. Without recursive triggers, INSERT OR REPLACE would delete rows of the ledger
// without running the triggers that guard them. A busy timeout would block the whole process while it
// waits. Checkpoints are ours (embedded-checkpoint.ts). A log that was reset is truncated, so its size
// tells when one is due.
const PRAGMAS = `
  PRAGMA busy_timeout = 0;
  PRAGMA journal_mode = WAL;
  PRAGMA wal_autocheckpoint = 0;
  PRAGMA journal_size_limit = 0;
  PRAGMA synchronous = FULL;
  PRAGMA foreign_keys = ON;
  PRAGMA recursive_triggers = ON;
  PRAGMA trusted_schema = OFF;`;

// Keeps the index of the log in memory instead of in a file of 32 KB beside the database. A full disk has
// no room for that file, and reading requires no other write.
const EXCLUSIVE = "PRAGMA locking_mode = EXCLUSIVE;";

// Rows that this connection has changed since it was opened, those of triggers included.
const TOTAL_CHANGES: Statement = { sql: "SELECT total_changes()", args: [] };

const LATER: ReadonlySet<DatabaseErrorKind> = new Set(["busy", "full", "unavailable"]);

/** Counts the transactions that change a database, inside each of them. */
export interface WriteCounter {
  /** False until the database has the table for the count. */
  readonly isOn: boolean;
  /** Add one to the count. The last statement returns the new count as its only value. */
  readonly statements: readonly Statement[];
  /** Called when a transaction with this count is on disk. Must not throw. */
  counted(count: number): void;
}

/** How a connection is opened. */
export interface ConnectionOptions {
  /** The device and inode that the file at the path must have, when they are already known. */
  readonly file?: string | undefined;
  /** Keeps the index of the log in memory, for reading on a full disk. */
  readonly isExclusive?: boolean;
  readonly counter?: WriteCounter | undefined;
}

/**
 * One synchronous connection to one file. After a `busy` error it must not be used again: the driver does
 * not reset the statement that failed.
 */
export class Connection {
  readonly #path: string;
  readonly #native: Native.Database;
  readonly #file: string | undefined;
  /** Opened on a full disk: it can read, and no other process can open the file. */
  readonly isExclusive: boolean;
  readonly #counter: WriteCounter | undefined;
  readonly #isLogLong = logLength();
  readonly #statements = new LRUCache<string, Prepared>({ max: limits.database.statementsMax });

  constructor(path: string, options: ConnectionOptions = {}) {
    const { file } = options;
    if (file !== undefined) refuseMoved(path, file);
    this.#path = path;
    this.isExclusive = options.isExclusive ?? false;
    this.#counter = options.counter;
    this.#native = this.#translated(() => new Native(path));
    this.#file = fileAt(path);
    try {
      if (this.isExclusive) this.#exec(EXCLUSIVE);
      this.#exec(PRAGMAS);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** The identity of this file, whatever its path is later; undefined for a database without a file. */
  get file(): string | undefined {
    return this.#file;
  }

  run(statement: Statement): ResultRows {
    const prepared = this.#prepare(statement.sql);
    if (prepared.kind === "session" && isCheckpoint(statement.sql)) {
      refuseMoved(this.#path, this.#file);
      return this.#translated(() => checkpointAlone(this.#native, this.#path));
    }
    if (prepared.kind !== "write") return this.#run(prepared, statement);
    refuseMoved(this.#path, this.#file);
    const result = this.#counter?.isOn
      ? this.#inWrite(() => this.#run(prepared, statement))
      : this.#run(prepared, statement);
    this.#checkpointIfDue();
    return result;
  }

  batch(statements: readonly Statement[], mode: BatchMode): readonly ResultRows[] {
    if (mode === "write") refuseMoved(this.#path, this.#file);
    const runAll = () =>
      statements.map((statement, index) => atIndex(index, () => this.#runInBatch(statement, mode)));
    const results = mode === "write" ? this.#inWrite(runAll) : this.#inTransaction("BEGIN", runAll);
    if (mode === "write") this.#checkpointIfDue();
    return results;
  }

  migrate(statements: readonly Statement[], skipForeignKeyCheck = false): void {
    refuseMoved(this.#path, this.#file);
    // SQLite ignores this pragma inside a transaction, so it runs before and after it.
    this.#exec("PRAGMA foreign_keys = OFF");
    try {
      this.#inTransaction("BEGIN IMMEDIATE", () => {
        statements.forEach((statement, index) => {
          atIndex(index, () => this.#runInBatch(statement, "write"));
        });
        if (skipForeignKeyCheck) return;
        const [broken] = this.run({ sql: "PRAGMA foreign_key_check", args: [] }).rows;
        if (broken) {
          const [table, row, parent] = broken;
          throw new DatabaseError("foreign-key", `${table} row ${row} has no ${parent}.`);
        }
      });
    } finally {
      this.#statements.clear();
      this.#exec("PRAGMA foreign_keys = ON");
    }
    this.#checkpointIfDue();
  }

  /** Closes the connection, and schedules a garbage collection that frees what the driver still holds. */
  close(): void {
    this.#statements.clear();
    this.#native.close();
    closedConnection(this.#native, this.#file);
  }

  /**
   * Copies the rest of the log into the database, so that the file alone is complete. Skipped while another
   * connection writes, or when the file is gone; the next connection does it then.
   */
  settle(): void {
    try {
      if (statSync(`${this.#path}-wal`).size === 0) return;
      refuseMoved(this.#path, this.#file);
      checkpointAlone(this.#native, this.#path);
    } catch {
      // Nothing is lost: the log keeps what was acknowledged.
    }
  }

  /** Never fails a write: the data is already in the log, and another process may be writing. */
  #checkpointIfDue(): void {
    if (!this.#isLogLong(this.#path)) return;
    try {
      this.#translated(() => checkpointAlone(this.#native, this.#path));
    } catch (error) {
      // On a full disk, the checkpoint runs once there is room.
      const isLater = error instanceof DatabaseError && LATER.has(error.kind);
      if (!isLater) throw error;
    }
  }

  /** Runs `work` in a write transaction, and counts it if it changed a row. */
  #inWrite<T>(work: () => T): T {
    const counter = this.#counter;
    if (!counter?.isOn) return this.#inTransaction("BEGIN IMMEDIATE", work);
    let count: number | undefined;
    const result = this.#inTransaction("BEGIN IMMEDIATE", () => {
      const before = this.#numberOf(TOTAL_CHANGES);
      const done = work();
      if (this.#numberOf(TOTAL_CHANGES) !== before) {
        for (const statement of counter.statements) count = this.#numberOf(statement);
      }
      return done;
    });
    if (count !== undefined) counter.counted(count);
    return result;
  }

  #numberOf(statement: Statement): number {
    return Number(this.#run(this.#prepare(statement.sql), statement).rows[0]?.[0]);
  }

  #inTransaction<T>(begin: string, work: () => T): T {
    this.#exec(begin);
    try {
      const result = work();
      this.#exec("COMMIT");
      return result;
    } catch (error) {
      // After some errors, such as a full disk, SQLite has already rolled back.
      if (this.#native.inTransaction) this.#exec("ROLLBACK");
      throw error;
    }
  }

  #runInBatch(statement: Statement, mode: BatchMode): ResultRows {
    const prepared = this.#prepare(statement.sql);
    if (mode === "read" && prepared.kind !== "read") {
      throw new DatabaseError("sql", "This batch may only read.");
    }
    return this.#run(prepared, statement);
  }

  #run(prepared: Prepared, { args }: Statement): ResultRows {
    const { native, columns, kind } = prepared;
    const values = bind(args, prepared.parameters);
    return this.#translated(() => {
      if (columns.length === 0) {
        return { columns, rows: [], rowsAffected: native.run(values).changes };
      }
      // `run` would stop after the first row of a RETURNING and leave the write uncommitted.
      const rows = native.all(values);
      if (kind !== "read") narrowIntegers(rows);
      else if (hasUnsafeInteger(rows))
        return { columns, rows: exactly(native, values), rowsAffected: 0 };
      return { columns, rows, rowsAffected: 0 };
    });
  }

  #prepare(sql: string): Prepared {
    const known = this.#statements.get(sql);
    if (known) return known;
    const { statements, parameters, named, kind } = readSql(sql);
    // The driver would run the first statement and silently ignore the others.
    if (statements !== 1)
      throw new DatabaseError("sql", `One statement wanted, ${statements} given.`);
    if (named) throw new DatabaseError("sql", "Placeholders have no names here: use ? or ?1.");
    if (kind === "banned")
      throw new DatabaseError("sql", "Transactions are the client's own: use batch.");
    const native = this.#translated(() => this.#native.prepare(sql)) as unknown as NativeStatement;
    const columns = this.#translated(() => native.columns().map(({ name }) => name));
    if (columns.length > 0) {
      native.raw(true);
      // The rows that a write returns cannot be read a second time, so large integers are read exactly at
      // once.
      if (kind !== "read") native.safeIntegers(true);
    }
    const prepared = { native, kind, parameters, columns };
    // The result of a pragma depends on this moment and connection, so the statement is not cached.
    if (kind !== "session") this.#statements.set(sql, prepared);
    return prepared;
  }

  #exec(sql: string): void {
    this.#translated(() => this.#native.exec(sql));
  }

  /** Runs a call of the driver and converts its errors to `DatabaseError`. */
  #translated<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (error instanceof DatabaseError) throw error;
      const { code, message } = error as { code?: unknown; message?: unknown };
      const { kind, reason } = reasonOf(code, String(message), this.#path);
      throw new DatabaseError(kind, String(message), error, undefined, reason);
    }
  }
}

/** Reads again, with whole numbers that are too big for a JS number as bigint. */
function exactly(native: NativeStatement, values: NativeValue[]): unknown[][] {
  native.safeIntegers(true);
  try {
    const rows = native.all(values);
    narrowIntegers(rows);
    return rows;
  } finally {
    native.safeIntegers(false);
  }
}

function atIndex<T>(index: number, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    throw new DatabaseError(error.kind, error.message, error.cause, index, error.reason);
  }
}
