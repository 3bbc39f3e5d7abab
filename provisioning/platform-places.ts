import type { Client, Statement } from "../src/database/client.ts";

// Earlier releases stored the absolute path of each guild's file, so a copied folder would use the files of
// the original. The ends of such rows identify them. Any other path was never ours: it stays unchanged and
// is refused.

const IS_OLD = `host = 'file' AND database_url LIKE 'file:///%' AND
  substr(database_url, -length('/guilds/' || database_name || '.db'))
    = '/guilds/' || database_name || '.db'`;

/** The number of guilds whose registered file is an absolute path. */
export async function countOldPlaces(client: Client): Promise<number> {
  const sql = `SELECT count(*) FROM guilds WHERE ${IS_OLD}`;
  const { rows } = await client.execute({ sql, args: [] });
  return Number(rows[0]?.[0]);
}

/** Removes the machine's path from the rows that `countOldPlaces` counts. Idempotent. */
export async function convertPlaces(client: Client): Promise<void> {
  if ((await countOldPlaces(client)) === 0) return;
  await client.batch([CONVERSION], "write");
}

const CONVERSION: Statement = {
  sql: `UPDATE guilds SET database_url = 'file:guilds/' || database_name || '.db' WHERE ${IS_OLD}`,
  args: [],
};
