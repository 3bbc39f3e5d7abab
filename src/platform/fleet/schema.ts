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
 * `failed` if all waves ran and some guilds failed. All of these can be resumed.
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

/** The options of a rollout. Stored with it, so that a resumed rollout uses the same. */
export interface RolloutOptions {
  /** The number of guilds per host at once. */
  readonly lanes: number;
  /**
   * The number of failures allowed after the first wave; one more halts the rollout. The first wave allows
   * none.
   */
  readonly failuresMax: number;
  /** Halts the rollout when a wave's median guild takes this many times as long as the first wave's. */
  readonly slownessMax: number;
  /** Whether to copy each database before its migration, so that the rollout can be reverted. */
  readonly snapshots: boolean;
  /** An operator has allowed the statements that remove data. */
  readonly allowDestructive: boolean;
}

/** A rollout of one guild schema through the fleet, wave by wave. */
export const rollouts = sqliteTable(
  "rollouts",
  {
    id: text().primaryKey(),
    targetVersion: integer("target_version").notNull(),
    targetHash: text("target_hash").notNull(),
    status: text().$type<RolloutStatus>().notNull(),
    /** Names of the waves in order. `options` holds all other parameters. */
    waves: text({ mode: "json" }).$type<readonly string[]>().notNull(),
    options: text({ mode: "json" }).$type<RolloutOptions>().notNull(),
    reason: text().notNull(),
    startedBy: text("started_by").notNull(),
    startedAt: integer("started_at").notNull(),
    finishedAt: integer("finished_at"),
    haltReason: text("halt_reason"),
    /** Increased by each process that takes over the rollout. Writes of the previous holder are refused. */
    fence: integer().notNull(),
    leaseUntil: integer("lease_until").notNull(),
    /** The last process that took the rollout: its name, its machine, and when it started. */
    holder: text({ mode: "json" }).$type<unknown>(),
    /** When that process took it. */
    heldSince: integer("held_since"),
  },
  (t) => [
    uniqueIndex("rollouts_one_running").on(t.status).where(sql`${t.status} = 'running'`),
    index("rollouts_by_start").on(t.startedAt),
  ],
);

export type RolloutGuildStatus = "pending" | "done" | "failed" | "reverted";

/** The result of one guild in one rollout. */
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
    /** The error without guild-specific parts, so that equal causes are grouped. */
    cause: text(),
    snapshot: text(),
    at: integer(),
  },
  (t) => [
    primaryKey({ columns: [t.rolloutId, t.guildId] }),
    index("rollout_guilds_by_wave").on(t.rolloutId, t.wave, t.status, t.guildId),
    index("rollout_guilds_by_guild").on(t.guildId),
  ],
);

/**
 * Due work for a guild. Each claim increases `fence`, so that writes of an older lease holder are
 * refused.
 */
export const jobs = sqliteTable(
  "jobs",
  {
    id: text().primaryKey(),
    guildId: text("guild_id").$type<GuildId>().notNull(),
    kind: text().notNull(),
    /** What the job is about, such as a report's id. A guild has one job per kind and subject. */
    subject: text().notNull(),
    dueAt: integer("due_at").notNull(),
    leaseUntil: integer("lease_until").notNull().default(0),
    fence: integer().notNull().default(0),
    attempts: integer().notNull().default(0),
    error: text(),
    createdAt: integer("created_at").notNull(),
    startedAt: integer("started_at"),
    /** The current step, as the program names it. Deleted with the attempt. */
    progress: text(),
    /** When an operator cancelled the job. Its holder stops at the next check. */
    cancelledAt: integer("cancelled_at"),
  },
  (t) => [
    uniqueIndex("jobs_one_of_a_kind").on(t.guildId, t.kind, t.subject),
    index("jobs_by_due").on(t.dueAt),
  ],
);

export type JobOutcome = "done" | "failed" | "cancelled";

/** Results of jobs, kept for two weeks. People ask about last night, not about last year. */
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
