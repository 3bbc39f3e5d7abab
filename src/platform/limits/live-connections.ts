import { and, eq, gt, lte, sql } from "drizzle-orm";
import { build, insertWhere } from "../../database/statements.ts";
import { write } from "../../database/write.ts";
import { limits } from "../../limits.ts";
import type { PlatformStore } from "../store.ts";
import { liveConnections } from "./live-schema.ts";

/** A long-lived connection, and how many its key or person may have at once. */
export interface LiveConnection {
  readonly id: string;
  readonly subject: string;
  readonly connectionsMax: number;
}

/** Admits a connection of this process, unless its subject has the maximum over all processes. */
export async function admitConnection(
  platform: PlatformStore,
  runner: string,
  { id, subject, connectionsMax }: LiveConnection,
): Promise<boolean> {
  const nowMs = platform.now().getTime();
  const expiresAt = nowMs + limits.logs.live.leaseMs;
  const isValid = and(
    eq(liveConnections.subject, subject),
    gt(liveConnections.expiresAt, nowMs),
    lte(liveConnections.expiresAt, expiresAt + limits.clock.skewMs),
  );
  // Counts and inserts under one lock, so that two processes cannot both give away the last place.
  const [admitted] = await write(platform.db, [
    insertWhere(
      liveConnections,
      { id, subject, runner, expiresAt },
      sql`(select count(*) from ${liveConnections} where ${isValid}) < ${connectionsMax}`,
      [liveConnections.id],
    ),
  ]);
  return admitted!.rowsAffected === 1;
}

/**
 * Renews the leases of all connections of this process. Returns the connections that are still valid.
 * The places of those not renewed in time may belong to others now.
 */
export async function renewConnections(
  platform: PlatformStore,
  runner: string,
): Promise<ReadonlySet<string>> {
  const nowMs = platform.now().getTime();
  const rows = await platform.db.orm
    .update(liveConnections)
    .set({ expiresAt: nowMs + limits.logs.live.leaseMs })
    .where(and(eq(liveConnections.runner, runner), gt(liveConnections.expiresAt, nowMs)))
    .returning({ id: liveConnections.id });
  return new Set(rows.map(({ id }) => id));
}

/** Frees the place of a connection. */
export async function endConnection(platform: PlatformStore, id: string): Promise<void> {
  await write(platform.db, [build.delete(liveConnections).where(eq(liveConnections.id, id))]);
}
