import { and, eq, gt, isNotNull, ne, not, sql } from "drizzle-orm";
import {
  asBoolean,
  asNumber,
  columnsOf,
  existsIn,
  prepare,
  type Values,
} from "../../database/query.ts";
import { build, insertInto } from "../../database/statements.ts";
import { type Guard, guard, write } from "../../database/write.ts";
import { isoWeek, localDateOf, localMoments } from "../../kernel/calendar.ts";
import { Conflict } from "../../kernel/errors.ts";
import { type LedgerTxId, newId, type PersonId, type PoolId } from "../../kernel/ids.ts";
import { DAY_MS } from "../../kernel/time.ts";
import { limits } from "../../limits.ts";
import { describe, record } from "../audit.ts";
import { allow, type GuildContext } from "../context.ts";
import { unchangedSince, untilUnchanged } from "./concurrent-change.ts";
import { lastSeq } from "./decay-history.ts";
import type { Line } from "./ledger.ts";
import type { Decay } from "./pool-rules.ts";
import { type Pool, poolOf } from "./pools.ts";
import { statementsOf } from "./post.ts";
import { isReversed } from "./queries.ts";
import { decayedBy } from "./replay.ts";
import { balancing } from "./reversal.ts";
import { accounts, balances, type DecayTerms, decayRuns, poolRules, pools } from "./schema.ts";
import { peopleAreHere, poolIsOpen } from "./service-guards.ts";

export const DECAY_JOB = "dkp.decay";

/** The result of a decay that ran now or earlier. */
export interface DecayRun {
  readonly period: string;
  readonly percent: number;
  readonly at: number;
  /** Null when no balance changed. */
  readonly txId: LedgerTxId | null;
  /** False when this period already had its decay: then nothing happened. */
  readonly isNew: boolean;
}

export interface DecayInput {
  readonly pool?: string | undefined;
  /** The week, such as "2026-W03"; the current one by default. */
  readonly period?: string | undefined;
  /** Only these people. Such a decay runs in addition to the weekly one, as often as it is requested. */
  readonly personIds?: readonly string[] | undefined;
}

/**
 * Decays a pool's balances once in each ISO week of the guild's time zone. A repeated call returns the
 * result of the first, unless that was reversed. A decay of selected people does not count as the week's.
 *
 * @throws {Conflict} `dkp/no-decay` for a pool without the rule, `dkp/pool-archived`
 *
 * @throws {Invalid} `dkp/bad-people`
 */
export async function runDecay(ctx: GuildContext, input: DecayInput): Promise<DecayRun> {
  allow(ctx, "points.award");
  const pool = await poolOf(ctx, input.pool);
  const { decay } = pool;
  if (decay === null) {
    throw new Conflict("dkp/no-decay", "This pool has no decay. Set it in the rules first.");
  }
  const nowMs = ctx.now().getTime();
  const week = input.period ?? isoWeek(localDateOf(nowMs, ctx.guild.timeZone));
  const personIds = input.personIds ? ([...input.personIds] as PersonId[]) : null;
  const period = personIds === null ? week : `${week}+${keyOf(ctx)}`;
  const plan = { pool, period, decay, personIds };
  return await untilUnchanged(async () => {
    const before = await decayOf(ctx, pool, period);
    if (before && !before.isUndone) return toRun(before, false);
    try {
      await decayOnce(ctx, plan, before?.txId ?? null);
    } catch (error) {
      const made = await decayOf(ctx, pool, period);
      if (made && !made.isUndone) return toRun(made, false);
      throw error;
    }
    return toRun((await decayOf(ctx, pool, period))!, true);
  });
}

/** Selected people decay once for each request, so the request's key is part of the period. */
function keyOf(ctx: GuildContext): string {
  return ctx.idempotencyKey ? `${describe(ctx.actor).id}:${ctx.idempotencyKey}` : newId<string>();
}

/** The decays that a pool has missed since the last one, and when the next is due. */
export async function decaysDue(
  ctx: GuildContext,
  poolId: string,
): Promise<{ readonly periods: readonly string[]; readonly nextAt: number } | undefined> {
  const pool = await poolOf(ctx, poolId);
  const weekly = pool.decay?.weekly;
  if (!weekly || pool.archivedAt !== null) return undefined;
  const nowMs = ctx.now().getTime();
  const since = (await lastDecayOrRules.first(ctx.db, { poolId: pool.id, nowMs }))!;
  const moments = localMoments(
    [weekly.weekday],
    { hour: weekly.hour, minute: 0 },
    ctx.guild.timeZone,
    Math.max(since.at, nowMs - limits.dkp.decayCatchUpMs),
    nowMs + 8 * DAY_MS,
  ).filter(({ at }) => at > since.at);
  return {
    periods: moments.filter(({ at }) => at <= nowMs).map(({ localDate }) => isoWeek(localDate)),
    nextAt: moments.find(({ at }) => at > nowMs)!.at,
  };
}

/**
 * Corrects the time of rules that a clock saved while it was ahead: their decays would wait for that time.
 * The one of this week is left out.
 */
export async function correctRuleTimes(ctx: GuildContext, poolId: string): Promise<void> {
  const nowMs = ctx.now().getTime();
  const isAhead = and(
    eq(poolRules.poolId, poolId as PoolId),
    gt(poolRules.at, nowMs + limits.clock.skewMs),
  );
  const [ahead] = await ctx.db.orm
    .select({ at: poolRules.at })
    .from(poolRules)
    .where(isAhead)
    .limit(1);
  if (ahead === undefined) return;
  await write(ctx.db, [
    build.update(poolRules).set({ at: nowMs }).where(isAhead),
    record(ctx, "dkp.rules", poolId, { before: { at: ahead.at }, after: { at: nowMs } }),
  ]);
}

