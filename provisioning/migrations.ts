import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { Client, Statement } from "../src/database/client.ts";
import { readSql } from "../src/database/sql.ts";

/** One migration file, as it stands in the bundle. `when` is drizzle's own timestamp of it. */
export interface MigrationSource {
  readonly name: string;
  readonly when: number;
  readonly sql: string;
}

export interface Migration {
  readonly name: string;
  readonly when: number;
  readonly statements: readonly string[];
  /** SHA-256 of the file's text in hex, the same that drizzle keeps. */
  readonly hash: string;
}

/** How far one database got. `error` is set when it did not get to `target`. */
export interface MigrationReport {
  readonly from: number;
  readonly to: number;
  readonly applied: readonly string[];
  /** How long it waited for somebody to do it; no part of what the guild noticed. */
  readonly waitedMs?: number;
  readonly error?: Error;
}

/**
 * Why a database's history cannot be continued, or (`statements`) why a file cannot be applied to
 * any database. `code` is stable.
 */
export class MigrationError extends Error {
  readonly code: "edited" | "missing" | "out-of-order" | "ahead" | "statements";

  constructor(code: MigrationError["code"], message: string) {
    super(message);
    this.name = "MigrationError";
    this.code = code;
  }
}

/**
 * Splits the files into statements and hashes them. Pure; done once per process.
 * @throws {MigrationError} `statements` when a breakpoint is missing between two of them.
 */
export function parseMigrations(sources: readonly MigrationSource[]): readonly Migration[] {
  return sources.map(parseMigration);
}

function parseMigration({ name, when, sql }: MigrationSource): Migration {
  const chunks = sql.split("--> statement-breakpoint").map((chunk) => chunk.trim());
  // A file made by hand may begin or end with nothing but a comment.
  const statements = chunks.filter((chunk) => readSql(chunk).statements > 0);
  const crowded = statements.find((chunk) => readSql(chunk).statements > 1);
  if (crowded !== undefined) {
    throw new MigrationError(
      "statements",
      `${name} has two statements in one piece: put "--> statement-breakpoint" between them, ` +
        `before or after "${crowded.slice(0, 60)}".`,
    );
  }
  return { name, when, statements, hash: sha256Hex(sql) };
}

/** The version of a schema is how many migrations made it; its hash names exactly which. */
export function schemaOf(migrations: readonly Migration[]): { version: number; hash: string } {
  const chain = migrations.map(({ name, hash }) => `${name} ${hash}`).join("\n");
  return { version: migrations.length, hash: sha256Hex(chain) };
}

/** What a database says of its own past, as `LEDGER` reads it; `hasMeta` is false for a new one. */
export interface History {
  readonly ledger: readonly (readonly unknown[])[];
  readonly hasMeta: boolean;
}

/** The migrations of a database that has had any, in their order. */
export const LEDGER: Statement = {
  sql: "SELECT name, hash FROM _migrations ORDER BY position",
  args: [],
};

/**
 * Brings one database to the newest schema: all of its pending migrations in one transaction, or
 * none. Never throws: the report says how far it got. Refuses a history that differs from ours.
 * Two at once are safe: the second finds its place in the ledger taken, looks again and is done.
 * Who has read the database's history with something else gives it, and saves reading it again.
 */
export async function migrate(
  client: Client,
  migrations: readonly Migration[],
  options: { readonly nowMs: number; readonly dryRun?: boolean; readonly history?: History },
): Promise<MigrationReport> {
  let from = 0;
  try {
    const history = options.history ?? (await historyOf(client));
    from = position(history, migrations);
    const pending = migrations.slice(from);
    const names = pending.map(({ name }) => name);
    if (pending.length === 0) return { from, to: from, applied: [] };
    if (options.dryRun) return { from, to: from, applied: names };
    await client.migrate(statementsFor(history, migrations, from, options.nowMs));
    return { from, to: migrations.length, applied: names };
  } catch (error) {
    const failed = { from, to: from, applied: [], error: asError(error) };
    if (error instanceof MigrationError) return failed;
    // Somebody else may have done it in the meantime, and that is why we could not.
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

async function historyOf(client: Client): Promise<History> {
  const { rows } = await client.execute({
    sql: `SELECT name FROM sqlite_schema
          WHERE type = 'table' AND name IN ('_meta', '_migrations')`,
    args: [],
  });
  const tables = new Set(rows.flat());
  const ledger = tables.has("_migrations") ? (await client.execute(LEDGER)).rows : [];
  return { ledger, hasMeta: tables.has("_meta") };
}

/** How many of our migrations the database has, after checking that they are exactly ours. */
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
    // Kept in step so that drizzle-kit can read a database of ours.
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
