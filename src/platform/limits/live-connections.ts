import { limits } from "../../limits.ts";
import type { PlatformStore } from "../store.ts";

/** A long-lived connection, and how many its key or person may have at once. */
export interface LiveConnection {
  readonly id: string;
  readonly subject: string;
  readonly connectionsMax: number;
}

// Counts and inserts under one lock, so that two processes cannot both give away the last place.
const ADMIT = `
  INSERT INTO live_connections (id, subject, runner, expires_at)
  SELECT ?1, ?2, ?3, ?4
  WHERE (SELECT count(*) FROM live_connections WHERE subject = ?2
    AND expires_at > ?5 AND expires_at <= ?4 + ?7) < ?6`;

/** Admits a connection of this process, unless its subject has the maximum over all processes. */
export async function admitConnection(
  platform: PlatformStore,
  runner: string,
  { id, subject, connectionsMax }: LiveConnection,
): Promise<boolean> {
  const nowMs = platform.now().getTime();
  const { rowsAffected } = await platform.db.client.execute({
    sql: ADMIT,
    args: [
      id,
      subject,
      runner,
      nowMs + limits.logs.live.leaseMs,
      nowMs,
      connectionsMax,
      limits.clock.skewMs,
    ],
  });
  return rowsAffected === 1;
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
  const { rows } = await platform.db.client.execute({
    sql: `UPDATE live_connections SET expires_at = ? WHERE runner = ? AND expires_at > ?
          RETURNING id`,
    args: [nowMs + limits.logs.live.leaseMs, runner, nowMs],
  });
  return new Set(rows.map(([id]) => String(id)));
}

/** Frees the place of a connection. */
export async function endConnection(platform: PlatformStore, id: string): Promise<void> {
  const sql = "DELETE FROM live_connections WHERE id = ?";
  await platform.db.client.execute({ sql, args: [id] });
}
