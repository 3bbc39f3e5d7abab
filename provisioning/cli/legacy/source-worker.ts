import { quoteName } from "../../../src/database/dump-sql.ts";
import { DatabaseWithSource } from "../../../src/database/embedded-source.ts";
import { processBackground } from "../../../src/kernel/background.ts";
import type { SourceAnswer, SourceRequest, SourceTable } from "./source.ts";

// Reads a foreign database in a process of its own, which its parent can kill. The file is attached for
// reading, as immutable: nothing appears beside it. Only plain tables are read, and by their names.

let source: DatabaseWithSource | undefined;

processBackground.listen(process, "message", (request: SourceRequest) => {
  let answer: SourceAnswer;
  try {
    answer = answerTo(request);
  } catch (error) {
    answer = { refusal: error instanceof Error ? error.message : String(error) };
  }
  process.send?.(answer);
});

function answerTo(request: SourceRequest): SourceAnswer {
  if ("open" in request) {
    source = new DatabaseWithSource(":memory:", request.open);
    refuseDamage(source);
    return { tables: tablesIn(source), orphans: orphansIn(source) };
  }
  return { rows: pageOf(request.page) };
}

/** Rows that violate a constraint are no damage: legacy programs often wrote without checks. */
const NO_DAMAGE = /value in |constraint failed|missing from index|wrong # of entries/;

function refuseDamage(db: DatabaseWithSource): void {
  for (const [found] of db.rows("PRAGMA source.quick_check(20)")) {
    const text = String(found);
    if (text !== "ok" && !NO_DAMAGE.test(text)) throw new Error(`It is damaged: ${text}`);
  }
}

function tablesIn(db: DatabaseWithSource): Record<string, SourceTable> {
  const tables: Record<string, SourceTable> = {};
  const rows = db.rows(
    `SELECT name, sql FROM source.sqlite_schema WHERE type = 'table'
       AND name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY rowid`,
  );
  for (const [name, sql] of rows) {
    if (!/^\s*create\s+table\b/i.test(String(sql))) continue;
    const text = `'${String(name).replaceAll("'", "''")}'`;
    const columns = db.rows(`SELECT name FROM pragma_table_info(${text}, 'source')`);
    const [counted] = db.rows(`SELECT count(*) FROM source.${quoteName(String(name))}`);
    tables[String(name)] = {
      columns: columns.map(([column]) => String(column)),
      rows: Number(counted?.[0]),
    };
  }
  return tables;
}

/** Rows of each table whose foreign key refers to no row. */
function orphansIn(db: DatabaseWithSource): Record<string, number> {
  const counts: Record<string, number> = {};
  try {
    for (const [table] of db.rows("PRAGMA source.foreign_key_check")) {
      counts[String(table)] = (counts[String(table)] ?? 0) + 1;
    }
  } catch {
    // A key may refer to a table that does not exist. Nothing relies on these counts.
  }
  return counts;
}

type Page = Extract<SourceRequest, { page: unknown }>["page"];

function pageOf({ table, columns, after, limit, charsMax }: Page): readonly (readonly unknown[])[] {
  if (source === undefined) throw new Error("No file is open.");
  const list = columns.map((column) => readable(quoteName(column), charsMax));
  return source.rows(
    `SELECT ${["rowid", ...list].join(", ")} FROM source.${quoteName(table)}
     WHERE rowid > ${Number(after)} ORDER BY rowid LIMIT ${Number(limit)}`,
  );
}

/** A value that is safe to send: texts have a limit, bytes are left out, and big numbers stay exact. */
function readable(column: string, charsMax: number): string {
  return `CASE typeof(${column}) WHEN 'text' THEN substr(${column}, 1, ${Number(charsMax)})
    WHEN 'integer' THEN CASE WHEN ${column} BETWEEN -9007199254740991 AND 9007199254740991
      THEN ${column} ELSE CAST(${column} AS TEXT) END
    WHEN 'real' THEN ${column} END`;
}
