import type { DatabaseWithSource } from "../../src/database/embedded-source.ts";
import { Invalid } from "../../src/kernel/errors.ts";
import type { Schema, SchemaObject } from "../rollouts/drift.ts";

/**
 * The schema of one of the two databases, read from its schema table without running any of it.
 *
 * @throws {Invalid} `copy/schema-differs` for a schema table that SQLite itself would not have written.
 */
export function schemaIn(db: DatabaseWithSource, schema: "main" | "source"): Schema {
  const found = new Map<string, SchemaObject>();
  const rows = db.rows(
    `SELECT type, name, tbl_name, sql FROM ${schema}.sqlite_schema ORDER BY rowid`,
  );
  for (const [type, name, table, sql] of rows) {
    const key = `${String(type)} ${String(name)}`;
    if (/^index sqlite_autoindex_/.test(key)) continue;
    if (found.has(key)) throw invalidSchema(`${key} is there twice`);
    const object = { type: String(type), name: String(name), table: String(table) };
    found.set(key, { ...object, sql: String(sql ?? ""), columns: new Map() });
  }
  const known = new Set(["table", "index", "trigger", "view"]);
  for (const [key, object] of found) {
    if (!known.has(object.type)) throw invalidSchema(`${key} is of no known kind`);
    if (object.type !== "table") continue;
    if (!/^\s*create\s+table\b/i.test(object.sql)) throw invalidSchema(`${key} is no plain table`);
    found.set(key, { ...object, columns: columnsIn(db, schema, object.name) });
  }
  return found;
}

/**
 * The migration ledger of the foreign file.
 *
 * @throws {Invalid} `copy/schema-differs`
 */
export function ledgerIn(db: DatabaseWithSource): readonly { name: string; hash: string }[] {
  const table = schemaIn(db, "source").get("table _migrations");
  const columns = table ? [...table.columns.keys()].join() : "";
  if (columns !== "position,name,hash,applied_at") throw invalidSchema("it has no ledger of ours");
  const rows = db.rows("SELECT name, hash FROM source._migrations ORDER BY position LIMIT 1000");
  return rows.map(([name, hash]) => ({ name: String(name), hash: String(hash) }));
}

function columnsIn(
  db: DatabaseWithSource,
  schema: "main" | "source",
  table: string,
): ReadonlyMap<string, string> {
  const text = `'${table.replaceAll("'", "''")}'`;
  const rows = db.rows(
    `SELECT name, type, "notnull", dflt_value, pk FROM pragma_table_xinfo(${text}, '${schema}')`,
  );
  return new Map(rows.map(([name, ...rest]) => [String(name), rest.join(" ")]));
}

function invalidSchema(what: string): Invalid {
  return new Invalid(
    "copy/schema-differs",
    `Its tables are not those of a guild: ${what}. Nothing was taken from it.`,
    { differs: [what] },
  );
}
