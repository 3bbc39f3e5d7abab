import { and, desc, eq, sql } from "drizzle-orm";
import { DatabaseError } from "../../database/errors.ts";
import { columnsOf, existsIn, prepare, type Values } from "../../database/query.ts";
import { build, insertInto } from "../../database/statements.ts";
import { guard, write } from "../../database/write.ts";
import type { WeekStart } from "../../kernel/calendar.ts";
import { Conflict, Invalid } from "../../kernel/errors.ts";
import { newId, type PoolId } from "../../kernel/ids.ts";
import type { Jobs } from "../../platform/jobs/jobs.ts";
import { describe, record } from "../audit.ts";
import { allow, type GuildContext } from "../context.ts";
import type { ClassId } from "../roster/classes.ts";
import { DECAY_JOB, decaysDue } from "./decay.ts";
import { amountFault, parsePoints } from "./points.ts";
import type { Decay, Rules, Slot } from "./pool-rules.ts";
import { type Pool, poolOf, systemAccounts } from "./pools.ts";
import { type PoolKind, poolRules, pools } from "./schema.ts";

type Points = string | number;

export interface NewPool {
  readonly name: string;
  readonly kind: PoolKind;
  /** Digits after the point, 0 to 3. They never change, because amounts are stored in them. */
  readonly decimals?: number | undefined;
}

/** A change of a pool's rules. Null removes a rule; an undefined rule stays unchanged. */
export interface RulesChange {
  readonly name?: string | undefined;
  readonly floor?: Points | null | undefined;
  readonly minGearPoints?: Points | undefined;
  readonly minEffortPoints?: Points | null | undefined;
  readonly hardCap?: Points | null | undefined;
  readonly weeklyCap?: Points | null | undefined;
  readonly week?: WeekStart | null | undefined;
  readonly decay?:
    | (Omit<Decay, "above"> & { readonly above?: Points | undefined })
    | null
    | undefined;
  readonly benchSharePct?: number | undefined;
  readonly offSpecPct?: number | undefined;
  readonly classPct?: Readonly<Partial<Record<ClassId, number>>> | undefined;
  readonly taxPct?: number | undefined;
  readonly prices?:
    | readonly { readonly slot: Slot; readonly itemLevel: number; readonly points: Points }[]
    | undefined;
  /** The version that the change was made for. Another one now is a conflict. */
  readonly version?: number | undefined;
}

/** One version of a pool's rules. */
export interface RulesVersion {
  readonly version: number;
  readonly at: number;
  readonly actorName: string;
  readonly rules: Readonly<Record<string, unknown>>;
}

/** @throws {Conflict} `dkp/pool-name-taken` */
export async function addPool(ctx: GuildContext, input: NewPool): Promise<Pool> {
  allow(ctx, "settings.manage");
  const id = newId<PoolId>();
  await unlessTaken(
    write(ctx.db, [
      insertInto(pools, {
        id,
        name: input.name.trim(),
        kind: input.kind,
        decimals: input.decimals ?? 2,
        rules: {},
        createdAt: ctx.now().getTime(),
      }),
      systemAccounts({ id }),
      record(ctx, "dkp.pool-add", id, { after: { ...input } }),
    ]),
  );
  return await poolOf(ctx, id);
}

/**
 * Changes a pool's rules from now on. Earlier entries stay unchanged: a lower cap takes no points away.
 * Every version is kept.
 *
 * @throws {Invalid} `dkp/bad-rules`
 *
 * @throws {Conflict} `dkp/pool-name-taken`, `dkp/rules-changed` with the saved rules
 */
export async function changeRules(
  ctx: GuildContext,
  jobs: Jobs,
  id: string,
  change: RulesChange,
): Promise<Pool> {
  allow(ctx, "settings.manage");
  const pool = await poolOf(ctx, id);
  if (change.version !== undefined && change.version !== pool.rulesVersion) {
    throw rulesChanged(pool);
  }
  const after = rulesAfter(pool, change);
  const rulesVersion = pool.rulesVersion + 1;
  const isSame = and(eq(pools.id, pool.id), eq(pools.rulesVersion, pool.rulesVersion));
  await unlessTaken(
    write(ctx.db, [
      guard(existsIn(pools, isSame), () => rulesChanged(pool)),
      build
        .update(pools)
        .set({ rules: after, rulesVersion, name: change.name?.trim() ?? pool.name })
        .where(eq(pools.id, pool.id)),
      insertInto(poolRules, {
        poolId: pool.id,
        version: rulesVersion,
        rules: after,
        at: ctx.now().getTime(),
        actorName: describe(ctx.actor).name,
      }),
      record(ctx, "dkp.rules", pool.id, { before: rulesOf(pool), after }),
    ]),
  ).catch(async (error: unknown) => {
    // The change that came first was saved after this one read the rules.
    const isOutdated = error instanceof Conflict && error.code === "dkp/rules-changed";
    throw isOutdated ? rulesChanged(await poolOf(ctx, id)) : error;
  });
  await scheduleDecay(ctx, jobs, pool.id);
  return await poolOf(ctx, pool.id);
}

