import { eq, sql } from "drizzle-orm";
import { columnOr, columnsOf, prepare, type Values } from "../../database/query.ts";
import { build, insertInto } from "../../database/statements.ts";
import { guard, type Writable, write } from "../../database/write.ts";
import { isoWeek, localDateOf, momentOfLocal, nextDate } from "../../kernel/calendar.ts";
import { Conflict, NotFound } from "../../kernel/errors.ts";
import { newId, type RaidSeriesId, type RaidTeamId } from "../../kernel/ids.ts";
import { MINUTE_MS } from "../../kernel/time.ts";
import { limits } from "../../limits.ts";
import { record } from "../audit.ts";
import { allow, type GuildContext } from "../context.ts";
import { occurrences } from "./calendar.ts";
import { addDueRaids, announceRaid, type NewSeries } from "./plan.ts";
import { raidSeries, raids } from "./schema.ts";
import { teamIsKnown } from "./teams.ts";

type Rules = Omit<NewSeries, "pool">;

export type SeriesChange = { readonly [K in keyof Rules]?: Rules[K] | undefined } & {
  /** The local date of the first raid that changes; today by default. */
  readonly from?: string | undefined;
};

const seriesById = prepare(({ id }: Values<{ id: string }>) =>
  build
    .select({
      ...columnsOf(raidSeries, "id", "name", "weekdays", "startsAt", "minutes", "poolId", "note"),
      teamId: columnOr(raidSeries.teamId, "NULL"),
      beginsOn: columnOr(raidSeries.beginsOn, "NULL"),
      endsOn: columnOr(raidSeries.endsOn, "NULL"),
    })
    .from(raidSeries)
    .where(sql`${raidSeries.id} = ${id} and ${raidSeries.endedAt} is null`),
);

const raidsFrom = prepare(({ id, from }: Values<{ id: string; from: string }>) =>
  build
    .select(columnsOf(raids, "id", "localDate", "startsAt", "status"))
    .from(raids)
    .where(sql`${raids.seriesId} = ${id} and ${raids.localDate} >= ${from}`)
    .orderBy(raids.localDate),
);

/**
 * Changes a series from a date on. Its planned raids keep their sign-ups. A raid whose day is no longer in
 * the series moves to a new day of its week, or is canceled if there is none. A raid that an officer moved
 * keeps its own time. From a later date on, a new series continues the old one.
 *
 * @returns the series that is in effect from that date on.
 *
 * @throws {NotFound} `raids/series-not-found`, also for a date after its end, `raids/team-not-found`
 */
