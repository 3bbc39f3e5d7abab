import type { Client, Statement } from "../src/database/client.ts";

// Releases before this one kept the absolute path of each guild's file. A copy of such a folder would
// read and write the files of the original. The rows say by their ends that they are of that kind; any
// other path was never ours, is left as it is, and is refused.

const IS_OLD = `host = 'file' AND database_url LIKE 'file:///%' AND
  substr(database_url, -length('/guilds/' || database_name || '.db'))
    = '/guilds/' || database_name || '.db'`;

/** How many guilds in files the registry finds by a path of a machine. */
export async function countOldPlaces(client: Client): Promise<number> {
  const sql = `SELECT count(*) FROM guilds WHERE ${IS_OLD}`;
  const { rows } = await client.execute({ sql, args: [] });
  return Number(rows[0]?.[0]);
}

/** Takes the machine's path out of every such row. Done again, it changes nothing. */
export async function convertPlaces(client: Client): Promise<void> {
  if ((await countOldPlaces(client)) === 0) return;
  await client.batch([CONVERSION], "write");
}

const CONVERSION: Statement = {
  sql: `UPDATE guilds SET database_url = 'file:guilds/' || database_name || '.db' WHERE ${IS_OLD}`,
  args: [],
};
