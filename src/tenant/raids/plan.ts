import { and, eq, gt, isNotNull, isNull, sql } from "drizzle-orm";
import { columnOr, columnsOf, prepare, type Values } from "../../database/query.ts";
import { build, insertInto } from "../../database/statements.ts";
import { guard, type Writable, write } from "../../database/write.ts";
import { localClock, momentOfLocal } from "../../kernel/calendar.ts";
import { Conflict, NotFound } from "../../kernel/errors.ts";
import {
  newId,
  type PersonId,
  type RaidId,
  type RaidSeriesId,
  type RaidTeamId,
} from "../../kernel/ids.ts";
import { MINUTE_MS } from "../../kernel/time.ts";
import { limits } from "../../limits.ts";
import { record } from "../audit.ts";
import { allow, type GuildContext } from "../context.ts";
import { poolOf } from "../dkp/pools.ts";
import { announce } from "../events.ts";
import { ownPerson } from "../roster/service.ts";
import { occurrences } from "./calendar.ts";
import { type RaidView, raid } from "./queries.ts";
import { raidSeries, raids, type SignupStatus, signups } from "./schema.ts";
import { teamIsKnown } from "./teams.ts";

export interface NewRaid {
  readonly name: string;
  /** Unix milliseconds. */
  readonly startsAt: number;
  readonly minutes: number;
  readonly pool?: string | undefined;
  readonly note?: string | undefined;
  /** False for a raid that does not count for attendance. */
  readonly counts?: boolean | undefined;
  /** The raid team that the raid is for. Its raids count for the members only. */
  readonly teamId?: string | null | undefined;
}

export interface NewSeries {
  readonly name: string;
  /** ISO weekdays, Monday is 1. */
  readonly weekdays: readonly number[];
  /** Local time in the guild's time zone, such as "20:00". */
  readonly startsAt: string;
  readonly minutes: number;
  readonly pool?: string | undefined;
  readonly note?: string | undefined;
  readonly teamId?: string | null | undefined;
}

export interface SignupInput {
  readonly status: SignupStatus;
  readonly role?: string | null | undefined;
  readonly note?: string | undefined;
  /** Another person, for officers. */
  readonly personId?: string | undefined;
}

/** @throws {NotFound} `dkp/pool-not-found` */
export async function planRaid(ctx: GuildContext, input: NewRaid): Promise<RaidView> {
  allow(ctx, "raids.manage");
  const pool = await poolOf(ctx, input.pool);
  const id = newId<RaidId>();
  await write(ctx.db, [
    ...teamIsKnown(input.teamId),
    insertInto(raids, {
      id,
      name: input.name.trim(),
      poolId: pool.id,
      startsAt: input.startsAt,
      endsAt: input.startsAt + input.minutes * MINUTE_MS,
      note: input.note?.trim() ?? "",
      createdAt: ctx.now().getTime(),
      ...(input.counts === false && { counts: false }),
      ...(input.teamId && { teamId: input.teamId as RaidTeamId }),
    }),
    announceRaid(ctx, id),
    record(ctx, "raid.plan", id, { after: { name: input.name, startsAt: input.startsAt } }),
  ]);
  return await raid(ctx, id);
}

/**
 * Plans raids every week at a local time. Those of the next weeks are created at once.
 *
 * @throws {Conflict} `raids/too-many-series`
 */
export async function planSeries(ctx: GuildContext, input: NewSeries): Promise<RaidSeriesId> {
  allow(ctx, "raids.manage");
  const pool = await poolOf(ctx, input.pool);
  const id = newId<RaidSeriesId>();
  await write(ctx.db, [
    guard(
      sql`(select count(*) from raid_series where ended_at is null) < ${limits.raids.seriesMax}`,
      () =>
        new Conflict(
          "raids/too-many-series",
          `A guild has ${limits.raids.seriesMax} weekly raids at most. End one of them first.`,
        ),
    ),
    ...teamIsKnown(input.teamId),
    insertInto(raidSeries, {
      id,
      name: input.name.trim(),
      weekdays: [...new Set(input.weekdays)].sort(),
      startsAt: input.startsAt,
      minutes: input.minutes,
      poolId: pool.id,
      note: input.note?.trim() ?? "",
      createdAt: ctx.now().getTime(),
      ...(input.teamId && { teamId: input.teamId as RaidTeamId }),
    }),
    record(ctx, "raid.series", id, { after: { ...input } }),
  ]);
  await addDueRaids(ctx);
  return id;
}

