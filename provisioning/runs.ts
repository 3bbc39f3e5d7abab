import { DatabaseError } from "../src/database/errors.ts";
import { write } from "../src/database/write.ts";
import { Conflict } from "../src/kernel/errors.ts";
import { newId } from "../src/kernel/ids.ts";
import { limits } from "../src/limits.ts";
import type { RunStatus } from "../src/platform/schema.ts";
import type { PlatformStore } from "../src/platform/store.ts";
import type { Outcome } from "./fleet.ts";
import type { MigrationReport } from "./migrations.ts";

/** The record of one migration of the fleet. There is at most one under way at a time. */
export class FleetRun {
  readonly id: string;
  readonly #platform: PlatformStore;

  private constructor(id: string, platform: PlatformStore) {
    this.id = id;
    this.#platform = platform;
  }

  /**
   * Begins a run, and ends one whose process has died.
   * @throws {Conflict} `fleet/run-under-way` while another process migrates.
   */
  static async begin(
    platform: PlatformStore,
    target: { readonly version: number; readonly hash: string },
    startedBy: string,
  ): Promise<FleetRun> {
    const nowMs = platform.now().getTime();
    const id = newId<string>();
    try {
      await write(platform.db, [
        {
          sql: `UPDATE migration_runs SET status = 'stopped', finished_at = ?1
                WHERE status = 'running' AND lease_until < ?1`,
          args: [nowMs],
        },
        {
          sql: `INSERT INTO migration_runs
                  (id, target_version, target_hash, status, started_by, started_at, lease_until)
                VALUES (?, ?, ?, 'running', ?, ?, ?)`,
          args: [id, target.version, target.hash, startedBy, nowMs, nowMs + limits.fleet.leaseMs],
        },
      ]);
      return new FleetRun(id, platform);
    } catch (error) {
      if (!(error instanceof DatabaseError && error.kind === "unique")) throw error;
      throw new Conflict(
        "fleet/run-under-way",
        "Another migration of the fleet is under way. Wait for it, or for its lease to run out.",
        { retryAfterMs: limits.fleet.leaseMs },
      );
    }
  }

  /** Keeps what came of one guild, and the lease of the run. */
  async store({ guild, result, error, durationMs }: Outcome<MigrationReport>): Promise<void> {
    const nowMs = this.#platform.now().getTime();
    await write(this.#platform.db, [
      {
        sql: "UPDATE migration_runs SET lease_until = ? WHERE id = ?",
        args: [nowMs + limits.fleet.leaseMs, this.id],
      },
      {
        sql: `INSERT OR REPLACE INTO migration_outcomes
                (run_id, guild_id, status, from_version, to_version, duration_ms, error, at)
              VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
        args: [
          this.id,
          guild.id,
          error ? "failed" : "done",
          result?.from ?? guild.schemaVersion,
          result?.to ?? guild.schemaVersion,
          Math.round(durationMs),
          error?.message ?? null,
          nowMs,
        ],
      },
    ]);
  }

  async end(status: RunStatus): Promise<void> {
    await write(this.#platform.db, [
      {
        sql: "UPDATE migration_runs SET status = ?, finished_at = ? WHERE id = ?",
        args: [status, this.#platform.now().getTime(), this.id],
      },
    ]);
  }
}
