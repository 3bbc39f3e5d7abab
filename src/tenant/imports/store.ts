import { sql } from "drizzle-orm";
import { build, insertAll } from "../../database/statements.ts";
import { type Guard, guard, type Writable, write } from "../../database/write.ts";
import { Conflict } from "../../kernel/errors.ts";
import type { ImportId } from "../../kernel/ids.ts";
import type { GuildContext } from "../context.ts";
import type { ImportRow } from "./document.ts";
import type { PlannedRow } from "./plan.ts";
import { type ImportState, importRows, imports } from "./schema.ts";

// Previews are no change of the guild, so these writes leave no audit row. Commits and reversals do.

/** Writes statements about an import, in one transaction. */
export async function store(
  ctx: GuildContext,
  statements: readonly (Writable | Guard)[],
): Promise<void> {
  const { db } = ctx;
  if (statements.length > 0) await write(db, statements);
}

/** The statement that stores rows of a document, from this line on. */
export function rowStatement(
  importId: ImportId,
  rows: readonly ImportRow[],
  firstLine: number,
): Writable {
  return insertAll(
    importRows,
    rows.map((row, at) => ({
      importId,
      line: firstLine + at,
      kind: row.kind,
      part: row.part ?? "",
      key: row.key,
      label: row.label,
      data: {
        ...row.data,
        ...(row.problem !== undefined && { isRefused: true }),
        ...(row.remark !== undefined && { remark: row.remark }),
      },
      verdict: row.problem === undefined ? ("new" as const) : ("unassignable" as const),
      reason: row.problem ?? row.remark ?? "",
    })),
  );
}

const column = (name: "verdict" | "reason" | "targetId" | "committedKey" | "madeAt") =>
  sql.identifier(importRows[name].name);

// The values are a table of their own, made once: without it, the database reads the whole list again for
// each row of the import.
const values = (rows: readonly unknown[]) =>
  sql`with v(line, a, b, c) as materialized (
    select value ->> 0, value ->> 1, value ->> 2, value ->> 3 from json_each(${JSON.stringify(rows)}))`;

const isRow = (importId: ImportId) =>
  sql`${importRows.importId} = ${importId} and ${importRows.line} = v.line`;

/** The statement that sets the verdicts of rows. */
export function verdictStatement(importId: ImportId, rows: readonly PlannedRow[]): Writable {
  const list = rows.map(({ line, verdict, reason, targetId }) => [line, verdict, reason, targetId]);
  return sql`${values(list)} update ${importRows} set ${column("verdict")} = v.a,
    ${column("reason")} = v.b, ${column("targetId")} = v.c from v where ${isRow(importId)}`;
}

/** A member of a row's data that the plan found out. */
export interface RowDetail {
  readonly line: number;
  readonly member: "freeName" | "isFirst";
  readonly value: string | boolean;
}

/** The statement that adds details to the data of rows. */
export function detailStatement(importId: ImportId, details: readonly RowDetail[]): Writable {
  const list = details.map(({ line, member, value }) => [
    line,
    `$.${member}`,
    JSON.stringify(value),
  ]);
  return sql`${values(list)} update ${importRows}
    set ${sql.identifier(importRows.data.name)} = json_set(${importRows.data}, v.a, json(v.b))
    from v where ${isRow(importId)}`;
}

/** A row that is in the guild from now on. `madeAt` is null for rows that were found there. */
export interface WrittenRow {
  readonly line: number;
  /** Null for a row that was taken back. */
  readonly committedKey: string | null;
  readonly targetId: string | null;
  readonly madeAt: number | null;
}

/** The statement that marks rows as written. */
export function writtenStatement(importId: ImportId, rows: readonly WrittenRow[]): Writable {
  const list = rows.map((one) => [one.line, one.committedKey, one.targetId, one.madeAt]);
  return sql`${values(list)} update ${importRows} set ${column("committedKey")} = v.a,
    ${column("targetId")} = v.b, ${column("madeAt")} = v.c from v where ${isRow(importId)}`;
}

/** Another process works on this import, or a person has cancelled it. */
export class ImportChanged extends Conflict {
  constructor() {
    super(
      "imports/changed",
      "This import has changed since it was read. Reload the page and look at its state.",
    );
  }
}

/** Guards a write: the import is in one of these states. */
export function isIn(importId: ImportId, ...states: readonly ImportState[]): Guard {
  return guard(
    sql`exists (select 1 from ${imports} where ${imports.id} = ${importId}
      and ${imports.state} in (select value from json_each(${JSON.stringify(states)})))`,
    () => new ImportChanged(),
  );
}

/** Guards a write: none of these rows is in the guild yet, or all of them are. */
export function rowsAre(
  importId: ImportId,
  lines: readonly number[],
  written: "written" | "waiting",
): Guard {
  const isWritten =
    written === "written"
      ? sql`${importRows.committedKey} is null`
      : sql`${importRows.committedKey} is not null`;
  return guard(
    sql`not exists (select 1 from ${importRows} where ${importRows.importId} = ${importId}
      and ${importRows.line} in (select value from json_each(${JSON.stringify(lines)}))
      and ${isWritten})`,
    () => new ImportChanged(),
  );
}

/** The statement that changes an import. */
export function batchStatement(
  importId: ImportId,
  values: Partial<typeof imports.$inferInsert>,
): Writable {
  return build.update(imports).set(values).where(sql`${imports.id} = ${importId}`);
}

/** Another import of the same source has written one of the rows, or a name was taken, since the plan. */
export class RowsTaken extends Conflict {
  constructor() {
    super(
      "imports/changed",
      "The guild has changed since this import was compared with it. Look at the preview again.",
    );
  }
}
