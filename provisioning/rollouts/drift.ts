import type { Client } from "../../src/database/client.ts";

/** One object of a schema: a table with its columns, an index, a trigger or a view. */
export interface SchemaObject {
  readonly type: string;
  readonly name: string;
  readonly table: string;
  readonly sql: string;
  /** Tables only: the definition of each column by name. */
  readonly columns: ReadonlyMap<string, string>;
}

export type Schema = ReadonlyMap<string, SchemaObject>;

/** A difference between an actual schema and the expected one. `repair` is a proposal, or null. */
export interface Drift {
  readonly what: string;
  readonly kind: "missing" | "extra" | "different";
  readonly repair: string | null;
}

const OBJECTS = `
  SELECT type, name, tbl_name, sql FROM sqlite_schema
  WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE 'libsql\\_%' ESCAPE '\\'
  ORDER BY type DESC, name`;
const COLUMNS = `
  SELECT t.name, c.name, c.type, c."notnull", c.dflt_value, c.pk
  FROM sqlite_schema t JOIN pragma_table_info(t.name) c WHERE t.type = 'table'
    AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND t.name NOT LIKE 'libsql\\_%' ESCAPE '\\'`;

/** Reads the actual schema of a database in one round trip. */
export async function readSchema(client: Client): Promise<Schema> {
  const [objects, columns] = await client.batch(
    [
      { sql: OBJECTS, args: [] },
      { sql: COLUMNS, args: [] },
    ],
    "read",
  );
  const byTable = Map.groupBy(columns!.rows, ([table]) => String(table));
  return new Map(
    objects!.rows.map(([type, name, table, sql]) => {
      const rows = type === "table" ? (byTable.get(String(name)) ?? []) : [];
      const object: SchemaObject = {
        type: String(type),
        name: String(name),
        table: String(table),
        sql: String(sql ?? ""),
        columns: new Map(rows.map(([, column, ...rest]) => [String(column), rest.join(" ")])),
      };
      return [`${object.type} ${object.name}`, object];
    }),
  );
}

/** All differences between the expected and the actual schema. Equal schemas have none. */
export function compareSchemas(expected: Schema, actual: Schema): readonly Drift[] {
  const found: Drift[] = [];
  for (const [key, object] of expected) {
    const real = actual.get(key);
    if (!real) found.push({ what: key, kind: "missing", repair: `${object.sql};` });
    else if (normal(real.sql) !== normal(object.sql)) found.push(...inside(key, object, real));
  }
  for (const [key, { type, name }] of actual) {
    if (expected.has(key)) continue;
    // The content of an unexpected table is unknown, so an operator has to inspect it.
    const repair = type === "table" ? null : `DROP ${type.toUpperCase()} "${name}";`;
    found.push({ what: key, kind: "extra", repair });
  }
  return found;
}

function inside(key: string, expected: SchemaObject, real: SchemaObject): readonly Drift[] {
  const { type, name, sql } = expected;
  if (type !== "table") {
    const repair = `DROP ${type.toUpperCase()} "${name}"; ${sql};`;
    return [{ what: key, kind: "different", repair }];
  }
  const found: Drift[] = [];
  for (const [column, is] of expected.columns) {
    const what = `column ${name}.${column}`;
    const there = real.columns.get(column);
    if (there === undefined) {
      found.push({ what, kind: "missing", repair: addColumn(name, column, sql) });
    } else if (there !== is) found.push({ what, kind: "different", repair: null });
  }
  for (const column of real.columns.keys()) {
    if (expected.columns.has(column)) continue;
    found.push({ what: `column ${name}.${column}`, kind: "extra", repair: null });
  }
  // The columns are equal but the text differs, for example the checks of a table that was rebuilt by hand.
  if (found.length === 0) found.push({ what: key, kind: "different", repair: null });
  return found;
}

/** The column as the table's own text defines it, if it can be added to existing rows. */
function addColumn(table: string, column: string, sql: string): string | null {
  const definition = new RegExp(`[(,]\\s*(["\`]?${column}["\`]?\\s[^,]*?)\\s*(?:,|\\)$)`, "i").exec(
    sql.trim(),
  )?.[1];
  if (!definition || /PRIMARY KEY|UNIQUE/i.test(definition)) return null;
  if (/NOT NULL/i.test(definition) && !/DEFAULT/i.test(definition)) return null;
  return `ALTER TABLE "${table}" ADD COLUMN ${definition};`;
}

/** Quotes, spaces and case differ between tools and have no meaning. */
function normal(sql: string): string {
  return sql
    .replace(/["`[\]]/g, "")
    .replace(/\s*([(),])\s*/g, "$1")
    .replace(/\s+/g, " ")
    .trim()
    .toLowerCase();
}
