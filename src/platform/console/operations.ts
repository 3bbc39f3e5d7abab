import { and, asc, count, desc, eq, inArray, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import type { PlatformCopy } from "../../../provisioning/backups/platform.ts";
import type { RolloutPlan } from "../../../provisioning/rollouts/plan.ts";
import type { Rollout } from "../../../provisioning/rollouts/rollouts.ts";
import type { RolloutView } from "../../../provisioning/rollouts/status.ts";
import { asColumn, columnsOf, prepare, type Values } from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import { write } from "../../database/write.ts";
import { NotFound, NotSupported } from "../../kernel/errors.ts";
import type { GuildId } from "../../kernel/ids.ts";
import { limits } from "../../limits.ts";
import type { FleetRollouts } from "../../services.ts";
import { allowArea, type OperatorContext, record } from "../context.ts";
import { completeUntil, newestGoodAt } from "../fleet/lateness.ts";
import type { JobOutcome } from "../fleet/schema.ts";
import { BACKUP_JOB, OF_THE_PLATFORM, ROLLOUT_JOB } from "../jobs/kinds.ts";
import {
  cancelJob,
  type JobRun,
  type JobState,
  type JobView,
  listJobRuns,
  listJobs,
  retryJob,
} from "../jobs/list.ts";
import { backups, guilds } from "../schema.ts";

/** Current jobs and the results of past ones. */
export async function jobsPage(
  ctx: OperatorContext,
  filter: {
    readonly state?: JobState | undefined;
    readonly outcome?: JobOutcome | undefined;
    readonly kind?: string | undefined;
  },
): Promise<{ readonly jobs: readonly JobView[]; readonly runs: readonly JobRun[] }> {
  allowArea(ctx, "jobs");
  const { platform } = ctx.services;
  const [jobs, runs] = await Promise.all([
    listJobs(platform, filter, limits.jobs.pageRows),
    listJobRuns(platform, filter, limits.jobs.pageRows),
  ]);
  return { jobs, runs };
}

/** @throws {NotFound} `job/not-found` */
export async function cancel(ctx: OperatorContext, id: string): Promise<void> {
  allowArea(ctx, "jobs");
  await cancelJob(ctx, id);
}

/** @throws {NotFound} `job/not-found` @throws {Conflict} `job/under-way` */
export async function retry(ctx: OperatorContext, id: string): Promise<void> {
  allowArea(ctx, "jobs");
  await retryJob(ctx, id);
}

/** The number of guilds per host, status and schema version. */
export type FleetCell = Readonly<Awaited<ReturnType<typeof fleetMap.all>>[number]>;

const fleetMap = prepare(() =>
  build
    .select({ ...columnsOf(guilds, "host", "schemaVersion", "status"), guilds: count() })
    .from(guilds)
    .groupBy(guilds.host, guilds.schemaVersion, guilds.status)
    .orderBy(desc(guilds.schemaVersion), asc(guilds.host), asc(guilds.status)),
);

export async function fleet(ctx: OperatorContext): Promise<{
  readonly map: readonly FleetCell[];
  readonly plan: RolloutPlan;
  readonly rollouts: readonly Rollout[];
  readonly newest: RolloutView | undefined;
}> {
  allowArea(ctx, "fleet");
  const rollouts = rolloutsOf(ctx);
  const map = await fleetMap.all(ctx.services.platform.db);
  const recent = await rollouts.recent();
  const newest = recent[0] && (await rollouts.view(recent[0].id));
  return { map, plan: await rollouts.plan(), rollouts: recent, newest };
}

/** @throws {NotFound} `rollout/not-found` */
export async function rollout(ctx: OperatorContext, id: string): Promise<RolloutView> {
  allowArea(ctx, "fleet");
  return await rolloutsOf(ctx).view(id);
}

/** Begins a rollout. Any server may take its job. */
export async function beginRollout(
  ctx: OperatorContext,
  input: {
    readonly reason: string;
    readonly snapshots: boolean;
    readonly allowDestructive: boolean;
  },
): Promise<{ readonly id: string }> {
  allowArea(ctx, "fleet");
  const startedBy = nameOf(ctx);
  const id = await rolloutsOf(ctx).begin({ ...input, startedBy }, (rolloutId) => [
    jobRow(ctx),
    record(ctx, "rollout.begin", rolloutId, { after: input }),
  ]);
  ctx.services.wakeJobs();
  return { id };
}

/**
 * Continues the newest rollout. `withFailed` retries its failed guilds.
 * @throws {Conflict} `rollout/none`, `rollout/finished`, `rollout/under-way`
 */
export async function resumeRollout(ctx: OperatorContext, withFailed: boolean): Promise<void> {
  allowArea(ctx, "fleet");
  const action = withFailed ? "rollout.retry" : "rollout.resume";
  await rolloutsOf(ctx).queue({ retry: withFailed }, (id) => [
    jobRow(ctx),
    record(ctx, action, id),
  ]);
  ctx.services.wakeJobs();
}

/** Finishes running migrations and starts no further ones. @throws {Conflict} `rollout/not-running` */
export async function pauseRollout(ctx: OperatorContext): Promise<void> {
  allowArea(ctx, "fleet");
  await rolloutsOf(ctx).pause(nameOf(ctx), (id) => [record(ctx, "rollout.pause", id)]);
}

function nameOf({ caller }: OperatorContext): string {
  return caller.type === "user" ? caller.name : caller.type;
}

/** The job that continues the newest rollout, for the write that makes it due. */
function jobRow({ services: { jobs, platform } }: OperatorContext) {
  return jobs.enqueueRow(OF_THE_PLATFORM, ROLLOUT_JOB, "", platform.now().getTime());
}

/** A guild's newest backup, or that it has none. Times in Unix milliseconds. */
export type GuildCopyState = Readonly<Awaited<ReturnType<typeof copyStates.all>>[number]>;

const otherBackups = alias(backups, "other_backups");

/** A wrong clock dated a backup in the future. */
const latest = ({ nowMs }: Values<{ readonly nowMs: number }>) =>
  sql`${nowMs} + ${limits.clock.skewMs}`;

const newestBackup = sql`(select ${otherBackups.id} from ${backups} as ${otherBackups}
  where ${otherBackups.guildId} = ${guilds.id}
  order by ${otherBackups.takenAt} desc, ${otherBackups.id} desc limit 1)`;

const copyStates = prepare((values: Values<{ readonly nowMs: number; readonly limit: number }>) => {
  const goodAt = asColumn(backups.takenAt, newestGoodAt(latest(values))).as("good_at");
  const completeAt = asColumn(backups.takenAt, completeUntil(latest(values))).as("complete_at");
  return build
    .select({
      guildId: guilds.id,
      slug: guilds.slug,
      ...columnsOf(backups, "status", "takenAt", "storedBytes", "error"),
      goodAt,
      completeAt,
    })
    .from(guilds)
    .leftJoin(backups, sql`${backups.id} = ${newestBackup}`)
    .where(inArray(guilds.status, ["ready", "suspended"]))
    .orderBy(sql`${completeAt} is not null`, asc(completeAt), asc(guilds.slug))
    .limit(values.limit);
});

const lateGuilds = prepare((values: Values<{ readonly nowMs: number; readonly since: number }>) =>
  build
    .select({ guilds: count() })
    .from(guilds)
    .where(
      and(
        eq(guilds.status, "ready"),
        sql`coalesce(${completeUntil(latest(values))}, ${guilds.createdAt}) < ${values.since}`,
      ),
    ),
);

/** Guilds by how long their changes have waited for a backup, and the platform's backups. */
export async function backupsOverview(ctx: OperatorContext): Promise<{
  readonly guilds: readonly GuildCopyState[];
  readonly late: number;
  readonly platform: readonly PlatformCopy[];
}> {
  allowArea(ctx, "backups");
  const { platform, backups: store, platformCopies } = ctx.services;
  if (store === undefined || platformCopies === undefined) throw notHere();
  const nowMs = platform.now().getTime();
  const [states, late, copies] = await Promise.all([
    copyStates.all(platform.db, { nowMs, limit: limits.backups.pageRows }),
    lateGuilds.first(platform.db, { nowMs, since: nowMs - limits.backups.lateMs }),
    platformCopies.list(),
  ]);
  return {
    guilds: states,
    late: late!.guilds,
    platform: copies.slice(0, limits.backups.pageRows),
  };
}

/** Backs up a guild as soon as a server takes the job. @throws {NotFound} `operator/no-such-guild` */
export async function copyGuild(ctx: OperatorContext, id: GuildId): Promise<void> {
  allowArea(ctx, "backups");
  const { platform, jobs, backups: store } = ctx.services;
  if (store === undefined) throw notHere();
  if (!(await platform.guild(id))) {
    throw new NotFound("operator/no-such-guild", "No guild has this ID. Choose one from the list.");
  }
  await write(platform.db, [
    jobs.enqueueRow(id, BACKUP_JOB, "", platform.now().getTime()),
    record(ctx, "guild.backup", id, { guildId: id }),
  ]);
  ctx.services.wakeJobs();
}

function rolloutsOf(ctx: OperatorContext): FleetRollouts {
  const { rollouts } = ctx.services;
  if (rollouts) return rollouts;
  throw new NotSupported(
    "rollout/not-here",
    "Rollouts run on a server or from the command line. Use guildhall migrate.",
  );
}

function notHere(): NotSupported {
  return new NotSupported(
    "backup/not-here",
    "This server has no disk for backups. Ask the operator of this platform.",
  );
}
