import type { Statement } from "../../database/client.ts";
import { newId, type PoolId } from "../../kernel/ids.ts";
import { systemAccounts } from "./pools.ts";
import type { PoolKind } from "./schema.ts";

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
    {
      sql: `INSERT INTO pools (id, name, kind, decimals, rules, is_default, created_at)
        SELECT ?, ?, 'dkp', ?, '{}', 1, ?
        WHERE NOT EXISTS (SELECT 1 FROM pools WHERE is_default = 1)`,
      args: [newId<PoolId>(), POOL_NAMES.dkp, USUAL_DECIMALS, nowMs],
    },
    systemAccounts("default"),
  ];
}
