import { sql } from "drizzle-orm";
import type { Client, Statement } from "../../src/database/client.ts";
import { guard, toStatement } from "../../src/database/write.ts";
import { tablesOf } from "./tables.ts";

// A table in both databases names the attempt that may change them. The database itself refuses late writes
// of a stalled process, in the same transaction.
const FENCE = "_move";
const BLOCK = "_move_blocks_";
const CHANGES = ["INSERT", "UPDATE", "DELETE"] as const;

const plain = (text: string): Statement => ({ sql: text, args: [] });
const dropTrigger = (name: string) => plain(`DROP TRIGGER IF EXISTS "${name}"`);

/**
 * Refuses every write to a database from now on, from any process and connection; reads still work. The
 * database then has every acknowledged write, and no later one is acknowledged.
 */
export async function blockWrites(client: Client, fence: number): Promise<void> {
  const triggers = (await tablesOf(client)).flatMap(({ name }, index) =>
    CHANGES.map((change) =>
      plain(`CREATE TRIGGER IF NOT EXISTS "${BLOCK}${index}_${change.toLowerCase()}"
        BEFORE ${change} ON "${name}"
        BEGIN SELECT RAISE(ABORT, 'Operation was blocked: this guild is moving'); END`),
    ),
  );
  await client.batch([...raise(fence), ...triggers], "write");
}

/** Allows writes again, unless another attempt has taken the database over. */
export async function allowWrites(client: Client, fence: number): Promise<void> {
  const names = await triggersOf(client, true);
  if (names.length === 0) return;
  await client.batch(
    [ours(fence), ...names.map(dropTrigger), plain(`DROP TABLE "${FENCE}"`)],
    "write",
  );
}

/** Removes a move's objects from a database: a copy of a moving database is not itself moving. */
export async function forgetMove(client: Client): Promise<void> {
  const names = await triggersOf(client, true);
  await client.batch(
    [...names.map(dropTrigger), plain(`DROP TABLE IF EXISTS "${FENCE}"`)],
    "write",
  );
}

/**
 * Prepares a database as the target of a copy: removes its triggers, which would refuse the rows of a
 * finished guild.
 */
export async function takeTarget(client: Client, fence: number): Promise<void> {
  const names = await triggersOf(client, false);
  await client.batch([...raise(fence), ...names.map(dropTrigger)], "write");
}

/** The statements that restore a copied database's own triggers. */
export async function releaseTarget(
  source: Client,
  target: Client,
  fence: number,
  last: readonly Statement[],
): Promise<void> {
  const { rows } = await source.execute(
    plain(`SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND name NOT LIKE '${BLOCK}%'`),
  );
  const triggers = rows.map(([text]) => plain(String(text)));
  await target.batch([ours(fence), ...last, ...triggers, plain(`DROP TABLE "${FENCE}"`)], "write");
}

/** Aborts a transaction of another attempt. */
export function ours(fence: number): Statement {
  return toStatement(
    guard(sql`exists (select 1 from _move where fence = ${fence})`, () => new Error()),
  );
}

/** A database's schema without the objects of a move. */
export async function shapeOf(client: Client): Promise<ReadonlyMap<string, string>> {
  const { rows } = await client.execute(
    plain(`SELECT type || ' ' || name, coalesce(sql, '') FROM sqlite_schema
      WHERE name NOT LIKE 'sqlite_%' AND name NOT LIKE 'libsql_%'
        AND name <> '${FENCE}' AND name NOT LIKE '${BLOCK}%'`),
  );
  return new Map(rows.map(([name, text]) => [String(name), String(text)]));
}

function raise(fence: number): readonly Statement[] {
  return [
    plain(`CREATE TABLE IF NOT EXISTS "${FENCE}" (fence INTEGER NOT NULL)`),
    // An older attempt must not take it back from a newer one.
    toStatement(
      guard(sql`not exists (select 1 from _move where fence > ${fence})`, () => new Error()),
    ),
    plain(`DELETE FROM "${FENCE}"`),
    { sql: `INSERT INTO "${FENCE}" (fence) VALUES (?)`, args: [fence] },
  ];
}

async function triggersOf(client: Client, blocks: boolean): Promise<readonly string[]> {
  const { rows } = await client.execute(
    plain(`SELECT name FROM sqlite_schema WHERE type = 'trigger'
      AND name ${blocks ? "" : "NOT"} LIKE '${BLOCK}%'`),
  );
  return rows.map(([name]) => String(name));
}
