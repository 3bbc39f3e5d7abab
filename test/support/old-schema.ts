import { copyFile, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { FileHost } from "../../provisioning/hosts/file.ts";
import { removeDatabase } from "../../provisioning/hosts/file-drafts.ts";
import { fileTemplate } from "../../provisioning/hosts/file-template.ts";
import { newDatabaseName } from "../../provisioning/hosts/host.ts";
import { schemaOf } from "../../provisioning/migrations.ts";
import type { Client, SqlValue, Statement } from "../../src/database/client.ts";
import { openEmbedded } from "../../src/database/embedded.ts";
import type { TestApp, TestGuild } from "./app.ts";
import { guildSchema } from "./provisioning.ts";
import { removeSearched } from "./secrets/folders.ts";

/**
 * Moves a guild of the running app to a database with the schema `version`, with every row that fits
 * that schema. Only for guilds in files.
 */
export async function putOnSchema(t: TestApp, guild: TestGuild, version: number) {
  const { platform, tenants } = t.services;
  const row = (await platform.guild(guild.id))!;
  const root = await mkdtemp(join(tmpdir(), "guildhall-old-"));
  const migrations = guildSchema.slice(0, version);
  const nowMs = () => t.now().getTime();
  const template = fileTemplate({ root, migrations, openClient: openEmbedded, nowMs });
  const host = new FileHost({ root, template });
  const location = await host.create(newDatabaseName());
  const { hash } = schemaOf(migrations);
  await tenants.drain(guild.id);
  const from = await openEmbedded(row.location);
  const to = await openEmbedded(location);
  const rows: Statement[] = [plain("PRAGMA defer_foreign_keys = ON")];
  for (const table of await tablesOf(to)) rows.push(...(await rowsOf(from, to, table)));
  await to.batch(rows, "write");
  await to.execute({
    sql: "UPDATE _meta SET schema_version = ?, schema_hash = ?",
    args: [version, hash],
  });
  await from.close();
  await to.execute(plain("PRAGMA wal_checkpoint(TRUNCATE)"));
  await to.close();
  const place = fileURLToPath(row.location.url);
  await removeDatabase(place);
  await copyFile(fileURLToPath(location.url), place);
  await platform.db.client.execute({
    sql: "UPDATE guilds SET schema_version = ?, schema_hash = ? WHERE id = ?",
    args: [version, hash, row.id],
  });
  return { location: row.location, clean: () => removeSearched(root) };
}

/** The ledger of migrations is the template's own. */
async function tablesOf(client: Client): Promise<readonly string[]> {
  const { rows } = await client.execute(
    plain(
      `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
       AND name <> '_migrations' AND sql NOT LIKE 'CREATE VIRTUAL%'`,
    ),
  );
  return rows.map(([name]) => String(name));
}

/** The rows of `table`, as statements that insert them into the older table of that name. */
async function rowsOf(from: Client, to: Client, table: string): Promise<readonly Statement[]> {
  const { rows: columns } = await to.execute(plain(`PRAGMA table_info(${table})`));
  const names = columns.map(([, name]) => String(name)).join(", ");
  const { rows } = await from.execute(plain(`SELECT ${names} FROM ${table} ORDER BY rowid`));
  const sql = `INSERT INTO ${table} (${names}) VALUES (${columns.map(() => "?").join(", ")})`;
  return rows.map((args) => ({ sql, args: [...args] as SqlValue[] }));
}

function plain(sql: string): Statement {
  return { sql, args: [] };
}