export async function changeSeries(
  ctx: GuildContext,
  id: string,
  change: SeriesChange,
): Promise<RaidSeriesId> {
  allow(ctx, "raids.manage");
  const before = await seriesById.first(ctx.db, { id });
  if (before === undefined) throw noSuchSeries();
  const nowMs = ctx.now().getTime();
  const { timeZone } = ctx.guild;
  const today = localDateOf(nowMs, timeZone);
  const from = change.from !== undefined && change.from > today ? change.from : today;
  // Another series is in effect then.
  if (before.endsOn !== null && from > before.endsOn) throw noSuchSeries();
  const isSplit = from > today;
  const after = {
    name: change.name?.trim() ?? before.name,
    weekdays: change.weekdays ? [...new Set(change.weekdays)].sort() : before.weekdays,
    startsAt: change.startsAt ?? before.startsAt,
    minutes: change.minutes ?? before.minutes,
    note: change.note?.trim() ?? before.note,
    teamId: change.teamId === undefined ? before.teamId : (change.teamId as RaidTeamId | null),
  };
  const target = isSplit ? newId<RaidSeriesId>() : before.id;
  const found = await raidsFrom.all(ctx.db, { id, from });
  const planned = found.filter(({ status }) => status === "planned");
  // A day whose raid has begun or was canceled gets no other one.
  const taken = new Set(
    found.filter(({ status }) => status !== "planned").map(({ localDate }) => localDate),
  );
  const dates = occurrences(after, timeZone, nowMs, limits.raids.plannedAheadDays)
    .map(({ localDate }) => localDate)
    .filter((date) => date >= from && !taken.has(date))
    // Before it another series is in effect, and after it too.
    .filter((date) => date >= (before.beginsOn ?? date) && date <= (before.endsOn ?? date));
  await write(ctx.db, [
    guard(
      sql`exists (select 1 from ${raidSeries} where id = ${id} and ended_at is null)`,
      noSuchSeries,
    ),
    guard(
      sql`(select count(*) from ${raidSeries} where ended_at is null)
        < ${limits.raids.seriesMax + (isSplit ? 0 : 1)}`,
      () =>
        new Conflict(
          "raids/too-many-series",
          `A guild has ${limits.raids.seriesMax} weekly raids at most. End one of them first.`,
        ),
    ),
    ...teamIsKnown(change.teamId),
    ...(isSplit
      ? [
          build
            .update(raidSeries)
            .set({ endsOn: nextDate(from, -1) })
            .where(eq(raidSeries.id, before.id)),
          insertInto(raidSeries, {
            ...{ id: target, ...after, poolId: before.poolId, createdAt: nowMs },
            ...{ beginsOn: from, endsOn: before.endsOn },
          }),
        ]
      : [build.update(raidSeries).set(after).where(eq(raidSeries.id, before.id))]),
    ...movedRaids(planned, dates, { before, after, target, timeZone }),
    ...planned.map((raid) => announceRaid(ctx, raid.id)),
    record(ctx, "raid.series-change", id, { before, after: { ...change, by: target } }),
  ]);
  await addDueRaids(ctx);
  return target;
}

type Planned = Awaited<ReturnType<typeof raidsFrom.all>>[number];
type Weekly = Pick<NewSeries, "name" | "startsAt" | "minutes"> & {
  readonly note: string;
  readonly teamId: RaidTeamId | null;
};

/** The writes that move each planned raid of a week to its new day, and cancel those without one. */
function movedRaids(
  planned: readonly Planned[],
  dates: readonly string[],
  series: {
    readonly before: Weekly;
    readonly after: Weekly;
    readonly target: RaidSeriesId;
    readonly timeZone: string;
  },
): readonly Writable[] {
  const { before, after, target, timeZone } = series;
  const stays = new Set(planned.map(({ localDate }) => localDate!));
  const free = Map.groupBy(
    dates.filter((date) => !stays.has(date)),
    (date) => isoWeek(date),
  );
  // Two raids may change places, and a series has one raid a day: first they all leave their days.
  const leave = planned.map(({ id, localDate }) =>
    build
      .update(raids)
      .set({ localDate: `${localDate} of ${id}` })
      .where(eq(raids.id, id)),
  );
  const arrive = planned.map(({ id, localDate, startsAt }) => {
    const isKept = dates.includes(localDate!);
    const date = isKept ? localDate! : free.get(isoWeek(localDate!))?.shift();
    const usual = momentOfLocal(localDate!, before.startsAt, timeZone);
    if (date === undefined) {
      return build.update(raids).set({ status: "canceled" }).where(eq(raids.id, id));
    }
    const at = momentOfLocal(date, after.startsAt, timeZone) ?? startsAt;
    const isOwnTime = usual !== startsAt;
    return build
      .update(raids)
      .set({
        ...{ seriesId: target, localDate: date, name: after.name, note: after.note },
        teamId: after.teamId,
        ...(!isOwnTime && { startsAt: at, endsAt: at + after.minutes * MINUTE_MS, timeZone }),
      })
      .where(eq(raids.id, id));
  });
  return [...leave, ...arrive];
}

function noSuchSeries(): NotFound {
  return new NotFound("raids/series-not-found", "This weekly raid does not exist.");
}
