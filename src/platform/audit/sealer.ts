import { LRUCache } from "lru-cache";
import { auditHead, type Head, sealAudit } from "../../database/audit-log.ts";
import { faultOf, unlessTold } from "../../database/faults.ts";
import type { TenantDatabases } from "../../database/tenants.ts";
import { guildLog, PLATFORM_LOG } from "../../kernel/audit-chain.ts";
import type { Background, Timer } from "../../kernel/background.ts";
import type { GuildId } from "../../kernel/ids.ts";
import type { Log } from "../../kernel/log.ts";
import { limits } from "../../limits.ts";
import type { PlatformStore } from "../store.ts";
import { type AuditAnchors, type LogPlace, PLATFORM_PLACE } from "./anchors.ts";

interface Deps {
  readonly platform: PlatformStore;
  readonly tenants: TenantDatabases;
  readonly anchors: AuditAnchors;
  readonly log: Log;
  readonly background: Background;
}

/**
 * Seals new rows of audit logs some seconds after they were written, and records in the platform how
 * far each log is sealed. Hashing each row inside its write would make the writes of a guild wait for
 * each other. Rows that a dead process left unsealed are sealed with the guild's next change, and once
 * a day.
 */
export class AuditSealer {
  readonly #deps: Deps;
  readonly #touched = new Set<GuildId>();
  #timer: Timer | undefined;
  /** The newest head of each log that this process recorded. */
  readonly #noted = new LRUCache<string, string>({ max: limits.database.openMax });
  #working: Promise<void> = Promise.resolve();

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  start(): void {
    const { sealEveryMs } = limits.audit;
    this.#timer = this.#deps.background.every("audit.seal", sealEveryMs, () =>
      unlessTold(this.flush()),
    );
  }

  async stop(): Promise<void> {
    await this.#timer?.stop();
    await this.flush();
  }

  /** Marks a guild whose audit log may have new rows. */
  touch(guildId: GuildId): void {
    this.#touched.add(guildId);
  }

  /** Seals all marked logs and the platform's log. Never throws. */
  flush(): Promise<void> {
    this.#working = this.#working.then(() => this.#sealTouched());
    return this.#working;
  }

  /** Records in the platform how far a guild's log is sealed today. Returns false if nothing is new. */
  async anchor(guildId: GuildId): Promise<boolean> {
    const head = await this.#sealGuild(guildId);
    if (head === undefined || head.seq === 0) return false;
    return await this.#deps.anchors.noteHead(head);
  }

  /** Writes the platform's own signed head into the log lines, which leave this machine. */
  async witness(): Promise<void> {
    const { platform, anchors, log } = this.#deps;
    await sealAudit(platform.db, PLATFORM_LOG);
    const head = { ...PLATFORM_PLACE, ...(await auditHead(platform.db, PLATFORM_LOG)) };
    await anchors.noteHead(head);
    // The log line has its own `at`, so the signed time gets another name.
    const { at: signedAt, ...signed } = anchors.signedHead(head) ?? { at: undefined };
    log.info("audit.head", { ...head, ...signed, signedAt });
  }

  async #sealTouched(): Promise<void> {
    const { platform, log } = this.#deps;
    const touched = [...this.#touched];
    this.#touched.clear();
    const heads: SealedHead[] = [];
    for (const guildId of touched) {
      const head = await this.#sealGuild(guildId);
      if (head && head.seq > 0) heads.push(head);
    }
    try {
      await sealAudit(platform.db, PLATFORM_LOG);
      heads.push({ ...PLATFORM_PLACE, ...(await auditHead(platform.db, PLATFORM_LOG)) });
      await this.#noteNewest(heads);
    } catch (error) {
      // The next change records it, or the daily anchoring at the latest.
      if (!faultOf(error)) log.error("audit.not-sealed", { error });
    }
  }

  /** Records only new heads, because most marked logs have no new row. */
  async #noteNewest(heads: readonly SealedHead[]): Promise<void> {
    const changed = heads.filter((head) => this.#noted.get(keyOf(head)) !== head.hash);
    if (changed.length === 0) return;
    await this.#deps.anchors.noteNewest(changed);
    for (const head of changed) this.#noted.set(keyOf(head), head.hash);
  }

  async #sealGuild(guildId: GuildId): Promise<SealedHead | undefined> {
    const { platform, tenants, log } = this.#deps;
    try {
      const guild = await platform.guild(guildId);
      if (guild?.status !== "ready") return undefined;
      const place = { log: guildId, generation: guild.generation };
      return await tenants.use(guild, async (db) => {
        await sealAudit(db, guildLog(guildId));
        return { ...place, ...(await auditHead(db, guildLog(guildId))) };
      });
    } catch (error) {
      // The database waits for its migration, is busy or damaged. Its log is sealed when it works
      // again.
      if (!faultOf(error)) log.warn("audit.not-sealed", { guildId, error });
      return undefined;
    }
  }
}

type SealedHead = LogPlace & Head;

const keyOf = ({ log, generation }: LogPlace) => `${log} ${generation}`;
