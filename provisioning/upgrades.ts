import type { OpenClient } from "../src/database/client.ts";
import { write } from "../src/database/write.ts";
import type { Clock } from "../src/kernel/clock.ts";
import type { GuildId } from "../src/kernel/ids.ts";
import type { Log } from "../src/kernel/log.ts";
import { limits } from "../src/limits.ts";
import type { PlatformStore } from "../src/platform/store.ts";
import { type Migration, schemaOf, waitsForOperator } from "./migrations.ts";
import { migrateGuild } from "./rollouts/guild.ts";

interface Deps {
  readonly platform: PlatformStore;
  readonly openClient: OpenClient;
  readonly migrations: readonly Migration[];
  readonly now: Clock;
  readonly log: Log;
}

/**
 * Migrates a guild at once when it is visited before a rollout has reached it; the visitor is asked to
 * retry in a moment. A visit never removes data: a guild with a pending destructive migration waits until
 * an operator runs it.
 */
export class Upgrades {
  readonly #deps: Deps;
  readonly #underWay = new Map<GuildId, Promise<void>>();
  /** Guilds whose migration failed, and when. Limits retries, which would not help. */
  readonly #failedAt = new Map<GuildId, number>();
  /** Guilds for which the log already says that they wait for an operator. */
  readonly #told = new Set<GuildId>();

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /**
   * Handles a visit to a guild with this schema: begins its migration, or logs once that it waits for an
   * operator. Never throws.
   */
  visit(guildId: GuildId, schemaVersion: number): "updates" | "waits" {
    if (!waitsForOperator(this.#deps.migrations, schemaVersion)) {
      this.prioritise(guildId);
      return "updates";
    }
    if (!this.#told.has(guildId)) {
      this.#told.add(guildId);
      this.#deps.log.warn("fleet.migration-waits", {
        guildId,
        code: "guild/migration-waits",
        schemaVersion,
        next: "guildhall migrate plan",
      });
    }
    return "waits";
  }

  /** Begins the guild's migration, unless it is running or failed recently. Never throws. */
  prioritise(guildId: GuildId): void {
    const nowMs = this.#deps.now().getTime();
    const failedAt = this.#failedAt.get(guildId);
    const isTooSoon = failedAt !== undefined && nowMs < failedAt + limits.fleet.upgradeRetryMs;
    if (isTooSoon || this.#underWay.has(guildId)) return;
    const work = this.#upgrade(guildId)
      .catch((error: unknown) => {
        this.#failedAt.set(guildId, nowMs);
        this.#deps.log.error("fleet.upgrade-failed", { guildId, error });
      })
      .finally(() => this.#underWay.delete(guildId));
    this.#underWay.set(guildId, work);
  }

  /** Resolves once no migration is running. */
  async settled(): Promise<void> {
    await Promise.all(this.#underWay.values());
  }

  async #upgrade(guildId: GuildId): Promise<void> {
    const { platform, migrations, now } = this.#deps;
    const guild = await platform.guild(guildId);
    if (!guild) return;
    const report = await migrateGuild(this.#deps, guild);
    if (report.error) throw report.error;
    const { version, hash } = schemaOf(migrations);
    await write(platform.db, [
      {
        sql: "UPDATE guilds SET schema_version = ?, schema_hash = ?, updated_at = ? WHERE id = ?",
        args: [version, hash, now().getTime(), guildId],
      },
    ]);
    this.#failedAt.delete(guildId);
    this.#deps.log.info("fleet.upgraded", { guildId, from: report.from, to: report.to });
  }
}
