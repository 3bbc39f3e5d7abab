import { isNotNull, isNull, or } from "drizzle-orm";
import { write } from "../../database/write.ts";
import type { Envelopes } from "../../kernel/envelope.ts";
import { Invalid } from "../../kernel/errors.ts";
import type { SyncRunId } from "../../kernel/ids.ts";
import type { DiscordApi } from "../../platform/upstreams/discord.ts";
import { translator } from "../../web/i18n/index.ts";
import { record } from "../audit.ts";
import { secretOf } from "../connections/service.ts";
import type { GuildContext } from "../context.ts";
import { reportDelta } from "./integrity/delta.ts";
import { buildReport } from "./integrity/report.ts";
import { setIssues } from "./issues.ts";
import { integrityIssues } from "./schema.ts";
import { readSettings } from "./settings.ts";

interface Deps {
  readonly discord: DiscordApi;
  readonly envelopes: Envelopes;
  readonly publicUrl: URL;
}

export type ReportCounts = Readonly<
  Record<"messages" | "created" | "reopened" | "resolved", number>
>;

/**
 * Reports to the guild's channel what no report has named yet. The messages of a run carry numbers that
 * Discord refuses to repeat, so a run that is done again after a crash posts nothing twice.
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
  // The platform's bot is on the servers of many guilds: a guild posts on its own one only.
  if ((await deps.discord.serverOf(token, channelId)) !== server?.serverId) {
    throw new Invalid(
      "identity/not-configured",
      "The channel for reports is not on the guild's Discord server. Choose one of its channels.",
    );
  }
  const rows = await notifiableIssues(ctx);
  const delta = reportDelta(rows, ctx.now().getTime());
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
      isFirst: rows.every(({ notifiedAt }) => notifiedAt === null),
      url: new URL(`/g/${ctx.guild.slug}/identity`, deps.publicUrl).href,
      isPartial: false,
    },
    translator("en").identityReport,
  );
  for (const [index, message] of messages.entries()) {
    await deps.discord.post(token, channelId, message, nonceOf(runId, index));
  }
  const nowMs = ctx.now().getTime();
  await write(ctx.db, [
    ...setIssues([...delta.created, ...delta.reopened], { notifiedAt: nowMs }),
    ...setIssues(delta.resolved, { endNotifiedAt: nowMs }),
    record(ctx, "identity.report", channelId, { after: counts }),
  ]);
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

/** Discord takes 25 characters. */
function nonceOf(runId: SyncRunId, index: number): string {
  return `${runId.replaceAll("-", "").slice(-22)}-${index}`;
}
