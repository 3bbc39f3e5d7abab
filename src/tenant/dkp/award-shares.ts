import { and, eq, inArray, not, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import { asNumber, existsIn, prepare, type Values } from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import { type Guard, guard } from "../../database/write.ts";
import { Conflict } from "../../kernel/errors.ts";
import type { PersonId, PoolId } from "../../kernel/ids.ts";
import { limits } from "../../limits.ts";
import { describe } from "../audit.ts";
import { allow, type GuildContext } from "../context.ts";
import { BEHIND_DECAY, behindDecay, notBehindDecay } from "./behind-decay.ts";
import { capped, capWeek, type Standing } from "./caps.ts";
import { unchangedSince, untilUnchanged } from "./concurrent-change.ts";
import { lastSeq } from "./decay-history.ts";
import { earnedUnit, shareLines } from "./ledger.ts";
import type { Pool } from "./pools.ts";
import { post } from "./post.ts";
import type { Entry } from "./queries.ts";
import { accounts, balances, ledgerPostings, ledgerTx, type Unit } from "./schema.ts";
import { peopleAreHere, poolIsOpen, reasonOf } from "./service-guards.ts";

export interface Shares {
  readonly shares: readonly { readonly personId: PersonId; readonly amount: number }[];
  readonly reason: string;
  readonly effectiveAt: number | undefined;
  readonly raidId?: string | undefined;
  /** Awards even if another officer has just given the same award. */
  readonly confirm?: boolean | undefined;
}

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
  const before = [
    poolIsOpen(pool),
    peopleAreHere(pool, people),
    ...notBehindDecay(pool, people, input.effectiveAt),
    ...(input.confirm === true ? [] : [notJustGiven(ctx, pool, input)]),
  ];
  return await withReasons(ctx, pool, input, async () => {
    if (!hasCaps) {
      const lines = shareLines(pool.kind, input.shares);
      return await post(ctx, { ...base, lines, before, after: [] });
    }
    return await untilUnchanged(async () => {
      const found = await standingsOf(ctx, pool, people, input.effectiveAt);
      const { shares, blocked } = capped(pool, input.shares, found.standings);
      const kept = blocked.reduce((sum, one) => sum + one.blocked, 0);
      return await post(ctx, {
        ...base,
        lines: shareLines(pool.kind, shares, kept),
        blocked,
        before: [...before, unchangedSince(pool, found.seq)],
        after: [],
      });
    });
  });
}

/**
 * A guard that no other officer gave one of these people the same points for the same reason within the last
 * minute. Two officers often record the same boss.
 */
function notJustGiven(ctx: GuildContext, pool: Pool, input: Shares): Guard {
  const actor = describe(ctx.actor);
  const since = ctx.now().getTime() - limits.dkp.sameAwardMs;
  const people = JSON.stringify(input.shares.map(({ personId }) => personId));
  const amount = Math.max(...input.shares.map((share) => share.amount));
  const isSame = and(
    eq(ledgerTx.poolId, pool.id),
    eq(ledgerTx.kind, "award"),
    sql`${ledgerTx.recordedAt} > ${since}`,
    sql`${ledgerTx.actorId} <> ${actor.id}`,
    sql`lower(${ledgerTx.reason}) = lower(${input.reason.trim()})`,
    sql`${ledgerTx.raidId} is ${input.raidId ?? null}`,
    sql`not exists (select 1 from ledger_tx undo where undo.reverses_id = ${ledgerTx.id})`,
    sql`exists (select 1 from ${ledgerPostings}
      join ${accounts} on ${accounts.id} = ${ledgerPostings.accountId}
      where ${ledgerPostings.txId} = ${ledgerTx.id} and ${ledgerPostings.amount} = ${amount}
        and ${accounts.personId} in (select value from json_each(${people})))`,
  );
  return guard(
    not(existsIn(ledgerTx, isSame)),
    () =>
      new Conflict(
        "dkp/same-award",
        "Another officer gave the same award a moment ago. Confirm if you want to give it again.",
      ),
  );
}

/** Answers a refused award with what decay would leave of it. */
async function withReasons(
  ctx: GuildContext,
  pool: Pool,
  input: Shares,
  work: () => Promise<Entry>,
): Promise<Entry> {
  try {
    return await work();
  } catch (error) {
    if (error === BEHIND_DECAY) {
      const { personId, amount } = input.shares[0]!;
      throw await behindDecay(ctx, pool, { personId, amount, effectiveAt: input.effectiveAt! });
    }
    throw error;
  }
}

/**
 * What each person has, and gained in the week of `effectiveAt`. A sum takes longer the more entries a
 * person has, so a few people are read at once. The write is guarded with the number that was read first.
 */
async function standingsOf(
  ctx: GuildContext,
  pool: Pool,
  people: readonly PersonId[],
  effectiveAt = ctx.now().getTime(),
) {
  const { seq } = (await lastSeq.first(ctx.db, { poolId: pool.id }))!;
  const week = capWeek(effectiveAt, ctx.guild, pool.week);
  const standings = new Map<PersonId, Standing>();
  for (let at = 0; at < people.length; at += limits.dkp.standingsAtOnce) {
    const some = people.slice(at, at + limits.dkp.standingsAtOnce);
    const rows = await standingsOfSome.all(ctx.db, {
      poolId: pool.id,
      unit: earnedUnit(pool.kind),
      ...week,
      people: JSON.stringify(some),
    });
    for (const { personId, balance, gainedThisWeek } of rows) {
      if (personId !== null) standings.set(personId, { balance, gainedThisWeek });
    }
  }
  return { seq, standings };
}

interface WeekOfPeople {
  readonly poolId: PoolId;
  readonly unit: Unit;
  readonly from: number;
  readonly until: number;
  readonly people: string;
}

const original = alias(ledgerTx, "original");

/** A reversal counts in the week of the award that it reverses. */
const gained = ({ unit, from, until }: Values<WeekOfPeople>) =>
  sql`(select sum(${ledgerPostings.amount}) from ${ledgerPostings}
    join ${ledgerTx} on ${ledgerTx.id} = ${ledgerPostings.txId}
    left join ${ledgerTx} as ${original} on ${original.id} = ${ledgerTx.reversesId}
    where ${ledgerPostings.accountId} = ${accounts.id} and ${ledgerPostings.unit} = ${unit}
      and coalesce(${original.effectiveAt}, ${ledgerTx.effectiveAt}) >= ${from}
      and coalesce(${original.effectiveAt}, ${ledgerTx.effectiveAt}) < ${until}
      and (${ledgerTx.kind} = 'award' or ${original.kind} = 'award'))`;

const standingsOfSome = prepare((value: Values<WeekOfPeople>) =>
  build
    .select({
      personId: accounts.personId,
      balance: asNumber(
        sql`coalesce((select ${balances.balance} from ${balances}
          where ${balances.accountId} = ${accounts.id} and ${balances.unit} = ${value.unit}), 0)`,
      ),
      gainedThisWeek: asNumber(sql`coalesce(${gained(value)}, 0)`),
    })
    .from(accounts)
    .where(
      and(
        eq(accounts.poolId, value.poolId),
        eq(accounts.kind, "person"),
        inArray(accounts.personId, sql`(select value from json_each(${value.people}))`),
      ),
    ),
);
