import { open, stat } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import type { Client } from "../../src/database/client.ts";
import { quoteName } from "../../src/database/dump-sql.ts";
import { openEmbedded } from "../../src/database/embedded.ts";
import { DatabaseWithSource } from "../../src/database/embedded-source.ts";
import { DatabaseError } from "../../src/database/errors.ts";
import { Conflict, Invalid, TooLarge } from "../../src/kernel/errors.ts";
import { limits } from "../../src/limits.ts";
import { guildSchema } from "../guild-schema.ts";
import { type Migration, migrate, schemaOf, upToDestructive } from "../migrations.ts";
import { compareSchemas, type Schema, type SchemaObject } from "../rollouts/drift.ts";
import { type Anchor, checkedLog } from "./rebuilt-log.ts";
import { refuseWrongValues } from "./rebuilt-values.ts";
import { ledgerIn, schemaIn } from "./source-schema.ts";

// A foreign file is never served. Its rows are copied table by table into a new database of this release.
// Its triggers, indexes and views are not copied, and rows that violate our schema are refused.

/** The request for a rebuild. Plain data, because it is sent to another process. */
export interface RebuildRequest {
  /** The path of the foreign file, which is only read. */
  readonly from: string;
  /** The path of the new database, which must not exist yet. */
  readonly to: string;
  /** Unix milliseconds for the timestamps of new rows. */
  readonly nowMs: number;
  /** Tables whose rows are not copied. */
  readonly omit?: readonly string[];
  /** Seals the audit log again for this guild, because an import creates another guild. */
  readonly sealFor?: string;
  /** The platform's anchors of the original guild's log. */
  readonly anchors?: readonly { readonly seq: number; readonly hash: string }[];
}

/** Facts about the foreign file and the new database. */
export interface Rebuilt {
  readonly guildId: string;
  readonly generation: number;
  /** The schema version of the file; the new database has this release's schema. */
  readonly schemaVersion: number;
  /** The text in the table `_export`; null for a file without it. */
  readonly manifest: string | null;
  /** Differences from the expected schema, which were not copied. */
  readonly left: string[];
  /** The checkpoint after which the audit log continues; null when the log has its first row. */
  readonly checkpoint: Anchor | null;
  readonly head: { readonly seq: number; readonly hash: string };
}

/** Objects of moves, exports and SQLite itself, which are not part of a guild's schema. */
const PASSING = /^(table (_move|_export|sqlite_sequence|sqlite_stat\d)|trigger _move_blocks_\w+)$/;
/** Written by our migrations, or always empty. */
const NOT_COPIED = new Set(["_migrations", "__drizzle_migrations", "_guard"]);

/**
 * Copies the rows of a foreign file into a new database with this release's schema.
 * @throws {Invalid} `copy/not-a-guild`, `copy/schema-differs`, `copy/rows-refused`, `copy/audit-broken`
 * @throws {Conflict} `copy/newer-release` @throws {TooLarge} `copy/too-large`
 * @throws {DatabaseError} `corrupt` for a damaged file.
 */
export async function rebuild(request: RebuildRequest): Promise<Rebuilt> {
  await refuseInvalidFile(request.from);
  const version = await createTarget(request);
  const triggers = await inNewDatabase(request.to, takeTriggers);
  const facts = copyRows(request, version, triggers);
  return await inNewDatabase(request.to, async (client) => {
    await putTriggers(client, triggers);
    const schema = await migrated(client, version, request.nowMs);
    // The rules of the current schema do not apply to the values of an older one.
    if (schema === guildSchema.length) await refuseWrongValues(client);
    const log = await withoutTriggers(client, () => checkedLog(client, facts.guildId, request));
    await client.execute({ sql: "PRAGMA wal_checkpoint(TRUNCATE)", args: [] });
    return { ...facts, ...log };
  });
}

/** Migrates the copy to this release's schema, or up to the first migration that removes data. */
async function migrated(client: Client, version: number, nowMs: number): Promise<number> {
  const wanted = upToDestructive(guildSchema, version);
  const report = await migrate(client, wanted, { nowMs });
  if (report.error) throw rowsRefused(report.error.message);
  const { version: reached, hash } = schemaOf(wanted);
  await client.execute({
    sql: "UPDATE _meta SET schema_version = ?, schema_hash = ?",
    args: [reached, hash],
  });
  return reached;
}

/**
 * Checks the file's size and SQLite's header.
 *
 * @throws {DatabaseError} `corrupt`
 *
 * @throws {TooLarge} `copy/too-large`
 */
