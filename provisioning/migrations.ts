import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { Client, Statement } from "../src/database/client.ts";
import { readSql } from "../src/database/sql.ts";
import { keepsKeys, takesDataAway } from "./rollouts/statements.ts";

/** One migration file of the bundle. `when` is drizzle's own timestamp. */
export interface MigrationSource {
  readonly name: string;
  readonly when: number;
  readonly sql: string;
}

export interface Migration {
  readonly name: string;
  readonly when: number;
  readonly statements: readonly string[];
  /** The SHA-256 of the file's text in hex, the same as drizzle stores. */
  readonly hash: string;
  /** A statement removes data: only `migrate apply` may run it on an existing guild. */
  readonly isDestructive: boolean;
  /** No statement can leave a reference to a row that is not there. */
  readonly keepsKeys: boolean;
}

/** The result for one database. `error` is set when it did not reach `target`. */
export interface MigrationReport {
  readonly from: number;
  readonly to: number;
  readonly applied: readonly string[];
  /** How long the work waited in a queue, which did not affect the guild. */
  readonly waitedMs?: number;
  readonly error?: Error;
}

/**
 * Why a database's history cannot be continued, why a file cannot be applied to any database
 * (`statements`), or that an operator must allow the pending migrations (`destructive`). `code` is stable.
 */
export class MigrationError extends Error {
  readonly code: "edited" | "missing" | "out-of-order" | "ahead" | "statements" | "destructive";

  constructor(code: MigrationError["code"], message: string) {
    super(message);
    this.name = "MigrationError";
    this.code = code;
  }
}

/**
 * Splits the files into statements and hashes them. Pure; runs once per process.
 *
 * @throws {MigrationError} `statements` when a breakpoint is missing between two of them.
 */
export function parseMigrations(sources: readonly MigrationSource[]): readonly Migration[] {
  return sources.map(parseMigration);
}

function parseMigration({ name, when, sql }: MigrationSource): Migration {
  const chunks = sql.split("--> statement-breakpoint").map((chunk) => chunk.trim());
  // A hand-written file may begin or end with only a comment.
  const statements = chunks.filter((chunk) => readSql(chunk).statements > 0);
  const crowded = statements.find((chunk) => readSql(chunk).statements > 1);
  if (crowded !== undefined) {
    throw new MigrationError(
      "statements",
      `${name} has two statements in one piece: put "--> statement-breakpoint" between them, ` +
        `before or after "${crowded.slice(0, 60)}".`,
    );
  }
  const isDestructive = takesDataAway({ name, statements });
  const hash = sha256Hex(sql);
  return { name, when, statements, hash, isDestructive, keepsKeys: keepsKeys(statements) };
}

/** The migrations that a database of this version can run before the next one that removes data. */
export function upToDestructive(
  migrations: readonly Migration[],
  version: number,
): readonly Migration[] {
  const first = migrations.findIndex((one, index) => index >= version && one.isDestructive);
  return first < 0 ? migrations : migrations.slice(0, first);
}

/** Tells whether a pending migration of this version removes data. */
export function waitsForOperator(migrations: readonly Migration[], version: number): boolean {
  return migrations.slice(version).some(({ isDestructive }) => isDestructive);
}

/** The version of a schema is its number of migrations; the hash identifies exactly which. */
export function schemaOf(migrations: readonly Migration[]): { version: number; hash: string } {
  const chain = migrations.map(({ name, hash }) => `${name} ${hash}`).join("\n");
  return { version: migrations.length, hash: sha256Hex(chain) };
}

/** A database's own history, as `LEDGER` reads it; `hasMeta` is false for a new database. */
export interface History {
  readonly ledger: readonly (readonly unknown[])[];
  readonly hasMeta: boolean;
  /** True for a guild's database, which has data to lose. */
  readonly isStamped: boolean;
}

/** The applied migrations of a database, in order. */
export const LEDGER: Statement = {
  sql: "SELECT name, hash FROM _migrations ORDER BY position",
  args: [],
};

/**
 * Migrates one database to the newest schema: all pending migrations in one transaction, or none. Never
 * throws: the report contains the reached version. Refuses a history that differs from ours. Concurrent
 * calls are safe: the second finds its position in the ledger taken, reads again and is done. A caller that
 * has read the database's history passes it, which saves a read. Refuses a guild's database with
 * `destructive` when a pending migration removes data, unless that is allowed.
 */
