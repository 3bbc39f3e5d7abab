import { write } from "../../database/write.ts";
import { limits } from "../../limits.ts";
import type { LogFiles } from "../../services.ts";
import { record } from "../audit.ts";
import type { GuildContext } from "../context.ts";
import { removalOf, removeFights } from "./reports.ts";

/** Which job of the platform's list lets old logs go. */
export const PRUNE_JOB = "logs.prune";

const DAY_MS = 86_400_000;
const OVER = `
  FROM log_reports WHERE (state NOT IN ('receiving', 'waiting', 'parsing') AND created_at <= ?1
    AND created_at >= ?3)
    OR (state = 'receiving' AND updated_at <= ?2)`;

/** What went, and when there is something to let go again; undefined when nothing is left. */
export interface Pruned {
  readonly removed: number;
  readonly nextAt: number | undefined;
}

/**
 * Lets go of reports that are older than the plan keeps, and of uploads that nobody goes on with: the
 * log with every fight in it, a few at a time. Run again, it finds nothing. What came before the
 * guild's plan stays: a smaller plan deletes nothing that a larger one kept.
 */
export async function pruneLogs(ctx: GuildContext, files: LogFiles): Promise<Pruned> {
  const nowMs = ctx.now().getTime();
  const over = await ctx.db.all<{ id: string; title: string; createdAt: number }>(
    `SELECT id, title, created_at AS createdAt ${OVER} ORDER BY created_at LIMIT ?4`,
    keptSince(ctx),
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

/** How many reports would go at this moment. */
export async function prunableLogs(ctx: GuildContext): Promise<number> {
  const row = await ctx.db.first<{ reports: number }>(
    `SELECT count(*) AS reports ${OVER}`,
    keptSince(ctx),
    ctx.now().getTime() - limits.logs.abandonedMs,
    ctx.guild.planSince,
  );
  return row!.reports;
}

/** The moment before which nothing is kept; the beginning of time for plans that keep everything. */
function keptSince(ctx: GuildContext): number {
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