async function refuseInvalidFile(path: string): Promise<void> {
  const { size } = await stat(path);
  if (size > limits.archives.bytesMax) {
    const { bytesMax } = limits.archives;
    throw new TooLarge("copy/too-large", "This file holds more than a guild may.", { bytesMax });
  }
  const file = await open(path, "r");
  try {
    const { buffer } = await file.read(Buffer.alloc(16), 0, 16, 0);
    if (buffer.toString("latin1") === "SQLite format 3\0") return;
    throw new DatabaseError("corrupt", "This is no database file.");
  } finally {
    await file.close();
  }
}

/** Creates the new database with the schema of the file's migration ledger. */
async function createTarget({ from, to, nowMs }: RebuildRequest): Promise<number> {
  await inNewDatabase(to, async (client) => {
    await client.execute({ sql: "PRAGMA user_version", args: [] });
  });
  const source = new DatabaseWithSource(to, from);
  let version: number;
  try {
    version = versionOf(ledgerIn(source));
  } finally {
    source.close();
  }
  await inNewDatabase(to, async (client) => {
    const report = await migrate(client, guildSchema.slice(0, version), { nowMs });
    if (report.error) throw report.error;
  });
  return version;
}

/** The number of our migrations in a ledger, which must be exactly our first ones. */
function versionOf(ledger: readonly Pick<Migration, "name" | "hash">[]): number {
  const differs = ledger.findIndex(({ name, hash }, at) => {
    return guildSchema[at]?.name !== name || guildSchema[at]?.hash !== hash;
  });
  if (differs === guildSchema.length) {
    throw new Conflict(
      "copy/newer-release",
      "This file was made by a later release. Use the command line of that release.",
    );
  }
  if (differs < 0 && ledger.length > 0) return ledger.length;
  const at = ledger[differs]?.name ?? "none";
  throw schemaDiffers([`the migration ${at} is not one of this release`]);
}

function copyRows(
  request: RebuildRequest,
  version: number,
  triggers: readonly SchemaObject[],
): Pick<Rebuilt, "guildId" | "generation" | "schemaVersion" | "manifest" | "left"> {
  const db = new DatabaseWithSource(request.to, request.from);
  try {
    const [expected, actual] = [schemaIn(db, "main"), schemaIn(db, "source")];
    // These triggers were removed from the new database, so that it accepts the rows of a finished guild.
    const ours = new Map([
      ...expected,
      ...triggers.map((one) => [`trigger ${one.name}`, one] as const),
    ]);
    const left = refuseOtherTables(ours, actual);
    refuseDamage(db, "source");
    db.exec("BEGIN IMMEDIATE");
    const omitted = new Set(request.omit);
    for (const { type, name, columns } of expected.values()) {
      if (type !== "table" || NOT_COPIED.has(name) || omitted.has(name)) continue;
      copyTable(db, name, [...columns.keys()]);
    }
    copyCounters(db);
    db.exec("COMMIT");
    refuseDamage(db, "main");
    return { ...stampIn(db, version), left, manifest: manifestIn(db, actual) };
  } finally {
    db.close();
  }
}

/** The new database has our indexes, triggers and views. The file's tables must equal ours. */
function refuseOtherTables(expected: Schema, actual: Schema): string[] {
  const found = compareSchemas(expected, actual).filter(({ what }) => !PASSING.test(what));
  const isTable = (what: string) => what.startsWith("table ") || what.startsWith("column ");
  const tables = found.filter(({ what }) => isTable(what));
  if (tables.length > 0) throw schemaDiffers(tables.map(({ what, kind }) => `${what} is ${kind}`));
  return found.map(({ what, kind }) => `${what} is ${kind}`);
}

function copyTable(db: DatabaseWithSource, table: string, columns: readonly string[]): void {
  const [name, names] = [quoteName(table), columns.map(quoteName).join(", ")];
  try {
    // Replaces the rows that our migrations insert: the file has the guild's version of them.
    db.exec(`DELETE FROM main.${name};
      INSERT INTO main.${name} (${names}) SELECT ${names} FROM source.${name};`);
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    if (error.kind === "corrupt") throw error;
    throw rowsRefused(`${table}: ${error.message}`);
  }
}

