import { limits } from "../limits.ts";
import type { Database } from "./client.ts";
import { write } from "./write.ts";

/** Rows that are kept for a limited time. `over` is a condition on `table`; `?1` is the moment. */
export interface Expiry {
  readonly what: string;
  readonly table: string;
  readonly over: string;
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
  const row = await db.first<{ rows: number }>(
    `SELECT count(*) AS rows FROM ${rule.table} WHERE ${rule.over}`,
    nowMs - rule.keptMs,
  );
  return { what: rule.what, rows: row!.rows };
}

/**
 * Removes rows in small batches, so that other writers get the lock. What is left is removed in the next
 * run.
 */
export async function removeOver(db: Database, rule: Expiry, nowMs: number): Promise<Removal> {
  const { batchRows, batchesMax } = limits.retention;
  let rows = 0;
  for (let batch = 0; batch < batchesMax; batch++) {
    const [done] = await write(db, [
      {
        sql: `DELETE FROM ${rule.table} WHERE rowid IN
                (SELECT rowid FROM ${rule.table} WHERE ${rule.over} LIMIT ${batchRows})`,
        args: [nowMs - rule.keptMs],
      },
    ]);
    rows += done!.rowsAffected;
    if (done!.rowsAffected < batchRows) break;
  }
  return { what: rule.what, rows };
}
