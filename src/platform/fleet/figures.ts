import {
  and,
  count,
  desc,
  eq,
  gt,
  inArray,
  isNotNull,
  isNull,
  lte,
  max,
  min,
  sql,
} from "drizzle-orm";
import { limits } from "../../limits.ts";
import {
  backups,
  type GuildStatus,
  guilds,
  jobRuns,
  jobs,
  outgoingMessages,
  rolloutGuilds,
  rollouts,
} from "../schema.ts";
import type { PlatformStore } from "../store.ts";
import { completeUntil } from "./lateness.ts";
import type { RolloutGuildStatus, RolloutStatus } from "./schema.ts";

export type JobFigureState = "waiting" | "due" | "running" | "failing";

/** Figures of the platform for monitoring. Times in Unix milliseconds. */
export interface PlatformFigures {
  readonly guilds: readonly { readonly status: GuildStatus; readonly count: number }[];
  /** Guilds in service, by schema version. */
  readonly schemas: readonly { readonly version: number; readonly count: number }[];
  readonly jobs: readonly {
    readonly kind: string;
    readonly state: JobFigureState;
    readonly count: number;
  }[];
  /** The due time of the job that has been due longest without a holder. */
  readonly oldestDueAt: number | null;
  readonly backups: {
    /** Guilds with changes that wait too long for a backup, and since when the first of them wait. */
    readonly overdue: number;
    readonly oldestOverdueAt: number | null;
    readonly newestAt: number | null;
  };
  readonly platformCopyAt: number | null;
  /** The newest rollout. */
  readonly rollout:
    | {
        readonly status: RolloutStatus;
        readonly startedAt: number;
        /** When it last recorded a guild. Before that, its start. */
        readonly progressAt: number;
        readonly guilds: readonly { readonly status: RolloutGuildStatus; readonly count: number }[];
      }
    | undefined;
  readonly outbox: { readonly messages: number; readonly oldestAt: number | null };
}

/** The largest number of job kinds in the figures. There are about twenty. */
const KINDS_MAX = 50;

/**
 * Counts everything in the platform's own database. `copiesJob` is the kind of the platform's backup
 * job.
 */
export async function platformFigures(
  platform: PlatformStore,
  copiesJob: string,
): Promise<PlatformFigures> {
  const { orm } = platform.db;
  const nowMs = platform.now().getTime();
  const [byStatus, schemas, byJob, due, copies, platformCopy, rollout, outbox] = await Promise.all([
    orm.select({ status: guilds.status, count: count() }).from(guilds).groupBy(guilds.status),
    orm
      .select({ version: guilds.schemaVersion, count: count() })
      .from(guilds)
      .where(inArray(guilds.status, ["ready", "suspended"]))
      .groupBy(guilds.schemaVersion)
      .orderBy(guilds.schemaVersion),
    jobFigures(platform, nowMs),
    orm
      .select({ oldestDueAt: min(jobs.dueAt) })
      .from(jobs)
      .where(and(lte(jobs.dueAt, nowMs), lte(jobs.leaseUntil, nowMs))),
    copyFigures(platform, nowMs),
    orm
      .select({ at: max(jobRuns.finishedAt) })
      .from(jobRuns)
      .where(and(eq(jobRuns.kind, copiesJob), eq(jobRuns.outcome, "done"))),
    rolloutFigures(platform),
    orm
      .select({ messages: count(), oldestAt: min(outgoingMessages.createdAt) })
      .from(outgoingMessages)
      .where(and(isNull(outgoingMessages.sentAt), isNull(outgoingMessages.deadAt))),
  ]);
  return {
    guilds: byStatus,
    schemas,
    jobs: byJob,
    oldestDueAt: due[0]?.oldestDueAt ?? null,
    backups: copies,
    platformCopyAt: platformCopy[0]?.at ?? null,
    rollout,
    outbox: outbox[0] ?? { messages: 0, oldestAt: null },
  };
}

async function jobFigures({ db }: PlatformStore, nowMs: number) {
  const state = sql<JobFigureState>`CASE WHEN ${gt(jobs.leaseUntil, nowMs)} THEN 'running'
    WHEN ${isNotNull(jobs.error)} THEN 'failing'
    WHEN ${lte(jobs.dueAt, nowMs)} THEN 'due' ELSE 'waiting' END`;
  return await db.orm
    .select({ kind: jobs.kind, state, count: count() })
    .from(jobs)
    .groupBy(jobs.kind, state)
    .orderBy(jobs.kind)
    .limit(KINDS_MAX * 4);
}

async function copyFigures({ db }: PlatformStore, nowMs: number) {
  const { orm } = db;
  // A wrong clock dated a backup in the future.
  const isGood = and(eq(backups.status, "good"), lte(backups.takenAt, nowMs + limits.clock.skewMs));
  // A new guild counts from its creation, so it is exempt until its first backup is due.
  const complete = completeUntil(sql`${nowMs + limits.clock.skewMs}`);
  const ages = orm
    .select({ at: sql`coalesce(${complete}, ${guilds.createdAt})`.mapWith(Number).as("at") })
    .from(guilds)
    .where(eq(guilds.status, "ready"))
    .as("ages");
  const [late] = await orm
    .select({
      overdue: count(),
      oldestOverdueAt: sql<number | null>`min(${ages.at})`,
    })
    .from(ages)
    .where(sql`${ages.at} < ${nowMs - limits.backups.lateMs}`);
  const [all] = await orm
    .select({ at: max(backups.takenAt) })
    .from(backups)
    .where(isGood);
  return {
    overdue: late?.overdue ?? 0,
    oldestOverdueAt: late?.oldestOverdueAt ?? null,
    newestAt: all?.at ?? null,
  };
}

async function rolloutFigures({ db }: PlatformStore): Promise<PlatformFigures["rollout"]> {
  const { orm } = db;
  const [newest] = await orm
    .select({ id: rollouts.id, status: rollouts.status, startedAt: rollouts.startedAt })
    .from(rollouts)
    .orderBy(desc(rollouts.startedAt), desc(rollouts.id))
    .limit(1);
  if (newest === undefined) return undefined;
  const counted = await orm
    .select({ status: rolloutGuilds.status, count: count(), at: max(rolloutGuilds.at) })
    .from(rolloutGuilds)
    .where(eq(rolloutGuilds.rolloutId, newest.id))
    .groupBy(rolloutGuilds.status);
  const { status, startedAt } = newest;
  const progressAt = Math.max(startedAt, ...counted.map(({ at }) => at ?? 0));
  return { status, startedAt, progressAt, guilds: counted };
}
