import { z } from "@hono/zod-openapi";
import { and, eq, getTableColumns, or, type SQL, sql } from "drizzle-orm";
import { getTableConfig, type SQLiteColumn, type SQLiteTable } from "drizzle-orm/sqlite-core";
import { existsIn } from "../database/query.ts";
import { build, insertWhere, statementOf } from "../database/statements.ts";
import { type Guard, guard, type Writable } from "../database/write.ts";
import { Conflict } from "../kernel/errors.ts";
import type { PersonId, PersonJoinId, UserId } from "../kernel/ids.ts";
import type { GuildContext } from "./context.ts";

// Two persons who are one human become one: everything of `fromId` goes to `intoId`. Each feature says
// which of its rows belong to a person, and what happens to two rows of which only one can stay.

export interface JoinPair {
  readonly id: PersonJoinId;
  readonly fromId: PersonId;
  readonly intoId: PersonId;
  /** Why the points move, for the ledger. */
  readonly reason: string;
}

/** A pair that is about to be joined. */
export interface JoinRequest extends JoinPair {
  /** The accounts that are members of the guild now. Other accounts have left it. */
  readonly members: ReadonlySet<UserId>;
}

/** What a person can have. The words of the page are found by these names. */
export type MovedKind =
  | "points"
  | "login"
  | "characters"
  | "links"
  | "proofs"
  | "signups"
  | "attendance"
  | "teams"
  | "loot"
  | "wishes"
  | "responses"
  | "votes"
  | "bids"
  | "passes";

/** Two rows of which one stays. The other one comes back when the join is undone. */
export interface JoinOverlap {
  readonly kind: MovedKind;
  /** The raid, the item or the pool. */
  readonly about: string;
  readonly keeps: "from" | "into";
}

/** What one feature does for a join. */
interface PartOfJoin {
  readonly moves: readonly { readonly kind: MovedKind; readonly count: number }[];
  readonly overlaps: readonly JoinOverlap[];
  /** Guards that run before any part writes. */
  readonly before: readonly Guard[];
  readonly statements: readonly (Writable | Guard)[];
  /** What undoing needs. It is stored as JSON. */
  readonly stored: unknown;
}

/** One feature's part of a join. A later part may rely on the statements of those before it. */
export interface PersonPart {
  readonly name: string;
  /** Reads what both persons have. Refuses a join that would lose something, by an error. */
  readonly join: (ctx: GuildContext, pair: JoinRequest) => Promise<PartOfJoin>;
  readonly undo: (
    ctx: GuildContext,
    pair: JoinPair,
    stored: unknown,
  ) => Promise<readonly (Writable | Guard)[]>;
  /** A condition: the person has nothing of this part. */
  readonly isEmpty: (personId: string) => SQL;
  /** What must hold after a join or its undoing, when every part has written. */
  readonly holds?: (ctx: GuildContext, pair: JoinPair) => Promise<readonly Guard[]>;
}

const value = z.union([z.string(), z.number(), z.null()]);
/** A row as the database has it, by the names of its columns in code. */
export type RawRow = Readonly<Record<string, z.infer<typeof value>>>;
const rawRow = z.record(z.string(), value);

/** Rows of a table that belong to a person. */
export interface PersonRows {
  readonly kind: MovedKind;
  readonly table: SQLiteTable;
  /** The property of `table` for the person's id. */
  readonly person: string;
  /** The properties that identify a row of one person. All are text columns. */
  readonly key: readonly string[];
  /** Other properties with persons. They are left out when a row is checked for later changes. */
  readonly others?: readonly string[];
  /** Set where a person has one row for each key. Says which of two rows stays. */
  readonly keep?: (from: RawRow, into: RawRow) => "from" | "into";
  /** What a row is about, in words. */
  readonly about?: SQL;
  /** Members that change with the person; undoing sets them back. */
  readonly adapt?: (row: RawRow, into: readonly RawRow[]) => RawRow;
  /** Only these rows. */
  readonly where?: SQL;
}

const storedRows = z.object({
  moved: z.array(z.object({ row: rawRow, adapted: rawRow.optional() })),
  merged: z.array(z.object({ from: rawRow, into: rawRow, kept: rawRow })),
});

/** The part of a join for one table. */
export function rowsPart(name: string, rows: PersonRows): PersonPart {
  return {
    name,
    join: (ctx, pair) => joinRows(ctx, rows, pair),
    undo: async (_ctx, pair, stored) => undoRows(rows, pair, storedRows.parse(stored)),
    isEmpty: (personId) => hasNoRows(rows, personId),
  };
}

