import { sql } from "drizzle-orm";
import { type Guard, guard } from "../../database/write.ts";
import { limits } from "../../limits.ts";
import type { Pool } from "./pools.ts";

/** Another write happened between reading the ledger and writing what was computed from it. */
class ConcurrentChange extends Error {}

/** A guard that the pool's ledger still ends with the entry of number `seq`. */
export function unchangedSince(pool: Pick<Pool, "id">, seq: number): Guard {
  return guard(
    sql`(select coalesce(max(seq), 0) from ledger_tx where pool_id = ${pool.id}) = ${seq}`,
    () => new ConcurrentChange("The ledger has changed since it was read."),
  );
}

/** Runs `work` again if its guard `unchangedSince` failed. One of several writes succeeds in each round. */
export async function untilUnchanged<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ConcurrentChange) || tries >= limits.dkp.awardTriesMax) throw error;
    }
  }
}
