import { and, desc, eq, isNotNull, notInArray } from "drizzle-orm";
import { write } from "../../database/write.ts";
import { newId, type SyncRunId } from "../../kernel/ids.ts";
import { limits } from "../../limits.ts";
import type { Services } from "../../services.ts";
import { describe, record } from "../audit.ts";
import type { GuildContext } from "../context.ts";
import { allowIdentity } from "./access.ts";
import { type RunKind, syncRuns } from "./schema.ts";

/**
 * The kind of job that does runs. Its subject is the kind of the run. For a run that a person started,
 * `:` and the run's id follow.
 */
export const IDENTITY_JOB = "identity.run";

export type Run = typeof syncRuns.$inferSelect;

type RunServices = Pick<Services, "jobs" | "wakeJobs">;

/** Asks for a run; a job does it. Gives back the id under which `runs` lists it. */
export async function requestRun(
  ctx: GuildContext,
  services: RunServices,
  kind: RunKind,
): Promise<SyncRunId> {
  allowIdentity(ctx);
  const id = newId<SyncRunId>();
  // The job comes first: a run without a job would wait for ever, and a job makes its own run.
  await services.jobs.enqueue(ctx.guild.id, IDENTITY_JOB, `${kind}:${id}`);
  await write(ctx.db, [
    ctx.db.orm
      .insert(syncRuns)
      .values({
        id,
        kind,
        state: "queued",
        requestedBy: describe(ctx.actor).name,
        queuedAt: ctx.now().getTime(),
        counts: {},
      })
      .onConflictDoNothing(),
    record(ctx, "identity.run", id, { after: { kind } }),
  ]);
  services.wakeJobs();
  return id;
}

/** The newest runs. */
export async function recentRuns(ctx: GuildContext): Promise<readonly Run[]> {
  allowIdentity(ctx);
  return await ctx.db.orm
    .select()
    .from(syncRuns)
    .orderBy(desc(syncRuns.queuedAt), desc(syncRuns.id))
    .limit(limits.identity.runsShown);
}

/** What a run leaves behind when it is over. */
export interface RunEnd {
  readonly state: "done" | "failed";
  readonly counts: Readonly<Record<string, number>>;
  readonly error?: string;
}

/** Notes that a run begins. A run that a stopped process left is begun again under its id. */
export async function beginRun(ctx: GuildContext, id: SyncRunId, kind: RunKind): Promise<void> {
  const nowMs = ctx.now().getTime();
  await write(ctx.db, [
    ctx.db.orm
      .insert(syncRuns)
      .values({
        id,
        kind,
        state: "running",
        requestedBy: describe(ctx.actor).name,
        queuedAt: nowMs,
        startedAt: nowMs,
        counts: {},
      })
      .onConflictDoUpdate({
        target: syncRuns.id,
        set: { state: "running", startedAt: nowMs },
      }),
  ]);
}

/** Notes how a run ended, and forgets the oldest runs beyond the limit. */
export async function endRun(ctx: GuildContext, id: SyncRunId, end: RunEnd): Promise<void> {
  await write(ctx.db, [
    ctx.db.orm
      .update(syncRuns)
      .set({
        state: end.state,
        counts: end.counts,
        error: end.error ?? null,
        finishedAt: ctx.now().getTime(),
      })
      .where(eq(syncRuns.id, id)),
    ctx.db.orm
      .delete(syncRuns)
      .where(
        and(
          isNotNull(syncRuns.finishedAt),
          notInArray(
            syncRuns.id,
            ctx.db.orm
              .select({ id: syncRuns.id })
              .from(syncRuns)
              .orderBy(desc(syncRuns.queuedAt), desc(syncRuns.id))
              .limit(limits.identity.runsKept),
          ),
        ),
      ),
  ]);
}
