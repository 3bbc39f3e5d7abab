import { type Column, getTableColumns, is, SQL, sql } from "drizzle-orm";
import { SQLiteSyncDialect, type SQLiteTable } from "drizzle-orm/sqlite-core";
import type { SQLiteInsertValue } from "drizzle-orm/sqlite-core/query-builders/insert";
import { drizzle } from "drizzle-orm/sqlite-proxy";
import type { SqlValue, Statement } from "./client.ts";
import { DatabaseError } from "./errors.ts";

export const dialect = new SQLiteSyncDialect();

/**
 * Drizzle's builder without a database: `update` and `delete` for `write`, `select` for `prepare`.
 * Its `insert` names every column of the schema, so it fails on a database that an older schema made.
 * Use `insertInto` below.
 */
export const build = drizzle(() => {
  throw new DatabaseError("sql", "This builder has no database. Use write, or prepare a query.");
});

/** A row to add: the columns that are named, and SQL expressions for values. */
export type NewRow<T extends SQLiteTable> = SQLiteInsertValue<T>;

/**
 * What happens to a row that is there already, by a unique index on the columns `on`. Without columns, a row
 * that any unique index refuses is left out.
 */
export interface OnConflict<T extends SQLiteTable> {
  readonly on: readonly Column[];
  /** The columns to change. Without any, the row stays as it is. */
  readonly set?: Partial<NewRow<T>>;
  /** Changes the row only if this is true. */
  readonly where?: SQL | undefined;
}

/**
 * Adds a row. It names only the columns that are given, so columns of a newer schema stay out of it
 * until something sets them. The others get the default of the database.
 */
export function insertInto<T extends SQLiteTable>(
  table: T,
  row: NewRow<T>,
  conflict?: OnConflict<T>,
): Statement {
  const columns = columnsIn(table, row);
  const given = columns.map(([name]) => (row as Record<string, unknown>)[name]);
  if (conflict === undefined && !given.some((value) => is(value, SQL))) {
    const args = columns.map(([, column], index) => encode(given[index], column) as SqlValue);
    return { sql: plainInsert(table, columns), args };
  }
  const values = columns.map(([, column], index) => parameter(given[index], column));
  return inserted(table, columns, sql`values (${sql.join(values, sql`, `)})`, conflict);
}

/**
 * Adds a row if the condition is true at that moment and no row has its values in the columns `on`.
 * The row names every column that it gives a value for.
 */
export function insertWhere<T extends SQLiteTable>(
  table: T,
  row: NewRow<T>,
  condition: SQL,
  on: readonly Column[],
): Statement {
  const columns = columnsIn(table, row);
  const values = columns.map(([name, column]) =>
    parameter((row as Record<string, unknown>)[name], column),
  );
  const source = sql`select ${sql.join(values, sql`, `)} where ${condition}`;
  return inserted(table, columns, source, { on });
}

/**
 * Adds a row for each row that a select finds. `row` is its select list, by column, and `rest` is everything
 * from FROM on. With a conflict it needs a WHERE, or SQLite reads the `on` of the conflict as that of a join.
 */
export function insertFrom<T extends SQLiteTable>(
  table: T,
  row: NewRow<T>,
  rest: SQL,
  conflict?: OnConflict<T>,
): Statement {
  const columns = columnsIn(table, row);
  const values = columns.map(([name, column]) =>
    parameter((row as Record<string, unknown>)[name], column),
  );
  return inserted(table, columns, sql`select ${sql.join(values, sql`, `)} ${rest}`, conflict);
}

function inserted<T extends SQLiteTable>(
  table: T,
  columns: Named,
  source: SQL,
  conflict: OnConflict<T> | undefined,
): Statement {
  return statementOf(
    sql`insert into ${table} (${names(columns)}) ${source}${onConflict(table, conflict)}`,
  );
}

const plainInserts = new WeakMap<SQLiteTable, Map<string, string>>();

/** The text of an insert of these columns. It is made once, because audit rows are part of every write. */
function plainInsert(table: SQLiteTable, columns: Named): string {
  const key = columns.map(([name]) => name).join();
  let texts = plainInserts.get(table);
  if (texts === undefined) {
    texts = new Map();
    plainInserts.set(table, texts);
  }
  let text = texts.get(key);
  if (text === undefined) {
    const marks = columns.map(() => sql.raw("?"));
    const insert = sql`insert into ${table} (${names(columns)}) values (${sql.join(marks, sql`, `)})`;
    text = dialect.sqlToQuery(insert).sql;
    texts.set(key, text);
  }
  return text;
}

/**
 * Adds rows that all name the same columns, in their order and in one statement, whose text does not
 * depend on how many they are. Values are texts, numbers, booleans and null, which travel as JSON. Leaves out
 * a row for which `where` is false; `given` is the value that the row has for a column.
 */
export function insertAll<T extends SQLiteTable>(
  table: T,
  rows: readonly T["$inferInsert"][],
  conflict?: OnConflict<T>,
  where?: (given: (column: Column) => SQL) => SQL,
): Statement {
  const columns = columnsIn(table, rows[0] ?? {});
  const encoded = rows.map((row: Record<string, unknown>) =>
    columns.map(([name, column]) => encode(row[name], column)),
  );
  const values = columns.map((_, index) => sql.raw(`value ->> ${index}`));
  const given = (column: Column) =>
    sql.raw(`json_each.value ->> ${columns.findIndex(([, one]) => one === column)}`);
  // Without a condition, SQLite reads the `on` of a conflict as that of a join.
  const source = sql`select ${sql.join(values, sql`, `)} from json_each(${JSON.stringify(encoded)})
    where ${where?.(given) ?? sql`true`}`;
  return inserted(table, columns, source, conflict);
}

/** The value that a row would have had, inside `set` of an `OnConflict`. */
export function excluded(column: Column): SQL {
  return sql`excluded.${sql.identifier(column.name)}`;
}

/** The text and the arguments of an `sql` template. */
export function statementOf(template: SQL): Statement {
  const { sql: text, params } = dialect.sqlToQuery(template);
  return { sql: text, args: params as SqlValue[] };
}

type Named = readonly (readonly [name: string, column: Column])[];

/** The columns of a table that `row` gives a value for, in the order of the schema. */
function columnsIn(table: SQLiteTable, row: object): Named {
  const values = row as Record<string, unknown>;
  return Object.entries(getTableColumns(table)).filter(([name]) => values[name] !== undefined);
}

function names(columns: Named): SQL {
  return sql.join(
    columns.map(([, column]) => sql.identifier(column.name)),
    sql`, `,
  );
}

function parameter(value: unknown, column: Column): SQL {
  return is(value, SQL) ? value : sql`${sql.param(value, column)}`;
}

function encode(value: unknown, column: Column): unknown {
  return value === null || value === undefined ? null : column.mapToDriverValue(value);
}

function onConflict<T extends SQLiteTable>(table: T, conflict: OnConflict<T> | undefined): SQL {
  if (conflict === undefined) return sql``;
  if (conflict.on.length === 0) return sql` on conflict do nothing`;
  const target = names(conflict.on.map((column) => [column.name, column]));
  const set = conflict.set ?? {};
  const changes = columnsIn(table, set).map(
    ([name, column]) =>
      sql`${sql.identifier(column.name)} = ${parameter((set as Record<string, unknown>)[name], column)}`,
  );
  if (changes.length === 0) return sql` on conflict (${target}) do nothing`;
  const where = conflict.where === undefined ? sql`` : sql` where ${conflict.where}`;
  return sql` on conflict (${target}) do update set ${sql.join(changes, sql`, `)}${where}`;
}
