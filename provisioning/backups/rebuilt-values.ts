import { is } from "drizzle-orm";
import { getTableConfig, SQLiteTable } from "drizzle-orm/sqlite-core";
import type { Client } from "../../src/database/client.ts";
import { quoteName, quoteText } from "../../src/database/dump-sql.ts";
import { Invalid } from "../../src/kernel/errors.ts";
import * as schema from "../../src/tenant/schema.ts";

// SQLite stores a text in a column of numbers, and any text as JSON. Our own writes use the schema and do
// neither; a foreign file may.

/** @throws {Invalid} `copy/rows-refused` for a value that this release cannot read. */
export async function refuseWrongValues(client: Client): Promise<void> {
  for (const table of Object.values(schema)) {
    if (!is(table, SQLiteTable)) continue;
    const { name, columns } = getTableConfig(table);
    const wrong = columns.map((column) => `(${ruleOf(column)}) IS FALSE`);
    const { rows } = await client.execute({
      sql: `SELECT ${wrong.map((rule) => `total(${rule})`).join(", ")} FROM ${quoteName(name)}`,
      args: [],
    });
    const at = columns.findIndex((_, index) => Number(rows[0]?.[index]) > 0);
    if (at < 0) continue;
    throw new Invalid(
      "copy/rows-refused",
      `It holds values in ${name}.${columns[at]!.name} that no guild can have. Nothing was taken.`,
    );
  }
}

interface Column {
  readonly name: string;
  readonly dataType: string;
  readonly enumValues?: readonly string[] | undefined;
  getSQLType(): string;
}

/** The condition on a value. Ignores NULL, which the table itself forbids or allows. */
function ruleOf(column: Column): string {
  const name = quoteName(column.name);
  const type = column.getSQLType();
  if (column.dataType === "json")
    return `${name} IS NULL OR (typeof(${name}) = 'text' AND json_valid(${name}))`;
  if (column.dataType === "boolean")
    return `${name} IS NULL OR (typeof(${name}) = 'integer' AND ${name} IN (0, 1))`;
  if (column.enumValues && column.enumValues.length > 0) {
    return `${name} IS NULL OR ${name} IN (${column.enumValues.map(quoteText).join(", ")})`;
  }
  return `typeof(${name}) IN ('null', '${type}')`;
}
