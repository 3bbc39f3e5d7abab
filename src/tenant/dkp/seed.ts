import type { Statement } from "../../database/client.ts";
import { newId, type PoolId } from "../../kernel/ids.ts";
import { systemAccounts } from "./pools.ts";
import type { PoolKind } from "./schema.ts";

/** What a pool of each kind is called when we make it. The name is unique within a guild. */
export const POOL_NAMES: Readonly<Record<PoolKind, string>> = {
  dkp: "DKP",
  epgp: "EPGP",
  "zero-sum": "Zero-sum",
};

/** People know points with two digits after the point, and shares of a price need them. */
export const USUAL_DECIMALS = 2;

/**
 * The first pool of a new guild and its system accounts, to stand in provisioning's `write`.
 * Changes nothing in a guild that has a default pool already.
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
