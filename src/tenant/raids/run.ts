import { and, eq, isNull, ne, sql } from "drizzle-orm";
import { build, excluded, insertFrom, insertInto } from "../../database/statements.ts";
import { type Guard, guard, write } from "../../database/write.ts";
import { Conflict, Invalid, NotFound } from "../../kernel/errors.ts";
import type { PersonId } from "../../kernel/ids.ts";
import { DAY_MS, HOUR_MS } from "../../kernel/time.ts";
import { record } from "../audit.ts";
import { allow, type GuildContext } from "../context.ts";
import { awardShares } from "../dkp/award-shares.ts";
import { capWeek } from "../dkp/caps.ts";
import { amountFault, parsePoints } from "../dkp/points.ts";
import { type Pool, poolOf } from "../dkp/pools.ts";
import type { Entry } from "../dkp/queries.ts";
import { ownPerson } from "../roster/service.ts";
import { addDueRaids, announceRaid } from "./plan.ts";
import { USUAL_CREDIT } from "./presence.ts";
import { type RaidView, raid } from "./queries.ts";
import { attendance, raids, signups } from "./schema.ts";

export interface RaidAward {
  readonly points: string | number;
  readonly reason: string;
  /** The share for people on the bench, in percent. */
  readonly benchPct?: number | undefined;
  /** Excludes people who were late, as usual for being on time. */
  readonly exceptLate?: boolean | undefined;
  /** When the points were earned, in Unix milliseconds. By default at the end of a raid that is over. */
  readonly effectiveAt?: number | undefined;
  /** Awards even if another officer has just given the same award. */
  readonly confirm?: boolean | undefined;
}

/** How long before its start a raid's bench opens. */
const BENCH_OPENS_MS = HOUR_MS;

/**
 * Begins a raid: people who said yes count as present until an officer changes it.
 *
 * @throws {Conflict} `raids/not-planned`
 */
export async function startRaid(ctx: GuildContext, id: string): Promise<RaidView> {
  allow(ctx, "raids.manage");
  const before = await raid(ctx, id);
  const nowMs = ctx.now().getTime();
  await write(ctx.db, [
    guard(
      sql`exists (select 1 from raids where id = ${id} and status = 'planned')`,
      () => new Conflict("raids/not-planned", "This raid has already started or was canceled."),
    ),
    build.update(raids).set({ status: "running", startedAt: nowMs }).where(eq(raids.id, before.id)),
    insertFrom(
      attendance,
      {
        raidId: sql`${signups.raidId}`,
        personId: sql`${signups.personId}`,
        presence: "present",
        creditPct: USUAL_CREDIT.present,
        joinedAt: nowMs,
      },
      sql`from ${signups} where ${signups.raidId} = ${id} and ${signups.status} = 'yes'
        and ${signups.personId} in (select id from persons where status = 'active')`,
      { on: [] },
    ),
    announceRaid(ctx, id),
    record(ctx, "raid.start", id),
  ]);
  await addDueRaids(ctx);
  return await raid(ctx, id);
}

/** @throws {Conflict} `raids/not-running` */
export async function endRaid(ctx: GuildContext, id: string): Promise<RaidView> {
  allow(ctx, "raids.manage");
  const before = await raid(ctx, id);
  const nowMs = ctx.now().getTime();
  const isStillThere = and(
    eq(attendance.raidId, before.id),
    ne(attendance.presence, "absent"),
    isNull(attendance.leftAt),
  );
  await write(ctx.db, [
    isRunning(id),
    build.update(raids).set({ status: "ended", endedAt: nowMs }).where(eq(raids.id, before.id)),
    build.update(attendance).set({ leftAt: nowMs }).where(isStillThere),
    announceRaid(ctx, id),
    record(ctx, "raid.end", id),
  ]);
  await addDueRaids(ctx);
  return await raid(ctx, id);
}

const onBench = { presence: "bench", creditPct: USUAL_CREDIT.bench, remark: "benched" } as const;

/**
 * Puts the caller on the bench, from an hour before the raid until it ends.
 *
 * @throws {Conflict} `raids/bench-closed`, `raids/already-there`
 */
