import { and, asc, count, eq, gte, lte, notInArray, or, sql } from "drizzle-orm";
import { asColumn, columnsOf, prepare, rowsOf, type Values } from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import { write } from "../../database/write.ts";
import { DAY_MS } from "../../kernel/time.ts";
import { limits } from "../../limits.ts";
import type { LogFiles } from "../../services.ts";
import { record } from "../audit.ts";
import type { GuildContext } from "../context.ts";
import { removalOf, removeFights } from "./reports.ts";
import { logReports } from "./schema.ts";

/** The job kind that removes old logs. */
export const PRUNE_JOB = "logs.prune";

interface Moments {
  /** Reports from before this time are removed; 0 for plans that keep everything. */
  readonly retainedSince: number;
  /** Uploads that nothing was added to since this time are removed. */
  readonly abandonedSince: number;
  readonly planSince: number;
}

const isExpired = ({ retainedSince, abandonedSince, planSince }: Values<Moments>) =>
  or(
    and(
      notInArray(logReports.state, ["receiving", "waiting", "parsing"]),
      lte(logReports.createdAt, retainedSince),
      gte(logReports.createdAt, planSince),
    ),
    and(eq(logReports.state, "receiving"), lte(logReports.updatedAt, abandonedSince)),
  );

const expiredReports = prepare((values: Values<Moments & { readonly limit: number }>) =>
  build
    .select(columnsOf(logReports, "id", "title"))
    .from(logReports)
    .where(isExpired(values))
    .orderBy(asc(logReports.createdAt))
    .limit(values.limit),
);

const expiredCount = prepare((values: Values<Moments>) =>
  build.select({ reports: count() }).from(logReports).where(isExpired(values)),
);

const oldestReports = prepare(({ planSince }: Values<Pick<Moments, "planSince">>) =>
  rowsOf(
    {
      oldest: asColumn(
        logReports.createdAt,
        sql`(select min(${logReports.createdAt}) from ${logReports}
          where ${logReports.state} <> 'receiving' and ${logReports.createdAt} >= ${planSince})`,
      ),
      begun: asColumn(
        logReports.updatedAt,
        sql`(select min(${logReports.updatedAt}) from ${logReports}
          where ${logReports.state} = 'receiving')`,
      ),
    },
    (columns) => sql`select ${columns}`,
  ),
);

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
  const over = await expiredReports.all(ctx.db, {
    ...momentsOf(ctx),
    limit: limits.logs.pruneReportsMax,
  });
  for (const { id, title } of over) {
    await removeFights(ctx.db, id);
    await write(ctx.db, [...removalOf(id), record(ctx, "log.expire", id, { before: { title } })]);
    await files.remove(ctx.guild.databaseName, id);
  }
  return { removed: over.length, nextAt: await nextAt(ctx) };
}

/** The number of reports that would be removed now. */
export async function prunableLogs(ctx: GuildContext): Promise<number> {
  return (await expiredCount.first(ctx.db, momentsOf(ctx)))!.reports;
}

function momentsOf(ctx: GuildContext): Moments {
  const nowMs = ctx.now().getTime();
  const { plan, planSince } = ctx.guild;
  const { retentionDays } = plan;
  return {
    retainedSince: retentionDays === null ? 0 : nowMs - retentionDays * DAY_MS,
    abandonedSince: nowMs - limits.logs.abandonedMs,
    planSince,
  };
}

async function nextAt(ctx: GuildContext): Promise<number | undefined> {
  const { retentionDays } = ctx.guild.plan;
  const row = await oldestReports.first(ctx.db, { planSince: ctx.guild.planSince });
  const moments = [
    row?.oldest != null && retentionDays !== null ? row.oldest + retentionDays * DAY_MS : undefined,
    row?.begun != null ? row.begun + limits.logs.abandonedMs : undefined,
  ].filter((at) => at !== undefined);
  return moments.length === 0 ? undefined : Math.min(...moments);
}
