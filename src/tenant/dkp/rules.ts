import { sql } from "drizzle-orm";
import { DatabaseError } from "../../database/errors.ts";
import { guard, write } from "../../database/write.ts";
import { Conflict, Invalid } from "../../kernel/errors.ts";
import { newId, type PoolId } from "../../kernel/ids.ts";
import type { Jobs } from "../../platform/jobs/jobs.ts";
import { describe, record } from "../audit.ts";
import { allow, type GuildContext } from "../context.ts";
import { DECAY_JOB, decaysDue } from "./decay.ts";
import { parsePoints } from "./points.ts";
import { type Decay, type Pool, poolOf, systemAccounts } from "./pools.ts";
import type { PoolKind } from "./schema.ts";

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
  readonly hardCap?: Points | null | undefined;
  readonly weeklyCap?: Points | null | undefined;
  readonly decay?: Decay | null | undefined;
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
      {
        sql: `INSERT INTO pools (id, name, kind, decimals, rules, created_at)
              VALUES (?, ?, ?, ?, '{}', ?)`,
        args: [id, input.name.trim(), input.kind, input.decimals ?? 2, ctx.now().getTime()],
      },
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
 * @throws {Conflict} `dkp/pool-name-taken`, `dkp/rules-changed`
 */
export async function changeRules(
  ctx: GuildContext,
  jobs: Jobs,
  id: string,
  change: RulesChange,
): Promise<Pool> {
  allow(ctx, "settings.manage");
  const pool = await poolOf(ctx, id);
  const { name, ...rules } = change;
  const amounts = Object.fromEntries(
    (["floor", "minGearPoints", "hardCap", "weeklyCap"] as const).flatMap((rule) => {
      const points = rules[rule];
      if (points === undefined) return [];
      return [[rule, points === null ? null : amountOf(pool, points, rule)]];
    }),
  );
  const after = {
    floor: pool.floor,
    minGearPoints: pool.minGearPoints,
    hardCap: pool.hardCap,
    weeklyCap: pool.weeklyCap,
    decay: rules.decay === undefined ? pool.decay : rules.decay,
    ...amounts,
  };
  const version = pool.rulesVersion + 1;
  const nowMs = ctx.now().getTime();
  await unlessTaken(
    write(ctx.db, [
      guard(
        sql`exists (select 1 from pools where id = ${pool.id}
          and rules_version = ${pool.rulesVersion})`,
        () =>
          new Conflict(
            "dkp/rules-changed",
            "Another person just changed these rules. Reload the page.",
          ),
      ),
      sql`update pools set rules = ${JSON.stringify(after)}, rules_version = ${version},
        name = ${name?.trim() ?? pool.name} where id = ${pool.id}`,
      sql`insert into pool_rules (pool_id, version, rules, at, actor_name)
        values (${pool.id}, ${version}, ${JSON.stringify(after)}, ${nowMs},
          ${describe(ctx.actor).name})`,
      record(ctx, "dkp.rules", pool.id, { before: rulesOf(pool), after }),
    ]),
  );
  const due = await decaysDue(ctx, pool.id);
  if (due) {
    await jobs.enqueue(ctx.guild.id, DECAY_JOB, pool.id, due.nextAt);
    await jobs.postpone(ctx.guild.id, DECAY_JOB, pool.id, due.nextAt);
  } else await jobs.cancel(ctx.guild.id, DECAY_JOB, pool.id);
  return await poolOf(ctx, pool.id);
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
      sql`exists (select 1 from pools where id = ${pool.id} and is_default = 0)`,
      () =>
        new Conflict("dkp/pool-is-default", "The default pool of the guild cannot be archived."),
    ),
    guard(
      sql`not exists (select 1 from holds where pool_id = ${pool.id})`,
      () =>
        new Conflict(
          "dkp/pool-in-use",
          "Open auctions hold points of this pool. Wait until they end.",
        ),
    ),
    sql`update pools set archived_at = ${ctx.now().getTime()} where id = ${pool.id}`,
    record(ctx, "dkp.pool-archive", pool.id, { after: { name: pool.name } }),
  ]);
  return await poolOf(ctx, pool.id);
}

/** Every version of a pool's rules, newest first. */
export async function rulesHistory(
  ctx: GuildContext,
  id: string,
): Promise<readonly RulesVersion[]> {
  allow(ctx, "standings.view");
  const pool = await poolOf(ctx, id);
  const rows = await ctx.db.all<Omit<RulesVersion, "rules"> & { rules: string }>(
    `SELECT version, at, actor_name AS actorName, rules FROM pool_rules
     WHERE pool_id = ? ORDER BY version DESC`,
    pool.id,
  );
  return rows.map((row) => ({ ...row, rules: JSON.parse(row.rules) }));
}

function rulesOf({ floor, minGearPoints, hardCap, weeklyCap, decay }: Pool) {
  return { floor, minGearPoints, hardCap, weeklyCap, decay };
}

function amountOf(pool: Pool, points: Points, rule: string): number {
  const amount = parsePoints(points, pool.decimals);
  // Only the floor may be below zero.
  if (amount !== undefined && (amount > 0 || rule === "floor")) return amount;
  const detail = `Enter a number with at most ${pool.decimals} decimals.`;
  throw new Invalid("dkp/bad-rules", detail, { errors: [{ pointer: `/${rule}`, detail }] });
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
