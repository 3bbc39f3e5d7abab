import { and, type Column, gt, isNull, or, type SQL, sql } from "drizzle-orm";
import { build } from "../../database/statements.ts";
import { type Writable, write } from "../../database/write.ts";
import { limits } from "../../limits.ts";
import {
  apiKeys,
  copyRounds,
  declaredRuns,
  emailTokens,
  guildChanges,
  guildMoves,
  guilds,
  guildTransfers,
  idempotencyKeys,
  impersonations,
  invitations,
  jobs,
  liveConnections,
  liveTickets,
  operations,
  outgoingMessages,
  responseCache,
  rollouts,
  sessions,
  signInPlaces,
  slugHistory,
  spareDatabases,
} from "../schema.ts";
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
  const results = await write(db, [...leases(nowMs), ...people(latestMs), ...guildTimes(latestMs)]);
  return results.reduce((sum, { rowsAffected }) => sum + rowsAffected, 0);
}

/** The latest time that a correct clock can have written. */
const latestOf = (nowMs: number) => nowMs + limits.clock.skewMs;

/** Due times and leases. */
function leases(nowMs: number): readonly Writable[] {
  const latest = latestOf(nowMs);
  const lease = nowMs + limits.clock.leaseMsMax;
  const set = sql`max(${jobs.createdAt}, coalesce(${jobs.startedAt}, 0))`;
  const ended = { leaseUntil: nowMs };
  return [
    // Keeps the distance: a job due an hour later becomes due an hour from now.
    build
      .update(jobs)
      .set({
        dueAt: sql`max(${nowMs}, ${jobs.dueAt} - (${set} - ${nowMs}))`,
        createdAt: atMost(jobs.createdAt, nowMs),
        startedAt: atMost(jobs.startedAt, nowMs),
      })
      .where(gt(set, latest)),
    build.update(jobs).set({ leaseUntil: 0 }).where(gt(jobs.leaseUntil, lease)),
    build.update(operations).set(ended).where(gt(operations.leaseUntil, lease)),
    build.update(rollouts).set(ended).where(gt(rollouts.leaseUntil, lease)),
    build.update(declaredRuns).set(ended).where(gt(declaredRuns.leaseUntil, lease)),
    build.update(guildTransfers).set(ended).where(gt(guildTransfers.leaseUntil, lease)),
    build.update(guildMoves).set(ended).where(gt(guildMoves.leaseUntil, lease)),
    build
      .update(idempotencyKeys)
      .set({ lockedUntil: nowMs })
      .where(gt(idempotencyKeys.lockedUntil, lease)),
    build.delete(liveConnections).where(gt(liveConnections.expiresAt, lease)),
    build.delete(liveTickets).where(gt(liveTickets.expiresAt, lease)),
    build.delete(responseCache).where(gt(responseCache.storedAt, latest)),
  ];
}

/** Time-limited rights of people. They must not last longer because they began in the future. */
function people(nowMs: number): readonly Writable[] {
  const latest = latestOf(nowMs);
  const { verifyLinkMs, resetLinkMs } = limits.auth;
  const lasts = sql`iif(${emailTokens.purpose} = 'reset', ${resetLinkMs}, ${verifyLinkMs})`;
  return [
    // The time of the sign-in is unknown, so the person has to sign in again.
    build.update(sessions).set({ provedAt: 0 }).where(gt(sessions.provedAt, latest)),
    build
      .update(sessions)
      .set({
        expiresAt: atMost(sessions.expiresAt, nowMs + limits.session.absoluteMs),
        createdAt: atMost(sessions.createdAt, nowMs),
        lastUsedAt: atMost(sessions.lastUsedAt, nowMs),
      })
      .where(or(gt(sessions.createdAt, latest), gt(sessions.lastUsedAt, latest))),
    build
      .update(impersonations)
      .set({ expiresAt: nowMs, startedAt: nowMs })
      .where(and(gt(impersonations.startedAt, latest), isNull(impersonations.endedAt))),
    build
      .update(emailTokens)
      .set({ expiresAt: sql`${nowMs} + ${lasts}` })
      .where(sql`${emailTokens.expiresAt} > ${latest} + ${lasts}`),
    build
      .update(invitations)
      .set({
        expiresAt: sql`${invitations.expiresAt} - (${invitations.createdAt} - ${nowMs})`,
        createdAt: nowMs,
      })
      .where(gt(invitations.createdAt, latest)),
    build
      .update(outgoingMessages)
      .set({
        expiresAt: sql`${outgoingMessages.expiresAt} - (${outgoingMessages.createdAt} - ${nowMs})`,
        createdAt: nowMs,
      })
      .where(gt(outgoingMessages.createdAt, latest)),
    build
      .update(signInPlaces)
      .set({ lastUsedAt: nowMs })
      .where(gt(signInPlaces.lastUsedAt, latest)),
    build.update(apiKeys).set({ lastUsedAt: nowMs }).where(gt(apiKeys.lastUsedAt, latest)),
  ];
}

/** Retention and deletion times. */
function guildTimes(nowMs: number): readonly Writable[] {
  const latest = latestOf(nowMs);
  const { slugHeldMs, deletionGraceMs } = limits.guild;
  const { draftMsMax } = limits.fleet;
  return [
    build
      .update(slugHistory)
      .set({ heldUntil: nowMs + slugHeldMs })
      .where(gt(slugHistory.heldUntil, latest + slugHeldMs)),
    build
      .update(guilds)
      .set({ purgeAfter: nowMs + deletionGraceMs })
      .where(gt(guilds.purgeAfter, latest + deletionGraceMs)),
    // `createdAt` decides which guilds are due for a backup, and which foundings and deletions are
    // stranded.
    build
      .update(guilds)
      .set({
        createdAt: atMost(guilds.createdAt, nowMs),
        updatedAt: atMost(guilds.updatedAt, nowMs),
      })
      .where(or(gt(guilds.createdAt, latest), gt(guilds.updatedAt, latest))),
    build
      .update(guildChanges)
      .set({
        changedAt: atMost(guildChanges.changedAt, nowMs),
        comparedAt: atMost(guildChanges.comparedAt, nowMs),
      })
      .where(or(gt(guildChanges.changedAt, latest), gt(guildChanges.comparedAt, latest))),
    // A round that began in the future is begun again. Until then it is not known to be complete.
    build.update(copyRounds).set({ completeAt: null }).where(gt(copyRounds.completeAt, latest)),
    build
      .update(spareDatabases)
      .set({ removeAfter: nowMs + draftMsMax })
      .where(gt(spareDatabases.removeAfter, latest + draftMsMax)),
  ];
}

/** The column, or `ms` if it is later. Null stays null. */
function atMost(column: Column, ms: number): SQL {
  return sql`min(${column}, ${ms})`;
}
