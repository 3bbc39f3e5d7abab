import { type Column, eq, lte, sql } from "drizzle-orm";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";
import { auditPrunable, pruneAudit } from "../../database/audit-log.ts";
import { countOver, type Expiry, type Removal, removeOver } from "../../database/retention.ts";
import { DAY_MS, HOUR_MS } from "../../kernel/time.ts";
import { limits } from "../../limits.ts";
import { type AuditAnchors, PLATFORM_PLACE } from "../audit/anchors.ts";
import * as tables from "../schema.ts";
import type { PlatformStore } from "../store.ts";

const { endedKeptMs } = limits.retention;
const isHead = eq(tables.auditAnchors.kind, "head");

/** Rows that expire at a moment of their own. */
const byMoment = (what: string, table: SQLiteTable, column: Column, keptMs: number): Expiry => ({
  what,
  table,
  over: (moment) => lte(column, moment),
  keptMs,
});

/** Rows of a day or an hour, numbered since 1970. `unitMs` is its length. */
const byPeriod = (
  what: string,
  table: SQLiteTable,
  column: Column,
  [unitMs, keptMs]: readonly [unitMs: number, keptMs: number],
): Expiry => ({
  what,
  table,
  over: (moment) => lte(column, Math.floor(moment / unitMs)),
  keptMs,
});

/** Data with a limited retention in the platform. */
const EXPIRIES: readonly Expiry[] = [
  byMoment("sessions", tables.sessions, tables.sessions.expiresAt, endedKeptMs),
  byMoment(
    "idle sessions",
    tables.sessions,
    tables.sessions.lastUsedAt,
    limits.session.idleMs + endedKeptMs,
  ),
  byMoment("messages", tables.outgoingMessages, tables.outgoingMessages.expiresAt, endedKeptMs),
  byMoment(
    "places of sign-ins",
    tables.signInPlaces,
    tables.signInPlaces.lastUsedAt,
    limits.session.placeKeptMs,
  ),
  byMoment("mailed links", tables.emailTokens, tables.emailTokens.expiresAt, endedKeptMs),
  byMoment("live tickets", tables.liveTickets, tables.liveTickets.expiresAt, 0),
  byMoment("live connections", tables.liveConnections, tables.liveConnections.expiresAt, 0),
  byMoment("repeated answers", tables.idempotencyKeys, tables.idempotencyKeys.expiresAt, 0),
  byMoment("rate limits", tables.rateSlots, tables.rateSlots.expiresAt, 0),
  byMoment("rate limits of before", tables.rateWindows, tables.rateWindows.expiresAt, 0),
  byMoment("former addresses", tables.slugHistory, tables.slugHistory.heldUntil, 0),
  byPeriod("key usage", tables.apiKeyUsage, tables.apiKeyUsage.day, [
    DAY_MS,
    limits.keys.usageDays * DAY_MS,
  ]),
  byPeriod("guild performance", tables.guildPerformance, tables.guildPerformance.hour, [
    HOUR_MS,
    limits.performance.keptMs,
  ]),
  byPeriod("API usage", tables.apiUsage, tables.apiUsage.hour, [HOUR_MS, limits.usage.keptMs]),
  byPeriod("guild figures", tables.guildFigures, tables.guildFigures.day, [
    DAY_MS,
    limits.figures.keptMs,
  ]),
  {
    what: "audit heads",
    table: tables.auditHeads,
    over: (moment) => sql`${tables.auditHeads.day} <= min(${Math.floor(moment / DAY_MS)},
      (select max(${tables.auditHeads.day}) from ${tables.auditHeads}) - 365)`,
    keptMs: limits.audit.keptMs,
  },
  {
    what: "audit anchors",
    table: tables.auditAnchors,
    over: (moment) => sql`${isHead} and ${tables.auditAnchors.at} <= min(${moment},
      (select max(${tables.auditAnchors.at}) from ${tables.auditAnchors} where ${isHead})
        - ${limits.audit.keptMs})`,
    keptMs: limits.audit.keptMs,
  },
];

/** What a run would delete from the platform's own database. */
export async function previewPlatform(platform: PlatformStore): Promise<readonly Removal[]> {
  const nowMs = platform.settledNow().getTime();
  const audit = { what: "audit", rows: await auditPrunable(platform.db, nowMs) };
  return [...(await each(EXPIRIES, (rule) => countOver(platform.db, rule, nowMs))), audit];
}

/** Deletes expired data from the platform's own database. */
export async function expirePlatform(
  platform: PlatformStore,
  anchors: AuditAnchors,
): Promise<readonly Removal[]> {
  const nowMs = platform.settledNow().getTime();
  const removed = await each(EXPIRIES, (rule) => removeOver(platform.db, rule, nowMs));
  // Without the secret, the checkpoint would be unsigned and invalid, so the log is not pruned.
  if (!anchors.canSign) return removed;
  const remember = anchors.remember(PLATFORM_PLACE);
  return [...removed, { what: "audit", rows: await pruneAudit(platform.db, nowMs, remember) }];
}

/** Runs one rule after another, because no request waits for them. */
async function each(
  rules: readonly Expiry[],
  work: (rule: Expiry) => Promise<Removal>,
): Promise<readonly Removal[]> {
  const done: Removal[] = [];
  for (const rule of rules) done.push(await work(rule));
  return done;
}
