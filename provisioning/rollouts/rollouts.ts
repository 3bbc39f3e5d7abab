import { sql } from "drizzle-orm";
import type { Statement } from "../../src/database/client.ts";
import { DatabaseError } from "../../src/database/errors.ts";
import { type Guard, guard, type Writable, write } from "../../src/database/write.ts";
import { Conflict } from "../../src/kernel/errors.ts";
import { type GuildId, newId } from "../../src/kernel/ids.ts";
import { limits } from "../../src/limits.ts";
import type { RolloutStatus } from "../../src/platform/schema.ts";
import type { PlatformStore } from "../../src/platform/store.ts";
import type { Processes } from "./holder.ts";
import { guildsBehind, RolloutReads } from "./reads.ts";
import {
  type Alongside,
  type GuildOutcome,
  ROLLOUT_COLUMNS,
  type Rollout,
  type RolloutOptions,
  type RolloutRow,
  toRollout,
  underWay,
} from "./records.ts";
import { assignWaves, parseWaves } from "./waves.ts";

export { guildsBehind } from "./reads.ts";
export type { GuildOutcome, Rollout, RolloutOptions } from "./records.ts";

const OPEN = "('running', 'paused', 'stopped', 'halted', 'failed')";
const NOTHING: Alongside = () => [];

/** The records of rollouts in the platform database. */
export class Rollouts extends RolloutReads {
  readonly #processes: Processes;

  constructor(platform: PlatformStore, processes: Processes) {
    super(platform);
    this.#processes = processes;
  }

