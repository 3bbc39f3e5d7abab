import { limits } from "../limits.ts";
import type { Client, DatabaseLocation } from "./client.ts";
import { COUNTERS_AS_SQL, HAS_COUNTERS, rowsAsSql } from "./dump-sql.ts";
import { DatabaseError } from "./errors.ts";
import { placeOf, type RemoteOptions, sendTo, toDatabaseError } from "./remote.ts";

// The server streams the rows of a batch (`/v3/cursor` of its protocol), so a database of any size can be
// copied in one transaction without holding it in memory.

const TABLES = `SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND sql IS NOT NULL
  AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE 'libsql\\_%' ESCAPE '\\' ORDER BY rowid`;
const OTHERS = `SELECT sql || ';' FROM sqlite_schema WHERE type <> 'table' AND sql IS NOT NULL
  ORDER BY type = 'trigger', rowid`;

/**
 * A database as SQL text, as of the moment when this resolves, even while it is in use. Rows come before
 * the triggers that would refuse them.
 */
export async function dumpRemote(
  client: Client,
  location: DatabaseLocation,
  options: RemoteOptions = {},
): Promise<AsyncIterable<string>> {
  for (let tries = 1; ; tries++) {
    const tables = await readTables(client);
    const hasCounters = (await client.execute(HAS_COUNTERS)).rows.length > 0;
    const fingerprint = `SELECT count(*) || ' ' || total(length(sql)) FROM sqlite_schema`;
    const reads = [
      fingerprint,
      ...tables.map(({ name, columns }) => rowsAsSql(name, columns)),
      ...(hasCounters ? [COUNTERS_AS_SQL] : []),
      OTHERS,
    ];
    const entries = cursor(location, options, reads);
    // The transaction has begun once its first row has arrived: from then on its data does not change.
    const first = await entries.next();
    const { rows } = await client.execute({ sql: fingerprint, args: [] });
    if (first.value === rows[0]?.[0]) return written(tables, entries);
    await entries.return(undefined);
    if (tries === limits.remote.triesMax) {
      throw new DatabaseError("busy", "The tables keep changing while they are copied.");
    }
  }
}

interface Table {
  readonly name: string;
  readonly sql: string;
  readonly columns: readonly string[];
}

async function readTables(client: Client): Promise<readonly Table[]> {
  const { rows } = await client.execute({ sql: TABLES, args: [] });
  const columns = await client.batch(
    rows.map(([name]) => ({
      sql: "SELECT name FROM pragma_table_info(?) ORDER BY cid",
      args: [String(name)],
    })),
    "read",
  );
  return rows.map(([name, sql], index) => ({
    name: String(name),
    sql: String(sql),
    columns: columns[index]!.rows.map(([column]) => String(column)),
  }));
}

async function* written(
  tables: readonly Table[],
  statements: AsyncGenerator<string>,
): AsyncIterable<string> {
  try {
    for (const { sql } of tables) yield `${sql};\n`;
    for await (const statement of statements) yield `${statement}\n`;
  } finally {
    await statements.return(undefined);
  }
}

/** The first column of every row that `reads` return, in one transaction. */
async function* cursor(
  location: DatabaseLocation,
  options: RemoteOptions,
  reads: readonly string[],
): AsyncGenerator<string> {
  const steps = ["BEGIN", ...reads, "COMMIT"].map((sql) => ({ stmt: { sql, want_rows: true } }));
  const request = new Request(new URL("/v3/cursor", placeOf(location.url).origin), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ baton: null, batch: { steps } }),
  });
  let ended = 0;
  try {
    const answer = await sendTo(location, options, request, limits.remote.dumpMs);
    if (!answer.ok || answer.body === null) {
      const kind = answer.status === 404 ? "missing" : "unreachable";
      throw new DatabaseError(kind, `The copy answered ${answer.status}: ${await answer.text()}`);
    }
    for await (const line of linesOf(answer.body)) {
      const entry = JSON.parse(line) as Entry;
      if (entry.type === "row") yield entry.row[0]?.value ?? "";
      if (entry.type === "step_end") ended++;
      if (entry.type === "step_error" || entry.type === "error") {
        throw new Error(entry.error.message);
      }
    }
  } catch (error) {
    throw toDatabaseError(error);
  }
  // Without this check, an answer cut off at the end of a line would look like a smaller database.
  if (ended !== steps.length) throw new DatabaseError("unreachable", "The copy was cut off.");
}

type Entry =
  | { readonly type: "row"; readonly row: readonly { readonly value?: string }[] }
  | { readonly type: "step_end" | "step_begin" | undefined }
  | { readonly type: "step_error" | "error"; readonly error: { readonly message: string } };

async function* linesOf(body: ReadableStream<Uint8Array>): AsyncIterable<string> {
  let rest = "";
  const decoder = new TextDecoder();
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop()!;
    yield* lines.filter((line) => line !== "");
  }
  if (rest !== "") yield rest;
}
