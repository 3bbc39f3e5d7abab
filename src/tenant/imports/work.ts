import { delay } from "../../kernel/concurrency.ts";
import type { ImportId } from "../../kernel/ids.ts";
import { limits } from "../../limits.ts";
import type { GuildContext } from "../context.ts";
import { commitRows } from "./commit.ts";
import { planImport } from "./planner.ts";
import { type Batch, batchById, commitBefore } from "./queries.ts";
import { reconcile } from "./reconciliation.ts";
import { revertRows } from "./reversal.ts";
import { ImportChanged, RowsTaken } from "./store.ts";

/** Finishes a commit or a reversal. Its subject is the import. */
export const IMPORT_JOB = "import.work";

/** How soon a commit looks again whether another process has finished an earlier one. */
const RETRY_MS = 50;

/** How often a commit is compared again because the guild changed under it. */
const PLANS_MAX = 5;

/**
 * Goes on with a commit or a reversal, at most until `untilMs`. Returns true when nothing is left. Safe
 * to run twice, also at the same time: each slice is written once.
 */
export async function workOn(ctx: GuildContext, id: ImportId, untilMs: number): Promise<boolean> {
  for (let plans = 1; ; plans++) {
    const batch = await batchById.first(ctx.db, { id });
    if (batch?.state === "reverting") return await revertRows(ctx, batch, untilMs);
    if (batch?.state !== "committing") return true;
    try {
      if (!(await commitRows(ctx, batch, untilMs))) return false;
      if (!(await finishEarlier(ctx, batch, untilMs))) return false;
      await reconcile(ctx, batch);
      return true;
    } catch (error) {
      if (!(error instanceof RowsTaken) || plans >= PLANS_MAX) throw error;
      await planImport(ctx, batch);
    }
  }
}

/**
 * Finishes the commits of the same source that began before this one. Two that compare balances at the
 * same time would both post the same difference.
 */
async function finishEarlier(ctx: GuildContext, batch: Batch, untilMs: number): Promise<boolean> {
  const { id, source } = batch;
  const committedAt = batch.committedAt ?? 0;
  for (;;) {
    const earlier = await commitBefore.first(ctx.db, { id, source, committedAt });
    if (earlier === undefined) return true;
    try {
      if (!(await workOn(ctx, earlier.id, untilMs))) return false;
    } catch (error) {
      // Another process works on it at this moment.
      if (!(error instanceof ImportChanged)) throw error;
      await delay(RETRY_MS);
    }
    if (performance.now() >= untilMs) return false;
  }
}

/** The work of the job: all of it, in steps that let other work have its turn. */
export async function finishImport(
  ctx: GuildContext,
  id: string,
  signal?: AbortSignal,
): Promise<undefined> {
  while (signal?.aborted !== true) {
    if (await workOn(ctx, id as ImportId, performance.now() + limits.imports.inlineMs))
      return undefined;
  }
  return undefined;
}