/** Copies the AUTOINCREMENT counters, so that used numbers are not assigned again. */
function copyCounters(db: DatabaseWithSource): void {
  const counted = db.rows("SELECT name, seq FROM main.sqlite_sequence");
  const known = new Set(db.rows(AUTOINCREMENT).map(([name]) => String(name)));
  const has = db.rows("SELECT 1 FROM source.sqlite_schema WHERE name = 'sqlite_sequence'");
  if (has.length === 0) return;
  for (const [name, seq] of db.rows("SELECT name, seq FROM source.sqlite_sequence")) {
    if (!known.has(String(name))) continue;
    const highest = Number(counted.find(([table]) => table === name)?.[1] ?? 0);
    if (!Number.isSafeInteger(seq) || Number(seq) < highest) {
      throw rowsRefused(`the counter of ${String(name)} is before its last row`);
    }
    const table = `'${String(name).replaceAll("'", "''")}'`;
    db.exec(`DELETE FROM main.sqlite_sequence WHERE name = ${table};
      INSERT INTO main.sqlite_sequence (name, seq) VALUES (${table}, ${Number(seq)});`);
  }
}

const AUTOINCREMENT = `SELECT name FROM main.sqlite_schema
  WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%'`;

function refuseDamage(db: DatabaseWithSource, schema: "main" | "source"): void {
  const [found] = db.rows(`PRAGMA ${schema}.integrity_check(1)`)[0] ?? [];
  if (found !== "ok") {
    if (schema === "main") throw rowsRefused(String(found));
    throw new DatabaseError("corrupt", `It is damaged: ${String(found)}`);
  }
  if (schema === "source") return;
  const broken = db.rows("PRAGMA main.foreign_key_check");
  if (broken.length > 0) throw rowsRefused(`${broken.length} rows point at nothing`);
}

function stampIn(db: DatabaseWithSource, version: number) {
  const stamps = db.rows("SELECT id, guild_id, generation, schema_version FROM main._meta");
  const [id, guildId, generation, schemaVersion] = stamps[0] ?? [];
  if (stamps.length !== 1 || id !== 1 || typeof guildId !== "string" || guildId === "") {
    throw new Invalid("copy/not-a-guild", "This file carries no guild's stamp.");
  }
  if (schemaVersion !== version) {
    throw schemaDiffers([`its stamp says schema ${String(schemaVersion)}, its ledger ${version}`]);
  }
  if (!Number.isSafeInteger(generation)) throw rowsRefused("its generation is no number");
  return { guildId, generation: Number(generation), schemaVersion: version };
}

function manifestIn(db: DatabaseWithSource, schema: Schema): string | null {
  const table = schema.get("table _export");
  if (table === undefined) return null;
  if ([...table.columns.keys()].join() !== "manifest" || /virtual/i.test(table.sql)) return null;
  const length = limits.archives.manifestCharsMax;
  const [row] = db.rows(`SELECT substr(manifest, 1, ${length}) FROM source._export LIMIT 1`);
  return typeof row?.[0] === "string" ? row[0] : null;
}

async function withoutTriggers<T>(client: Client, work: () => Promise<T>): Promise<T> {
  const triggers = await takeTriggers(client);
  const done = await work();
  await putTriggers(client, triggers);
  return done;
}

async function takeTriggers(client: Client): Promise<readonly SchemaObject[]> {
  const { rows } = await client.execute({
    sql: "SELECT name, tbl_name, sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY rowid",
    args: [],
  });
  const triggers = rows.map(([name, table, sql]) => ({
    type: "trigger",
    name: String(name),
    table: String(table),
    sql: String(sql),
    columns: new Map<string, string>(),
  }));
  const drops = triggers.map(({ name }) => ({ sql: `DROP TRIGGER ${quoteName(name)}`, args: [] }));
  if (drops.length > 0) await client.batch(drops, "write");
  return triggers;
}

async function putTriggers(client: Client, triggers: readonly SchemaObject[]): Promise<void> {
  if (triggers.length === 0) return;
  const made = triggers.map(({ sql }) => ({ sql, args: [] }));
  await client.batch(made, "write");
}

async function inNewDatabase<T>(path: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = await openEmbedded({ url: pathToFileURL(path).href }, { create: true });
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

function schemaDiffers(differs: readonly string[]): Invalid {
  const some = differs.slice(0, limits.archives.differencesShown);
  const more = differs.length > some.length ? ` and ${differs.length - some.length} more` : "";
  return new Invalid(
    "copy/schema-differs",
    `Its tables are not those of a guild: ${some.join("; ")}${more}. Nothing was taken from it.`,
    { differs },
  );
}

function rowsRefused(why: string): Invalid {
  return new Invalid(
    "copy/rows-refused",
    `It holds rows that no guild can have (${why}). Nothing was taken from it.`,
  );
}
