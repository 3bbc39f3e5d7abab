import type { Client, Statement } from "../../src/database/client.ts";
import { COUNTERS_AS_SQL, HAS_COUNTERS, rowsAsSql } from "../../src/database/dump-sql.ts";
import { sealed } from "./sql-snapshot.ts";

/** A database as SQL text of one moment: tables and rows first, then indexes, triggers and views. */
export async function dumpOf(client: Client): Promise<ReadableStream<Uint8Array>> {
  const { rows: objects } = await client.execute({
    sql: `SELECT type, name, sql FROM sqlite_schema
          WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite!_%' ESCAPE '!'
            AND name NOT LIKE 'libsql!_%' ESCAPE '!' ORDER BY type = 'trigger', rowid`,
    args: [],
  });
  const isTable = ([type]: readonly unknown[]) => type === "table";
  const reads: Statement[] = [];
  for (const [, name] of objects.filter(isTable)) reads.push(await readingOf(client, String(name)));
  const { rows: counters } = await client.execute(HAS_COUNTERS);
  if (counters.length > 0) reads.push({ sql: COUNTERS_AS_SQL, args: [] });
  const found = await client.batch(reads, "read");
  const textOf = ([, , sql]: readonly unknown[]) => `${String(sql)};\n`;
  return sealed(
    (async function* () {
      for (const table of objects.filter(isTable)) yield textOf(table);
      for (const { rows } of found) for (const [line] of rows) yield `${String(line)}\n`;
      for (const other of objects.filter((one) => !isTable(one))) yield textOf(other);
    })(),
  );
}

async function readingOf(client: Client, table: string): Promise<Statement> {
  const { rows } = await client.execute({
    sql: "SELECT name FROM pragma_table_info(?) ORDER BY cid",
    args: [table],
  });
  const columns = rows.map(([name]) => String(name));
  return { sql: rowsAsSql(table, columns), args: [] };
}
