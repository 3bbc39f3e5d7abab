import { limits } from "../../limits.ts";
import { allow, type GuildContext } from "../context.ts";
import { earnedUnit } from "./ledger.ts";
import { type Pool, poolOf } from "./pools.ts";

/** One week of a pool, identified by its Monday in UTC. Amounts are minor units, never negative. */
interface EconomyWeek {
  readonly monday: string;
  readonly minted: number;
  readonly spent: number;
  readonly decayed: number;
}

export interface Economy {
  readonly pool: Pool;
  readonly weeks: readonly EconomyWeek[];
  /**
   * The inequality of balances (Gini 1912): 0 when all are equal, 1 when one has all. Null without people.
   */
  readonly gini: number | null;
  readonly people: number;
}

/** The sources and uses of a pool's points by week, and their distribution. */
export async function economy(ctx: GuildContext, poolId: string | undefined): Promise<Economy> {
  allow(ctx, "ledger.view");
  const pool = await poolOf(ctx, poolId);
  const since = ctx.now().getTime() - limits.dkp.economyMs;
  const weeks = await ctx.db.all<EconomyWeek>(
    `SELECT date(t.effective_at / 1000, 'unixepoch', 'weekday 0', '-6 days') AS monday,
       coalesce(-sum(p.amount) FILTER (WHERE a.kind = 'mint'), 0) AS minted,
       coalesce(abs(sum(p.amount) FILTER (WHERE a.kind IN ('loot-sink', 'bank'))), 0) AS spent,
       coalesce(abs(sum(p.amount) FILTER (WHERE a.kind = 'decay' AND p.unit <> 'gp')), 0) AS decayed
     FROM ledger_tx t JOIN ledger_postings p ON p.tx_id = t.id JOIN accounts a ON a.id = p.account_id
     WHERE t.pool_id = ?1 AND t.effective_at >= ?2 GROUP BY monday ORDER BY monday`,
    pool.id,
    since,
  );
  const rows = await ctx.db.all<{ balance: number }>(
    `SELECT b.balance FROM balances b JOIN accounts a ON a.id = b.account_id
     JOIN persons n ON n.id = a.person_id AND n.status = 'active'
     WHERE a.pool_id = ? AND b.unit = ? AND b.balance >= 0`,
    pool.id,
    earnedUnit(pool.kind),
  );
  const balances = rows.map((row) => row.balance);
  return { pool, weeks, gini: gini(balances), people: balances.length };
}

/**
 * The Gini coefficient of amounts that are not negative: the mean difference of all pairs divided by twice
 * the mean. Null when the sum is zero.
 */
export function gini(amounts: readonly number[]): number | null {
  const sorted = [...amounts].sort((a, b) => a - b);
  const total = sorted.reduce((sum, amount) => sum + amount, 0);
  if (total <= 0) return null;
  const weighted = sorted.reduce((sum, amount, index) => sum + (index + 1) * amount, 0);
  return (2 * weighted) / (sorted.length * total) - (sorted.length + 1) / sorted.length;
}
