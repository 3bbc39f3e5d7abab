import { sql } from "drizzle-orm";
import {
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from "drizzle-orm/sqlite-core";
import type { PersonId, PoolId, RaidId, RaidSeriesId } from "../../kernel/ids.ts";
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
  (t) => [primaryKey({ columns: [t.raidId, t.personId] })],
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
