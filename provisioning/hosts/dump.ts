import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { Client, Statement } from "../../src/database/client.ts";
import { DatabaseError } from "../../src/database/errors.ts";

// A dump is a database as SQL text: what libSQL's server and its cloud give and take.

const CHECK = "\n-- sha256 ";

/** A dump with a sum at its end: half of a text is a text as well. */
export function sealDump(text: string): ReadableStream<Uint8Array> {
  return new Response(`${text}${CHECK}${sumOf(text)}\n`).body!;
}

/**
 * The statements of a dump, without those that speak to the connection: the client makes its own
 * transaction. @throws {DatabaseError} `corrupt` for a dump that is cut, changed or none.
 */
export async function readDump(stream: ReadableStream<Uint8Array>): Promise<readonly string[]> {
  return statementsOf(await wholeText(stream));
}

/** A database as a dump, all of one moment: tables and rows first, then what orders or watches. */
export async function dumpOf(client: Client): Promise<ReadableStream<Uint8Array>> {
  const objects = await rowsOf(
    client,
    `SELECT type, name, sql FROM sqlite_schema
     WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY rowid`,
  );
  const isTable = ([type]: readonly unknown[]) => type === "table";
  const reads: Statement[] = [];
  for (const [, name] of objects.filter(isTable)) reads.push(await readingOf(client, String(name)));
  if (await hasCounters(client)) reads.push(COUNTERS);
  const found = await client.batch(reads, "read");
  const lines = [
    ...objects.filter(isTable).map(([, , sql]) => `${String(sql)};`),
    // The counters come last of all, after what inserting the rows has set them to.
    ...found.flatMap(({ rows }) => rows.map(([line]) => String(line))),
    ...objects.filter((object) => !isTable(object)).map(([, , sql]) => `${String(sql)};`),
  ];
  return sealDump(`${lines.join("\n")}\n`);
}

/** Numbers that were given out once must not be given out again. */
const COUNTERS: Statement = {
  sql: `SELECT 'DELETE FROM sqlite_sequence;' UNION ALL
        SELECT 'INSERT INTO sqlite_sequence(name, seq) VALUES(' || quote(name) || ',' || seq || ');'
        FROM sqlite_sequence`,
  args: [],
};

async function hasCounters(client: Client): Promise<boolean> {
  const sql = "SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'";
  return (await rowsOf(client, sql)).length > 0;
}

/** The question whose answer is a table's rows as statements. */
async function readingOf(client: Client, table: string): Promise<Statement> {
  const columns = await rowsOf(client, `SELECT name FROM pragma_table_info(${quoteText(table)})`);
  const names = columns.map(([name]) => quoteName(String(name)));
  // quote() ends a text at its first NUL, so such a text goes as its bytes.
  const values = names.map(
    (name) =>
      `CASE WHEN typeof(${name}) = 'text' AND instr(${name}, char(0)) > 0
       THEN 'CAST(X''' || hex(${name}) || ''' AS TEXT)' ELSE quote(${name}) END`,
  );
  const into = `INSERT INTO ${quoteName(table)}(${names.join(",")}) VALUES(`;
  return {
    sql: `SELECT ${quoteText(into)} || ${values.join(" || ',' || ")} || ');'
          FROM ${quoteName(table)}`,
    args: [],
  };
}

async function rowsOf(client: Client, sql: string): Promise<readonly (readonly unknown[])[]> {
  return (await client.execute({ sql, args: [] })).rows;
}

function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

async function wholeText(snapshot: ReadableStream<Uint8Array>): Promise<string> {
  try {
    const bytes = await new Response(snapshot).arrayBuffer();
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    const at = text.lastIndexOf(CHECK);
    const sum = text.slice(at + CHECK.length).trim();
    if (at >= 0 && sumOf(text.slice(0, at)) === sum) return text.slice(0, at);
  } catch (error) {
    throw new DatabaseError("corrupt", "The snapshot is no text.", error);
  }
  throw new DatabaseError("corrupt", "The snapshot is damaged: its sum is another.");
}

/** The dump without what speaks to the connection: the client makes its own transaction. */
function statementsOf(dump: string): readonly string[] {
  const found: string[] = [];
  let statement = "";
  for (const line of dump.split("\n")) {
    statement += statement === "" ? line : `\n${line}`;
    if (!isWhole(statement)) continue;
    if (!/^(PRAGMA|BEGIN|COMMIT)\b/i.test(statement)) found.push(statement);
    statement = "";
  }
  return found.filter((sql) => sql.trim() !== "");
}

/** Does the text end outside of every quote, with a semicolon, and outside of a trigger's body? */
function isWhole(text: string): boolean {
  if (!text.trimEnd().endsWith(";")) return false;
  const bare = text.replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`/g, "");
  if (/['"`]/.test(bare)) return false;
  return !/^\s*CREATE (?:TEMP )?TRIGGER/i.test(text) || /\bEND\s*;\s*$/i.test(bare);
}

function sumOf(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)));
}
