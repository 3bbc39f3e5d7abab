import { DAY_MS } from "../../kernel/time.ts";
import { limits } from "../../limits.ts";
import type { PlatformStore } from "../store.ts";

export interface Count {
  readonly name: string;
  readonly count: number;
}

/** Figures of the whole platform. Times in Unix milliseconds. */
export interface PlatformStatistics {
  readonly guilds: Readonly<Record<"state" | "plan" | "host" | "schema", readonly Count[]>>;
  readonly accounts: number;
  readonly memberships: number;
  /** Accounts that signed in, by day, as far as their sessions are still stored. */
  readonly signIns: readonly Count[];
  readonly keyRequests: number;
  /** Combat logs that were read, and that could not be read, as far as job results are still stored. */
  readonly logsRead: number;
  readonly logsFailed: number;
  readonly backups: Lateness;
  readonly jobsDue: number;
  readonly jobsFailing: number;
}

/** Backups of open guilds. `oldestAt` is the newest backup of the guild that has waited longest. */
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
  const by = (column: string) =>
    db.all<Count>(
      `SELECT CAST(${column} AS TEXT) AS name, count(*) AS count FROM guilds
       GROUP BY ${column} ORDER BY ${column}`,
    );
  const rest = await db.first<Omit<PlatformStatistics, "guilds" | "signIns" | "backups">>(
    `SELECT (SELECT count(*) FROM users) AS accounts,
       (SELECT count(*) FROM memberships) AS memberships,
       (SELECT coalesce(sum(requests), 0) FROM api_key_usage WHERE day > ?2 / ${DAY_MS})
         AS keyRequests,
       (SELECT count(*) FROM job_runs WHERE kind = 'logs.parse' AND outcome = 'done'
          AND finished_at > ?2) AS logsRead,
       (SELECT count(*) FROM job_runs WHERE kind = 'logs.parse' AND outcome = 'failed'
          AND finished_at > ?2) AS logsFailed,
       (SELECT count(*) FROM jobs WHERE due_at <= ?1) AS jobsDue,
       (SELECT count(*) FROM jobs WHERE error IS NOT NULL) AS jobsFailing`,
    nowMs,
    since,
  );
  return {
    guilds: {
      state: await by("status"),
      plan: await by("plan"),
      host: await by("host"),
      schema: await by("schema_version"),
    },
    ...rest!,
    signIns: await db.all<Count>(
      `SELECT date(created_at / 1000, 'unixepoch') AS name, count(DISTINCT user_id) AS count
       FROM sessions WHERE created_at > ? GROUP BY name ORDER BY name`,
      since,
    ),
    backups: await lateness(platform),
  };
}

/**
 * Counts open guilds without a recent good backup. New guilds are exempt until their first backup is
 * due.
 */
export async function lateness(platform: PlatformStore): Promise<Lateness> {
  const rows = await platform.db.all<{ slug: string; newest: number | null; createdAt: number }>(
    `SELECT g.slug, g.created_at AS createdAt, (SELECT max(taken_at) FROM backups b
       WHERE b.guild_id = g.id AND b.status = 'good' AND b.taken_at <= ?) AS newest
     FROM guilds g WHERE g.status = 'ready' ORDER BY newest, g.slug`,
    // A wrong clock dated a backup in the future. It may be older than all others.
    platform.now().getTime() + limits.clock.skewMs,
  );
  const before = platform.now().getTime() - limits.backups.lateMs;
  const late = rows.filter(({ newest, createdAt }) => (newest ?? createdAt) < before);
  return {
    guilds: rows.length,
    without: rows.filter(({ newest }) => newest === null).length,
    late: late.length,
    lateSlugs: late.slice(0, limits.statistics.namesMax).map(({ slug }) => slug),
    oldestAt: rows.find(({ newest }) => newest !== null)?.newest ?? null,
  };
}
