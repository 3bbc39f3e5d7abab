import { pathToFileURL } from "node:url";
import Native from "libsql";
import { DatabaseError, kindOfSqliteCode } from "./errors.ts";

/** The part of the driver's statement that we use; the driver's own types are less precise. */
interface RawStatement {
  raw(on: boolean): RawStatement;
  all(values: readonly unknown[]): unknown[][];
}

/**
 * A new database of ours, with a foreign file attached as the schema `source`. The foreign file is opened
 * for reading only, and nothing in its schema may call functions with side effects. Only what the caller
 * names is read from it; its triggers cannot run, because nothing is written to it. All calls are
 * synchronous: run it in a separate process.
 */
export class DatabaseWithSource {
  readonly #native: Native.Database;

  /** `path` is an existing database of ours; `sourcePath` is the foreign file. */
  constructor(path: string, sourcePath: string) {
    this.#native = translated(() => new Native(path));
    try {
      this.exec(`PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA foreign_keys = OFF;
        PRAGMA recursive_triggers = ON; PRAGMA synchronous = OFF;`);
      const source = `${pathToFileURL(sourcePath).href}?mode=ro&immutable=1`;
      translated(() => this.#native.prepare("ATTACH DATABASE ? AS source").run([source]));
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Rows as arrays in column order. @throws {DatabaseError} */
  rows(sql: string): readonly (readonly unknown[])[] {
    return translated(() => {
      const statement = this.#native.prepare(sql) as unknown as RawStatement;
      return statement.raw(true).all([]);
    });
  }

  exec(sql: string): void {
    translated(() => this.#native.exec(sql));
  }

  close(): void {
    this.#native.close();
  }
}

function translated<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    const { code, message } = error as { code?: unknown; message?: unknown };
    const kind = typeof code === "string" ? kindOfSqliteCode(code) : "sql";
    throw new DatabaseError(kind, String(message), error);
  }
}
