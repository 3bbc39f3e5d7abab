import { sql } from "drizzle-orm";
import {
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from "drizzle-orm/sqlite-core";
import type { PersonId, PoolId, RaidId, RaidSeriesId, RaidTeamId } from "../../kernel/ids.ts";
import { persons, type RaidRole } from "../roster/schema.ts";

export type RaidStatus = "planned" | "running" | "ended" | "canceled";
export type SignupStatus = "yes" | "late" | "maybe" | "no";
export type Presence = "present" | "bench" | "absent";
/** Why a person gets less than the full credit, in common guild terms. */
export type Remark =
  | "late"
  | "unprepared"
  | "late-unprepared"
  | "no-show"
  | "gave-notice"
  | "benched";

/** A group of raiders. A person may belong to several. */
export const raidTeams = sqliteTable("raid_teams", {
  id: text().$type<RaidTeamId>().primaryKey(),
  name: text().notNull(),
  nameKey: text("name_key").notNull().unique(),
  createdAt: integer("created_at").notNull(),
  archivedAt: integer("archived_at"),
});

export const raidTeamMembers = sqliteTable(
  "raid_team_members",
  {
    teamId: text("team_id")
      .$type<RaidTeamId>()
      .notNull()
      .references(() => raidTeams.id),
    personId: text("person_id")
      .$type<PersonId>()
      .notNull()
      .references(() => persons.id),
  },
  (t) => [
    primaryKey({ columns: [t.teamId, t.personId] }),
    index("raid_teams_by_person").on(t.personId),
  ],
);

/** Weekly raids at a local time in the guild's time zone. */
export const raidSeries = sqliteTable("raid_series", {
  id: text().$type<RaidSeriesId>().primaryKey(),
  name: text().notNull(),
  /** ISO weekdays, Monday is 1. */
  weekdays: text({ mode: "json" }).$type<readonly number[]>().notNull(),
  startsAt: text("starts_at").notNull(),
  minutes: integer().notNull(),
  poolId: text("pool_id").$type<PoolId>().notNull(),
  note: text().notNull().default(""),
  endedAt: integer("ended_at"),
  createdAt: integer("created_at").notNull(),
  teamId: text("team_id").$type<RaidTeamId>(),
  /** The first local date of the series; null if it has none. */
  beginsOn: text("begins_on"),
  /** The last local date of a series that another one continues. */
  endsOn: text("ends_on"),
});

export const raids = sqliteTable(
  "raids",
  {
    id: text().$type<RaidId>().primaryKey(),
    seriesId: text("series_id")
      .$type<RaidSeriesId>()
      .references(() => raidSeries.id),
    /** The local day of a series' raid: one raid per day, even if its time changes. */
    localDate: text("local_date"),
    name: text().notNull(),
    poolId: text("pool_id").$type<PoolId>().notNull(),
    startsAt: integer("starts_at").notNull(),
    endsAt: integer("ends_at").notNull(),
    status: text().$type<RaidStatus>().notNull().default("planned"),
    startedAt: integer("started_at"),
    endedAt: integer("ended_at"),
    note: text().notNull().default(""),
    createdAt: integer("created_at").notNull(),
    /** False for raids that do not count for attendance. */
    counts: integer({ mode: "boolean" }).notNull().default(true),
    teamId: text("team_id").$type<RaidTeamId>(),
    /** The time zone in which `startsAt` was computed; null for raids of an older release. */
    timeZone: text("time_zone"),
  },
  (t) => [
    index("raids_by_start").on(t.startsAt),
    uniqueIndex("raids_of_series")
      .on(t.seriesId, t.localDate)
      .where(sql`${t.seriesId} IS NOT NULL`),
  ],
);

export const signups = sqliteTable(
  "raid_signups",
  {
    raidId: text("raid_id")
      .$type<RaidId>()
      .notNull()
      .references(() => raids.id),
    personId: text("person_id")
      .$type<PersonId>()
      .notNull()
      .references(() => persons.id),
    status: text().$type<SignupStatus>().notNull(),
    role: text().$type<RaidRole>(),
    note: text().notNull().default(""),
    at: integer().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.raidId, t.personId] }),
    index("raid_signups_by_person").on(t.personId, t.raidId),
  ],
);

/** Who was present. Each night has a credit in percent; exempt rows do not count. */
export const attendance = sqliteTable(
  "raid_attendance",
  {
    raidId: text("raid_id")
      .$type<RaidId>()
      .notNull()
      .references(() => raids.id),
    personId: text("person_id")
      .$type<PersonId>()
      .notNull()
      .references(() => persons.id),
    presence: text().$type<Presence>().notNull(),
    creditPct: integer("credit_pct").notNull(),
    remark: text().$type<Remark>(),
    isExempt: integer("is_exempt", { mode: "boolean" }).notNull().default(false),
    joinedAt: integer("joined_at"),
    leftAt: integer("left_at"),
  },
  (t) => [
    primaryKey({ columns: [t.raidId, t.personId] }),
    index("attendance_by_person").on(t.personId, t.raidId),
  ],
);
