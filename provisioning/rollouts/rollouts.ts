import { sql } from "drizzle-orm";
import type { Statement } from "../../src/database/client.ts";
import { DatabaseError } from "../../src/database/errors.ts";
import { type Guard, guard, type Writable, write } from "../../src/database/write.ts";
import { Conflict, NotFound } from "../../src/kernel/errors.ts";
import { type GuildId, newId } from "../../src/kernel/ids.ts";
import { limits } from "../../src/limits.ts";
import type { RolloutGuildStatus, RolloutStatus } from "../../src/platform/schema.ts";
import type { PlatformStore } from "../../src/platform/store.ts";
import { assignWaves, type Candidate, parseWaves } from "./waves.ts";

/** How a rollout goes about its work. Kept with it, so that whoever resumes it does the same. */
export interface RolloutOptions {
  /** How many guilds of one host at once. */
  readonly lanes: number;
  /** One more failure than this, after the first wave, halts it. In the first wave none is allowed. */
  readonly failuresMax: number;
  /** A wave whose median guild takes this many times as long as the first wave's halts it. */
  readonly slownessMax: number;
  /** Keep a copy of each database as it was, so that the rollout can be reverted. */
  readonly snapshots: boolean;
  /** Statements that take data away were looked at and are meant. */
  readonly allowDestructive: boolean;
}

export interface Rollout {
  readonly id: string;
  readonly targetVersion: number;
  readonly targetHash: string;
  readonly status: RolloutStatus;
  readonly waves: readonly string[];
  readonly options: RolloutOptions;
  readonly reason: string;
  readonly startedBy: string;
  readonly startedAt: number;
  readonly finishedAt: number | null;
  readonly haltReason: string | null;
  readonly fence: number;
  readonly leaseUntil: number;
}

/** What came of one guild. Times in milliseconds. */
export interface GuildOutcome {
  readonly guildId: GuildId;
  readonly status: Exclude<RolloutGuildStatus, "pending">;
  readonly toVersion: number;
  readonly durationMs: number;
  readonly error: string | null;
  readonly cause: string | null;
  readonly snapshot: string | null;
  /** The guild's row in the platform says the new schema from this write on. */
  readonly schema?: { readonly version: number; readonly hash: string };
}

export interface WaveCount {
  readonly wave: number;
  readonly status: RolloutGuildStatus;
  readonly count: number;
}

const COLUMNS = `id, target_version AS targetVersion, target_hash AS targetHash, status, waves,
  options, reason, started_by AS startedBy, started_at AS startedAt, finished_at AS finishedAt,
  halt_reason AS haltReason, fence, lease_until AS leaseUntil`;
const OPEN = "('running', 'paused', 'stopped', 'halted', 'failed')";

/** The guilds that a rollout to `hash` would touch, in a stable order. One query, nothing opened. */
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

/** The record of rollouts in the platform database. */
export class Rollouts {
  readonly #platform: PlatformStore;

  constructor(platform: PlatformStore) {
    this.#platform = platform;
  }

