import { z } from "@hono/zod-openapi";
import type { Statement } from "../../database/client.ts";
import { NotFound } from "../../kernel/errors.ts";
import { newId, type PoolId } from "../../kernel/ids.ts";
import { allow, type GuildContext } from "../context.ts";
import { SYSTEM_ACCOUNTS } from "./ledger.ts";
import type { PoolKind } from "./schema.ts";

/** A pool's rules; all amounts in minor units. Unknown rules are stored but not used. */
const poolRules = z.looseObject({
  /** The lowest balance that spending may leave; null for none. */
  floor: z.number().int().nullable().optional(),
  /** EPGP: the minimum gear points for computing the priority. */
  minGearPoints: z.number().int().positive().optional(),
  /** Awards do not raise a balance above this. */
  hardCap: z.number().int().positive().nullable().optional(),
  /** The most that a person can earn between two weekly resets. */
  weeklyCap: z.number().int().positive().nullable().optional(),
  decay: z
    .object({
      percent: z.number().int().min(1).max(100),
      /** Debts do not decay: moving them towards zero would give points away. */
      positivesOnly: z.boolean(),
      /** ISO weekday and hour in the guild's time zone; null when officers run it by hand. */
      weekly: z
        .object({ weekday: z.number().int().min(1).max(7), hour: z.number().int().min(0).max(23) })
        .nullable(),
    })
    .nullable()
    .optional(),
});

/** One currency of the guild. Amounts are whole numbers of 10^-decimals points. */
export interface Pool {
  readonly id: PoolId;
  readonly name: string;
  readonly kind: PoolKind;
  readonly decimals: number;
  readonly isDefault: boolean;
  readonly isExample: boolean;
  readonly archivedAt: number | null;
  /** The lowest balance that spending may leave, in minor units; null for none. */
  readonly floor: number | null;
  /** EPGP: the minimum gear points, in minor units. */
  readonly minGearPoints: number;
  readonly hardCap: number | null;
  readonly weeklyCap: number | null;
  readonly decay: Decay | null;
  readonly rulesVersion: number;
}

/** How a pool's balances decay. */
export interface Decay {
  readonly percent: number;
  readonly positivesOnly: boolean;
  readonly weekly: { readonly weekday: number; readonly hour: number } | null;
}

interface PoolRow {
  id: PoolId;
  name: string;
  kind: PoolKind;
  decimals: number;
  rules: string;
  is_default: number;
  is_example: number;
  archived_at: number | null;
  rules_version: number;
}

const COLUMNS =
  "id, name, kind, decimals, rules, is_default, is_example, archived_at, rules_version";
const DEFAULT_POOL = `SELECT ${COLUMNS} FROM pools WHERE is_default = 1 AND archived_at IS NULL`;
const ONE_POOL = `SELECT ${COLUMNS} FROM pools WHERE id = ?`;
const ALL_POOLS = `
  SELECT ${COLUMNS} FROM pools ORDER BY is_default DESC, archived_at IS NOT NULL, created_at, id`;

/** All pools: the default one first, archived ones last. */
export async function pools(ctx: GuildContext): Promise<readonly Pool[]> {
  allow(ctx, "standings.view");
  return (await ctx.db.all<PoolRow>(ALL_POOLS)).map(toPool);
}

/**
 * The pool with this id, or the guild's default.
 *
 * @throws {NotFound} `dkp/pool-not-found`
 */
export async function poolOf(ctx: GuildContext, id: string | undefined): Promise<Pool> {
  const row =
    id === undefined
      ? await ctx.db.first<PoolRow>(DEFAULT_POOL)
      : await ctx.db.first<PoolRow>(ONE_POOL, id);
  if (row === undefined) {
    throw new NotFound("dkp/pool-not-found", "This pool does not exist. Choose one from the list.");
  }
  return toPool(row);
}

/** Creates the accounts on the guild's side of one pool's books, unless they exist. */
export function systemAccounts(pool: { readonly id: PoolId } | "default"): Statement {
  const kinds = SYSTEM_ACCOUNTS.map((kind) => ({ id: newId<string>(), kind }));
  return {
    sql: `INSERT INTO accounts (id, pool_id, kind)
      SELECT value->>'id', pools.id, value->>'kind' FROM json_each(?1) JOIN pools
      WHERE CASE WHEN ?2 = '' THEN pools.is_default = 1 ELSE pools.id = ?2 END
      ON CONFLICT DO NOTHING`,
    args: [JSON.stringify(kinds), pool === "default" ? "" : pool.id],
  };
}

function toPool(row: PoolRow): Pool {
  const rules = poolRules.safeParse(JSON.parse(row.rules)).data ?? {};
  // In a zero-sum pool, one balance must fall below zero before another can rise.
  const usualFloor = row.kind === "dkp" ? 0 : null;
  return {
    id: row.id,
    name: row.name,
    kind: row.kind,
    decimals: row.decimals,
    isDefault: row.is_default === 1,
    isExample: row.is_example === 1,
    archivedAt: row.archived_at,
    floor: rules.floor === undefined ? usualFloor : rules.floor,
    minGearPoints: rules.minGearPoints ?? 10 ** row.decimals,
    hardCap: rules.hardCap ?? null,
    weeklyCap: rules.weeklyCap ?? null,
    decay: rules.decay ?? null,
    rulesVersion: row.rules_version,
  };
}
