import { sql } from "drizzle-orm";
import { type Guard, guard } from "../../database/write.ts";
import { Conflict } from "../../kernel/errors.ts";
import type { PersonId } from "../../kernel/ids.ts";
import { limits } from "../../limits.ts";
import { allow, type GuildContext } from "../context.ts";
import { capped, type Standing, weekStartMs } from "./caps.ts";
import { earnedUnit, shareLines } from "./ledger.ts";
import { formatPoints } from "./points.ts";
import type { Pool } from "./pools.ts";
import { post } from "./post.ts";
import type { Entry } from "./queries.ts";
import { peopleAreHere, poolIsOpen, reasonOf } from "./service-guards.ts";

export interface Shares {
  readonly shares: readonly { readonly personId: PersonId; readonly amount: number }[];
  readonly reason: string;
  readonly effectiveAt: number | undefined;
  readonly raidId?: string | undefined;
}

/** Another write happened between reading the balances and writing the award. */
class ConcurrentChange extends Error {}

/**
 * Awards each person their share, within the pool's caps. Points above a cap are booked as blocked. Refuses
 * an award for a time before the last decay, and names the rest that would be left after the decay.
 *
 * @throws {Conflict} `dkp/behind-decay`, `dkp/pool-archived`
 *
 * @throws {Invalid} `dkp/bad-people`
 */
export async function awardShares(ctx: GuildContext, pool: Pool, input: Shares): Promise<Entry> {
  allow(ctx, "points.award");
  const hasCaps = pool.hardCap !== null || pool.weeklyCap !== null;
  const people = input.shares.map(({ personId }) => personId);
  const base = {
    pool,
    poolId: pool.id,
    kind: "award" as const,
    origin: "award" as const,
    reason: reasonOf(input.reason),
    reverses: null,
    effectiveAt: input.effectiveAt,
    raidId: input.raidId,
  };
  const before = [poolIsOpen(pool), peopleAreHere(pool, people), ...notBehindDecay(pool, input)];
  if (!hasCaps) {
    return await post(ctx, {
      ...base,
      lines: shareLines(pool.kind, input.shares),
      before,
      after: [],
    });
  }
  for (let tries = 1; ; tries++) {
    const found = await standingsOf(ctx, pool, people);
    const { shares, blocked } = capped(pool, input.shares, found.standings);
    const kept = blocked.reduce((sum, one) => sum + one.blocked, 0);
    try {
      return await post(ctx, {
        ...base,
        lines: shareLines(pool.kind, shares, kept),
        blocked,
        before: [...before, unchanged(pool, found.seq)],
        after: [],
      });
    } catch (error) {
      if (!(error instanceof ConcurrentChange) || tries >= limits.dkp.awardTriesMax) throw error;
    }
  }
}

/** L8: the award is computed from what was read. */
function unchanged(pool: Pool, seq: number): Guard {
  return guard(
    sql`(select coalesce(max(seq), 0) from ledger_tx where pool_id = ${pool.id}) = ${seq}`,
    () => new ConcurrentChange("The ledger has changed since it was read."),
  );
}

function notBehindDecay(pool: Pool, input: Shares): readonly Guard[] {
  const { effectiveAt } = input;
  if (effectiveAt === undefined) return [];
  const [first] = input.shares;
  return [
    guard(
      sql`not exists (select 1 from decay_runs where pool_id = ${pool.id} and at > ${effectiveAt})`,
      () => {
        const percent = pool.decay?.percent ?? 0;
        const left = Math.round(((first?.amount ?? 0) * (100 - percent)) / 100);
        const points = formatPoints(left, pool.decimals);
        return new Conflict(
          "dkp/behind-decay",
          `Decay was applied since that date. Award ${points} as of now instead: that is what ` +
            "would be left.",
          { proposal: { points, effectiveAt: null } },
        );
      },
    ),
  ];
}

/**
 * What each person has, and gained this week. A sum takes longer the more entries a person has, so a few
 * people are read at once. The write is guarded with the number that was read first.
 */
async function standingsOf(ctx: GuildContext, pool: Pool, people: readonly PersonId[]) {
  const standings = new Map<PersonId, Standing>();
  let seq: number | undefined;
  for (let at = 0; at < people.length; at += limits.dkp.standingsAtOnce) {
    const some = people.slice(at, at + limits.dkp.standingsAtOnce);
    for (const row of await standingsOfSome(ctx, pool, some)) {
      const { personId, balance, gainedThisWeek } = row;
      seq ??= row.seq;
      standings.set(personId, { balance, gainedThisWeek });
    }
  }
  return { seq: seq ?? 0, standings };
}

async function standingsOfSome(ctx: GuildContext, pool: Pool, people: readonly PersonId[]) {
  const unit = earnedUnit(pool.kind);
  const since = weekStartMs(ctx.now().getTime(), ctx.guild.region);
  return await ctx.db.all<Standing & { personId: PersonId; seq: number }>(
    `SELECT p.value AS personId,
       (SELECT coalesce(max(seq), 0) FROM ledger_tx WHERE pool_id = ?1) AS seq,
       coalesce((SELECT b.balance FROM balances b WHERE b.account_id = a.id AND b.unit = ?2), 0)
         AS balance,
       coalesce((SELECT sum(l.amount) FROM ledger_postings l JOIN ledger_tx t ON t.id = l.tx_id
          LEFT JOIN ledger_tx o ON o.id = t.reverses_id
          WHERE l.account_id = a.id AND l.unit = ?2 AND t.effective_at >= ?3
            AND (t.kind = 'award' OR o.kind = 'award')), 0) AS gainedThisWeek
     FROM json_each(?4) p
     LEFT JOIN accounts a ON a.pool_id = ?1 AND a.kind = 'person' AND a.person_id = p.value`,
    pool.id,
    unit,
    since,
    JSON.stringify(people),
  );
}
