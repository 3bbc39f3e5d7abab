import { sql } from "drizzle-orm";
import type { Statement } from "../../database/client.ts";
import { existsIn, isTrue } from "../../database/query.ts";
import { insertWhere } from "../../database/statements.ts";
import { newId, type PoolId } from "../../kernel/ids.ts";
import { systemAccounts } from "./pools.ts";
import { type PoolKind, pools } from "./schema.ts";

/** The default names of pools by kind. Names are unique within a guild. */
export const POOL_NAMES: Readonly<Record<PoolKind, string>> = {
  dkp: "DKP",
  epgp: "EPGP",
  "zero-sum": "Zero-sum",
};

/** Guilds are used to two digits after the point, and shares of a price need them. */
export const USUAL_DECIMALS = 2;

/**
 * The first pool of a new guild and its system accounts, for provisioning's `write`. Changes nothing in a
 * guild that already has a default pool.
 */
export function seedPools(nowMs: number): readonly Statement[] {
  return [
    insertWhere(
      pools,
      {
        id: newId<PoolId>(),
        name: POOL_NAMES.dkp,
        kind: "dkp",
        decimals: USUAL_DECIMALS,
        rules: {},
        isDefault: true,
        createdAt: nowMs,
      },
      sql`not ${existsIn(pools, isTrue(pools.isDefault))}`,
      [pools.name],
    ),
    systemAccounts("default"),
  ];
}
