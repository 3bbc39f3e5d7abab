import { and, desc, eq, gt, isNotNull, isNull, lte, type SQL, sql } from "drizzle-orm";
import { columnsOf, existsIn, prepare, type RowOf, type Values } from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import { guard, write } from "../../database/write.ts";
import { Conflict, NotFound } from "../../kernel/errors.ts";
import { type ActingContext, record } from "../context.ts";
import { type JobOutcome, jobRuns, jobs } from "../fleet/schema.ts";
import { guilds } from "../schema.ts";
import type { PlatformStore } from "../store.ts";
import { runRow } from "./jobs.ts";

export type JobState = "waiting" | "due" | "running" | "failing";

/** A current job: waiting, due, running, or waiting for a retry. */
export interface JobView extends Readonly<RowOf<typeof JOB>> {
  /** The guild's address. Null for a guild that is gone. */
  readonly slug: string | null;
  readonly state: JobState;
  readonly isCancelled: boolean;
}

/** The result of one attempt. */
export interface JobRun extends Readonly<RowOf<typeof RUN>> {
  readonly slug: string | null;
}

const JOB = {
  ...columnsOf(jobs, "id", "guildId", "kind", "subject", "dueAt", "startedAt", "attempts"),
  ...columnsOf(jobs, "progress", "error"),
};

const RUN = {
  ...columnsOf(jobRuns, "seq", "guildId", "kind", "subject", "outcome", "attempt", "startedAt"),
  ...columnsOf(jobRuns, "finishedAt", "runner", "detail"),
};

const isHeld = (nowMs: number) => gt(jobs.leaseUntil, nowMs);

/** The condition of each state. Every job is in exactly one. */
const IN_STATE: Readonly<Record<JobState, (nowMs: number) => SQL | undefined>> = {
  running: isHeld,
  failing: (nowMs) => and(lte(jobs.leaseUntil, nowMs), isNotNull(jobs.error)),
  due: (nowMs) => and(lte(jobs.leaseUntil, nowMs), isNull(jobs.error), lte(jobs.dueAt, nowMs)),
  waiting: (nowMs) => and(lte(jobs.leaseUntil, nowMs), isNull(jobs.error), gt(jobs.dueAt, nowMs)),
};

/** Jobs in due order, running ones first. */
export async function listJobs(
  { db, now }: PlatformStore,
  filter: { readonly state?: JobState | undefined; readonly kind?: string | undefined },
  limit: number,
): Promise<readonly JobView[]> {
  const nowMs = now().getTime();
  const rows = await db.orm
    .select({
      ...JOB,
      slug: guilds.slug,
      leaseUntil: jobs.leaseUntil,
      cancelledAt: jobs.cancelledAt,
    })
    .from(jobs)
    .leftJoin(guilds, eq(guilds.id, jobs.guildId))
    .where(
      and(
        filter.state && IN_STATE[filter.state](nowMs),
        filter.kind === undefined ? undefined : eq(jobs.kind, filter.kind),
      ),
    )
    .orderBy(desc(sql`(${isHeld(nowMs)})`), jobs.dueAt, jobs.id)
    .limit(limit);
  return rows.map(({ leaseUntil, cancelledAt, ...job }) => ({
    ...job,
    state: stateOf(job, leaseUntil, nowMs),
    isCancelled: cancelledAt !== null,
  }));
}

function stateOf(
  { error, dueAt }: Pick<JobView, "error" | "dueAt">,
  leaseUntil: number,
  nowMs: number,
): JobState {
  if (leaseUntil > nowMs) return "running";
  if (error !== null) return "failing";
  return dueAt <= nowMs ? "due" : "waiting";
}

/** Past results, newest first. */
export async function listJobRuns(
  { db }: PlatformStore,
  filter: { readonly outcome?: JobOutcome | undefined; readonly kind?: string | undefined },
  limit: number,
): Promise<readonly JobRun[]> {
  return await db.orm
    .select({ ...RUN, slug: guilds.slug })
    .from(jobRuns)
    .leftJoin(guilds, eq(guilds.id, jobRuns.guildId))
    .where(
      and(
        filter.outcome === undefined ? undefined : eq(jobRuns.outcome, filter.outcome),
        filter.kind === undefined ? undefined : eq(jobRuns.kind, filter.kind),
      ),
    )
    .orderBy(desc(jobRuns.seq))
    .limit(limit);
}

/**
 * Cancels a job: at once if it is not running, else at its holder's next check.
 * @throws {NotFound} `job/not-found`
 */
export async function cancelJob(ctx: ActingContext, id: string): Promise<void> {
  const { platform } = ctx.services;
  const nowMs = platform.now().getTime();
  const job = await jobById(platform, id);
  const isFree = lte(jobs.leaseUntil, nowMs);
  await write(platform.db, [
    stillThere(id),
    runRow(id, "cancelled", null, nowMs, "", isFree),
    build
      .update(jobs)
      .set({ cancelledAt: nowMs })
      .where(and(eq(jobs.id, id), isHeld(nowMs))),
    build.delete(jobs).where(and(eq(jobs.id, id), isFree)),
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
      existsIn(jobs, and(eq(jobs.id, id), lte(jobs.leaseUntil, nowMs))),
      () =>
        new Conflict(
          "job/under-way",
          "This job is running right now. Reload the page in a moment.",
        ),
    ),
    build
      .update(jobs)
      .set({ dueAt: sql`min(${jobs.dueAt}, ${nowMs})` })
      .where(eq(jobs.id, id)),
    record(ctx, "job.retry", id, { guildId: job.guildId, before: job }),
  ]);
  ctx.services.wakeJobs();
}

const identityOf = prepare(({ id }: Values<{ readonly id: string }>) =>
  build
    .select(columnsOf(jobs, "guildId", "kind", "subject"))
    .from(jobs)
    .where(eq(jobs.id, id)),
);

async function jobById(platform: PlatformStore, id: string) {
  const row = await identityOf.first(platform.db, { id });
  if (row) return row;
  throw gone();
}

function stillThere(id: string) {
  return guard(existsIn(jobs, eq(jobs.id, id)), gone);
}

function gone(): NotFound {
  return new NotFound(
    "job/not-found",
    "This job is finished or does not exist. See the finished jobs.",
  );
}