/** Schedules the next weekly decay of a pool, or none. After a change of the rules or of the time zone. */
export async function scheduleDecay(ctx: GuildContext, jobs: Jobs, poolId: string): Promise<void> {
  const due = await decaysDue(ctx, poolId);
  if (due) {
    await jobs.enqueue(ctx.guild.id, DECAY_JOB, poolId, due.nextAt);
    await jobs.postpone(ctx.guild.id, DECAY_JOB, poolId, due.nextAt);
  } else await jobs.cancel(ctx.guild.id, DECAY_JOB, poolId);
}

/** The rules of a pool after a change, in minor units. @throws {Invalid} `dkp/bad-rules` */
export function rulesAfter(pool: Pool, change: RulesChange): Rules & Record<string, unknown> {
  const { name: _, version: __, decay, prices, ...rules } = change;
  const amounts = Object.fromEntries(
    AMOUNTS.flatMap((rule) => {
      const points = rules[rule];
      if (points === undefined) return [];
      return [[rule, points === null ? null : amountOf(pool, points, `/${rule}`, RANGES[rule])]];
    }),
  );
  const others = Object.fromEntries(
    (["week", "benchSharePct", "offSpecPct", "classPct", "taxPct"] as const).flatMap((rule) =>
      rules[rule] === undefined ? [] : [[rule, rules[rule]]],
    ),
  );
  return {
    ...rulesOf(pool),
    ...others,
    ...amounts,
    ...(decay !== undefined && {
      decay: decay && {
        ...decay,
        above: amountOf(pool, decay.above ?? 0, "/decay/above", "zero or more"),
      },
    }),
    ...(prices !== undefined && {
      prices: prices.map(({ slot, itemLevel, points }, index) => ({
        slot,
        itemLevel,
        price: amountOf(pool, points, `/prices/${index}/points`, "zero or more"),
      })),
    }),
  };
}

const RANGES = {
  floor: "any",
  minGearPoints: "above zero",
  minEffortPoints: "above zero",
  hardCap: "above zero",
  weeklyCap: "above zero",
} as const;
const AMOUNTS = Object.keys(RANGES) as readonly (keyof typeof RANGES)[];

function rulesChanged(pool: Pool): Conflict {
  return new Conflict(
    "dkp/rules-changed",
    "Another person changed these rules since you opened them. Compare, and save again.",
    { saved: { name: pool.name, ...rulesOf(pool) }, version: pool.rulesVersion },
  );
}

/**
 * Archives a pool: it takes no more entries, and its data stays readable.
 *
 * @throws {Conflict} `dkp/pool-is-default`, `dkp/pool-in-use`
 */
export async function archivePool(ctx: GuildContext, id: string): Promise<Pool> {
  allow(ctx, "settings.manage");
  const pool = await poolOf(ctx, id);
  await write(ctx.db, [
    guard(
      existsIn(pools, and(eq(pools.id, pool.id), eq(pools.isDefault, false))),
      () =>
        new Conflict("dkp/pool-is-default", "The default pool of the guild cannot be archived."),
    ),
    guard(
      sql`not exists (select 1 from auctions where pool_id = ${pool.id} and status = 'open')`,
      () =>
        new Conflict(
          "dkp/pool-in-use",
          "Open auctions use points of this pool. Wait until they end.",
        ),
    ),
    build.update(pools).set({ archivedAt: ctx.now().getTime() }).where(eq(pools.id, pool.id)),
    record(ctx, "dkp.pool-archive", pool.id, { after: { name: pool.name } }),
  ]);
  return await poolOf(ctx, pool.id);
}

const versionsOf = prepare(({ poolId }: Values<{ poolId: PoolId }>) =>
  build
    .select(columnsOf(poolRules, "version", "at", "actorName", "rules"))
    .from(poolRules)
    .where(eq(poolRules.poolId, poolId))
    .orderBy(desc(poolRules.version)),
);

/** Every version of a pool's rules, newest first. */
export async function rulesHistory(
  ctx: GuildContext,
  id: string,
): Promise<readonly RulesVersion[]> {
  allow(ctx, "standings.view");
  const pool = await poolOf(ctx, id);
  return await versionsOf.all(ctx.db, { poolId: pool.id });
}

/** The rules of a pool without what identifies it. */
function rulesOf(pool: Pool): Rules {
  const { floor, minGearPoints, minEffortPoints, hardCap, weeklyCap, week, decay } = pool;
  const { benchSharePct, offSpecPct, classPct, taxPct, prices } = pool;
  const amounts = { floor, minGearPoints, minEffortPoints, hardCap, weeklyCap };
  return { ...amounts, week, decay, benchSharePct, offSpecPct, classPct, taxPct, prices };
}

function amountOf(
  pool: Pool,
  points: Points,
  pointer: string,
  range: Parameters<typeof amountFault>[2],
): number {
  const detail = amountFault(points, pool.decimals, range);
  if (detail === undefined) return parsePoints(points, pool.decimals)!;
  throw new Invalid("dkp/bad-rules", detail, { errors: [{ pointer, detail }] });
}

async function unlessTaken(writing: Promise<unknown>): Promise<void> {
  try {
    await writing;
  } catch (error) {
    if (!(error instanceof DatabaseError && error.kind === "unique")) throw error;
    throw new Conflict("dkp/pool-name-taken", "Another pool has this name. Choose another name.", {
      errors: [{ pointer: "/name", detail: "Another pool has this name. Choose another one." }],
    });
  }
}