async function joinRows(
  ctx: GuildContext,
  rows: PersonRows,
  { fromId, intoId }: JoinPair,
): Promise<PartOfJoin> {
  const found = await snapshotOf(ctx, rows, [fromId, intoId]);
  const mine = found.rows.filter((row) => row[rows.person] === fromId);
  const theirs = found.rows.filter((row) => row[rows.person] === intoId);
  const byKey = new Map(theirs.map((row) => [keyOf(rows, row), row]));
  const { keep } = rows;
  const statements: (Writable | Guard)[] = [];
  const stored: { moved: unknown[]; merged: unknown[] } = { moved: [], merged: [] };
  const overlaps: JoinOverlap[] = [];
  for (const row of mine) {
    const twin = keep && byKey.get(keyOf(rows, row));
    if (keep === undefined || twin === undefined) {
      const adapted = rows.adapt?.(row, theirs);
      stored.moved.push({ row, ...(adapted && { adapted }) });
      if (adapted) statements.push(change(rows, row, { ...adapted, [rows.person]: intoId }));
      continue;
    }
    const keeps = keep(row, twin);
    const kept = { ...(keeps === "from" ? row : twin), [rows.person]: intoId };
    stored.merged.push({ from: row, into: twin, kept });
    overlaps.push({ kind: rows.kind, about: String(row[ABOUT] ?? ""), keeps });
    statements.push(build.delete(rows.table).where(isRow(rows, keeps === "from" ? twin : row)));
  }
  statements.push(
    build
      .update(rows.table)
      .set({ [rows.person]: intoId })
      .where(and(eq(columnOf(rows, rows.person), fromId), rows.where)),
  );
  const count = mine.length;
  const moves = count > 0 ? [{ kind: rows.kind, count }] : [];
  return { moves, overlaps, before: [found.unchanged], statements, stored };
}

/** A condition: no row of the table belongs to this person. */
export function hasNoRows(rows: PersonRows, personId: string): SQL {
  return sql`not ${existsIn(rows.table, and(sql`${columnOf(rows, rows.person)} = ${personId}`, rows.where))}`;
}

function undoRows(
  rows: PersonRows,
  { fromId, intoId }: JoinPair,
  { moved, merged }: z.infer<typeof storedRows>,
): readonly Writable[] {
  const plain = moved.filter(({ adapted }) => adapted === undefined);
  const keys = JSON.stringify(plain.map(({ row }) => rows.key.map((name) => row[name])));
  const statements: Writable[] = [];
  if (plain.length > 0) {
    const columns = sql.join(
      rows.key.map((name) => columnOf(rows, name)),
      sql`, `,
    );
    const values = sql.join(
      rows.key.map((_, index) => sql.raw(`value ->> ${index}`)),
      sql`, `,
    );
    statements.push(
      build
        .update(rows.table)
        .set({ [rows.person]: fromId })
        .where(
          and(
            eq(columnOf(rows, rows.person), intoId),
            sql`(${columns}) in (select ${values} from json_each(${keys}))`,
          ),
        ),
    );
  }
  for (const { row, adapted } of moved) {
    if (adapted === undefined) continue;
    const before = Object.fromEntries(
      Object.keys(adapted).map((name) => [name, row[name] ?? null]),
    );
    const at = { ...row, [rows.person]: intoId };
    statements.push(change(rows, at, { ...before, [rows.person]: fromId }));
  }
  for (const { from, into, kept } of merged) {
    statements.push(
      build
        .update(rows.table)
        .set(decoded(rows, into))
        .where(and(isRow(rows, kept), isUnchanged(rows, kept))),
      // The row of `from` is a row of the table as it was, so the statement names every column.
      insertRaw(rows, from),
    );
  }
  return statements;
}

/** The key in a stored row for the text that tells people what the row is about. */
const ABOUT = "about";