export async function joinBench(ctx: GuildContext, id: string): Promise<RaidView> {
  allow(ctx, "raids.join");
  const me = await ownPerson(ctx);
  if (me === undefined)
    throw new NotFound(
      "roster/person-not-found",
      "You are not in the roster. Ask an officer to add you.",
    );
  const { id: raidId } = await raid(ctx, id);
  const nowMs = ctx.now().getTime();
  await write(ctx.db, [
    guard(
      sql`exists (select 1 from raids where id = ${id} and (status = 'running' or
        (status = 'planned' and starts_at - ${BENCH_OPENS_MS} <= ${nowMs} and ends_at > ${nowMs})))`,
      () =>
        new Conflict(
          "raids/bench-closed",
          "The bench is open from one hour before the raid until it ends.",
        ),
    ),
    guard(
      sql`not exists (select 1 from raid_attendance where raid_id = ${id}
        and person_id = ${me.id} and presence = 'present')`,
      () => new Conflict("raids/already-there", "You are already in the raid."),
    ),
    insertInto(
      attendance,
      { raidId, personId: me.id, ...onBench, joinedAt: nowMs },
      {
        on: [attendance.raidId, attendance.personId],
        set: {
          ...onBench,
          joinedAt: sql`coalesce(${attendance.joinedAt}, ${excluded(attendance.joinedAt)})`,
          leftAt: null,
        },
      },
    ),
    announceRaid(ctx, id),
    record(ctx, "raid.bench", id, { after: { person: me.id } }),
  ]);
  return await raid(ctx, id);
}

/**
 * Awards points to everyone at the raid, per person and not per character. People on the bench get their
 * share.
 *
 * @throws {Conflict} `raids/nobody-there`, `raids/not-begun`
 *
 * @throws as `dkp.award` does
 */
export async function awardRaid(ctx: GuildContext, id: string, input: RaidAward): Promise<Entry> {
  allow(ctx, "points.award");
  const now = await raid(ctx, id);
  if (now.status !== "running" && now.status !== "ended") {
    throw new Conflict("raids/not-begun", "This raid has not started yet.");
  }
  const pool = await poolOf(ctx, now.poolId);
  const fault = amountFault(input.points, pool.decimals, "above zero");
  if (fault !== undefined) {
    throw new Invalid("dkp/bad-points", fault, { errors: [{ pointer: "/points", detail: fault }] });
  }
  const amount = parsePoints(input.points, pool.decimals)!;
  const isLate = (remark: string | null) => remark === "late" || remark === "late-unprepared";
  const shares = now.people
    .filter((one) => one.isActive && (one.presence === "present" || one.presence === "bench"))
    .filter((one) => !(input.exceptLate && isLate(one.remark)))
    .map((one) => ({
      personId: one.personId as PersonId,
      amount:
        one.presence === "bench" ? Math.round((amount * (input.benchPct ?? 100)) / 100) : amount,
    }))
    .filter((share) => share.amount > 0);
  if (shares.length === 0) {
    throw new Conflict(
      "raids/nobody-there",
      "No one is marked present in this raid yet. Save the attendance first.",
    );
  }
  return await awardShares(ctx, pool, {
    shares,
    reason: input.reason,
    // Points of a raid count in the week of the raid, also if they are recorded later.
    effectiveAt: input.effectiveAt ?? earnedAt(ctx, now, pool),
    raidId: now.id,
    confirm: input.confirm,
  });
}

/**
 * When the points of a raid were earned: at its end. Undefined for a raid that runs, or that ended within the
 * last day and in this week of the caps: its points count as of now.
 */
function earnedAt(ctx: GuildContext, raid: RaidView, pool: Pool): number | undefined {
  const { endedAt } = raid;
  if (endedAt === null) return undefined;
  const nowMs = ctx.now().getTime();
  const isThisWeek = endedAt >= capWeek(nowMs, ctx.guild, pool.week).from;
  return nowMs - endedAt < DAY_MS && isThisWeek ? undefined : endedAt;
}

function isRunning(id: string): Guard {
  return guard(
    sql`exists (select 1 from raids where id = ${id} and status = 'running')`,
    () => new Conflict("raids/not-running", "This raid is not in progress."),
  );
}