/** Ends a series. Its future raids that have not begun are canceled. */
export async function endSeries(ctx: GuildContext, id: string): Promise<void> {
  allow(ctx, "raids.manage");
  const nowMs = ctx.now().getTime();
  await write(ctx.db, [
    guard(
      sql`exists (select 1 from raid_series where id = ${id} and ended_at is null)`,
      () => new NotFound("raids/series-not-found", "This weekly raid does not exist."),
    ),
    build.update(raidSeries).set({ endedAt: nowMs }).where(sql`${raidSeries.id} = ${id}`),
    build
      .update(raids)
      .set({ status: "canceled" })
      .where(
        and(sql`${raids.seriesId} = ${id}`, eq(raids.status, "planned"), gt(raids.startsAt, nowMs)),
      ),
    record(ctx, "raid.series-end", id),
  ]);
}

/**
 * Moves or renames a raid that has not begun. Its team, and whether it counts, can be changed at any time.
 *
 * @throws {Conflict} `raids/begun`
 */
export async function changeRaid(
  ctx: GuildContext,
  id: string,
  change: { readonly [K in keyof NewRaid]?: NewRaid[K] | undefined },
): Promise<RaidView> {
  allow(ctx, "raids.manage");
  const before = await raid(ctx, id);
  const startsAt = change.startsAt ?? before.startsAt;
  const minutes = change.minutes ?? (before.endsAt - before.startsAt) / MINUTE_MS;
  const { counts, teamId, ...plan } = change;
  const isMoved = Object.values(plan).some((value) => value !== undefined);
  const isFiled = counts !== undefined || teamId !== undefined;
  await write(ctx.db, [
    ...(isMoved ? [isPlanned(id)] : []),
    ...teamIsKnown(teamId),
    build
      .update(raids)
      .set({
        name: change.name?.trim() ?? before.name,
        note: change.note?.trim() ?? before.note,
        ...(isMoved && { startsAt, endsAt: startsAt + minutes * MINUTE_MS }),
        ...(isFiled && { counts, teamId: teamId as RaidTeamId | null | undefined }),
      })
      .where(eq(raids.id, before.id)),
    announceRaid(ctx, id),
    record(ctx, "raid.change", id, {
      before: { name: before.name, startsAt: before.startsAt },
      after: { ...change },
    }),
  ]);
  return await raid(ctx, id);
}

/** @throws {Conflict} `raids/begun` */
export async function cancelRaid(ctx: GuildContext, id: string): Promise<RaidView> {
  allow(ctx, "raids.manage");
  const { id: raidId, name } = await raid(ctx, id);
  await write(ctx.db, [
    isPlanned(id),
    build.update(raids).set({ status: "canceled" }).where(eq(raids.id, raidId)),
    announceRaid(ctx, id),
    record(ctx, "raid.cancel", id, { after: { name } }),
  ]);
  return await raid(ctx, id);
}

/**
 * Sets who comes: the caller, or for officers any person. The last answer counts.
 *
 * @throws {Conflict} `raids/over`
 *
 * @throws {NotFound} `roster/person-not-found`
 */
export async function signUp(ctx: GuildContext, id: string, input: SignupInput): Promise<RaidView> {
  allow(ctx, "raids.join");
  if (input.personId !== undefined) allow(ctx, "raids.manage");
  const personId = input.personId ?? (await ownPerson(ctx))?.id;
  if (personId === undefined) throw noSuchPerson();
  const before = await raid(ctx, id);
  const answer = {
    status: input.status,
    role: sql`coalesce(${input.role ?? null},
      (select role from characters where person_id = ${personId} and is_main = 1))`,
    note: input.note?.trim() ?? "",
    at: ctx.now().getTime(),
  };
  await write(ctx.db, [
    guard(
      sql`exists (select 1 from raids where id = ${id} and status in ('planned', 'running'))`,
      () => new Conflict("raids/over", "This raid has ended or was canceled."),
    ),
    guard(
      sql`exists (select 1 from persons where id = ${personId} and status = 'active')`,
      noSuchPerson,
    ),
    insertInto(
      signups,
      { raidId: before.id, personId: personId as PersonId, ...answer },
      { on: [signups.raidId, signups.personId], set: answer },
    ),
    announceRaid(ctx, id),
    record(ctx, "raid.sign-up", id, { after: { person: personId, status: input.status } }),
  ]);
  await addDueRaids(ctx);
  return await raid(ctx, id as RaidId);
}

