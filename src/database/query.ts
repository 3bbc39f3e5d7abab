import { Column, is, Param, Placeholder, SQL, type SQLWrapper, sql } from "drizzle-orm";
import type { SelectResultFields } from "drizzle-orm/query-builders/select.types";
import type { Database, SqlValue, Statement } from "./client.ts";
import { DatabaseError } from "./errors.ts";
import { dialect } from "./statements.ts";

/** A select list: each member of a row with its column, or with an SQL expression that has a type. */
export type Fields = Readonly<Record<string, Column | SQL | SQL.Aliased>>;

/** What a row of these fields is. Columns decide by the schema, expressions by their helper below. */
export type RowOf<F> = SelectResultFields<F>;

/** The placeholders of a prepared query, each with the type of its value. */
export type Values<V> = { readonly [Name in keyof V]: Placeholder<Name & string, V[Name]> };

/** A select of drizzle's builder, or hand-written SQL that `rowsOf` gave its fields. */
export interface Select<Row> {
  readonly _: { readonly result: Row[]; readonly selectedFields: unknown };
  toSQL(): { readonly sql: string; readonly params: unknown[] };
}

/** Reads one column of one row. Returns the value as the schema types it. */
type Decode = (value: unknown) => unknown;

/**
 * A query whose text and decoders are built once, at its first use. It runs on any database with its
 * tables.
 */
export class Query<V, Row> {
  readonly #build: (values: Values<V>) => Select<Row>;
  #compiled: Compiled | undefined;

  constructor(build: (values: Values<V>) => Select<Row>) {
    this.#build = build;
  }

  /** All rows, in the order of the query. @throws {DatabaseError} */
  async all(db: Database, ...values: Given<V>): Promise<Row[]> {
    const { rows } = await db.client.execute(this.statement(...values));
    return this.decode(rows);
  }

  /** The first row, or undefined. @throws {DatabaseError} */
  async first(db: Database, ...values: Given<V>): Promise<Row | undefined> {
    return (await this.all(db, ...values))[0];
  }

  /** The query as a statement, for a batch. `decode` reads what it returns. */
  statement(...[values]: Given<V>): Statement {
    const { text, params } = this.#ready();
    return { sql: text, args: params.map((param) => argumentOf(param, values ?? {})) };
  }

  /** Reads rows that a database returned for `statement`. */
  decode(rows: readonly (readonly unknown[])[]): Row[] {
    const { read } = this.#ready();
    return rows.map(read) as Row[];
  }

  #ready(): Compiled {
    this.#compiled ??= compiled(this.#build(placeholders as Values<V>));
    return this.#compiled;
  }
}

type Given<V> = keyof V extends never ? [values?: Record<string, never>] : [values: V];

interface Compiled {
  readonly text: string;
  readonly params: readonly unknown[];
  readonly read: (row: readonly unknown[]) => Record<string, unknown>;
}

const placeholders = new Proxy({}, { get: (_, name) => sql.placeholder(String(name)) });

/**
 * Prepares a query. `build` gets a placeholder for each value:
 * `prepare(({ id }: Values<{ id: string }>) => build.select({ … }).from(persons).where(eq(persons.id, id)))`.
 */
export function prepare<Row, V = unknown>(
  build: (values: Values<V>) => Select<Row>,
): Query<V, Row> {
  return new Query(build);
}

/** Hand-written SQL with typed rows. `text` puts the select list, `columns`, where it belongs. */
export function rowsOf<F extends Fields>(fields: F, text: (columns: SQL) => SQL): Select<RowOf<F>> {
  const columns = sql.join(Object.values(fields).map(expressionOf), sql`, `);
  const query = text(columns);
  return {
    _: { selectedFields: fields } as unknown as Select<RowOf<F>>["_"],
    toSQL: () => dialect.sqlToQuery(query),
  };
}

/** Some columns of a table or of its alias, as fields. */
export function columnsOf<T extends Record<Name, Column>, Name extends string & keyof T>(
  table: T,
  ...names: readonly Name[]
): Pick<T, Name> {
  return Object.fromEntries(names.map((name) => [name, table[name]])) as Pick<T, Name>;
}

/**
 * Rows of another table as one value. `text` is a subquery with parentheses, which collects `row` by
 * `json_group_array(row)`. To order the rows, order them in a subquery of it: sqld does not parse ORDER BY
 * in an aggregate. Whole numbers beyond 2^53 lose digits.
 */
export function listOf<F extends Fields>(fields: F, text: (row: SQL) => SQL): SQL<RowOf<F>[]> {
  const row = sql`json_array(${sql.join(Object.values(fields).map(expressionOf), sql`, `)})`;
  const read = reader(fields);
  return checked(text(row), (value) => {
    // A list inside a list arrives parsed, as a part of the outer one.
    const list: unknown = typeof value === "string" ? JSON.parse(value) : value;
    if (!Array.isArray(list)) throw unexpected("a list", value);
    return list.map(read) as RowOf<F>[];
  });
}

/** A number that SQL computes, such as a sum. It is never null. */
export function asNumber(expression: SQLWrapper): SQL<number> {
  return checked(expression, (value) => {
    if (typeof value !== "number") throw unexpected("a number", value);
    return value;
  });
}

/** A condition as a column. SQL's null counts as false. */
export function asBoolean(expression: SQLWrapper): SQL<boolean> {
  return checked(expression, (value) => value === 1);
}

