import { sql } from "drizzle-orm";
import {
  index,
  integer,
  primaryKey,
  real,
  sqliteTable,
  text,
  uniqueIndex,
} from "drizzle-orm/sqlite-core";
import type { GuildId } from "../../kernel/ids.ts";

/**
 * `stopped` by a signal, `paused` by an operator, `halted` by the error budget or a health check,
 * `failed` when all waves ran and some guilds did not make it. All of these can be resumed.
 */
export type RolloutStatus =
  | "running"
  | "paused"
  | "stopped"
  | "halted"
  | "failed"
  | "done"
  | "superseded"
  | "reverted";

/** One change of the guild schema on its way through the fleet, wave by wave. */
export const rollouts = sqliteTable(
  "rollouts",
  {
    id: text().primaryKey(),
    targetVersion: integer("target_version").notNull(),
    targetHash: text("target_hash").notNull(),
    status: text().$type<RolloutStatus>().notNull(),
    /** Names of the waves in their order; what else was asked for stands in `options`. */
    waves: text({ mode: "json" }).$type<readonly string[]>().notNull(),
    options: text({ mode: "json" }).$type<unknown>().notNull(),
    reason: text().notNull(),
    startedBy: text("started_by").notNull(),
    startedAt: integer("started_at").notNull(),
    finishedAt: integer("finished_at"),
    haltReason: text("halt_reason"),
    /** Raised by whoever takes the rollout over: writes of the one before are refused. */
    fence: integer().notNull(),
    leaseUntil: integer("lease_until").notNull(),
    /** The process that took it up last: who, on which machine, and when that process began. */
    holder: text({ mode: "json" }).$type<unknown>(),
    /** When that process took it up. */
    heldSince: integer("held_since"),
  },
  (t) => [
    uniqueIndex("rollouts_one_running").on(t.status).where(sql`${t.status} = 'running'`),
    index("rollouts_by_start").on(t.startedAt),
  ],
);

export type RolloutGuildStatus = "pending" | "done" | "failed" | "reverted";

/** What came of one guild in one rollout. */
export const rolloutGuilds = sqliteTable(
  "rollout_guilds",
  {
    rolloutId: text("rollout_id")
      .notNull()
      .references(() => rollouts.id),
    guildId: text("guild_id").$type<GuildId>().notNull(),
    wave: integer().notNull(),
    status: text().$type<RolloutGuildStatus>().notNull(),
    fromVersion: integer("from_version").notNull(),
    toVersion: integer("to_version"),
    attempts: integer().notNull().default(0),
    durationMs: real("duration_ms"),
    error: text(),
    /** The error without what differs from guild to guild, so that equal causes stand together. */
    cause: text(),
    snapshot: text(),
    at: integer(),
  },
  (t) => [
    primaryKey({ columns: [t.rolloutId, t.guildId] }),
    index("rollout_guilds_by_wave").on(t.rolloutId, t.wave, t.status, t.guildId),
  ],
);

/**
 * Work that is due for a guild. Whoever claims a job gets a new `fence` with it: what an older holder
 * of the lease still writes is refused.
 */
export const jobs = sqliteTable(
  "jobs",
  {
    id: text().primaryKey(),
    guildId: text("guild_id").$type<GuildId>().notNull(),
    kind: text().notNull(),
    /** What it is about, such as a report's id. One guild has one job of a kind for a subject. */
    subject: text().notNull(),
    dueAt: integer("due_at").notNull(),
    leaseUntil: integer("lease_until").notNull().default(0),
    fence: integer().notNull().default(0),
    attempts: integer().notNull().default(0),
    error: text(),
    createdAt: integer("created_at").notNull(),
    startedAt: integer("started_at"),
    /** What it is at, in words of the program; gone with the attempt. */
    progress: text(),
    /** Somebody asked for its end: whoever holds it stops at the next chance. */
    cancelledAt: integer("cancelled_at"),
  },
  (t) => [
    uniqueIndex("jobs_one_of_a_kind").on(t.guildId, t.kind, t.subject),
    index("jobs_by_due").on(t.dueAt),
  ],
);

export type JobOutcome = "done" | "failed" | "cancelled";

/** What became of jobs, for two weeks: people ask about last night, not about last year. */
export const jobRuns = sqliteTable(
  "job_runs",
  {
    seq: integer().primaryKey({ autoIncrement: true }),
    guildId: text("guild_id").$type<GuildId>().notNull(),
    kind: text().notNull(),
    subject: text().notNull(),
    outcome: text().$type<JobOutcome>().notNull(),
    attempt: integer().notNull(),
    startedAt: integer("started_at").notNull(),
    finishedAt: integer("finished_at").notNull(),
    runner: text().notNull(),
    detail: text(),
  },
  (t) => [
    index("job_runs_by_end").on(t.finishedAt),
    index("job_runs_by_guild").on(t.guildId, t.seq),
  ],
);
