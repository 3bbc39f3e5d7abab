import type { Statement } from "../../database/client.ts";
import { DAY_MS } from "../../kernel/time.ts";
import type { PlatformStore } from "../store.ts";

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
    const statement: Statement = {
      sql: `INSERT INTO api_key_usage (key_id, day, endpoint, requests)
            SELECT value->>'keyId', value->>'day', value->>'endpoint', value->>'requests'
            FROM json_each(?) WHERE EXISTS (SELECT 1 FROM api_keys WHERE id = value->>'keyId')
            ON CONFLICT (key_id, day, endpoint)
              DO UPDATE SET requests = requests + excluded.requests`,
      args: [JSON.stringify(counts)],
    };
    await this.#platform.db.client.execute(statement);
  }
}