/** The rows of some persons, and a guard that they are still the same at the time of a write. */
export async function snapshotOf(
  ctx: GuildContext,
  rows: PersonRows,
  persons: readonly PersonId[],
): Promise<{ readonly rows: readonly RawRow[]; readonly unchanged: Guard }> {
  const columns = Object.entries(getTableColumns(rows.table));
  const names = columns.map(([name]) => name);
  const order = rows.key.map((name) => columnOf(rows, name));
  const person = columnOf(rows, rows.person);
  const isTheirs = and(or(...persons.map((id) => eq(person, id))), rows.where);
  const values = sql.join(
    columns.map(([, column]) => sql`${column}`),
    sql`, `,
  );
  const text = sql`(select coalesce(json_group_array(json_array(${values}, ${rows.about ?? sql`''`})), '[]')
    from (select * from ${rows.table} where ${isTheirs}
      order by ${sql.join([...order, person], sql`, `)}) as ${rows.table})`;
  const { rows: answer } = await ctx.db.client.execute(statementOf(sql`select ${text}`));
  const stored = z.string().parse(answer[0]?.[0]);
  const read = z.array(z.array(value)).parse(JSON.parse(stored));
  return {
    rows: read.map((one) =>
      Object.fromEntries([...names, ABOUT].map((name, index) => [name, one[index] ?? null])),
    ),
    unchanged: guard(sql`${text} is ${stored}`, changedMeanwhile),
  };
}

/** Something of the two persons changed between the read and the write. The caller tries again. */
export class ChangedMeanwhile extends Conflict {}

export function changedMeanwhile(): Conflict {
  return new ChangedMeanwhile(
    "persons/changed",
    "Something of these persons changed at this moment. Load the page again and repeat your change.",
  );
}

function columnOf(rows: PersonRows, name: string): SQLiteColumn {
  const column = getTableColumns(rows.table)[name];
  if (column) return column as SQLiteColumn;
  throw new RangeError(`The table has no column for ${name}.`);
}

const keyOf = (rows: PersonRows, row: RawRow): string =>
  JSON.stringify(rows.key.map((name) => row[name]));

function isRow(rows: PersonRows, row: RawRow): SQL | undefined {
  return and(
    ...[...rows.key, rows.person].map((name) => sql`${columnOf(rows, name)} is ${row[name]}`),
  );
}

/** A row that was changed after the join keeps the change when the join is undone. */
function isUnchanged(rows: PersonRows, row: RawRow): SQL | undefined {
  const ignored = new Set([...rows.key, rows.person, ...(rows.others ?? [])]);
  const names = Object.keys(getTableColumns(rows.table)).filter((name) => !ignored.has(name));
  return and(...names.map((name) => sql`${columnOf(rows, name)} is ${row[name]}`));
}

function change(rows: PersonRows, row: RawRow, set: RawRow): Writable {
  return build.update(rows.table).set(raw(set)).where(isRow(rows, row));
}

/** Values as the database has them: the columns of the schema would encode them a second time. */
function raw(row: RawRow): Record<string, SQL> {
  return Object.fromEntries(Object.entries(row).map(([name, one]) => [name, sql`${one}`]));
}

function decoded(rows: PersonRows, row: RawRow): Record<string, SQL> {
  const names = Object.keys(getTableColumns(rows.table));
  const values = raw(Object.fromEntries(names.map((name) => [name, row[name] ?? null])));
  // A row that it may refer to can be gone.
  for (const { name, column, parent } of references(rows)) {
    const value = row[name] ?? null;
    if (column.notNull || value === null) continue;
    values[name] = sql`(select ${parent} from ${parent.table} where ${parent} = ${value})`;
  }
  return values;
}

/** The columns of a table that refer to one column of another table. */
function references(rows: PersonRows) {
  const names = new Map(
    Object.entries(getTableColumns(rows.table)).map(([name, column]) => [column.name, name]),
  );
  return getTableConfig(rows.table).foreignKeys.flatMap((key) => {
    const { columns, foreignColumns } = key.reference();
    const [column, parent] = [columns[0], foreignColumns[0]];
    if (columns.length !== 1 || column === undefined || parent === undefined) return [];
    return [{ name: names.get(column.name)!, column, parent }];
  });
}

function isMissing(parent: SQLiteColumn, value: RawRow[string]): SQL {
  return sql`not ${existsIn(parent.table, sql`${parent} = ${value}`)}`;
}

/** Adds a row of before, unless what it is about was removed since: a raid, a team, an item. */
function insertRaw(rows: PersonRows, row: RawRow): Writable {
  const on = [...rows.key, rows.person].map((name) => columnOf(rows, name));
  const hasParents = and(...missingParents(rows, row).map((isMissing) => sql`not (${isMissing})`));
  return insertWhere(rows.table, decoded(rows, row), hasParents ?? sql`true`, on);
}

/** For each row of another table that `row` must have: a condition that it does not exist any more. */
function missingParents(rows: PersonRows, row: RawRow): readonly SQL[] {
  return references(rows).flatMap(({ name, column, parent }) =>
    column.notNull ? [isMissing(parent, row[name] ?? null)] : [],
  );
}
