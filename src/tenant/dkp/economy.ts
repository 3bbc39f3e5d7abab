import { and, eq, gte, inArray, type SQL, sql } from "drizzle-orm";
import { asNumber, prepare, type Values } from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import { localDateOf, zoneOffsets } from "../../kernel/calendar.ts";
import type { PoolId } from "../../kernel/ids.ts";
import { WEEK_MS } from "../../kernel/time.ts";
import { limits } from "../../limits.ts";
import { allow, type GuildContext } from "../context.ts";
import { persons } from "../roster/schema.ts";
import { earnedUnit } from "./ledger.ts";
import { type Pool, poolOf } from "./pools.ts";
import { accounts, balances, ledgerPostings, ledgerTx, type Unit } from "./schema.ts";

/** A week of a pool by the guild's clock, named by its Monday. Amounts are minor units, never negative. */
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
  const nowMs = ctx.now().getTime();
  const since = nowMs - limits.dkp.economyMs;
  const rows = await flowsByWeek(ctx.guild.timeZone, since, nowMs).all(ctx.db, {
    poolId: pool.id,
    since,
  });
  const weeks = rows.map(({ week, ...flows }) => ({ monday: mondayOf(week), ...flows }));
  const unit = earnedUnit(pool.kind);
  const positive = await positiveBalances.all(ctx.db, { poolId: pool.id, unit });
  const amounts = positive.map(({ balance }) => balance);
  return { pool, weeks, gini: gini(amounts), people: amounts.length };
}

/** A Monday. Weeks are counted from it. */
const FIRST_MONDAY = Date.UTC(1970, 0, 5);

function mondayOf(week: number): string {
  return localDateOf(FIRST_MONDAY + week * WEEK_MS, "UTC");
}

/** The flows of a pool by the week of the local clock, as a number of weeks since the first Monday. */
function flowsByWeek(timeZone: string, fromMs: number, untilMs: number) {
  const at = ledgerTx.effectiveAt;
  const offsets = zoneOffsets(timeZone, fromMs, untilMs).toReversed();
  const offset = sql.join(
    offsets.map(({ from, offsetMs }) => sql`when ${at} >= ${from} then ${offsetMs}`),
    sql` `,
  );
  const week = asNumber(
    sql`(${at} + case ${offset} else ${offsets.at(-1)!.offsetMs} end - ${FIRST_MONDAY})
      / ${sql.raw(String(WEEK_MS))}`,
  );
  const sum = (condition: SQL) => sql`sum(${ledgerPostings.amount}) filter (where ${condition})`;
  return prepare(({ poolId, since }: Values<{ poolId: PoolId; since: number }>) =>
    build
      .select({
        week,
        minted: asNumber(sql`coalesce(-${sum(eq(accounts.kind, "mint"))}, 0)`),
        spent: asNumber(
          sql`coalesce(abs(${sum(inArray(accounts.kind, ["loot-sink", "bank"]))}), 0)`,
        ),
        decayed: asNumber(
          sql`coalesce(abs(${sum(
            sql`${accounts.kind} = 'decay' and ${ledgerPostings.unit} <> 'gp'`,
          )}), 0)`,
        ),
      })
      .from(ledgerTx)
      .innerJoin(ledgerPostings, eq(ledgerPostings.txId, ledgerTx.id))
      .innerJoin(accounts, eq(accounts.id, ledgerPostings.accountId))
      .where(and(eq(ledgerTx.poolId, poolId), gte(ledgerTx.effectiveAt, since)))
      .groupBy(sql`1`)
      .orderBy(sql`1`),
  );
}

const positiveBalances = prepare(({ poolId, unit }: Values<{ poolId: PoolId; unit: Unit }>) =>
  build
    .select({ balance: balances.balance })
    .from(balances)
    .innerJoin(accounts, eq(accounts.id, balances.accountId))
    .innerJoin(persons, eq(persons.id, accounts.personId))
    .where(
      and(
        eq(persons.status, "active"),
        eq(accounts.poolId, poolId),
        eq(balances.unit, unit),
        gte(balances.balance, 0),
      ),
    ),
);

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
