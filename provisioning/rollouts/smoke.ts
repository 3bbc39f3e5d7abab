import { getTableColumns, getTableName, is } from "drizzle-orm";
import { SQLiteTable } from "drizzle-orm/sqlite-core";
import type { OpenClient, Statement } from "../../src/database/client.ts";
import type { Guild } from "../../src/platform/store.ts";
import * as tables from "../../src/tenant/schema.ts";
import { refuseStranger } from "./guild.ts";

/** Reads every column of every table of this release once. */
const QUESTIONS: readonly Statement[] = Object.values(tables).flatMap((table) => {
  if (!is(table, SQLiteTable)) return [];
  const columns = Object.values(getTableColumns(table)).map(({ name }) => `"${name}"`);
  return { sql: `SELECT ${columns.join(", ")} FROM "${getTableName(table)}" LIMIT 1`, args: [] };
});

/**
 * Runs these queries on a guild's database.
 *
 * @throws {DatabaseError} naming the table or column that fails.
 */
export async function smoke(openClient: OpenClient, guild: Guild): Promise<void> {
  const client = await openClient(guild.location);
  try {
    await refuseStranger(client, guild);
    await client.batch(QUESTIONS, "read");
  } finally {
    await client.close();
  }
}