  /**
   * Records a rollout of every guild that is behind, in waves. Takes it over, or leaves it to the job that
   * `queue` adds. It supersedes an older, unfinished rollout.
   *
   * @throws {Conflict} `rollout/under-way` while another one runs.
   */
  async begin(
    target: { readonly version: number; readonly hash: string },
    input: {
      readonly waves: readonly string[];
      readonly options: RolloutOptions;
      readonly reason: string;
      readonly startedBy: string;
      readonly queue?: boolean;
    },
    alongside: Alongside = NOTHING,
  ): Promise<Rollout> {
    const nowMs = this.#nowMs();
    const id = newId<string>();
    const running = await this.#running();
    const over = running && this.#isGone(running) ? running.id : "";
    // Data is never removed without a copy, whatever the options say.
    const { allowDestructive, snapshots } = input.options;
    const options = { ...input.options, snapshots: snapshots || allowDestructive };
    const behind = await guildsBehind(this.platform, target.hash);
    const waves = parseWaves(input.waves);
    const assigned = assignWaves(behind, waves);
    const members = behind.map((one) => [one.id, assigned.get(one.id), one.schemaVersion]);
    await this.#exclusively([
      {
        sql: `UPDATE rollouts SET status = 'superseded', finished_at = ?1
              WHERE status IN ${OPEN} AND (status <> 'running' OR lease_until < ?1 OR id = ?2)`,
        args: [nowMs, over],
      },
      {
        sql: `INSERT INTO rollouts (id, target_version, target_hash, status, waves, options, reason,
                started_by, started_at, fence, lease_until, holder, held_since)
              VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?)`,
        args: [
          id,
          target.version,
          target.hash,
          input.queue ? "paused" : "running",
          JSON.stringify(waves.map(({ name }) => name)),
          JSON.stringify(options),
          input.reason,
          input.startedBy,
          nowMs,
          input.queue ? 0 : nowMs + limits.fleet.leaseMs,
          input.queue ? null : JSON.stringify(this.#processes.self()),
          input.queue ? null : nowMs,
        ],
      },
      {
        sql: `INSERT INTO rollout_guilds (rollout_id, guild_id, wave, status, from_version)
              SELECT ?1, value->>0, value->>1, 'pending', value->>2 FROM json_each(?2)`,
        args: [id, JSON.stringify(members)],
      },
      ...alongside(id),
    ]);
    return await this.byId(id);
  }

  /**
   * Takes over a rollout that was paused, stopped or halted, or whose process has died: at once if that is
   * certain, otherwise when its lease has expired. With `retry`, failed guilds are tried again.
   *
   * @throws {Conflict} `rollout/under-way`, which names who runs it, and `rollout/finished`
   */
  async resume(
    rollout: Rollout,
    options: { readonly retry: boolean },
    alongside: Alongside = NOTHING,
  ): Promise<Rollout> {
    const nowMs = this.#nowMs();
    await this.#exclusively([
      this.#mayTakeUp(rollout),
      {
        sql: `UPDATE rollouts SET status = 'running', fence = fence + 1, lease_until = ?,
                holder = ?, held_since = ?, halt_reason = NULL, finished_at = NULL WHERE id = ?`,
        args: [
          nowMs + limits.fleet.leaseMs,
          JSON.stringify(this.#processes.self()),
          nowMs,
          rollout.id,
        ],
      },
      ...(options.retry ? [retryRow(rollout)] : []),
      ...alongside(rollout.id),
    ]);
    return await this.byId(rollout.id);
  }

  /**
   * Leaves a rollout to the job that continues it, in any process.
   *
   * @throws {Conflict} `rollout/under-way`, `rollout/finished`
   */
  async queue(
    rollout: Rollout,
    options: { readonly retry: boolean },
    alongside: Alongside = NOTHING,
  ): Promise<void> {
    await this.#exclusively([
      this.#mayTakeUp(rollout),
      {
        sql: `UPDATE rollouts SET status = 'paused', fence = fence + 1, lease_until = 0,
                holder = NULL, held_since = NULL, halt_reason = NULL, finished_at = NULL
              WHERE id = ?`,
        args: [rollout.id],
      },
      ...(options.retry ? [retryRow(rollout)] : []),
      ...alongside(rollout.id),
    ]);
  }

  /**
   * Asks the running process to finish its current guilds and stop. The job does not continue it either,
   * until an operator resumes it.
   *
   * @throws {Conflict} `rollout/not-running`
   */
  async pause(rollout: Rollout, by: string, alongside: Alongside = NOTHING): Promise<void> {
    await write(this.platform.db, [
      guard(
        sql`exists (select 1 from rollouts where id = ${rollout.id}
          and (status = 'running' or (status = 'paused' and halt_reason is null)))`,
        () =>
          new Conflict(
            "rollout/not-running",
            `This rollout is not running: it is ${rollout.status}.`,
            {
              next: ["guildhall migrate status"],
            },
          ),
      ),
      {
        sql: "UPDATE rollouts SET status = 'paused', halt_reason = ? WHERE id = ?",
        args: [`Paused by ${by}.`, rollout.id],
      },
      ...alongside(rollout.id),
    ]);
  }

  /** Renews the lease while this process works on the rollout, however long one guild takes. */
  async renew(rollout: Rollout): Promise<void> {
    await write(this.platform.db, [this.#renewal(rollout)]);
  }

  /**
   * Records the copy of a guild's database and its schema version, before anything is changed.
   *
   * @throws {Conflict} `rollout/not-ours`
   */
  async noteCopy(rollout: Rollout, guildId: GuildId, version: number, copy: string): Promise<void> {
    await write(this.platform.db, [
      this.#ours(rollout),
      {
        sql: `UPDATE rollout_guilds SET snapshot = ?, from_version = ?
              WHERE rollout_id = ? AND guild_id = ?`,
        args: [copy, version, rollout.id, guildId],
      },
    ]);
  }

  /**
   * Stores outcomes and renews the lease in one write.
   *
   * @throws {Conflict} `rollout/not-ours` once another process has taken it over. Finished migrations stay,
   * and the other process finds them in the databases themselves.
   */
  async store(rollout: Rollout, outcomes: readonly GuildOutcome[]): Promise<void> {
    const nowMs = this.#nowMs();
    await write(this.platform.db, [
      this.#ours(rollout),
      ...outcomes.flatMap((outcome) => this.#outcomeRows(rollout, outcome, nowMs)),
      this.#renewal(rollout),
    ]);
  }

  async end(rollout: Rollout, status: RolloutStatus, haltReason?: string): Promise<void> {
    await write(this.platform.db, [
      {
        sql: `UPDATE rollouts SET status = ?, halt_reason = ?, finished_at = ?
              WHERE id = ? AND fence = ? AND status = 'running'`,
        args: [status, haltReason ?? null, this.#nowMs(), rollout.id, rollout.fence],
      },
    ]);
  }

  /** Marks a rollout as reverted, once none of its guilds is left to revert. */
  async markReverted(rollout: Rollout, alongside: Alongside = NOTHING): Promise<void> {
    await write(this.platform.db, [
      {
        sql: `UPDATE rollouts SET status = 'reverted', finished_at = ?2 WHERE id = ?1 AND NOT EXISTS
                (SELECT 1 FROM rollout_guilds
                 WHERE rollout_id = ?1 AND status = 'done' AND snapshot IS NOT NULL)`,
        args: [rollout.id, this.#nowMs()],
      },
      ...alongside(rollout.id),
    ]);
  }

  #outcomeRows(rollout: Rollout, outcome: GuildOutcome, nowMs: number): readonly Statement[] {
    const { guildId, schema } = outcome;
    const row: Statement = {
      sql: `UPDATE rollout_guilds SET status = ?, to_version = ?, attempts = attempts + 1,
              duration_ms = ?, error = ?, cause = ?, at = ?
            WHERE rollout_id = ? AND guild_id = ?`,
      args: [
        outcome.status,
        outcome.toVersion,
        outcome.durationMs,
        outcome.error,
        outcome.cause,
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

  /** Tells whether its process has certainly ended, or its lease has expired. */
  isAbandoned({ status, leaseUntil, holder }: Rollout): boolean {
    if (status !== "running") return false;
    return leaseUntil < this.#nowMs() || this.#isGone({ holder });
  }

  #mayTakeUp(rollout: Rollout): Guard {
    const isFree = rollout.status === "running" && this.#isGone(rollout) ? 1 : 0;
    return guard(
      sql`exists (select 1 from rollouts where id = ${rollout.id} and fence = ${rollout.fence}
        and (status in ('paused', 'stopped', 'halted', 'failed')
          or (status = 'running' and (${isFree} or lease_until < ${this.#nowMs()}))))`,
      () =>
        rollout.status === "running"
          ? underWay(rollout)
          : new Conflict(
              "rollout/finished",
              `This rollout is ${rollout.status}, or another process has just taken it up.`,
              { next: ["guildhall migrate status", "guildhall migrate plan"] },
            ),
    );
  }

  /** A rollout of an older release names no process, so its end is never certain. */
  #isGone({ holder }: Pick<Rollout, "holder">): boolean {
    return holder !== null && this.#processes.isGone(holder);
  }

  #ours(rollout: Rollout): Guard {
    return guard(
      sql`exists (select 1 from rollouts where id = ${rollout.id} and fence = ${rollout.fence})`,
      () =>
        new Conflict(
          "rollout/not-ours",
          "Another process has taken over this rollout. Check its status.",
        ),
    );
  }

  #renewal(rollout: Rollout): Statement {
    return {
      sql: "UPDATE rollouts SET lease_until = ? WHERE id = ? AND fence = ?",
      args: [this.#nowMs() + limits.fleet.leaseMs, rollout.id, rollout.fence],
    };
  }

  async #running(): Promise<Rollout | undefined> {
    const row = await this.platform.db.first<RolloutRow>(
      `SELECT ${ROLLOUT_COLUMNS} FROM rollouts WHERE status = 'running'`,
    );
    return row && toRollout(row);
  }

  async #exclusively(statements: readonly (Writable | Guard)[]): Promise<void> {
    try {
      await write(this.platform.db, statements);
    } catch (error) {
      if (error instanceof DatabaseError && error.kind === "unique") {
        throw underWay(await this.#running());
      }
      throw error;
    }
  }

  #nowMs(): number {
    return this.platform.now().getTime();
  }
}

function retryRow(rollout: Rollout): Statement {
  return {
    sql: `UPDATE rollout_guilds SET status = 'pending' WHERE rollout_id = ? AND status = 'failed'`,
    args: [rollout.id],
  };
}
