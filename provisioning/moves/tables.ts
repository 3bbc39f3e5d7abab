import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { Client, Statement } from "../../src/database/client.ts";
import { DatabaseError } from "../../src/database/errors.ts";
import { limits } from "../../src/limits.ts";
import { fault } from "../fault.ts";

/** A table and the columns that are stored in it. */
export interface Table {
  readonly name: string;
  readonly columns: readonly string[];
}

/** What a table holds: how many rows, and one hash of all of them in order. */
export interface Content {
  readonly rows: number;
  readonly hash: string;
}

/** One row: where it is, and its values as SQL writes them, so that no type is lost on the way. */
type Row = readonly [rowid: number, values: string];

const FIRST = Number.MIN_SAFE_INTEGER;
const LAST = Number.MAX_SAFE_INTEGER;

/** The tables of a guild's database, in the order of their names. */
export async function tablesOf(client: Client): Promise<readonly Table[]> {
  const { rows } = await client.execute({
    sql: `SELECT t.name, c.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c
      WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name NOT LIKE 'libsql_%'
        AND t.name NOT IN ('_guard', '_move')
      ORDER BY t.name, c.cid`,
    args: [],
  });
  const tables = new Map<string, string[]>();
  for (const [table, column] of rows) {
    const columns = tables.get(String(table)) ?? [];
    tables.set(String(table), [...columns, String(column)]);
  }
  return [...tables].map(([name, columns]) => ({ name, columns }));
}

/**
 * Makes a table of `target` hold what the source's holds: page by page, and only those that differ are
 * written, each in one transaction with `fence`. Gives back how many that were, and what was read.
 */
export async function copyTable(
  source: Client,
  target: Client,
  table: Table,
  fence: Statement,
  onPage: () => Promise<void>,
): Promise<{ readonly written: number; readonly content: Content }> {
  const hash = sha256.create();
  let count = 0;
  let written = 0;
  for await (const { after, upTo, rows } of pages(source, table)) {
    for (const row of rows) hash.update(textOf(row));
    count += rows.length;
    if (!(await holds(target, table, after, upTo, rows))) {
      fault(`move.page.${table.name}`);
      await replace(target, table, { after, upTo, rows }, fence);
      written++;
    }
    await onPage();
  }
  return { written, content: { rows: count, hash: bytesToHex(hash.digest()) } };
}

/** Reads a table from its first row to its last. */
export async function contentOf(client: Client, table: Table): Promise<Content> {
  const hash = sha256.create();
  let count = 0;
  for await (const { rows } of pages(client, table)) {
    for (const row of rows) hash.update(textOf(row));
    count += rows.length;
  }
  return { rows: count, hash: bytesToHex(hash.digest()) };
}

/** The numbers that the next rows will get; they count on although rows were removed. */
export async function sequencesOf(client: Client): Promise<readonly Statement[]> {
  const { rows } = await client.execute({
    sql: "SELECT name, seq FROM sqlite_sequence ORDER BY name",
    args: [],
  });
  return [
    { sql: "DELETE FROM sqlite_sequence", args: [] },
    ...rows.map(([name, seq]) => ({
      sql: "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)",
      args: [String(name), Number(seq)],
    })),
  ];
}

interface Page {
  readonly after: number;
  readonly upTo: number;
  readonly rows: readonly Row[];
}

async function* pages(client: Client, table: Table): AsyncIterable<Page> {
  let size: number = limits.fleet.pageRows;
  for (let after = FIRST; after < LAST; ) {
    let rows: readonly Row[];
    try {
      rows = await read(client, table, `rowid > ? ORDER BY rowid LIMIT ${size}`, [after]);
    } catch (error) {
      // Servers answer with so many megabytes at most, and a few rows may be as many.
      if (!isTooLarge(error) || size === 1) throw error;
      size = Math.ceil(size / 4);
      continue;
    }
    const upTo = rows.length < size ? LAST : rows.at(-1)![0];
    yield { after, upTo, rows };
    after = upTo;
  }
}

async function holds(
  target: Client,
  table: Table,
  after: number,
  upTo: number,
  rows: readonly Row[],
): Promise<boolean> {
  try {
    // One more than wanted is enough to see that there are too many.
    const range = `rowid > ? AND rowid <= ? ORDER BY rowid LIMIT ${rows.length + 1}`;
    const there = await read(target, table, range, [after, upTo]);
    return (
      there.length === rows.length &&
      there.every(([rowid, values], i) => rowid === rows[i]![0] && values === rows[i]![1])
    );
  } catch (error) {
    if (isTooLarge(error)) return false;
    throw error;
  }
}

async function read(
  client: Client,
  { name, columns }: Table,
  range: string,
  args: readonly number[],
): Promise<readonly Row[]> {
  const values = columns.map((column) => `quote("${column}")`).join(" || ',' || ");
  const text = `SELECT rowid, ${values} FROM "${name}" WHERE ${range}`;
  return (await client.execute({ sql: text, args })).rows as unknown as readonly Row[];
}

async function replace(
  target: Client,
  { name, columns }: Table,
  { after, upTo, rows }: Page,
  fence: Statement,
): Promise<void> {
  const names = columns.map((column) => `"${column}"`).join(", ");
  // A value that must be unique may still stand in a row that a later page will change.
  const insert = `INSERT OR REPLACE INTO "${name}" (rowid, ${names}) VALUES `;
  const statements: Statement[] = [
    fence,
    { sql: `DELETE FROM "${name}" WHERE rowid > ? AND rowid <= ?`, args: [after, upTo] },
  ];
  let text = "";
  for (const [rowid, values] of rows) {
    text += `${text === "" ? insert : ", "}(${rowid}, ${values})`;
    if (text.length < limits.fleet.statementCharsMax) continue;
    statements.push({ sql: text, args: [] });
    text = "";
  }
  if (text !== "") statements.push({ sql: text, args: [] });
  // Rows come table by table, so some point to rows that are not there yet.
  await target.migrate(statements, { skipForeignKeyCheck: true });
}

function textOf([rowid, values]: Row): Uint8Array {
  return utf8ToBytes(`${rowid}:${values}\n`);
}

function isTooLarge(error: unknown): boolean {
  return error instanceof DatabaseError && /too.large|RESPONSE_TOO_LARGE/i.test(error.message);
}
