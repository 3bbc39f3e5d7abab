import { and, asc, gt, lte, sql } from "drizzle-orm";
import { asNumber, columnsOf, prepare, type Values } from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import { write } from "../../database/write.ts";
import { NotFound } from "../../kernel/errors.ts";
import type { GuildId } from "../../kernel/ids.ts";
import { DAY_MS } from "../../kernel/time.ts";
import { limits } from "../../limits.ts";
import { allowArea, type OperatorContext, record } from "../context.ts";
import {
  type AllFigures,
  allFigures,
  dateOf,
  everyDay,
  NO_ACTIVITY,
  type RecentFigures,
  sumOf,
} from "../fleet/all-figures.ts";
import { type DayFigures, type GuildTotals, isNewest, todayOf } from "../fleet/guild-figures.ts";
import { FIGURES_JOB } from "../jobs/kinds.ts";
import { type GuildStatus, guildFigures, guilds, memberships } from "../schema.ts";

/** A guild's totals as of `countedAt`. Null before the guild was counted for the first time. */
export interface GuildStats {
  readonly id: GuildId;
  readonly slug: string;
  readonly name: string;
  readonly status: GuildStatus;
  readonly plan: string;
  readonly members: number;
  readonly countedAt: number | null;
  readonly totals: (GuildTotals & { readonly averageMs: number }) | null;
  readonly recent: RecentFigures;
}

/** One day of a guild. `size` is what it had at the end of the day, if it was counted then. */
export interface ActivityDay extends Omit<DayFigures, "day"> {
  readonly day: string;
  readonly size: {
    readonly characters: number;
    readonly ledgerEntries: number;
    readonly bytes: number;
  } | null;
}

const STATS = prepare(
  ({ names, today }: Values<{ readonly names: string; readonly today: number }>) =>
    build
      .select({
        ...columnsOf(guilds, "id", "slug", "name", "status", "plan"),
        members: asNumber(
          sql`(select count(*) from ${memberships} as m where m.guild_id = ${guilds.id})`,
        ),
        countedAt: guildFigures.at,
        ...columnsOf(guildFigures, "fights", "kills", "combatMs", "bosses", "characters"),
        ...columnsOf(guildFigures, "persons", "raids", "ledgerEntries", "auctions", "logs"),
        ...columnsOf(guildFigures, "databaseBytes", "logBytes", "lastActivityAt"),
      })
      .from(guilds)
      .leftJoin(guildFigures, isNewest(today))
      .where(
        sql`${guilds.id} in (select value from json_each(${names}))
          or ${guilds.slug} in (select value from json_each(${names}))`,
      ),
);

interface Days {
  readonly ids: string;
  readonly after: number;
  readonly today: number;
}

const DAYS = prepare(({ ids, after, today }: Values<Days>) =>
  build
    .select({
      ...columnsOf(guildFigures, "guildId", "day", "at", "characters", "ledgerEntries"),
      bytes: asNumber(sql`${guildFigures.databaseBytes} + ${guildFigures.logBytes}`),
      fights: guildFigures.dayFights,
      kills: guildFigures.dayKills,
      combatMs: guildFigures.dayCombatMs,
      changes: guildFigures.dayChanges,
    })
    .from(guildFigures)
    .where(
      and(
        sql`${guildFigures.guildId} in (select value from json_each(${ids}))`,
        gt(guildFigures.day, after),
        lte(guildFigures.day, today),
      ),
    )
    .orderBy(asc(guildFigures.day)),
);

/** Statistics of one guild. @throws {NotFound} `operator/no-such-guild` */
export async function guildStats(ctx: OperatorContext, id: GuildId): Promise<GuildStats> {
  const [found] = await compareGuilds(ctx, [id]);
  return found!;
}

/**
 * Statistics of several guilds in the order in which they are named, by id or by slug.
 * @throws {NotFound} `operator/no-such-guild`
 */
export async function compareGuilds(
  ctx: OperatorContext,
  names: readonly string[],
): Promise<readonly GuildStats[]> {
  allowArea(ctx, "guilds");
  const { platform } = ctx.services;
  const today = todayOf(platform);
  const rows = await STATS.all(platform.db, { names: JSON.stringify(names), today });
  const chosen = [...new Set(names)].map((name) => {
    const row = rows.find(({ id, slug }) => id === name || slug === name);
    if (row) return row;
    throw noSuchGuild();
  });
  const days = await daysOf(
    ctx,
    rows.map(({ id }) => id),
    limits.figures.recentDays,
  );
  return chosen.map(({ id, slug, name, status, plan, members, countedAt, ...totals }) => ({
    ...{ id, slug, name, status, plan, members, countedAt },
    totals: countedAt === null ? null : withAverage(totals as GuildTotals),
    recent: sumOf(
      days.filter(({ guildId }) => guildId === id),
      limits.figures.recentDays,
    ),
  }));
}

/** What happened in a guild on each of the last days, today included. */
export async function guildActivity(
  ctx: OperatorContext,
  id: GuildId,
  days: number,
): Promise<readonly ActivityDay[]> {
  allowArea(ctx, "guilds");
  const { platform } = ctx.services;
  if (!(await platform.guild(id))) throw noSuchGuild();
  const found = new Map((await daysOf(ctx, [id], days)).map((one) => [one.day, one]));
  return everyDay(todayOf(platform), days).map((day) => {
    const one = found.get(day);
    const { fights, kills, combatMs, changes } = one ?? NO_ACTIVITY;
    // A day that was counted later has the size of that later moment.
    const isSized = one !== undefined && Math.floor(one.at / DAY_MS) === day;
    const size = isSized
      ? { characters: one.characters, ledgerEntries: one.ledgerEntries, bytes: one.bytes }
      : null;
    return { day: dateOf(day), fights, kills, combatMs, changes, size };
  });
}

/** Statistics of the whole platform. Opens no guild's database. */
export async function platformFigures(ctx: OperatorContext, days: number): Promise<AllFigures> {
  allowArea(ctx, "guilds");
  return await allFigures(ctx.services.platform, days);
}

/** Has a guild counted within seconds. Requests that wait together are one count. */
export async function countNow(ctx: OperatorContext, id: GuildId): Promise<void> {
  allowArea(ctx, "guilds");
  const { platform, jobs } = ctx.services;
  if (!(await platform.guild(id))) throw noSuchGuild();
  await write(platform.db, [
    jobs.enqueueRow(id, FIGURES_JOB, "", platform.now().getTime()),
    record(ctx, "guild.count", id, { guildId: id }),
  ]);
  ctx.services.wakeJobs();
}

async function daysOf(ctx: OperatorContext, ids: readonly GuildId[], days: number) {
  const { platform } = ctx.services;
  const today = todayOf(platform);
  return await DAYS.all(platform.db, { ids: JSON.stringify(ids), after: today - days, today });
}

function withAverage(totals: GuildTotals): NonNullable<GuildStats["totals"]> {
  const averageMs = totals.fights === 0 ? 0 : Math.round(totals.combatMs / totals.fights);
  return { ...totals, averageMs };
}

function noSuchGuild(): NotFound {
  return new NotFound("operator/no-such-guild", "No guild has this ID. Choose one from the list.");
}
