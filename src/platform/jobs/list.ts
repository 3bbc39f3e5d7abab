import { sql } from "drizzle-orm";
import { guard, write } from "../../database/write.ts";
import { Conflict, NotFound } from "../../kernel/errors.ts";
import type { GuildId } from "../../kernel/ids.ts";
import { type ActingContext, record } from "../context.ts";
import type { JobOutcome } from "../fleet/schema.ts";
import type { PlatformStore } from "../store.ts";
import { runRow } from "./jobs.ts";

export type JobState = "waiting" | "due" | "running" | "failing";

/** A current job: waiting, due, running, or waiting for a retry. */
export interface JobView {
  readonly id: string;
  readonly guildId: GuildId;
  readonly slug: string | null;
  readonly kind: string;
  readonly subject: string;
  readonly state: JobState;
  readonly dueAt: number;
  readonly startedAt: number | null;
  readonly attempts: number;
  readonly progress: string | null;
  readonly error: string | null;
  readonly isCancelled: boolean;
}

/** The result of one attempt. */
export interface JobRun {
  readonly seq: number;
  readonly guildId: GuildId;
  readonly slug: string | null;
  readonly kind: string;
  readonly subject: string;
  readonly outcome: JobOutcome;
  readonly attempt: number;
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly runner: string;
  readonly detail: string | null;
}

const STATE = `CASE WHEN j.lease_until > ?1 THEN 'running' WHEN j.error IS NOT NULL THEN 'failing'
  WHEN j.due_at <= ?1 THEN 'due' ELSE 'waiting' END`;

/** Jobs in due order, running ones first. */
export async function listJobs(
  platform: PlatformStore,
  filter: { readonly state?: JobState | undefined; readonly kind?: string | undefined },
  limit: number,
): Promise<readonly JobView[]> {
  const rows = await platform.db.all<Omit<JobView, "isCancelled"> & { isCancelled: number }>(
    `SELECT j.id, j.guild_id AS guildId, g.slug, j.kind, j.subject, ${STATE} AS state,
       j.due_at AS dueAt, j.started_at AS startedAt, j.attempts, j.progress, j.error,
       j.cancelled_at IS NOT NULL AS isCancelled
     FROM jobs j LEFT JOIN guilds g ON g.id = j.guild_id
     WHERE (?2 IS NULL OR ${STATE} = ?2) AND (?3 IS NULL OR j.kind = ?3)
     ORDER BY j.lease_until > ?1 DESC, j.due_at, j.id LIMIT ?4`,
    platform.now().getTime(),
    filter.state ?? null,
    filter.kind ?? null,
    limit,
  );
  return rows.map((row) => ({ ...row, isCancelled: row.isCancelled === 1 }));
}

/** Past results, newest first. */
export async function listJobRuns(
  platform: PlatformStore,
  filter: { readonly outcome?: JobOutcome | undefined; readonly kind?: string | undefined },
  limit: number,
): Promise<readonly JobRun[]> {
  return await platform.db.all<JobRun>(
    `SELECT r.seq, r.guild_id AS guildId, g.slug, r.kind, r.subject, r.outcome, r.attempt,
       r.started_at AS startedAt, r.finished_at AS finishedAt, r.runner, r.detail
     FROM job_runs r LEFT JOIN guilds g ON g.id = r.guild_id
     WHERE (?1 IS NULL OR r.outcome = ?1) AND (?2 IS NULL OR r.kind = ?2)
     ORDER BY r.seq DESC LIMIT ?3`,
    filter.outcome ?? null,
    filter.kind ?? null,
    limit,
  );
}

/**
 * Cancels a job: at once if it is not running, else at its holder's next check.
 * @throws {NotFound} `job/not-found`
 */
export async function cancelJob(ctx: ActingContext, id: string): Promise<void> {
  const { platform } = ctx.services;
  const nowMs = platform.now().getTime();
  const job = await jobById(platform, id);
  await write(platform.db, [
    stillThere(id),
    {
      ...runRow(id, "cancelled", null, nowMs, "", "AND lease_until <= ?3"),
    },
    {
      sql: "UPDATE jobs SET cancelled_at = ?2 WHERE id = ?1 AND lease_until > ?2",
      args: [id, nowMs],
    },
    { sql: "DELETE FROM jobs WHERE id = ?1 AND lease_until <= ?2", args: [id, nowMs] },
    record(ctx, "job.cancel", id, { guildId: job.guildId, before: job }),
  ]);
}

/** Makes a job due now. @throws {NotFound} `job/not-found` @throws {Conflict} `job/under-way` */
export async function retryJob(ctx: ActingContext, id: string): Promise<void> {
  const { platform } = ctx.services;
  const nowMs = platform.now().getTime();
  const job = await jobById(platform, id);
  await write(platform.db, [
    stillThere(id),
    guard(
      sql`exists (select 1 from jobs where id = ${id} and lease_until <= ${nowMs})`,
      () =>
        new Conflict(
          "job/under-way",
          "This job is running right now. Reload the page in a moment.",
        ),
    ),
    { sql: "UPDATE jobs SET due_at = min(due_at, ?) WHERE id = ?", args: [nowMs, id] },
    record(ctx, "job.retry", id, { guildId: job.guildId, before: job }),
  ]);
  ctx.services.wakeJobs();
}

async function jobById(
  platform: PlatformStore,
  id: string,
): Promise<{ guildId: GuildId; kind: string; subject: string }> {
  const row = await platform.db.first<{ guildId: GuildId; kind: string; subject: string }>(
    "SELECT guild_id AS guildId, kind, subject FROM jobs WHERE id = ?",
    id,
  );
  if (row) return row;
  throw gone();
}

function stillThere(id: string) {
  return guard(sql`exists (select 1 from jobs where id = ${id})`, gone);
}

function gone(): NotFound {
  return new NotFound(
    "job/not-found",
    "This job is finished or does not exist. See the finished jobs.",
  );
}
