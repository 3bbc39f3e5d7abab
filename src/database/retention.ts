import { count, type SQL, sql } from "drizzle-orm";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";
import { limits } from "../limits.ts";
import type { Database } from "./client.ts";
import { build } from "./statements.ts";
import { write } from "./write.ts";

/** Rows that are kept for a limited time. */
export interface Expiry {
  readonly what: string;
  readonly table: SQLiteTable;
  /** The condition on an expired row. `moment` is `keptMs` before now, Unix milliseconds. */
  readonly over: (moment: number) => SQL | undefined;
  /** The time after the moment in the row, in milliseconds. */
  readonly keptMs: number;
}

/** What was removed, or would be. */
export interface Removal {
  readonly what: string;
  readonly rows: number;
}

/** The number of rows that would be removed now. */
export async function countOver(db: Database, rule: Expiry, nowMs: number): Promise<Removal> {
  const [found] = await db.orm
    .select({ rows: count() })
    .from(rule.table)
    .where(rule.over(nowMs - rule.keptMs));
  return { what: rule.what, rows: found!.rows };
}

/**
 * Removes rows in small batches, so that other writers get the lock. What is left is removed in the next
 * run.
 */
export async function removeOver(db: Database, rule: Expiry, nowMs: number): Promise<Removal> {
  const { batchRows, batchesMax } = limits.retention;
  const expired = rule.over(nowMs - rule.keptMs);
  const some = sql`select rowid from ${rule.table} where ${expired} limit ${batchRows}`;
  let rows = 0;
  for (let batch = 0; batch < batchesMax; batch++) {
    const [done] = await write(db, [build.delete(rule.table).where(sql`rowid in (${some})`)]);
    rows += done!.rowsAffected;
    if (done!.rowsAffected < batchRows) break;
  }
  return { what: rule.what, rows };
}
