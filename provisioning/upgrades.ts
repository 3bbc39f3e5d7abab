import type { OpenClient } from "../src/database/client.ts";
import { write } from "../src/database/write.ts";
import type { Clock } from "../src/kernel/clock.ts";
import type { GuildId } from "../src/kernel/ids.ts";
import type { Log } from "../src/kernel/log.ts";
import { limits } from "../src/limits.ts";
import type { PlatformStore } from "../src/platform/store.ts";
import { type Migration, schemaOf } from "./migrations.ts";
import { migrateGuild } from "./rollouts/guild.ts";

interface Deps {
  readonly platform: PlatformStore;
  readonly openClient: OpenClient;
  readonly migrations: readonly Migration[];
  readonly now: Clock;
  readonly log: Log;
}

/**
 * Guilds that somebody visits before a rollout has reached them jump the queue: the visitor is told
 * to come back in a moment, and the guild is migrated meanwhile.
 */
export class Upgrades {
  readonly #deps: Deps;
  readonly #underWay = new Map<GuildId, Promise<void>>();
  /** Guilds whose migration failed, and when: trying at every request would help nobody. */
  readonly #failedAt = new Map<GuildId, number>();

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** Begins the guild's migration, unless it is under way or failed a moment ago. Never throws. */
  hurry(guildId: GuildId): void {
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

  /** Resolves once nothing is under way any more. */
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