// Times that a clock wrote while it was ahead must not hold up decays until they have come.
const lastDecayOrRules = prepare(({ poolId, nowMs }: Values<{ poolId: PoolId; nowMs: number }>) =>
  build
    .select({
      at: asNumber(
        sql`max(coalesce((select max(${decayRuns.at}) from ${decayRuns}
            where ${decayRuns.poolId} = ${pools.id} and ${decayRuns.at} <= ${nowMs}
              and instr(${decayRuns.period}, '+') = 0), 0),
          coalesce(min((select ${poolRules.at} from ${poolRules}
            where ${poolRules.poolId} = ${pools.id}
            order by ${poolRules.version} desc limit 1), ${nowMs}), 0))`,
      ),
    })
    .from(pools)
    .where(eq(pools.id, poolId)),
);

interface DecayPlan {
  readonly pool: Pool;
  readonly period: string;
  readonly decay: Decay;
  readonly personIds: readonly PersonId[] | null;
}

const balancesOf = prepare(({ poolId }: Values<{ poolId: PoolId }>) =>
  build
    .select({ personId: accounts.personId, ...columnsOf(balances, "unit", "balance") })
    .from(balances)
    .innerJoin(accounts, eq(accounts.id, balances.accountId))
    .where(
      and(
        eq(accounts.poolId, poolId),
        eq(accounts.kind, "person"),
        isNotNull(accounts.personId),
        ne(balances.balance, 0),
      ),
    )
    .orderBy(accounts.personId, balances.unit),
);

/** `replaces` is the entry of the same week's decay that was reversed. */
async function decayOnce(
  ctx: GuildContext,
  plan: DecayPlan,
  replaces: LedgerTxId | null,
): Promise<void> {
  const { pool, period, decay } = plan;
  const nowMs = ctx.now().getTime();
  const { seq } = (await lastSeq.first(ctx.db, { poolId: pool.id }))!;
  const changes = await changesBy(ctx, plan);
  const txId = changes.length === 0 ? null : newId<LedgerTxId>();
  const key = `decay:${pool.id}:${period}${replaces === null ? "" : `:${replaces}`}`;
  const run = { at: nowMs, percent: decay.percent, txId, terms: termsOf(plan) };
  await write(ctx.db, [
    unchangedSince(pool, seq),
    poolIsOpen(pool),
    ...(plan.personIds === null ? [] : [peopleAreHere(pool, plan.personIds)]),
    isDue(pool, period),
    ...(txId === null
      ? []
      : statementsOf(ctx, txId, key, {
          pool,
          poolId: pool.id,
          kind: "decay",
          origin: "decay",
          reason: `${decay.percent} % · ${period.split("+")[0]}`,
          reverses: null,
          effectiveAt: undefined,
          lines: [...changes, ...balancing(changes)],
        })),
    insertInto(
      decayRuns,
      { poolId: pool.id, period, ...run },
      { on: [decayRuns.poolId, decayRuns.period], set: run },
    ),
    record(ctx, "dkp.decay", pool.id, {
      after: { pool: pool.name, period, percent: decay.percent, people: changes.length },
    }),
  ]);
}

/** The change of each balance. */
async function changesBy(ctx: GuildContext, plan: DecayPlan): Promise<readonly Line[]> {
  const { pool, decay, personIds } = plan;
  const run = { percent: decay.percent, terms: termsOf(plan) };
  const rows = await balancesOf.all(ctx.db, { poolId: pool.id });
  return rows.flatMap(({ personId, unit, balance }): Line[] => {
    if (personId === null || !(personIds?.includes(personId) ?? true)) return [];
    const amount = decayedBy(run, balance, unit) - balance;
    return amount === 0 ? [] : [{ account: "person", personId, amount, unit }];
  });
}

function termsOf({ pool, decay, personIds }: DecayPlan): DecayTerms {
  const { positivesOnly, above } = decay;
  return { positivesOnly, above, minGearPoints: pool.minGearPoints, personIds };
}

/** A guard that the period has no decay yet, or that its decay was reversed. */
function isDue(pool: Pool, period: string): Guard {
  const ran = and(
    eq(decayRuns.poolId, pool.id),
    eq(decayRuns.period, period),
    not(isReversed(decayRuns.txId)),
  );
  const otherwise = () => new Conflict("dkp/no-decay", "This week already has its decay.");
  return guard(not(existsIn(decayRuns, ran)), otherwise);
}

type DecayRow = NonNullable<Awaited<ReturnType<typeof decayRun.first>>>;

const decayRun = prepare(({ poolId, period }: Values<{ poolId: PoolId; period: string }>) =>
  build
    .select({
      ...columnsOf(decayRuns, "period", "percent", "at", "txId"),
      isUndone: asBoolean(isReversed(decayRuns.txId)),
    })
    .from(decayRuns)
    .where(and(eq(decayRuns.poolId, poolId), eq(decayRuns.period, period))),
);

async function decayOf(ctx: GuildContext, pool: Pool, period: string) {
  return await decayRun.first(ctx.db, { poolId: pool.id, period });
}

function toRun({ isUndone: _, ...run }: DecayRow, isNew: boolean): DecayRun {
  return { ...run, isNew };
}
