import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { Client, Statement } from "../../src/database/client.ts";
import { DatabaseError } from "../../src/database/errors.ts";
import { limits } from "../../src/limits.ts";
import { fault } from "../fault.ts";

/** A table and its stored columns. */
export interface Table {
  readonly name: string;
  readonly columns: readonly string[];
}

/** A table's content: the number of rows, and one hash of all rows in order. */
export interface Content {
  readonly rows: number;
  readonly hash: string;
}

/** One row: its rowid, and its values as SQL literals, which preserve all types. */
type Row = readonly [rowid: number, values: string];

const FIRST = Number.MIN_SAFE_INTEGER;
const LAST = Number.MAX_SAFE_INTEGER;

/** The tables of a guild's database, sorted by name. */
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
 * Makes a table of `target` equal to the source's. Compares page by page and writes only pages that differ,
 * each in one transaction with `fence`. Returns the number of written pages and the content that was read.
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

/** Reads a whole table. */
export async function contentOf(client: Client, table: Table): Promise<Content> {
  const hash = sha256.create();
  let count = 0;
  for await (const { rows } of pages(client, table)) {
    for (const row of rows) hash.update(textOf(row));
    count += rows.length;
  }
  return { rows: count, hash: bytesToHex(hash.digest()) };
}

/** The statements that copy the AUTOINCREMENT counters, which never go back. */
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
      // Servers limit the size of an answer, and a few rows may exceed it.
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
    // One row more than expected reveals that there are too many.
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
  // A value that must be unique may be in a row that a later page changes.
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
  // Tables are copied one by one, so some rows refer to rows that do not exist yet.
  await target.migrate(statements, { skipForeignKeyCheck: true });
}

function textOf([rowid, values]: Row): Uint8Array {
  return utf8ToBytes(`${rowid}:${values}\n`);
}

function isTooLarge(error: unknown): boolean {
  return error instanceof DatabaseError && /too.large|RESPONSE_TOO_LARGE/i.test(error.message);
}
