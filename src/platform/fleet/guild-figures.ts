import { and, desc, eq, gte, lt, lte, sql } from "drizzle-orm";
import { columnsOf, prepare, type Values } from "../../database/query.ts";
import { build, excluded, insertInto } from "../../database/statements.ts";
import { write } from "../../database/write.ts";
import type { GuildId } from "../../kernel/ids.ts";
import { DAY_MS } from "../../kernel/time.ts";
import { limits } from "../../limits.ts";
import { guildFigures, guilds } from "../schema.ts";
import type { PlatformStore } from "../store.ts";

/** What a guild has. Times in Unix milliseconds. */
export interface GuildTotals {
  /** Pulls of bosses. Several logs of one pull count once. */
  readonly fights: number;
  readonly kills: number;
  readonly combatMs: number;
  /** Different bosses. */
  readonly bosses: number;
  readonly characters: number;
  readonly persons: number;
  readonly raids: number;
  readonly ledgerEntries: number;
  readonly auctions: number;
  readonly logs: number;
  /** Free pages included. Combat logs are stored beside the database. */
  readonly databaseBytes: number;
  readonly logBytes: number;
  /** The last change by a person or a program, or the last fight. */
  readonly lastActivityAt: number | null;
}

/** What happened in a guild on one day (days since 1970, UTC). */
export interface DayFigures {
  readonly day: number;
  readonly fights: number;
  readonly kills: number;
  readonly combatMs: number;
  readonly changes: number;
}

/** A guild's totals and its days with activity. */
export interface CountedGuild {
  readonly totals: GuildTotals;
  readonly days: readonly DayFigures[];
}

interface Counted {
  readonly id: GuildId;
  readonly since: number;
  readonly today: number;
}

const NEWEST = prepare(({ id, today }: Values<Pick<Counted, "id" | "today">>) =>
  build
    .select(columnsOf(guildFigures, "at"))
    .from(guildFigures)
    .where(and(eq(guildFigures.guildId, id), lte(guildFigures.day, today)))
    .orderBy(desc(guildFigures.day))
    .limit(1),
);

const STORED = prepare(({ id, since, today }: Values<Counted>) =>
  build
    .select({
      day: guildFigures.day,
      fights: guildFigures.dayFights,
      kills: guildFigures.dayKills,
      combatMs: guildFigures.dayCombatMs,
      changes: guildFigures.dayChanges,
    })
    .from(guildFigures)
    .where(
      and(eq(guildFigures.guildId, id), gte(guildFigures.day, since), lt(guildFigures.day, today)),
    ),
);

/** Joins each guild with its newest row, which the primary key finds without reading the others. */
export const isNewest = (today: Values<{ readonly today: number }>["today"]) =>
  and(
    eq(guildFigures.guildId, guilds.id),
    sql`${guildFigures.day} = (select max(n.day) from ${guildFigures} as n
      where n.guild_id = ${guilds.id} and n.day <= ${today})`,
  );

/** Today in days since 1970, UTC. */
export function todayOf(platform: PlatformStore): number {
  return Math.floor(platform.now().getTime() / DAY_MS);
}

/** The first day of a count. */
export function firstDayOf(platform: PlatformStore): number {
  return todayOf(platform) - limits.figures.daysMax + 1;
}

/** When a guild was counted last. Undefined before its first count. */
export async function countedAt(platform: PlatformStore, id: GuildId): Promise<number | undefined> {
  const newest = await NEWEST.first(platform.db, { id, today: todayOf(platform) });
  // A wrong clock dated a count in the future. Then the guild is counted again.
  return newest && newest.at <= platform.now().getTime() ? newest.at : undefined;
}

/**
 * Stores what was counted, in one write. Logs arrive days after their fights, so earlier days are written
 * again if they differ. Their totals stay, because they were right on their day.
 */
export async function storeFigures(
  platform: PlatformStore,
  guildId: GuildId,
  { totals, days }: CountedGuild,
): Promise<void> {
  const today = todayOf(platform);
  const at = platform.now().getTime();
  const ofDay = (one: Omit<DayFigures, "day">) => ({
    dayFights: one.fights,
    dayKills: one.kills,
    dayCombatMs: one.combatMs,
    dayChanges: one.changes,
  });
  const on = [guildFigures.guildId, guildFigures.day];
  // A log with a wrong year has fights in the future.
  const since = firstDayOf(platform);
  const stored = new Map(
    (await STORED.all(platform.db, { id: guildId, since, today })).map((one) => [one.day, one]),
  );
  const past = days.filter((one) => one.day < today && !isSame(one, stored.get(one.day)));
  const now = days.find(({ day }) => day === today) ?? NOTHING;
  await write(platform.db, [
    ...past.map((one) =>
      insertInto(
        guildFigures,
        { guildId, day: one.day, ...totals, ...ofDay(one), at },
        { on, set: DAY_COLUMNS },
      ),
    ),
    insertInto(
      guildFigures,
      { guildId, day: today, ...totals, ...ofDay(now), at },
      { on, set: { ...TOTAL_COLUMNS, ...DAY_COLUMNS, at: excluded(guildFigures.at) } },
    ),
  ]);
}

function isSame(one: DayFigures, stored: DayFigures | undefined): boolean {
  const names = ["fights", "kills", "combatMs", "changes"] as const;
  return stored !== undefined && names.every((name) => one[name] === stored[name]);
}

const NOTHING = { fights: 0, kills: 0, combatMs: 0, changes: 0 };
const excludedOf = <Name extends keyof typeof guildFigures.$inferInsert>(
  ...names: readonly Name[]
) =>
  Object.fromEntries(names.map((name) => [name, excluded(guildFigures[name])])) as Record<
    Name,
    ReturnType<typeof sql>
  >;
const DAY_COLUMNS = excludedOf("dayFights", "dayKills", "dayCombatMs", "dayChanges");
const TOTAL_COLUMNS = excludedOf(
  ...(["fights", "kills", "combatMs", "bosses", "characters", "persons", "raids"] as const),
  ...(["ledgerEntries", "auctions", "logs", "databaseBytes", "logBytes"] as const),
  "lastActivityAt",
);
