import { isNotNull, isNull, or } from "drizzle-orm";
import { write } from "../../database/write.ts";
import { Invalid } from "../../kernel/errors.ts";
import type { SyncRunId } from "../../kernel/ids.ts";
import { postRows } from "../../platform/messages/queue.ts";
import { endRest } from "../../platform/messages/rest.ts";
import type { Services } from "../../services.ts";
import { translator } from "../../web/i18n/index.ts";
import { record } from "../audit.ts";
import { secretOf } from "../connections/service.ts";
import type { GuildContext } from "../context.ts";
import { requireServer } from "./connect.ts";
import { reportDelta } from "./integrity/delta.ts";
import { buildReport } from "./integrity/report.ts";
import { setIssues } from "./issues.ts";
import { integrityIssues } from "./schema.ts";
import { readSettings } from "./settings.ts";

interface Deps
  extends Pick<
    Services,
    "discord" | "envelopes" | "platform" | "jobs" | "config" | "now" | "wakeJobs"
  > {
  readonly publicUrl: URL;
}

export type ReportCounts = Readonly<
  Record<"messages" | "created" | "reopened" | "resolved", number>
>;

/**
 * Queues for the guild's channel what no report has named yet. A guild at rest asks Discord for the channel
 * first, and is served again if it answers.
 * @throws {Invalid} `identity/not-configured` @throws {UpstreamError}
 */
export async function reportIssues(
  ctx: GuildContext,
  deps: Deps,
  runId: SyncRunId,
): Promise<ReportCounts> {
  const { discord: server } = await readSettings(ctx);
  const channelId = server?.auditChannelId ?? null;
  if (channelId === null) {
    throw new Invalid("identity/not-configured", "Set the id of the channel for reports first.");
  }
  const own = await secretOf(ctx, deps.envelopes, "discord-bot");
  const token = own?.value ?? deps.discord.ownToken;
  if (token === undefined) {
    throw new Invalid("identity/not-configured", "Store a Discord bot in the connections first.");
  }
  if (own === undefined) await requireServer(ctx, deps, server!.serverId);
  // The platform's bot is on the servers of many guilds: a guild posts on its own one only.
  if ((await deps.discord.serverOf(token, channelId)) !== server?.serverId) {
    throw new Invalid(
      "identity/not-configured",
      "The channel for reports is not on the guild's Discord server. Choose one of its channels.",
    );
  }
  await endRest(deps, ctx.guild.id);
  const issues = await notifiableIssues(ctx);
  const delta = reportDelta(issues, ctx.now().getTime());
  const counts = {
    created: delta.created.length,
    reopened: delta.reopened.length,
    resolved: delta.resolved.length,
  };
  if (Object.values(counts).every((count) => count === 0)) return { messages: 0, ...counts };
  const messages = buildReport(
    {
      guildName: ctx.guild.name,
      delta,
      isFirst: issues.every(({ notifiedAt }) => notifiedAt === null),
      url: new URL(`/g/${ctx.guild.slug}/identity`, deps.publicUrl).href,
      isPartial: false,
    },
    translator("en").identityReport,
  );
  // A run that is done again after a crash queues the same keys, and nothing is posted twice.
  const rows = await Promise.all(
    messages.map((message, index) =>
      postRows(deps, {
        guildId: ctx.guild.id,
        key: `report ${runId} ${index}`,
        channelId,
        message: { ...message },
      }),
    ),
  );
  await write(deps.platform.db, rows.flat());
  const nowMs = ctx.now().getTime();
  await write(ctx.db, [
    ...setIssues([...delta.created, ...delta.reopened], { notifiedAt: nowMs }),
    ...setIssues(delta.resolved, { endNotifiedAt: nowMs }),
    record(ctx, "identity.report", channelId, { after: counts }),
  ]);
  deps.wakeJobs();
  return { messages: messages.length, ...counts };
}

/** Issues that a report may name, with whether they were there before. */
async function notifiableIssues(ctx: GuildContext) {
  const { resolvedAt, endNotifiedAt, notifiedAt } = integrityIssues;
  const rows = await ctx.db.orm
    .select()
    .from(integrityIssues)
    .where(or(isNull(resolvedAt), isNull(endNotifiedAt), isNotNull(notifiedAt)));
  const ended = new Map<string, number>();
  for (const { fingerprint, resolvedAt: at } of rows) {
    if (at !== null) ended.set(fingerprint, Math.min(at, ended.get(fingerprint) ?? at));
  }
  return rows.map(({ endNotifiedAt: resolutionNotifiedAt, ...row }) => ({
    ...row,
    resolutionNotifiedAt,
    isReopened: (ended.get(row.fingerprint) ?? row.firstDetectedAt) < row.firstDetectedAt,
  }));
}
