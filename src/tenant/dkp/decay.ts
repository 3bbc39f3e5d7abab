import { sql } from "drizzle-orm";
import { guard, type Writable, write } from "../../database/write.ts";
import { isoWeek, localDateOf, localMoments } from "../../kernel/calendar.ts";
import { Conflict } from "../../kernel/errors.ts";
import { type LedgerTxId, newId, type PersonId } from "../../kernel/ids.ts";
import { DAY_MS } from "../../kernel/time.ts";
import { limits } from "../../limits.ts";
import { record } from "../audit.ts";
import { allow, type GuildContext } from "../context.ts";
import type { Line } from "./ledger.ts";
import { type Pool, poolOf } from "./pools.ts";
import { statementsOf } from "./post.ts";
import type { Unit } from "./schema.ts";
import { poolIsOpen } from "./service-guards.ts";

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

class ConcurrentChange extends Error {}

/**
 * A balance after decay, rounded half up (`round(balance × (100 − p) / 100)`). With `positivesOnly`, debts
 * do not change. Gear points never fall below their minimum.
 */
export function decayed(
  balance: number,
  percent: number,
  options: { readonly positivesOnly: boolean; readonly least?: number },
): number {
  if (balance === 0 || (options.positivesOnly && balance < 0)) return balance;
  const shrunk = Math.floor((balance * (100 - percent)) / 100 + 0.5);
  if (options.least === undefined) return shrunk;
  return Math.max(shrunk, Math.min(balance, options.least));
}

/**
 * Decays a pool's balances once in each ISO week of the guild's time zone. A repeated call returns the
 * result of the first.
 *
 * @throws {Conflict} `dkp/no-decay` for a pool without the rule, `dkp/pool-archived`
 */
export async function runDecay(
  ctx: GuildContext,
  input: { readonly pool?: string | undefined; readonly period?: string | undefined },
): Promise<DecayRun> {
  allow(ctx, "points.award");
  const pool = await poolOf(ctx, input.pool);
  const { decay } = pool;
  if (decay === null) {
    throw new Conflict("dkp/no-decay", "This pool has no decay. Set it in the rules first.");
  }
  const nowMs = ctx.now().getTime();
  const period = input.period ?? isoWeek(localDateOf(nowMs, ctx.guild.timeZone));
  for (let tries = 1; ; tries++) {
    const before = await decayOf(ctx, pool, period);
    if (before) return { ...before, isNew: false };
    try {
      await decayOnce(ctx, pool, period, decay);
    } catch (error) {
      const made = await decayOf(ctx, pool, period);
      if (made) return { ...made, isNew: false };
      if (!(error instanceof ConcurrentChange) || tries >= limits.dkp.awardTriesMax) throw error;
      continue;
    }
    return { ...(await decayOf(ctx, pool, period))!, isNew: true };
  }
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
  const since = await ctx.db.first<{ at: number }>(
    `SELECT max(coalesce((SELECT max(at) FROM decay_runs WHERE pool_id = ?1), 0),
       coalesce((SELECT max(at) FROM pool_rules WHERE pool_id = ?1), 0)) AS at`,
    poolId,
  );
  const moments = localMoments(
    [weekly.weekday],
    { hour: weekly.hour, minute: 0 },
    ctx.guild.timeZone,
    Math.max(since!.at, nowMs - limits.dkp.decayCatchUpMs),
    nowMs + 8 * DAY_MS,
  ).filter(({ at }) => at > since!.at);
  return {
    periods: moments.filter(({ at }) => at <= nowMs).map(({ localDate }) => isoWeek(localDate)),
    nextAt: moments.find(({ at }) => at > nowMs)!.at,
  };
}

async function decayOnce(
  ctx: GuildContext,
  pool: Pool,
  period: string,
  decay: NonNullable<Pool["decay"]>,
): Promise<void> {
  const nowMs = ctx.now().getTime();
  const rows = await ctx.db.all<{
    personId: PersonId;
    unit: Unit;
    balance: number;
    seq: number;
  }>(
    `SELECT a.person_id AS personId, b.unit, b.balance,
       (SELECT coalesce(max(seq), 0) FROM ledger_tx WHERE pool_id = ?1) AS seq
     FROM balances b JOIN accounts a ON a.id = b.account_id
     WHERE a.pool_id = ?1 AND a.kind = 'person' AND b.balance <> 0 ORDER BY a.person_id, b.unit`,
    pool.id,
  );
  const seq = rows[0]?.seq ?? 0;
  const changes = rows
    .map(({ personId, unit, balance }): Line => {
      const least = unit === "gp" ? { least: pool.minGearPoints } : {};
      const left = decayed(balance, decay.percent, { ...decay, ...least });
      return { account: "person", personId, amount: left - balance, unit };
    })
    .filter(({ amount }) => amount !== 0);
  const txId = changes.length === 0 ? null : newId<LedgerTxId>();
  await write(ctx.db, [
    guard(
      sql`(select coalesce(max(seq), 0) from ledger_tx where pool_id = ${pool.id}) = ${seq}
        or ${rows.length} = 0`,
      () => new ConcurrentChange("The ledger has changed since it was read."),
    ),
    poolIsOpen(pool),
    guard(
      sql`not exists (select 1 from decay_runs where pool_id = ${pool.id} and period = ${period})`,
      () => new ConcurrentChange("This period already has its decay."),
    ),
    ...(txId === null
      ? []
      : statementsOf(ctx, txId, `decay:${pool.id}:${period}`, {
          pool,
          poolId: pool.id,
          kind: "decay",
          origin: "decay",
          reason: `${decay.percent} % · ${period}`,
          reverses: null,
          effectiveAt: undefined,
          lines: [...changes, ...counterpart(changes)],
        })),
    sql`insert into decay_runs (pool_id, period, at, percent, tx_id)
      values (${pool.id}, ${period}, ${nowMs}, ${decay.percent}, ${txId})` satisfies Writable,
    record(ctx, "dkp.decay", pool.id, {
      after: { pool: pool.name, period, percent: decay.percent, people: changes.length },
    }),
  ]);
}

/** The balancing lines on the guild's side, one per unit. */
function counterpart(changes: readonly Line[]): readonly Line[] {
  return [...Map.groupBy(changes, ({ unit }) => unit)].map(([unit, lines]) => {
    const sum = lines.reduce((total, { amount }) => total + amount, 0);
    return { account: "decay", personId: null, amount: sum === 0 ? 0 : -sum, unit };
  });
}

async function decayOf(ctx: GuildContext, pool: Pool, period: string) {
  return await ctx.db.first<Omit<DecayRun, "isNew">>(
    `SELECT period, percent, at, tx_id AS txId FROM decay_runs WHERE pool_id = ? AND period = ?`,
    pool.id,
    period,
  );
}
