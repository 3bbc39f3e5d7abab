import { type AuditLog, auditHead, type Head, sealAudit } from "../database/audit-log.ts";
import type { TenantDatabases } from "../database/tenants.ts";
import type { Background, Timer } from "../kernel/background.ts";
import type { GuildId } from "../kernel/ids.ts";
import type { Log } from "../kernel/log.ts";
import { limits } from "../limits.ts";
import type { PlatformStore } from "./store.ts";

const DAY_MS = 86_400_000;

/** The platform's own log. */
export const PLATFORM_LOG: AuditLog = {
  name: "platform",
  columns: "seq at actor_type actor_id action subject guild_id before after address agent".split(
    " ",
  ),
};

/** The log in the database of one guild. */
export function guildLog(guildId: GuildId): AuditLog {
  return {
    name: `guild ${guildId}`,
    columns:
      "seq at actor_type actor_id actor_name action subject before after request_id address agent".split(
        " ",
      ),
  };
}

interface Deps {
  readonly platform: PlatformStore;
  readonly tenants: TenantDatabases;
  readonly log: Log;
  readonly background: Background;
}

/**
 * Seals what was written into audit logs, seconds after it was: hashing each row inside of its write
 * would make the writes of a guild wait for each other's hashes. What a process that died has left
 * unsealed is sealed with the guild's next change, and by the day's anchoring at the latest.
 */
export class AuditSealer {
  readonly #deps: Deps;
  readonly #touched = new Set<GuildId>();
  #timer: Timer | undefined;
  #working: Promise<void> = Promise.resolve();

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  start(): void {
    const { sealEveryMs } = limits.audit;
    this.#timer = this.#deps.background.every("audit.seal", sealEveryMs, () => this.flush());
  }

  async stop(): Promise<void> {
    await this.#timer?.stop();
    await this.flush();
  }

  /** Something may have been written down in this guild. */
  touch(guildId: GuildId): void {
    this.#touched.add(guildId);
  }

  /** Seals everything that was touched, and the platform's log. Never throws. */
  flush(): Promise<void> {
    this.#working = this.#working.then(() => this.#sealTouched());
    return this.#working;
  }

  /** Keeps in the platform how far a guild's log is sealed today; false when that is no news. */
  async anchor(guildId: GuildId): Promise<boolean> {
    const { platform } = this.#deps;
    const day = Math.floor(platform.now().getTime() / DAY_MS);
    const head = await this.#sealGuild(guildId);
    return head !== undefined && head.seq > 0 && (await this.#keep(guildId, day, head));
  }

  /** The platform's own head has no other place than the log lines, which leave this machine. */
  async witness(): Promise<void> {
    const { platform, log } = this.#deps;
    await sealAudit(platform.db, PLATFORM_LOG);
    log.info("audit.head", { ...(await auditHead(platform.db, PLATFORM_LOG)) });
  }

  async #sealTouched(): Promise<void> {
    const { platform, log } = this.#deps;
    const touched = [...this.#touched];
    this.#touched.clear();
    for (const guildId of touched) await this.#sealGuild(guildId);
    await sealAudit(platform.db, PLATFORM_LOG).catch((error: unknown) =>
      log.error("audit.not-sealed", { error }),
    );
  }

  async #sealGuild(guildId: GuildId): Promise<Head | undefined> {
    const { platform, tenants, log } = this.#deps;
    try {
      const guild = await platform.guild(guildId);
      if (guild?.status !== "ready") return undefined;
      return await tenants.use(guild, async (db) => {
        await sealAudit(db, guildLog(guildId));
        return await auditHead(db, guildLog(guildId));
      });
    } catch (error) {
      // Behind its migration, busy or damaged: it is sealed when it is served again.
      log.warn("audit.not-sealed", { guildId, error });
      return undefined;
    }
  }

  async #keep(guildId: GuildId, day: number, head: Head): Promise<boolean> {
    const { rowsAffected } = await this.#deps.platform.db.client.execute({
      sql: `INSERT INTO audit_heads (guild_id, day, seq, hash, generation)
            SELECT ?1, ?2, ?3, ?4, g.generation FROM guilds g WHERE g.id = ?1
              AND NOT EXISTS (SELECT 1 FROM audit_heads h WHERE h.guild_id = ?1 AND h.seq >= ?3
                AND h.generation = g.generation)
            ON CONFLICT DO NOTHING`,
      args: [guildId, day, head.seq, head.hash],
    });
    return rowsAffected > 0;
  }
}

/** What the platform knows of the log in a guild's database, oldest first. */
export function anchorsOf(platform: PlatformStore, guildId: GuildId): Promise<Head[]> {
  return platform.db.all<Head>(
    `SELECT h.seq, h.hash FROM audit_heads h JOIN guilds g ON g.id = h.guild_id
     WHERE h.guild_id = ? AND h.generation = g.generation ORDER BY h.day`,
    guildId,
  );
}
