import { sql } from "drizzle-orm";
import { isTrue } from "../../database/query.ts";
import { build, excluded, insertInto } from "../../database/statements.ts";
import { guard, write } from "../../database/write.ts";
import { Conflict } from "../../kernel/errors.ts";
import { newId, type PoolId } from "../../kernel/ids.ts";
import { record } from "../audit.ts";
import { allow, type GuildContext } from "../context.ts";
import { type Pool, poolOf, systemAccounts } from "./pools.ts";
import { type PoolKind, pools } from "./schema.ts";
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
  const nowMs = ctx.now().getTime();
  await write(ctx.db, [
    guard(
      sql`not exists (select 1 from ledger_tx join pools on pools.id = pool_id where is_default = 1)`,
      () =>
        new Conflict(
          "dkp/pool-has-entries",
          "Points were already awarded, so the type of the pool cannot change.",
        ),
    ),
    build.update(pools).set({ isDefault: false, archivedAt: nowMs }).where(isTrue(pools.isDefault)),
    insertInto(
      pools,
      {
        id: newId<PoolId>(),
        name: POOL_NAMES[kind],
        kind,
        decimals: USUAL_DECIMALS,
        rules: {},
        isDefault: true,
        createdAt: nowMs,
      },
      {
        on: [pools.name],
        set: { isDefault: true, archivedAt: null },
        where: sql`${pools.kind} = ${excluded(pools.kind)} and ${pools.isExample} = 0`,
      },
    ),
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