export async function migrate(
  client: Client,
  migrations: readonly Migration[],
  options: {
    readonly nowMs: number;
    readonly dryRun?: boolean;
    readonly history?: History;
    /** An operator allowed it and a backup exists, or the database is itself a copy. */
    readonly allowDestructive?: boolean;
  },
): Promise<MigrationReport> {
  let from = 0;
  try {
    const history = options.history ?? (await historyOf(client));
    from = position(history, migrations);
    const pending = migrations.slice(from);
    const names = pending.map(({ name }) => name);
    if (pending.length === 0) return { from, to: from, applied: [] };
    if (options.dryRun) return { from, to: from, applied: names };
    if (history.isStamped && options.allowDestructive !== true) refuseDestructive(pending);
    await client.migrate(statementsFor(history, migrations, from, options.nowMs));
    return { from, to: migrations.length, applied: names };
  } catch (error) {
    const failed = { from, to: from, applied: [], error: asError(error) };
    if (error instanceof MigrationError) return failed;
    // A concurrent process may have migrated it, which made our attempt fail.
    const reached = await historyOf(client).then(
      (history) => position(history, migrations),
      () => from,
    );
    if (reached > from && reached === migrations.length) {
      return { from: reached, to: reached, applied: [] };
    }
    return failed;
  }
}

/** @throws {MigrationError} `destructive` */
function refuseDestructive(pending: readonly Migration[]): void {
  const first = pending.find(({ isDestructive }) => isDestructive);
  if (first === undefined) return;
  throw new MigrationError(
    "destructive",
    `The migration ${first.name} takes data away, so an operator has to run it: ` +
      "guildhall migrate apply --allow-destructive.",
  );
}

/**
 * Reads the ledger of the database itself.
 *
 * @throws {MigrationError} when the history is not ours.
 */
export async function versionOf(client: Client, migrations: readonly Migration[]): Promise<number> {
  return position(await historyOf(client), migrations);
}

async function historyOf(client: Client): Promise<History> {
  const { rows } = await client.execute({
    sql: `SELECT name FROM sqlite_schema
          WHERE type = 'table' AND name IN ('_meta', '_migrations')`,
    args: [],
  });
  const tables = new Set(rows.flat());
  const ledger = tables.has("_migrations") ? (await client.execute(LEDGER)).rows : [];
  const hasMeta = tables.has("_meta");
  const stamp = { sql: "SELECT 1 FROM _meta LIMIT 1", args: [] };
  const isStamped = hasMeta && (await client.execute(stamp)).rows.length > 0;
  return { ledger, hasMeta, isStamped };
}

/** The number of our migrations in the database, after checking that they match ours exactly. */
function position({ ledger }: History, migrations: readonly Migration[]): number {
  ledger.forEach(([name, hash], index) => {
    const ours = migrations[index];
    if (ours?.name === name && ours?.hash === hash) return;
    throw divergence(String(name), ours, migrations);
  });
  return ledger.length;
}

function divergence(
  name: string,
  expected: Migration | undefined,
  migrations: readonly Migration[],
): MigrationError {
  if (expected?.name === name) {
    return new MigrationError(
      "edited",
      `The migration ${name} was changed after it had been applied. Restore the file as it was.`,
    );
  }
  if (migrations.some((one) => one.name === name)) {
    return new MigrationError(
      "out-of-order",
      `The database has ${name} where ${expected?.name ?? "nothing"} should be. Rename the new one.`,
    );
  }
  if (expected === undefined) {
    return new MigrationError(
      "ahead",
      `The database has ${name}, which this release does not know. Run the newer release.`,
    );
  }
  return new MigrationError(
    "missing",
    `The database has ${name}, which is missing here before ${expected.name}. Bring it back.`,
  );
}

function statementsFor(
  { hasMeta }: History,
  migrations: readonly Migration[],
  from: number,
  nowMs: number,
): readonly Statement[] {
  const { version, hash } = schemaOf(migrations);
  const plain = (sql: string): Statement => ({ sql, args: [] });
  return [
    plain(`CREATE TABLE IF NOT EXISTS _migrations (position INTEGER PRIMARY KEY,
      name TEXT NOT NULL UNIQUE, hash TEXT NOT NULL, applied_at INTEGER NOT NULL)`),
    // Written too, so that drizzle-kit can read our databases.
    plain(`CREATE TABLE IF NOT EXISTS __drizzle_migrations (id SERIAL PRIMARY KEY,
      hash text NOT NULL, created_at numeric)`),
    ...migrations.slice(from).flatMap((migration, index) => [
      ...migration.statements.map(plain),
      {
        sql: "INSERT INTO _migrations (position, name, hash, applied_at) VALUES (?, ?, ?, ?)",
        args: [from + index + 1, migration.name, migration.hash, nowMs],
      },
      {
        sql: "INSERT INTO __drizzle_migrations (hash, created_at) VALUES (?, ?)",
        args: [migration.hash, migration.when],
      },
    ]),
    ...(hasMeta
      ? [{ sql: "UPDATE _meta SET schema_version = ?, schema_hash = ?", args: [version, hash] }]
      : []),
  ];
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

function sha256Hex(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)));
}
