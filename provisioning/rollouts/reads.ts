import { NotFound } from "../../src/kernel/errors.ts";
import type { GuildId } from "../../src/kernel/ids.ts";
import type { PlatformStore } from "../../src/platform/store.ts";
import {
  ROLLOUT_COLUMNS,
  type Rollout,
  type RolloutRow,
  toRollout,
  type WaveCount,
} from "./records.ts";
import type { Candidate } from "./waves.ts";

/** The guilds that a rollout to `hash` would change, in a stable order. One query; opens no database. */
export async function guildsBehind(
  platform: PlatformStore,
  hash: string,
): Promise<readonly (Candidate & { readonly schemaVersion: number })[]> {
  return await platform.db.all(
    `SELECT id, slug, plan, host, region, schema_version AS schemaVersion FROM guilds
     WHERE schema_hash <> ? AND status IN ('ready', 'suspended') ORDER BY id`,
    hash,
  );
}

/** Reads the platform's records of rollouts. */
export class RolloutReads {
  protected readonly platform: PlatformStore;

  constructor(platform: PlatformStore) {
    this.platform = platform;
  }

  /** Tells whether this process still owns the rollout. A pause and a takeover both end that. */
  async isOurs(rollout: Rollout): Promise<boolean> {
    const row = await this.platform.db.first(
      "SELECT 1 FROM rollouts WHERE id = ? AND fence = ? AND status = 'running'",
      rollout.id,
      rollout.fence,
    );
    return row !== undefined;
  }

  /** @throws {NotFound} `rollout/not-found` */
  async byId(id: string): Promise<Rollout> {
    const row = await this.platform.db.first<RolloutRow>(
      `SELECT ${ROLLOUT_COLUMNS} FROM rollouts WHERE id = ?`,
      id,
    );
    if (row) return toRollout(row);
    throw new NotFound("rollout/not-found", "This rollout does not exist.", {
      next: ["guildhall migrate status"],
    });
  }

  /** The rollout that began last; undefined before the first. */
  async newest(): Promise<Rollout | undefined> {
    const row = await this.platform.db.first<RolloutRow>(
      `SELECT ${ROLLOUT_COLUMNS} FROM rollouts ORDER BY started_at DESC, id DESC LIMIT 1`,
    );
    return row && toRollout(row);
  }

  /** The latest rollouts, newest first. */
  async recent(limit: number): Promise<readonly Rollout[]> {
    const rows = await this.platform.db.all<RolloutRow>(
      `SELECT ${ROLLOUT_COLUMNS} FROM rollouts ORDER BY started_at DESC, id DESC LIMIT ?`,
      limit,
    );
    return rows.map(toRollout);
  }

  async pending(rollout: Rollout, wave: number): Promise<readonly GuildId[]> {
    const rows = await this.platform.db.all<{ guild_id: GuildId }>(
      `SELECT guild_id FROM rollout_guilds WHERE rollout_id = ? AND wave = ? AND status = 'pending'
       ORDER BY guild_id`,
      rollout.id,
      wave,
    );
    return rows.map(({ guild_id }) => guild_id);
  }

  async counts(rollout: Rollout): Promise<readonly WaveCount[]> {
    return await this.platform.db.all<WaveCount>(
      `SELECT wave, status, count(*) AS count FROM rollout_guilds WHERE rollout_id = ?
       GROUP BY wave, status ORDER BY wave, status`,
      rollout.id,
    );
  }

  /** The failures by cause, most frequent first, each with some of its guilds. */
  async failures(rollout: Rollout) {
    return await this.platform.db.all<{ cause: string; count: number; slugs: string }>(
      `SELECT cause, count(*) AS count, group_concat(slug, ' ') AS slugs
       FROM (SELECT coalesce(r.cause, '') AS cause, g.slug FROM rollout_guilds r
         JOIN guilds g ON g.id = r.guild_id
         WHERE r.rollout_id = ? AND r.status = 'failed' ORDER BY g.slug)
       GROUP BY cause ORDER BY count DESC, cause`,
      rollout.id,
    );
  }

  /** The median duration of a wave's finished guilds, in milliseconds. */
  async medianMs(rollout: Rollout, wave: number): Promise<number | undefined> {
    const rows = await this.platform.db.all<{ duration_ms: number }>(
      `SELECT duration_ms FROM rollout_guilds
       WHERE rollout_id = ? AND wave = ? AND status = 'done' ORDER BY duration_ms`,
      rollout.id,
      wave,
    );
    return rows[rows.length >> 1]?.duration_ms;
  }

  /** The speed of the current process: the number of finished guilds, and the time they took. */
  async pace(rollout: Rollout): Promise<{ readonly guilds: number; readonly tookMs: number }> {
    const since = rollout.heldSince ?? rollout.startedAt;
    const row = await this.platform.db.first<{ guilds: number; last: number | null }>(
      `SELECT count(*) AS guilds, max(at) AS last FROM rollout_guilds
       WHERE rollout_id = ? AND at >= ? AND status IN ('done', 'failed')`,
      rollout.id,
      since,
    );
    return { guilds: row?.guilds ?? 0, tookMs: Math.max(0, (row?.last ?? since) - since) };
  }
}
