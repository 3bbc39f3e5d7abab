import { drizzle } from "drizzle-orm/sqlite-proxy";

/** A value that can be bound to a `?`. Whole numbers are bound as INTEGER, not as REAL. */
export type SqlValue = null | string | number | bigint | boolean | Uint8Array;

/** One SQL statement and the values of its placeholders, in order. */
export interface Statement {
  readonly sql: string;
  readonly args: readonly SqlValue[];
}

/** Rows as arrays in column order. `rowsAffected` has no meaning for statements with RETURNING. */
export interface ResultRows {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
  readonly rowsAffected: number;
}

export type BatchMode = "read" | "write";

/**
 * A connection to one database, with the same behaviour on every backend. All methods throw `DatabaseError`
 * (errors.ts), whose `kind` does not depend on the backend.
 */
export interface Client {
  /** Runs one statement on its own. */
  execute(statement: Statement): Promise<ResultRows>;
  /**
   * Runs all statements in one transaction and one round trip: all of them, or none. A failure has the
   * `statementIndex` of the statement that failed.
   */
  batch(statements: readonly Statement[], mode: BatchMode): Promise<readonly ResultRows[]>;
  /**
   * Runs schema changes in one transaction with foreign keys off, as SQLite's table rebuilds need. Refuses
   * to commit (`kind: "foreign-key"`) when `PRAGMA foreign_key_check` finds a row. With
   * `skipForeignKeyCheck`, a caller can copy a database table by table and check at the end.
   */
  migrate(
    statements: readonly Statement[],
    options?: { readonly skipForeignKeyCheck?: boolean },
  ): Promise<void>;
  /** Releases the connection. Running work is finished first; later calls throw. */
  close(): Promise<void>;
}

export type Orm = ReturnType<typeof drizzle>;

/** One open database: the query builder for reading, `client` for everything else. */
export class Database {
  readonly client: Client;
  readonly orm: Orm;

  constructor(client: Client) {
    this.client = client;
    this.orm = drizzle(async (sql, params, method) => {
      const result = await client.execute({ sql, args: params });
      const rows = result.rows as unknown[][];
      // The driver expects the bare row for `get`, and undefined when there is none.
      return { rows: method === "get" ? (rows[0] as unknown[]) : rows };
    });
  }

  /** Reads rows as objects keyed by column name. For hand-written SQL on hot paths. */
  async all<Row>(sql: string, ...args: SqlValue[]): Promise<Row[]> {
    const { columns, rows } = await this.client.execute({ sql, args });
    return rows.map((row) => {
      const object: Record<string, unknown> = {};
      for (let i = 0; i < columns.length; i++) object[columns[i]!] = row[i];
      return object as Row;
    });
  }

  /** The first row of `all`, or undefined. */
  async first<Row>(sql: string, ...args: SqlValue[]): Promise<Row | undefined> {
    return (await this.all<Row>(sql, ...args))[0];
  }

  close(): Promise<void> {
    return this.client.close();
  }
}

/** The one shared database. A separate class, so that the compiler tells it apart from a guild's database. */
export class PlatformDatabase extends Database {
  readonly stores = "platform";
}

/** The one database of one guild. Only `TenantDatabases` and provisioning create it. */
export class TenantDatabase extends Database {
  readonly stores = "tenant";
}

/** The address of a database: `file:` with an absolute path, or `http(s):`/`libsql:`. */
export interface DatabaseLocation {
  readonly url: string;
  readonly authToken?: string;
}

/** Creates the client for a location. Entrypoints choose which backends exist. */
export type OpenClient = (location: DatabaseLocation) => Promise<Client>;
