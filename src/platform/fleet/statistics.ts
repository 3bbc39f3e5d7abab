import { asc, count, eq, gt, sql } from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";
import {
  asColumn,
  asNumber,
  asText,
  columnsOf,
  prepare,
  type RowOf,
  rowsOf,
  type Values,
} from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import { DAY_MS } from "../../kernel/time.ts";
import { limits } from "../../limits.ts";
import {
  apiKeyUsage,
  backups,
  guilds,
  type JobOutcome,
  jobRuns,
  jobs,
  memberships,
  sessions,
  users,
} from "../schema.ts";
import type { PlatformStore } from "../store.ts";
import { completeUntil } from "./lateness.ts";

export interface Count {
  readonly name: string;
  readonly count: number;
}

/** Figures of the whole platform. Times in Unix milliseconds. */
export interface PlatformStatistics extends Readonly<RowOf<ReturnType<typeof figures>>> {
  readonly guilds: Readonly<Record<"state" | "plan" | "host" | "schema", readonly Count[]>>;
  /** Accounts that signed in, by day, as far as their sessions are still stored. */
  readonly signIns: readonly Count[];
  readonly backups: Lateness;
}

const guildsBy = (column: SQLiteColumn) =>
  prepare(() =>
    build
      .select({ name: asText(sql`cast(${column} as text)`), count: count() })
      .from(guilds)
      .groupBy(column)
      .orderBy(asc(column)),
  );

const guildsByState = guildsBy(guilds.status);
const guildsByPlan = guildsBy(guilds.plan);
const guildsByHost = guildsBy(guilds.host);
const guildsBySchema = guildsBy(guilds.schemaVersion);

const figures = ({ nowMs, since }: Values<{ readonly nowMs: number; readonly since: number }>) => {
  const logs = (outcome: JobOutcome) =>
    asNumber(sql`(select count(*) from ${jobRuns} where ${jobRuns.kind} = 'logs.parse'
      and ${jobRuns.outcome} = ${outcome} and ${jobRuns.finishedAt} > ${since})`);
  return {
    accounts: asNumber(sql`(select count(*) from ${users})`),
    memberships: asNumber(sql`(select count(*) from ${memberships})`),
    keyRequests: asNumber(sql`(select coalesce(sum(${apiKeyUsage.requests}), 0)
      from ${apiKeyUsage} where ${apiKeyUsage.day} > ${since} / ${DAY_MS})`),
    /** Combat logs that were read, and that could not be read, as far as job results are still stored. */
    logsRead: logs("done"),
    logsFailed: logs("failed"),
    jobsDue: asNumber(sql`(select count(*) from ${jobs} where ${jobs.dueAt} <= ${nowMs})`),
    jobsFailing: asNumber(sql`(select count(*) from ${jobs} where ${jobs.error} is not null)`),
  };
};

const figuresOf = prepare((values: Parameters<typeof figures>[0]) =>
  rowsOf(figures(values), (columns) => sql`select ${columns}`),
);

const signInsByDay = prepare(({ since }: Values<{ readonly since: number }>) => {
  const day = sql`date(${sessions.createdAt} / 1000, 'unixepoch')`;
  return build
    .select({ name: asText(day), count: asNumber(sql`count(distinct ${sessions.userId})`) })
    .from(sessions)
    .where(gt(sessions.createdAt, since))
    .groupBy(day)
    .orderBy(day);
});

const backedUpGuilds = prepare(({ until }: Values<{ readonly until: number }>) => {
  const complete = asColumn(backups.takenAt, completeUntil(until)).as("complete");
  return build
    .select({ ...columnsOf(guilds, "slug", "createdAt"), complete })
    .from(guilds)
    .where(eq(guilds.status, "ready"))
    .orderBy(asc(complete), asc(guilds.slug));
});

/**
 * Backups of open guilds. `oldestAt` is up to when the backups of the guild that has waited longest hold
 * all of its changes.
 */
export interface Lateness {
  readonly guilds: number;
  readonly without: number;
  readonly late: number;
  readonly lateSlugs: readonly string[];
  readonly oldestAt: number | null;
}

/** Counts everything in the platform's own database. Opens no guild's database. */
export async function platformStatistics(
  platform: PlatformStore,
  days: number,
): Promise<PlatformStatistics> {
  const { db } = platform;
  const nowMs = platform.now().getTime();
  const since = nowMs - days * DAY_MS;
  const rest = await figuresOf.first(db, { nowMs, since });
  return {
    guilds: {
      state: await guildsByState.all(db),
      plan: await guildsByPlan.all(db),
      host: await guildsByHost.all(db),
      schema: await guildsBySchema.all(db),
    },
    ...rest!,
    signIns: await signInsByDay.all(db, { since }),
    backups: await lateness(platform),
  };
}

/**
 * Counts open guilds whose newest changes have waited too long for a backup. A guild that did not change is
 * not late, however old its newest backup is, as long as rounds look at it. New guilds are exempt until their
 * first backup is due.
 */
export async function lateness(platform: PlatformStore): Promise<Lateness> {
  const rows = await backedUpGuilds.all(platform.db, {
    // A wrong clock dated a backup in the future. It may be older than all others.
    until: platform.now().getTime() + limits.clock.skewMs,
  });
  const before = platform.now().getTime() - limits.backups.lateMs;
  const late = rows.filter(({ complete, createdAt }) => (complete ?? createdAt) < before);
  return {
    guilds: rows.length,
    without: rows.filter(({ complete }) => complete === null).length,
    late: late.length,
    lateSlugs: late.slice(0, limits.statistics.namesMax).map(({ slug }) => slug),
    oldestAt: rows.find(({ complete }) => complete !== null)?.complete ?? null,
  };
}
