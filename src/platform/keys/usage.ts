import { eq, sql } from "drizzle-orm";
import { existsIn } from "../../database/query.ts";
import { excluded, insertAll } from "../../database/statements.ts";
import { DAY_MS } from "../../kernel/time.ts";
import type { PlatformStore } from "../store.ts";
import { apiKeys, apiKeyUsage } from "./schema.ts";

/**
 * Counts requests by key. The counts are collected in memory and written together, because a platform
 * write per request would cost more than most requests. A crash loses some seconds of counts.
 */
export class KeyUsage {
  readonly #platform: PlatformStore;
  #counts = new Map<string, { keyId: string; day: number; endpoint: string; requests: number }>();

  constructor(platform: PlatformStore) {
    this.#platform = platform;
  }

  count(keyId: string, endpoint: string, requests = 1): void {
    const day = Math.floor(this.#platform.now().getTime() / DAY_MS);
    const key = `${keyId} ${day} ${endpoint}`;
    const known = this.#counts.get(key);
    if (known) known.requests += requests;
    else this.#counts.set(key, { keyId, day, endpoint, requests });
  }

  async flush(): Promise<void> {
    const counts = [...this.#counts.values()];
    this.#counts = new Map();
    if (counts.length === 0) return;
    const { keyId, day, endpoint, requests } = apiKeyUsage;
    const conflict = {
      on: [keyId, day, endpoint],
      set: { requests: sql`${requests} + ${excluded(requests)}` },
    };
    // A key may have been removed since its requests were counted.
    const statement = insertAll(apiKeyUsage, counts, conflict, (given) =>
      existsIn(apiKeys, eq(apiKeys.id, given(keyId))),
    );
    await this.#platform.db.client.execute(statement);
  }
}
