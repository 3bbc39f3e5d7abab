import { and, asc, count, desc, eq, gt, gte, lte, notInArray, type SQL, sql } from "drizzle-orm";
import { asNumber, columnsOf, prepare, type Values } from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import type { GuildId } from "../../kernel/ids.ts";
import { DAY_MS } from "../../kernel/time.ts";
import { limits } from "../../limits.ts";
import { type GuildStatus, guildFigures, guilds } from "../schema.ts";
import type { PlatformStore } from "../store.ts";
import { type DayFigures, isNewest, todayOf } from "./guild-figures.ts";

/** Sums of some days. */
export interface RecentFigures extends Omit<DayFigures, "day"> {
  readonly days: number;
}

/** All guilds together: sums, activity and growth by day, and rankings. */
export interface AllFigures {
  readonly guilds: number;
  /** Guilds whose figures are part of the totals. */
  readonly counted: number;
  readonly totals: Readonly<
    Record<
      "fights" | "kills" | "combatMs" | "averageMs" | "characters" | "persons" | "bytes",
      number
    >
  >;
  readonly recent: RecentFigures & { readonly activeGuilds: number };
  readonly days: readonly (Omit<DayFigures, "day"> & {
    readonly day: string;
    readonly activeGuilds: number;
    /** Guilds that were created on this day and still exist. */
    readonly newGuilds: number;
  })[];
  readonly largest: readonly Ranked[];
  readonly busiest: readonly Ranked[];
}

/** A guild in a ranking: by bytes, or by fights of the last days. */
export interface Ranked {
  readonly id: GuildId;
  readonly slug: string;
  readonly name: string;
  readonly value: number;
}

const LEFT: readonly GuildStatus[] = ["deleted", "deleting"];
const sum = (of: SQL) => asNumber(sql`coalesce(sum(${of}), 0)`);
const bytesOf = sql`${guildFigures.databaseBytes} + ${guildFigures.logBytes}`;

const TOTALS = prepare(({ today }: Values<{ readonly today: number }>) =>
  build
    .select({
      guilds: count(),
      counted: count(guildFigures.guildId),
      fights: sum(sql`${guildFigures.fights}`),
      kills: sum(sql`${guildFigures.kills}`),
      combatMs: sum(sql`${guildFigures.combatMs}`),
      characters: sum(sql`${guildFigures.characters}`),
      persons: sum(sql`${guildFigures.persons}`),
      bytes: sum(bytesOf),
    })
    .from(guilds)
    .leftJoin(guildFigures, isNewest(today))
    .where(notInArray(guilds.status, [...LEFT])),
);

interface Period {
  readonly after: number;
  readonly today: number;
}

const BY_DAY = prepare(({ after, today }: Values<Period>) =>
  build
    .select({
      day: guildFigures.day,
      fights: sum(sql`${guildFigures.dayFights}`),
      kills: sum(sql`${guildFigures.dayKills}`),
      combatMs: sum(sql`${guildFigures.dayCombatMs}`),
      changes: sum(sql`${guildFigures.dayChanges}`),
      activeGuilds: sum(sql`${guildFigures.dayChanges} + ${guildFigures.dayFights} > 0`),
    })
    .from(guildFigures)
    .where(and(gt(guildFigures.day, after), lte(guildFigures.day, today)))
    .groupBy(guildFigures.day),
);

const ACTIVE = prepare(({ after, today }: Values<Period>) =>
  build
    .select({ guilds: asNumber(sql`count(distinct ${guildFigures.guildId})`) })
    .from(guildFigures)
    .where(
      and(
        gt(guildFigures.day, after),
        lte(guildFigures.day, today),
        sql`${guildFigures.dayChanges} + ${guildFigures.dayFights} > 0`,
      ),
    ),
);

const FOUNDED = prepare(({ since }: Values<{ readonly since: number }>) =>
  build
    .select({
      day: asNumber(sql`${guilds.createdAt} / ${sql.raw(String(DAY_MS))}`),
      guilds: count(),
    })
    .from(guilds)
    .where(and(gte(guilds.createdAt, since), notInArray(guilds.status, [...LEFT])))
    .groupBy(sql`1`),
);

const LARGEST = prepare(({ today }: Values<{ readonly today: number }>) =>
  build
    .select({ ...columnsOf(guilds, "id", "slug", "name"), value: asNumber(bytesOf) })
    .from(guilds)
    .innerJoin(guildFigures, isNewest(today))
    .where(notInArray(guilds.status, [...LEFT]))
    .orderBy(desc(bytesOf), asc(guilds.slug))
    .limit(limits.figures.ranked),
);

const BUSIEST = prepare(({ after, today }: Values<Period>) => {
  const fights = sql`sum(${guildFigures.dayFights})`;
  return build
    .select({ ...columnsOf(guilds, "id", "slug", "name"), value: asNumber(fights) })
    .from(guildFigures)
    .innerJoin(guilds, eq(guilds.id, guildFigures.guildId))
    .where(
      and(gt(guildFigures.day, after), lte(guildFigures.day, today), gt(guildFigures.dayFights, 0)),
    )
    .groupBy(guilds.id)
    .orderBy(desc(fights), asc(guilds.slug))
    .limit(limits.figures.ranked);
});

/** Figures of all guilds, of the last `days` days. Reads the platform only. */
export async function allFigures(platform: PlatformStore, days: number): Promise<AllFigures> {
  const { db } = platform;
  const today = todayOf(platform);
  const { recentDays } = limits.figures;
  const period = { after: today - days, today };
  const recent = { after: today - recentDays, today };
  const since = (period.after + 1) * DAY_MS;
  const [all, byDay, active, founded, largest, busiest] = await Promise.all([
    TOTALS.first(db, { today }),
    BY_DAY.all(db, { ...period, after: today - Math.max(days, recentDays) }),
    ACTIVE.first(db, recent),
    FOUNDED.all(db, { since }),
    LARGEST.all(db, { today }),
    BUSIEST.all(db, recent),
  ]);
  const { guilds: total, counted, ...totals } = all!;
  const averageMs = totals.fights === 0 ? 0 : Math.round(totals.combatMs / totals.fights);
  const lately = byDay.filter(({ day }) => day > recent.after);
  const [figures, newGuilds] = [
    new Map(byDay.map((one) => [one.day, one])),
    new Map(founded.map((one) => [one.day, one.guilds])),
  ];
  return {
    guilds: total,
    counted,
    totals: { ...totals, averageMs },
    recent: { ...sumOf(lately, recentDays), activeGuilds: active!.guilds },
    days: everyDay(today, days).map((day) => ({
      ...NO_ACTIVITY,
      activeGuilds: 0,
      ...figures.get(day),
      day: dateOf(day),
      newGuilds: newGuilds.get(day) ?? 0,
    })),
    largest,
    busiest,
  };
}

export const NO_ACTIVITY = { fights: 0, kills: 0, combatMs: 0, changes: 0 };

/** The last days (since 1970, UTC), today included. A chart that skips days would be wrong. */
export function everyDay(today: number, days: number): readonly number[] {
  return Array.from({ length: days }, (_, at) => today - days + 1 + at);
}

export function dateOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

export function sumOf(found: readonly Omit<DayFigures, "day">[], days: number): RecentFigures {
  const total = (of: keyof typeof NO_ACTIVITY) => found.reduce((all, one) => all + one[of], 0);
  return {
    days,
    fights: total("fights"),
    kills: total("kills"),
    combatMs: total("combatMs"),
    changes: total("changes"),
  };
}
