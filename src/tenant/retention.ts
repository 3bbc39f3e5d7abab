import { lte, sql } from "drizzle-orm";
import { auditPrunable, pruneAudit } from "../database/audit-log.ts";
import { countOver, type Expiry, type Removal, removeOver } from "../database/retention.ts";
import { limits } from "../limits.ts";
import type { AuditAnchors } from "../platform/audit/anchors.ts";
import type { LogFiles } from "../services.ts";
import { prunableLogs, pruneLogs } from "./combat-logs/retention.ts";
import type { GuildContext } from "./context.ts";
import { events, idempotencyKeys } from "./schema.ts";

/** Rows that a guild's database keeps for a limited time, besides its combat logs and its audit log. */
const EXPIRIES: readonly Expiry[] = [
  {
    what: "repeated answers",
    table: idempotencyKeys,
    over: (moment) => lte(idempotencyKeys.expiresAt, moment),
    keptMs: 0,
  },
  {
    what: "events",
    table: events,
    // The last event stays, because viewers continue after its number.
    over: (moment) =>
      sql`${events.at} <= ${moment} and ${events.seq} < (select max(${events.seq}) from ${events})`,
    keptMs: limits.live.eventsKeptMs,
  },
];

/** What would be removed from this guild. */
export async function previewGuild(ctx: GuildContext): Promise<readonly Removal[]> {
  const nowMs = ctx.now().getTime();
  const found: Removal[] = [];
  for (const rule of EXPIRIES) found.push(await countOver(ctx.db, rule, nowMs));
  found.push({ what: "audit", rows: await auditPrunable(ctx.db, nowMs) });
  return [...found, { what: "combat logs", rows: await prunableLogs(ctx) }];
}

/** Removes this guild's expired data. Removes combat logs only on the runtime that has their files. */
export async function expireGuild(
  ctx: GuildContext,
  anchors: AuditAnchors,
  files?: LogFiles,
): Promise<readonly Removal[]> {
  const nowMs = ctx.now().getTime();
  const removed: Removal[] = [];
  for (const rule of EXPIRIES) removed.push(await removeOver(ctx.db, rule, nowMs));
  // Verification rejects an unsigned checkpoint, so without the secret the log is not pruned.
  if (anchors.canSign) {
    const remember = anchors.remember({ log: ctx.guild.id, generation: ctx.guild.generation });
    removed.push({ what: "audit", rows: await pruneAudit(ctx.db, nowMs, remember) });
  }
  if (!files) return removed;
  let logs = 0;
  for (;;) {
    const { removed: some } = await pruneLogs(ctx, files);
    logs += some;
    if (some < limits.logs.pruneReportsMax)
      return [...removed, { what: "combat logs", rows: logs }];
  }
}
