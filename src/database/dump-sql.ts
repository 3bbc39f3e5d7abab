import type { Statement } from "./client.ts";
import { TRANSIENT_TABLES } from "./transient-rows.ts";

// Queries whose rows are SQL text. Running that text in an empty database restores the data.

/** A query whose rows are the INSERT statements for a table's rows. */
export function rowsAsSql(table: string, columns: readonly string[]): string {
  const names = columns.map(quoteName);
  // quote() ends a text at its first NUL, so such a text is written as bytes.
  const values = names.map(
    (name) =>
      `CASE WHEN typeof(${name}) = 'text' AND instr(${name}, char(0)) > 0
       THEN 'CAST(X''' || hex(${name}) || ''' AS TEXT)' ELSE quote(${name}) END`,
  );
  const into = `INSERT INTO ${quoteName(table)} (${names.join(", ")}) VALUES (`;
  return `SELECT ${quoteText(into)} || ${values.join(" || ', ' || ")} || ');'
    FROM ${quoteName(table)}${TRANSIENT_TABLES.includes(table) ? " WHERE false" : ""}`;
}

/**
 * Restores the AUTOINCREMENT counters, so that a used number is never assigned again. Runs after all rows.
 */
export const COUNTERS_AS_SQL = `SELECT 'DELETE FROM sqlite_sequence;' UNION ALL
  SELECT 'INSERT INTO sqlite_sequence (name, seq) VALUES (' || quote(name) || ', ' || seq || ');'
  FROM sqlite_sequence`;

/** Tells whether the database has such counters. */
export const HAS_COUNTERS: Statement = {
  sql: "SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'",
  args: [],
};

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