  /**
   * Records a rollout of every guild that is behind, wave by wave, and takes it up. An older one that
   * was not finished is over with it.
   * @throws {Conflict} `rollout/under-way` while another one runs.
   */
  async begin(
    target: { readonly version: number; readonly hash: string },
    input: {
      readonly waves: readonly string[];
      readonly options: RolloutOptions;
      readonly reason: string;
      readonly startedBy: string;
    },
  ): Promise<Rollout> {
    const nowMs = this.#nowMs();
    const id = newId<string>();
    const behind = await guildsBehind(this.#platform, target.hash);
    const waves = parseWaves(input.waves);
    const assigned = assignWaves(behind, waves);
    const members = behind.map((one) => [one.id, assigned.get(one.id), one.schemaVersion]);
    await this.#exclusively([
      {
        sql: `UPDATE rollouts SET status = 'superseded', finished_at = ?1
              WHERE status IN ${OPEN} AND (status <> 'running' OR lease_until < ?1)`,
        args: [nowMs],
      },
      {
        sql: `INSERT INTO rollouts (id, target_version, target_hash, status, waves, options, reason,
                started_by, started_at, fence, lease_until)
              VALUES (?, ?, ?, 'running', ?, ?, ?, ?, ?, 1, ?)`,
        args: [
          id,
          target.version,
          target.hash,
          JSON.stringify(waves.map(({ name }) => name)),
          JSON.stringify(input.options),
          input.reason,
          input.startedBy,
          nowMs,
          nowMs + limits.fleet.leaseMs,
        ],
      },
      {
        sql: `INSERT INTO rollout_guilds (rollout_id, guild_id, wave, status, from_version)
              SELECT ?1, value->>0, value->>1, 'pending', value->>2 FROM json_each(?2)`,
        args: [id, JSON.stringify(members)],
      },
    ]);
    return await this.byId(id);
  }

  /**
   * Takes up a rollout that was paused, stopped or halted, or whose process has died. With `retry`
   * the guilds that failed are tried again.
   * @throws {Conflict} `rollout/under-way`, `rollout/finished`
   */
  async resume(rollout: Rollout, options: { readonly retry: boolean }): Promise<Rollout> {
    const nowMs = this.#nowMs();
    await this.#exclusively([
      guard(
        sql`exists (select 1 from rollouts where id = ${rollout.id} and fence = ${rollout.fence}
          and (status in ('paused', 'stopped', 'halted', 'failed')
            or (status = 'running' and lease_until < ${nowMs})))`,
        () =>
          rollout.status === "running"
            ? underWay()
            : new Conflict("rollout/finished", "This rollout is over. Begin another one.", {
                next: ["guildhall migrate plan"],
              }),
      ),
      {
        sql: `UPDATE rollouts SET status = 'running', fence = fence + 1, lease_until = ?,
                halt_reason = NULL, finished_at = NULL WHERE id = ?`,
        args: [nowMs + limits.fleet.leaseMs, rollout.id],
      },
      ...(options.retry
        ? [
            {
              sql: `UPDATE rollout_guilds SET status = 'pending'
                    WHERE rollout_id = ? AND status = 'failed'`,
              args: [rollout.id],
            },
          ]
        : []),
    ]);
    return await this.byId(rollout.id);
  }

  /** Asks the process at work to finish what is under way and leave. */
  async pause(rollout: Rollout): Promise<void> {
    await write(this.#platform.db, [
      guard(
        sql`exists (select 1 from rollouts where id = ${rollout.id} and status = 'running')`,
        () =>
          new Conflict("rollout/not-running", "This rollout is not running.", {
            next: ["guildhall migrate status"],
          }),
      ),
      { sql: "UPDATE rollouts SET status = 'paused' WHERE id = ?", args: [rollout.id] },
    ]);
  }

  /**
   * Stores outcomes and renews the lease, all in one write.
   * @throws {Conflict} `rollout/not-ours` once it was paused or somebody else took it up; what had
   * been done stays done and is found so by whoever goes on.
   */
  async store(rollout: Rollout, outcomes: readonly GuildOutcome[]): Promise<void> {
    const nowMs = this.#nowMs();
    await write(this.#platform.db, [
      ...outcomes.flatMap((outcome) => this.#outcomeRows(rollout, outcome, nowMs)),
      {
        sql: "UPDATE rollouts SET lease_until = ? WHERE id = ? AND fence = ?",
        args: [nowMs + limits.fleet.leaseMs, rollout.id, rollout.fence],
      },
    ]);
  }

  /** Is it still ours to go on with? A pause and a takeover both end that. */
  async isOurs(rollout: Rollout): Promise<boolean> {
    const row = await this.#platform.db.first(
      "SELECT 1 FROM rollouts WHERE id = ? AND fence = ? AND status = 'running'",
      rollout.id,
      rollout.fence,
    );
    return row !== undefined;
  }

  async end(rollout: Rollout, status: RolloutStatus, haltReason?: string): Promise<void> {
    await write(this.#platform.db, [
      {
        sql: `UPDATE rollouts SET status = ?, halt_reason = ?, finished_at = ?
              WHERE id = ? AND fence = ? AND status = 'running'`,
        args: [status, haltReason ?? null, this.#nowMs(), rollout.id, rollout.fence],
      },
    ]);
  }

  /** What `end` cannot say: that a finished rollout was taken back. */
  async markReverted(rollout: Rollout): Promise<void> {
    await write(this.#platform.db, [
      { sql: "UPDATE rollouts SET status = 'reverted' WHERE id = ?", args: [rollout.id] },
    ]);
  }

  /** @throws {NotFound} `rollout/not-found` */
  async byId(id: string): Promise<Rollout> {
    const row = await this.#platform.db.first<RolloutRow>(
      `SELECT ${COLUMNS} FROM rollouts WHERE id = ?`,
      id,
    );
    if (row) return toRollout(row);
    throw new NotFound("rollout/not-found", "There is no such rollout.", {
      next: ["guildhall migrate status"],
    });
  }

  /** The one begun last; undefined before the first. */
  async newest(): Promise<Rollout | undefined> {
    const row = await this.#platform.db.first<RolloutRow>(
      `SELECT ${COLUMNS} FROM rollouts ORDER BY started_at DESC, id DESC LIMIT 1`,
    );
    return row && toRollout(row);
  }

  /** The newest first. */
  async recent(limit: number): Promise<readonly Rollout[]> {
    const rows = await this.#platform.db.all<RolloutRow>(
      `SELECT ${COLUMNS} FROM rollouts ORDER BY started_at DESC, id DESC LIMIT ?`,
      limit,
    );
    return rows.map(toRollout);
  }

  async pending(rollout: Rollout, wave: number): Promise<readonly GuildId[]> {
    const rows = await this.#platform.db.all<{ guild_id: GuildId }>(
      `SELECT guild_id FROM rollout_guilds WHERE rollout_id = ? AND wave = ? AND status = 'pending'
       ORDER BY guild_id`,
      rollout.id,
      wave,
    );
    return rows.map(({ guild_id }) => guild_id);
  }

  async counts(rollout: Rollout): Promise<readonly WaveCount[]> {
    return await this.#platform.db.all<WaveCount>(
      `SELECT wave, status, count(*) AS count FROM rollout_guilds WHERE rollout_id = ?
       GROUP BY wave, status ORDER BY wave, status`,
      rollout.id,
    );
  }

  /** The failures by their cause, the most frequent first, each with some of its guilds. */
  async failures(rollout: Rollout) {
    return await this.#platform.db.all<{ cause: string; count: number; slugs: string }>(
      `SELECT cause, count(*) AS count, group_concat(slug, ' ') AS slugs
       FROM (SELECT coalesce(r.cause, '') AS cause, g.slug FROM rollout_guilds r
         JOIN guilds g ON g.id = r.guild_id
         WHERE r.rollout_id = ? AND r.status = 'failed' ORDER BY g.slug)
       GROUP BY cause ORDER BY count DESC, cause`,
      rollout.id,
    );
  }

  /** The middle duration of the guilds of a wave that are done, in milliseconds. */
  async medianMs(rollout: Rollout, wave: number): Promise<number | undefined> {
    const rows = await this.#platform.db.all<{ duration_ms: number }>(
      `SELECT duration_ms FROM rollout_guilds
       WHERE rollout_id = ? AND wave = ? AND status = 'done' ORDER BY duration_ms`,
      rollout.id,
      wave,
    );
    return rows[rows.length >> 1]?.duration_ms;
  }

  #outcomeRows(rollout: Rollout, outcome: GuildOutcome, nowMs: number): readonly Statement[] {
    const { guildId, schema } = outcome;
    const row: Statement = {
      sql: `UPDATE rollout_guilds SET status = ?, to_version = ?, attempts = attempts + 1,
              duration_ms = ?, error = ?, cause = ?, snapshot = coalesce(?, snapshot), at = ?
            WHERE rollout_id = ? AND guild_id = ?`,
      args: [
        outcome.status,
        outcome.toVersion,
        outcome.durationMs,
        outcome.error,
        outcome.cause,
        outcome.snapshot,
        nowMs,
        rollout.id,
        guildId,
      ],
    };
    if (!schema) return [row];
    const guild: Statement = {
      sql: "UPDATE guilds SET schema_version = ?, schema_hash = ?, updated_at = ? WHERE id = ?",
      args: [schema.version, schema.hash, nowMs, guildId],
    };
    return [row, guild];
  }

  async #exclusively(statements: readonly (Writable | Guard)[]): Promise<void> {
    try {
      await write(this.#platform.db, statements);
    } catch (error) {
      if (error instanceof DatabaseError && error.kind === "unique") throw underWay();
      throw error;
    }
  }

  #nowMs(): number {
    return this.#platform.now().getTime();
  }
}

type RolloutRow = Omit<Rollout, "waves" | "options"> & { waves: string; options: string };

function toRollout(row: RolloutRow): Rollout {
  return { ...row, waves: JSON.parse(row.waves), options: JSON.parse(row.options) };
}

function underWay(): Conflict {
  return new Conflict("rollout/under-way", "Another rollout is under way in another process.", {
    retryAfterMs: limits.fleet.leaseMs,
    next: ["guildhall migrate status", "guildhall migrate pause"],
  });
}
