import { LRUCache } from "lru-cache";
import type { GuildId } from "../../kernel/ids.ts";
import { limits } from "../../limits.ts";
import type { GuildStatus } from "../schema.ts";
import type { PlatformStore } from "../store.ts";
import { servedDomain } from "./queries.ts";

/** A guild's own domain that requests are routed by. */
export interface RoutedDomain {
  readonly name: string;
  readonly guildId: GuildId;
}

interface Found {
  readonly guildId: GuildId | undefined;
  readonly guildStatus?: GuildStatus;
}

/**
 * Finds guilds by their own domains. Each process remembers an answer for a few seconds, also that there is
 * no such domain. A change in another process takes effect within that time.
 */
export class RoutedDomains {
  readonly #platform: PlatformStore;
  readonly #known = new LRUCache<string, Promise<Found>>({
    max: limits.domains.hostsCachedMax,
    ttl: limits.domains.hostFreshMs,
  });

  constructor(platform: PlatformStore) {
    this.#platform = platform;
  }

  /**
   * The guild that a host name belongs to. Undefined for every other name. `onQuery` runs before the
   * database is asked, and may refuse.
   */
  async routed(
    hostname: string,
    onQuery?: () => Promise<unknown>,
  ): Promise<RoutedDomain | undefined> {
    const name = hostname.replace(/\.$/, "");
    // A domain has two labels or more, and its last one a letter. Other names need no query.
    if (!/^[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z0-9-]*[a-z][a-z0-9-]*$/.test(name)) return undefined;
    if (!this.#known.has(name)) await onQuery?.();
    const { guildId } = await this.#find(name);
    return guildId && { name, guildId };
  }

  /** Whether a certificate may be made for a name: it is routed, and its guild is in service. */
  async isServed(name: string): Promise<boolean> {
    const routed = await this.routed(name);
    return routed !== undefined && (await this.#find(routed.name)).guildStatus === "ready";
  }

  /** Drops what is remembered, after a change in this process. */
  forget(): void {
    this.#known.clear();
  }

  #find(name: string): Promise<Found> {
    const known = this.#known.get(name);
    if (known) return known;
    const found = servedDomain
      .first(this.#platform.db, { domain: name })
      .then((row) => row ?? { guildId: undefined });
    this.#known.set(name, found);
    found.catch(() => this.#known.delete(name));
    return found;
  }
}
