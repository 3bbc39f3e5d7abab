import { sql } from "drizzle-orm";
import { guard, write } from "../../database/write.ts";
import { Conflict } from "../../kernel/errors.ts";
import { newId, type PoolId } from "../../kernel/ids.ts";
import { record } from "../audit.ts";
import { allow, type GuildContext } from "../context.ts";
import { type Pool, poolOf, systemAccounts } from "./pools.ts";
import type { PoolKind } from "./schema.ts";
import { POOL_NAMES, USUAL_DECIMALS } from "./seed.ts";

/**
 * Makes a pool of this kind the guild's default. A pool never changes its kind, so the empty default before
 * it is archived; choosing its kind again restores it.
 *
 * @throws {Conflict} `dkp/pool-has-entries` once the default pool has entries.
 */
export async function setDefaultPool(ctx: GuildContext, kind: PoolKind): Promise<Pool> {
  allow(ctx, "settings.manage");
  const now = await poolOf(ctx, undefined);
  if (now.kind === kind) return now;
  await write(ctx.db, [
    guard(
      sql`not exists (select 1 from ledger_tx join pools on pools.id = pool_id where is_default = 1)`,
      () =>
        new Conflict(
          "dkp/pool-has-entries",
          "Points were already awarded, so the type of the pool cannot change.",
        ),
    ),
    sql`update pools set is_default = 0, archived_at = ${ctx.now().getTime()} where is_default = 1`,
    sql`insert into pools (id, name, kind, decimals, rules, is_default, created_at)
      values (${newId<PoolId>()}, ${POOL_NAMES[kind]}, ${kind}, ${USUAL_DECIMALS}, '{}', 1,
        ${ctx.now().getTime()})
      on conflict (name) do update set is_default = 1, archived_at = null
      where kind = excluded.kind and is_example = 0`,
    guard(
      sql`(select count(*) from pools where is_default = 1 and kind = ${kind}) = 1`,
      () =>
        new Conflict(
          "dkp/pool-name-taken",
          "A pool of another type has this name. Rename it first.",
        ),
    ),
    systemAccounts("default"),
    record(ctx, "dkp.default-pool", "pools", { before: { kind: now.kind }, after: { kind } }),
  ]);
  return await poolOf(ctx, undefined);
}
