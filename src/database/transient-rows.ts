import type { Client } from "./client.ts";

/**
 * Tables with stored answers to repeated requests. Backups, exports and clones leave these tables empty, on
 * every host.
 */
export const TRANSIENT_TABLES: readonly string[] = ["idempotency_keys"];

/** Deletes the rows of these tables, if the database has them. */
export async function removeTransientRows(client: Client): Promise<void> {
  const { rows } = await client.execute({
    sql: `SELECT name FROM sqlite_schema WHERE type = 'table'
          AND name IN (SELECT value FROM json_each(?))`,
    args: [JSON.stringify(TRANSIENT_TABLES)],
  });
  for (const [name] of rows) {
    await client.execute({ sql: `DELETE FROM "${String(name)}"`, args: [] });
  }
}
