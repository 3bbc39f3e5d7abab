import { and, eq, lt, or } from "drizzle-orm";
import { DatabaseError } from "../../database/errors.ts";
import { existsIn } from "../../database/query.ts";
import { build, insertInto } from "../../database/statements.ts";
import { type Guard, guard, write } from "../../database/write.ts";
import { Conflict } from "../../kernel/errors.ts";
import { newId } from "../../kernel/ids.ts";
import { limits } from "../../limits.ts";
import { declaredRuns } from "../schema.ts";
import type { PlatformStore } from "../store.ts";
import { runningRun, unfinishedRun } from "./queries.ts";

/** The run that this process holds. */
export interface Run {
  readonly id: string;
  /** An earlier run of the same plan did not finish, so a part of it may be done. */
  readonly isResumed: boolean;
}

interface RunDeps {
  readonly platform: PlatformStore;
  readonly runner: string;
  readonly isRunnerGone?: ((runner: string) => boolean) | undefined;
}

/**
 * Takes the lock of declared runs. The run of a process that has ended is taken over at once on the same
 * machine, and elsewhere when its lease is over.
 * @throws {Conflict} `declared/running` while another process applies files
 */
export async function beginRun(deps: RunDeps, planHash: string, startedBy: string): Promise<Run> {
  const { platform, runner, isRunnerGone } = deps;
  const nowMs = platform.now().getTime();
  const held = await runningRun.first(platform.db);
  const isGone = held !== undefined && isRunnerGone?.(held.runner) === true;
  const isResumed = (await unfinishedRun.first(platform.db, { planHash })) !== undefined;
  const id = newId<string>();
  const isOver = or(
    lt(declaredRuns.leaseUntil, nowMs),
    isGone ? eq(declaredRuns.id, held.id) : undefined,
  );
  try {
    await write(platform.db, [
      build
        .update(declaredRuns)
        .set({ status: "interrupted", finishedAt: nowMs })
        .where(and(eq(declaredRuns.status, "running"), isOver)),
      insertInto(declaredRuns, {
        id,
        planHash,
        status: "running",
        runner,
        leaseUntil: nowMs + limits.declared.runLeaseMs,
        startedBy,
        startedAt: nowMs,
      }),
    ]);
  } catch (error) {
    if (!(error instanceof DatabaseError && error.kind === "unique")) throw error;
    throw new Conflict(
      "declared/running",
      `Another process is applying guild files${held ? ` for ${held.startedBy}` : ""}. Try again when it has ended.`,
      { retryAfterMs: limits.declared.runLeaseMs },
    );
  }
  return { id, isResumed };
}

/** Fails when another process has taken the lock. @throws {Conflict} `declared/run-lost` from `write` */
export function stillRuns({ id }: Run): Guard {
  return guard(
    existsIn(declaredRuns, and(eq(declaredRuns.id, id), eq(declaredRuns.status, "running"))),
    () =>
      new Conflict(
        "declared/run-lost",
        "Another process has taken over. Run the command again to see what is left.",
      ),
  );
}

/** Renews the lease. @throws {Conflict} `declared/run-lost` */
export async function renewRun({ platform }: Pick<RunDeps, "platform">, run: Run): Promise<void> {
  const leaseUntil = platform.now().getTime() + limits.declared.runLeaseMs;
  await write(platform.db, [
    stillRuns(run),
    build.update(declaredRuns).set({ leaseUntil }).where(eq(declaredRuns.id, run.id)),
  ]);
}

/** Ends a run. Earlier unfinished runs of the same plan end with it when it is done. */
export async function endRun(
  { platform }: Pick<RunDeps, "platform">,
  run: Run,
  planHash: string,
  status: "done" | "failed" | "refused",
): Promise<void> {
  const finishedAt = platform.now().getTime();
  const isOurs = eq(declaredRuns.id, run.id);
  const isSamePlan = and(
    eq(declaredRuns.planHash, planHash),
    lt(declaredRuns.startedAt, finishedAt + 1),
  );
  await write(platform.db, [
    stillRuns(run),
    build
      .update(declaredRuns)
      .set({ status, finishedAt })
      .where(status === "done" ? isSamePlan : isOurs),
  ]);
}