const activeSeries = prepare(() =>
  build
    .select({
      ...columnsOf(raidSeries, "id", "name", "weekdays", "startsAt", "minutes", "poolId", "note"),
      teamId: columnOr(raidSeries.teamId, "NULL"),
      beginsOn: columnOr(raidSeries.beginsOn, "NULL"),
      endsOn: columnOr(raidSeries.endsOn, "NULL"),
    })
    .from(raidSeries)
    .where(isNull(raidSeries.endedAt)),
);

/**
 * Creates the missing weekly raids of the next weeks, and moves planned ones when the guild's time zone has
 * changed. Other requests call it, so the calendar needs no timer. Repeating it changes nothing.
 */
export async function addDueRaids(ctx: GuildContext): Promise<void> {
  const all = await activeSeries.all(ctx.db);
  const nowMs = ctx.now().getTime();
  const { timeZone } = ctx.guild;
  const ahead = all.flatMap((one) =>
    occurrences(one, timeZone, nowMs, limits.raids.plannedAheadDays)
      .filter(({ localDate }) => one.beginsOn === null || localDate >= one.beginsOn)
      .filter(({ localDate }) => one.endsOn === null || localDate <= one.endsOn)
      .map((when) => ({ ...when, id: newId<RaidId>(), one })),
  );
  const hasZones = ctx.guild.schemaVersion >= RAID_ZONES_VERSION;
  const missing = ahead.map(({ id, one, localDate, startsAt, endsAt }) =>
    insertInto(
      raids,
      {
        ...{ id, seriesId: one.id, localDate, name: one.name, poolId: one.poolId },
        ...{ startsAt, endsAt, note: one.note, createdAt: nowMs },
        ...(hasZones && { timeZone, teamId: one.teamId }),
      },
      { on: [] },
    ),
  );
  const moved = hasZones ? await movedRaids(ctx) : [];
  if (missing.length === 0 && moved.length === 0) return;
  await write(ctx.db, [
    ...moved,
    ...missing,
    record(ctx, "raid.top-up", "raids", {
      after: { until: ahead.at(-1)?.localDate ?? null, moved: moved.length, timeZone },
    }),
  ]);
}

/** The schema version that brought the time zone of a raid. */
const RAID_ZONES_VERSION = 10;

const plannedOfSeries = prepare(({ after }: Values<{ after: number }>) =>
  build
    .select({
      ...columnsOf(raids, "id", "localDate", "startsAt", "endsAt", "timeZone"),
      seriesStartsAt: raidSeries.startsAt,
    })
    .from(raids)
    .innerJoin(raidSeries, eq(raidSeries.id, raids.seriesId))
    .where(
      and(eq(raids.status, "planned"), isNotNull(raids.localDate), sql`${raids.endsAt} > ${after}`),
    ),
);

/**
 * Planned raids of series keep their local time when the guild's time zone changes. A raid of an older
 * release has no zone: it moves if it is not where its series puts it.
 */
async function movedRaids(ctx: GuildContext): Promise<readonly Writable[]> {
  const { timeZone } = ctx.guild;
  const planned = await plannedOfSeries.all(ctx.db, { after: ctx.now().getTime() });
  return planned.flatMap((raid) => {
    if (raid.timeZone === timeZone) return [];
    const local =
      raid.timeZone === null
        ? { date: raid.localDate!, time: raid.seriesStartsAt }
        : localClock(raid.startsAt, raid.timeZone);
    const startsAt = momentOfLocal(local.date, local.time, timeZone) ?? raid.startsAt;
    const endsAt = startsAt + raid.endsAt - raid.startsAt;
    return [build.update(raids).set({ startsAt, endsAt, timeZone }).where(eq(raids.id, raid.id))];
  });
}

/** Makes all viewers of this raid reload it. */
export function announceRaid(ctx: GuildContext, id: string) {
  return announce("raid", { id }, ctx.now().getTime());
}

function isPlanned(id: string) {
  return guard(
    sql`exists (select 1 from raids where id = ${id} and status = 'planned')`,
    () => new Conflict("raids/begun", "This raid has started or ended, so it cannot be changed."),
  );
}

function noSuchPerson(): NotFound {
  return new NotFound("roster/person-not-found", "This person does not exist in the roster.");
}
