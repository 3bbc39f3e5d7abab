import type { Client } from "./client.ts";

/**
 * Tables whose rows belong to no copy: answers that were stored for repeated requests. Backups,
 * exports and clones carry the tables empty, on every host.
 */
export const TRANSIENT_TABLES: readonly string[] = ["idempotency_keys"];

/** Empties those of these tables that a database has. */
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
