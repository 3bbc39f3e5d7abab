import type { PlatformCopy } from "../../../provisioning/backups/platform.ts";
import type { RolloutPlan } from "../../../provisioning/rollouts/plan.ts";
import type { Rollout } from "../../../provisioning/rollouts/rollouts.ts";
import type { RolloutView } from "../../../provisioning/rollouts/status.ts";
import { write } from "../../database/write.ts";
import { NotFound, NotSupported } from "../../kernel/errors.ts";
import type { GuildId } from "../../kernel/ids.ts";
import { limits } from "../../limits.ts";
import type { FleetRollouts } from "../../services.ts";
import type { BackupStatus } from "../backups/schema.ts";
import { allowArea, type OperatorContext, record } from "../context.ts";
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
import type { GuildStatus } from "../schema.ts";

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
export interface FleetCell {
  readonly host: string;
  readonly schemaVersion: number;
  readonly status: GuildStatus;
  readonly guilds: number;
}

export async function fleet(ctx: OperatorContext): Promise<{
  readonly map: readonly FleetCell[];
  readonly plan: RolloutPlan;
  readonly rollouts: readonly Rollout[];
  readonly newest: RolloutView | undefined;
}> {
  allowArea(ctx, "fleet");
  const rollouts = rolloutsOf(ctx);
  const map = await ctx.services.platform.db.all<FleetCell>(
    `SELECT host, schema_version AS schemaVersion, status, count(*) AS guilds FROM guilds
     GROUP BY host, schema_version, status ORDER BY schema_version DESC, host, status`,
  );
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
export interface GuildCopyState {
  readonly guildId: GuildId;
  readonly slug: string;
  readonly status: BackupStatus | null;
  readonly takenAt: number | null;
  readonly goodAt: number | null;
  readonly storedBytes: number | null;
  readonly error: string | null;
}

const COPY_STATES = `
  SELECT g.id AS guildId, g.slug, b.status, b.taken_at AS takenAt, b.stored_bytes AS storedBytes,
    b.error, (SELECT max(taken_at) FROM backups k WHERE k.guild_id = g.id AND k.status = 'good')
      AS goodAt
  FROM guilds g LEFT JOIN backups b ON b.id = (SELECT id FROM backups n WHERE n.guild_id = g.id
    ORDER BY n.taken_at DESC, n.id DESC LIMIT 1)
  WHERE g.status IN ('ready', 'suspended')
  ORDER BY goodAt IS NOT NULL, goodAt, g.slug LIMIT ?`;

/** Guilds by the age of their newest good backup, oldest first, and the platform's backups. */
export async function backupsOverview(ctx: OperatorContext): Promise<{
  readonly guilds: readonly GuildCopyState[];
  readonly late: number;
  readonly platform: readonly PlatformCopy[];
}> {
  allowArea(ctx, "backups");
  const { platform, backups, platformCopies } = ctx.services;
  if (backups === undefined || platformCopies === undefined) throw notHere();
  const since = platform.now().getTime() - limits.backups.lateMs;
  const [guilds, late, copies] = await Promise.all([
    platform.db.all<GuildCopyState>(COPY_STATES, limits.backups.pageRows),
    platform.db.first<{ n: number }>(
      `SELECT count(*) AS n FROM guilds g WHERE g.status = 'ready' AND g.created_at < ?1
       AND NOT EXISTS (SELECT 1 FROM backups b WHERE b.guild_id = g.id AND b.status = 'good'
         AND b.taken_at >= ?1)`,
      since,
    ),
    platformCopies.list(),
  ]);
  return { guilds, late: late!.n, platform: copies.slice(0, limits.backups.pageRows) };
}

/** Backs up a guild as soon as a server takes the job. @throws {NotFound} `operator/no-such-guild` */
export async function copyGuild(ctx: OperatorContext, id: GuildId): Promise<void> {
  allowArea(ctx, "backups");
  const { platform, jobs, backups } = ctx.services;
  if (backups === undefined) throw notHere();
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
