import { type SQL, sql } from "drizzle-orm";
import { write } from "../../database/write.ts";
import { limits } from "../../limits.ts";
import type { PlatformStore } from "../store.ts";

/**
 * Corrects times that were written while a clock was ahead, as if the clock had been right. Due times and
 * leases follow `nowMs`, the clock in use, so that work goes on. Rights and deletions follow `latestMs`, the
 * newest trusted time: a clock that is behind must not end them sooner. Returns the number of changed rows.
 * Running it again changes nothing.
 */
export async function repairTimes(
  { db }: PlatformStore,
  nowMs: number,
  latestMs: number = nowMs,
): Promise<number> {
  const results = await write(db, [...leases(nowMs), ...people(latestMs), ...guilds(latestMs)]);
  return results.reduce((sum, { rowsAffected }) => sum + rowsAffected, 0);
}

/** The latest time that a correct clock can have written. */
const latestOf = (nowMs: number) => nowMs + limits.clock.skewMs;

/** Due times and leases. */
function leases(nowMs: number): readonly SQL[] {
  const latest = latestOf(nowMs);
  const lease = nowMs + limits.clock.leaseMsMax;
  const set = sql`max(created_at, coalesce(started_at, 0))`;
  return [
    // Keeps the distance: a job due an hour later becomes due an hour from now.
    sql`update jobs set due_at = max(${nowMs}, due_at - (${set} - ${nowMs})),
          created_at = min(created_at, ${nowMs}), started_at = min(started_at, ${nowMs})
        where ${set} > ${latest}`,
    sql`update jobs set lease_until = 0 where lease_until > ${lease}`,
    sql`update provisioning_operations set lease_until = ${nowMs} where lease_until > ${lease}`,
    sql`update rollouts set lease_until = ${nowMs} where lease_until > ${lease}`,
    sql`update declared_runs set lease_until = ${nowMs} where lease_until > ${lease}`,
    sql`update guild_transfers set lease_until = ${nowMs} where lease_until > ${lease}`,
    sql`update guild_moves set lease_until = ${nowMs} where lease_until > ${lease}`,
    sql`update idempotency_keys set locked_until = ${nowMs} where locked_until > ${lease}`,
    sql`delete from live_connections where expires_at > ${lease}`,
    sql`delete from live_tickets where expires_at > ${lease}`,
    sql`delete from response_cache where stored_at > ${latest}`,
  ];
}

/** Time-limited rights of people. They must not last longer because they began in the future. */
function people(nowMs: number): readonly SQL[] {
  const latest = latestOf(nowMs);
  const { verifyLinkMs, resetLinkMs } = limits.auth;
  const lasts = sql`iif(purpose = 'reset', ${resetLinkMs}, ${verifyLinkMs})`;
  return [
    // The time of the sign-in is unknown, so the person has to sign in again.
    sql`update sessions set proved_at = 0 where proved_at > ${latest}`,
    sql`update sessions set expires_at = min(expires_at, ${nowMs + limits.session.absoluteMs}),
          created_at = min(created_at, ${nowMs}), last_used_at = min(last_used_at, ${nowMs})
        where created_at > ${latest} or last_used_at > ${latest}`,
    sql`update impersonations set expires_at = ${nowMs}, started_at = ${nowMs}
        where started_at > ${latest} and ended_at is null`,
    sql`update email_tokens set expires_at = ${nowMs} + ${lasts}
        where expires_at > ${latest} + ${lasts}`,
    sql`update invitations set expires_at = expires_at - (created_at - ${nowMs}),
          created_at = ${nowMs} where created_at > ${latest}`,
    sql`update outgoing_messages set expires_at = expires_at - (created_at - ${nowMs}),
          created_at = ${nowMs} where created_at > ${latest}`,
    sql`update sign_in_places set last_used_at = ${nowMs} where last_used_at > ${latest}`,
    sql`update api_keys set last_used_at = ${nowMs} where last_used_at > ${latest}`,
  ];
}

/** Retention and deletion times. */
function guilds(nowMs: number): readonly SQL[] {
  const latest = latestOf(nowMs);
  const { slugHeldMs, deletionGraceMs } = limits.guild;
  const { draftMsMax } = limits.fleet;
  return [
    sql`update slug_history set held_until = ${nowMs + slugHeldMs}
        where held_until > ${latest + slugHeldMs}`,
    sql`update guilds set purge_after = ${nowMs + deletionGraceMs}
        where purge_after > ${latest + deletionGraceMs}`,
    // `created_at` decides which guilds are due for a backup, and which foundings and deletions are
    // stranded.
    sql`update guilds set created_at = min(created_at, ${nowMs}),
          updated_at = min(updated_at, ${nowMs})
        where created_at > ${latest} or updated_at > ${latest}`,
    sql`update spare_databases set remove_after = ${nowMs + draftMsMax}
        where remove_after > ${latest + draftMsMax}`,
  ];
}
