import { write } from "../../database/write.ts";
import { DAY_MS } from "../../kernel/time.ts";
import { limits } from "../../limits.ts";
import type { LogFiles } from "../../services.ts";
import { record } from "../audit.ts";
import type { GuildContext } from "../context.ts";
import { removalOf, removeFights } from "./reports.ts";

/** The job kind that removes old logs. */
export const PRUNE_JOB = "logs.prune";

const EXPIRED = `
  FROM log_reports WHERE (state NOT IN ('receiving', 'waiting', 'parsing') AND created_at <= ?1
    AND created_at >= ?3)
    OR (state = 'receiving' AND updated_at <= ?2)`;

/** What was removed, and when the next removal is due; undefined when nothing is left. */
export interface PruneResult {
  readonly removed: number;
  readonly nextAt: number | undefined;
}

/**
 * Removes reports that are older than the plan keeps, and abandoned uploads, with all their fights, a few
 * at a time. Repeating it is harmless. Reports from before the guild's current plan stay: changing to a
 * smaller plan deletes nothing.
 */
export async function pruneLogs(ctx: GuildContext, files: LogFiles): Promise<PruneResult> {
  const nowMs = ctx.now().getTime();
  const over = await ctx.db.all<{ id: string; title: string; createdAt: number }>(
    `SELECT id, title, created_at AS createdAt ${EXPIRED} ORDER BY created_at LIMIT ?4`,
    retainedSince(ctx),
    nowMs - limits.logs.abandonedMs,
    ctx.guild.planSince,
    limits.logs.pruneReportsMax,
  );
  for (const { id, title } of over) {
    await removeFights(ctx.db, id);
    await write(ctx.db, [...removalOf(id), record(ctx, "log.expire", id, { before: { title } })]);
    await files.remove(ctx.guild.databaseName, id);
  }
  return { removed: over.length, nextAt: await nextAt(ctx) };
}

/** The number of reports that would be removed now. */
export async function prunableLogs(ctx: GuildContext): Promise<number> {
  const row = await ctx.db.first<{ reports: number }>(
    `SELECT count(*) AS reports ${EXPIRED}`,
    retainedSince(ctx),
    ctx.now().getTime() - limits.logs.abandonedMs,
    ctx.guild.planSince,
  );
  return row!.reports;
}

/** Reports from before this time are removed; 0 for plans that keep everything. */
function retainedSince(ctx: GuildContext): number {
  const { retentionDays } = ctx.guild.plan;
  return retentionDays === null ? 0 : ctx.now().getTime() - retentionDays * DAY_MS;
}

async function nextAt(ctx: GuildContext): Promise<number | undefined> {
  const { retentionDays } = ctx.guild.plan;
  const row = await ctx.db.first<{ oldest: number | null; begun: number | null }>(
    `SELECT (SELECT min(created_at) FROM log_reports
         WHERE state <> 'receiving' AND created_at >= ?) AS oldest,
       (SELECT min(updated_at) FROM log_reports WHERE state = 'receiving') AS begun`,
    ctx.guild.planSince,
  );
  const moments = [
    row?.oldest != null && retentionDays !== null ? row.oldest + retentionDays * DAY_MS : undefined,
    row?.begun != null ? row.begun + limits.logs.abandonedMs : undefined,
  ].filter((at) => at !== undefined);
  return moments.length === 0 ? undefined : Math.min(...moments);
}
