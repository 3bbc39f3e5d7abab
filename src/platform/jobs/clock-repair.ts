import { type SQL, sql } from "drizzle-orm";
import { write } from "../../database/write.ts";
import { limits } from "../../limits.ts";
import type { PlatformStore } from "../store.ts";

/**
 * Puts right what was written while a clock was ahead, so that it is due, or over, as if the clock had been
 * right. `nowMs` has to be believed. Gives back how many rows were changed. Doing it again changes nothing.
 */
export async function repairTimes({ db }: PlatformStore, nowMs: number): Promise<number> {
  const results = await write(db, [...leases(nowMs), ...people(nowMs), ...guilds(nowMs)]);
  return results.reduce((sum, { rowsAffected }) => sum + rowsAffected, 0);
}

/** No right clock has written a later time than this. */
const latestOf = (nowMs: number) => nowMs + limits.clock.skewMs;

/** What is due, and what a process holds for a moment. */
function leases(nowMs: number): readonly SQL[] {
  const latest = latestOf(nowMs);
  const lease = nowMs + limits.clock.leaseMsMax;
  const set = sql`max(created_at, coalesce(started_at, 0))`;
  return [
    // What was to be done an hour later is to be done an hour from now.
    sql`update jobs set due_at = max(${nowMs}, due_at - (${set} - ${nowMs})),
          created_at = min(created_at, ${nowMs}), started_at = min(started_at, ${nowMs})
        where ${set} > ${latest}`,
    sql`update jobs set lease_until = 0 where lease_until > ${lease}`,
    sql`update provisioning_operations set lease_until = ${nowMs} where lease_until > ${lease}`,
    sql`update rollouts set lease_until = ${nowMs} where lease_until > ${lease}`,
    sql`update guild_moves set lease_until = ${nowMs} where lease_until > ${lease}`,
    sql`update idempotency_keys set locked_until = ${nowMs} where locked_until > ${lease}`,
    sql`delete from live_connections where expires_at > ${lease}`,
    sql`delete from live_tickets where expires_at > ${lease}`,
    sql`delete from response_cache where stored_at > ${latest}`,
  ];
}

/** What gives people a right for a time: it must last no longer because it began in a time to come. */
function people(nowMs: number): readonly SQL[] {
  const latest = latestOf(nowMs);
  const { verifyLinkMs, resetLinkMs } = limits.auth;
  const lasts = sql`iif(purpose = 'reset', ${resetLinkMs}, ${verifyLinkMs})`;
  return [
    // When the password was typed is not known any more, so it has to be typed again.
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

/** What is kept for a time, or taken away after it. */
function guilds(nowMs: number): readonly SQL[] {
  const latest = latestOf(nowMs);
  const { slugHeldMs, deletionGraceMs } = limits.guild;
  const { draftMsMax } = limits.fleet;
  return [
    sql`update slug_history set held_until = ${nowMs + slugHeldMs}
        where held_until > ${latest + slugHeldMs}`,
    sql`update guilds set purge_after = ${nowMs + deletionGraceMs}
        where purge_after > ${latest + deletionGraceMs}`,
    // Age tells which guilds wait for a copy, and which are stranded on their way in or out.
    sql`update guilds set created_at = min(created_at, ${nowMs}),
          updated_at = min(updated_at, ${nowMs})
        where created_at > ${latest} or updated_at > ${latest}`,
    sql`update spare_databases set remove_after = ${nowMs + draftMsMax}
        where remove_after > ${latest + draftMsMax}`,
  ];
}
