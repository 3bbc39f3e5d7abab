import { auditPrunable, pruneAudit } from "../../database/audit-log.ts";
import { countOver, type Expiry, type Removal, removeOver } from "../../database/retention.ts";
import { DAY_MS, HOUR_MS } from "../../kernel/time.ts";
import { limits } from "../../limits.ts";
import { type AuditAnchors, PLATFORM_PLACE } from "../audit/anchors.ts";
import type { PlatformStore } from "../store.ts";

const { endedKeptMs } = limits.retention;

/** Data with a limited retention in the platform. */
const EXPIRIES: readonly Expiry[] = [
  { what: "sessions", table: "sessions", over: "expires_at <= ?1", keptMs: endedKeptMs },
  {
    what: "idle sessions",
    table: "sessions",
    over: "last_used_at <= ?1",
    keptMs: limits.session.idleMs + endedKeptMs,
  },
  { what: "messages", table: "outgoing_messages", over: "expires_at <= ?1", keptMs: endedKeptMs },
  {
    what: "places of sign-ins",
    table: "sign_in_places",
    over: "last_used_at <= ?1",
    keptMs: limits.session.placeKeptMs,
  },
  { what: "mailed links", table: "email_tokens", over: "expires_at <= ?1", keptMs: endedKeptMs },
  { what: "live tickets", table: "live_tickets", over: "expires_at <= ?1", keptMs: 0 },
  { what: "live connections", table: "live_connections", over: "expires_at <= ?1", keptMs: 0 },
  { what: "repeated answers", table: "idempotency_keys", over: "expires_at <= ?1", keptMs: 0 },
  { what: "rate limits", table: "rate_slots", over: "expires_at <= ?1", keptMs: 0 },
  { what: "rate limits of before", table: "rate_windows", over: "expires_at <= ?1", keptMs: 0 },
  { what: "former addresses", table: "slug_history", over: "held_until <= ?1", keptMs: 0 },
  {
    what: "key usage",
    table: "api_key_usage",
    over: `day <= ?1 / ${DAY_MS}`,
    keptMs: limits.keys.usageDays * DAY_MS,
  },
  {
    what: "guild performance",
    table: "guild_performance",
    over: `hour <= ?1 / ${HOUR_MS}`,
    keptMs: limits.performance.keptMs,
  },
  {
    what: "API usage",
    table: "api_usage",
    over: `hour <= ?1 / ${HOUR_MS}`,
    keptMs: limits.usage.keptMs,
  },
  {
    what: "guild figures",
    table: "guild_figures",
    over: `day <= ?1 / ${DAY_MS}`,
    keptMs: limits.figures.keptMs,
  },
  {
    what: "audit heads",
    table: "audit_heads",
    over: `day <= min(?1 / ${DAY_MS}, (SELECT max(day) FROM audit_heads) - 365)`,
    keptMs: limits.audit.keptMs,
  },
  {
    what: "audit anchors",
    table: "audit_anchors",
    over: `kind = 'head' AND at <= min(?1,
      (SELECT max(at) FROM audit_anchors WHERE kind = 'head') - ${limits.audit.keptMs})`,
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
