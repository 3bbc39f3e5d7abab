import type { Context } from "hono";
import type { GuildEnv } from "../http/env.ts";
import { toCsvInTurns } from "../kernel/csv.ts";

/** Sends rows as a CSV file, with the names of their members as the first line. */
export async function sendRows(
  c: Context<GuildEnv>,
  name: string,
  rows: readonly Readonly<Record<string, string | number>>[],
  head: readonly string[],
) {
  const lines = rows.map((row) => head.map((column) => String(row[column] ?? "")));
  return c.body(await toCsvInTurns([head, ...lines]), 200, {
    ...fileHeaders(c, `${name}.csv`),
    "Content-Type": "text/csv; charset=utf-8",
  });
}

/** Sends rows as a JSON file: `{ "items": [...] }`. */
export function sendJson(c: Context<GuildEnv>, name: string, rows: readonly object[]) {
  return c.json({ items: rows }, 200, fileHeaders(c, `${name}.json`));
}

/** The headers of a file that a browser saves under the guild's slug and `name`. */
export function fileHeaders(c: Context<GuildEnv>, name: string) {
  const file = `${c.var.guild.guild.slug}-${name}`;
  return {
    "Content-Disposition": `attachment; filename="${file}"`,
    "Cache-Control": "no-store",
  };
}
