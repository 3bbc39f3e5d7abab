import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { GuildId } from "../../kernel/ids.ts";

/** The file that each declared guild was last applied from. */
export const declaredGuilds = sqliteTable("declared_guilds", {
  guildId: text("guild_id").$type<GuildId>().primaryKey(),
  /** The name of the file, without its folder. */
  file: text().notNull(),
  /** What the file declared, as `guildFile` reads it. */
  document: text({ mode: "json" }).$type<unknown>().notNull(),
  appliedBy: text("applied_by").notNull(),
  appliedAt: integer("applied_at").notNull(),
});

/** Runs of `declared apply`. One runs at a time. */
export const declaredRuns = sqliteTable(
  "declared_runs",
  {
    id: text().primaryKey(),
    /** The hash of the plan. An interrupted run of the same plan is continued. */
    planHash: text("plan_hash").notNull(),
    status: text().$type<"running" | "interrupted" | "refused" | "done" | "failed">().notNull(),
    runner: text().notNull(),
    leaseUntil: integer("lease_until").notNull(),
    startedBy: text("started_by").notNull(),
    startedAt: integer("started_at").notNull(),
    finishedAt: integer("finished_at"),
  },
  (t) => [
    uniqueIndex("declared_runs_one_running").on(t.status).where(sql`${t.status} = 'running'`),
    index("declared_runs_by_plan").on(t.planHash),
  ],
);