/** A text that SQL computes. It is never null. */
export function asText(expression: SQLWrapper): SQL<string> {
  return checked(expression, (value) => {
    if (typeof value !== "string") throw unexpected("a text", value);
    return value;
  });
}

/** A column of JSON as the text that is stored. Null where the column is null. */
export function asJsonText(column: Column): SQL<string | null> {
  return checked(column, (value) => {
    if (value !== null && typeof value !== "string") throw unexpected("a text", value);
    return value;
  });
}

/** A value of this column's type that SQL takes from another row. Null where there is no such row. */
export function asColumn<C extends Column>(
  column: C,
  expression: SQLWrapper,
): SQL<RowOf<{ value: C }>["value"] | null> {
  const decode = decodeOf(column);
  return checked(expression, (value) => (value === null ? null : decode(value))) as SQL<
    RowOf<{ value: C }>["value"] | null
  >;
}

/**
 * A column that an older schema does not have, as an expression. There it is `fallback`, an SQL literal
 * such as `'{}'`. `table` is the table in the query, or its alias. SQL looks for a name in the inner table
 * first, and then in the outer one, which has only the fallback.
 */
export function columnOr<C extends Column>(
  column: C,
  fallback: string,
  table: SQLWrapper = sql`${column.table}`,
): SQL<RowOf<{ value: C }>["value"]> {
  const name = sql.identifier(column.name);
  const decode = decodeOf(column);
  return checked(
    sql`(select (select ${name} from ${column.table} as newest where newest.rowid = ${table}.rowid)
      from (select ${sql.raw(fallback)} as ${name}))`,
    (value) => (value === null ? null : decode(value)),
  ) as SQL<RowOf<{ value: C }>["value"]>;
}

/** A column of a table that an outer join may not find, in hand-written SQL. */
export function optional<C extends Column>(column: C): SQL<RowOf<{ value: C }>["value"] | null> {
  return asColumn(column, column);
}

/** `exists (select 1 from table where condition)`, for guards and conditions. */
export function existsIn(table: SQLWrapper, condition: SQLWrapper | undefined): SQL {
  return sql`exists (select 1 from ${table} where ${condition})`;
}

/**
 * A boolean column that is true, as a condition. It uses a literal, because the database uses a partial
 * index of such rows only for a literal, not for a bound value.
 */
export function isTrue(column: Column): SQL {
  return sql`${column} = 1`;
}

/** An expression with its decoder, which also gets null. */
function checked<T>(expression: SQLWrapper, decode: (value: unknown) => T): SQL<T> {
  // In a select of one table, drizzle takes the table's name off the columns that it finds in the
  // expression itself. One level below it leaves them alone, as a subquery needs.
  const field = sql<T>`${sql`${expression}`}`;
  DECODERS.set(field, decode);
  return field;
}

/** The decoders of expressions from this file. Those of drizzle, such as `count()`, have their own. */
const DECODERS = new WeakMap<SQL, Decode>();

function expressionOf(field: Column | SQL | SQL.Aliased): SQLWrapper {
  return is(field, SQL.Aliased) ? field.sql : field;
}

function compiled(select: Select<unknown>): Compiled {
  const { sql: text, params } = select.toSQL();
  return { text, params, read: reader(select._.selectedFields as Fields) };
}

/** Builds an object from the values of a row, each decoded by its field. */
function reader(fields: Fields): (row: readonly unknown[]) => Record<string, unknown> {
  const names = Object.keys(fields);
  const decoders = Object.values(fields).map(decodeOf);
  return (row) => {
    const object: Record<string, unknown> = {};
    for (let i = 0; i < names.length; i++) object[names[i]!] = decoders[i]!(row[i]);
    return object;
  };
}

const asStored: Decode = (value) => value;

function decodeOf(field: unknown): Decode {
  if (is(field, SQL.Aliased)) return decodeOf(field.sql);
  if (is(field, SQL)) return DECODERS.get(field) ?? orNull(field as unknown as Decoder);
  if (!is(field, Column)) {
    throw new TypeError("A query returns columns and SQL expressions, not groups of them.");
  }
  const isPlain = field.mapFromDriverValue === Column.prototype.mapFromDriverValue;
  return isPlain ? asStored : orNull({ decoder: field });
}

/** Drizzle keeps the decoder of an expression in a member that its types leave out. */
interface Decoder {
  readonly decoder: { mapFromDriverValue(value: unknown): unknown };
}

function orNull({ decoder }: Decoder): Decode {
  return (value) => (value === null ? null : decoder.mapFromDriverValue(value));
}

/** The value for one `?`: a constant, or the value that the caller gives for a placeholder. */
function argumentOf(param: unknown, values: object): SqlValue {
  if (is(param, Placeholder)) return given(values, param.name) as SqlValue;
  if (is(param, Param) && is(param.value, Placeholder)) {
    const value = given(values, param.value.name);
    return (value === null ? null : param.encoder.mapToDriverValue(value)) as SqlValue;
  }
  return param as SqlValue;
}

function given(values: object, name: string): unknown {
  const value = (values as Record<string, unknown>)[name];
  if (value === undefined) throw new DatabaseError("sql", `The query wants a value for "${name}".`);
  return value;
}

function unexpected(wanted: string, value: unknown): DatabaseError {
  const found = value === null ? "null" : `a ${typeof value}`;
  return new DatabaseError("sql", `A column wants ${wanted}, and the database returned ${found}.`);
}
