import type { Context } from "hono";
import type { GuildEnv } from "../http/env.ts";
import { toCsvInTurns } from "../kernel/csv.ts";
import { encodedInTurns } from "../kernel/turns.ts";

/** Sends rows as a CSV file, with the names of their members as the first line. */
export async function sendRows(
  c: Context<GuildEnv>,
  name: string,
  rows: readonly Readonly<Record<string, string | number>>[],
  head: readonly string[],
) {
  return c.body(await toCsvInTurns(cellsOf(rows, head)), 200, {
    ...fileHeaders(c, `${name}.csv`),
    "Content-Type": "text/csv; charset=utf-8",
  });
}

/** Sends rows as a JSON file: `{ "items": [...] }`. */
export async function sendJson(c: Context<GuildEnv>, name: string, rows: readonly object[]) {
  return c.body(await encodedInTurns(jsonParts(rows)), 200, {
    ...fileHeaders(c, `${name}.json`),
    "Content-Type": "application/json",
  });
}

/** The headers of a file that a browser saves under the guild's slug and `name`. */
export function fileHeaders(c: Context<GuildEnv>, name: string) {
  const file = `${c.var.guild.guild.slug}-${name}`;
  return {
    "Content-Disposition": `attachment; filename="${file}"`,
    "Cache-Control": "no-store",
  };
}

function* cellsOf(
  rows: readonly Readonly<Record<string, string | number>>[],
  head: readonly string[],
): Generator<readonly string[]> {
  yield head;
  for (const row of rows) yield head.map((column) => String(row[column] ?? ""));
}

function* jsonParts(rows: readonly object[]): Generator<string> {
  let before = '{"items":[';
  for (const row of rows) {
    yield before + JSON.stringify(row);
    before = ",";
  }
  yield rows.length === 0 ? '{"items":[]}' : "]}";
}
