import { write } from "../../database/write.ts";
import type { GuildId } from "../../kernel/ids.ts";
import { limits } from "../../limits.ts";
import type { PlatformStore } from "../store.ts";

/** How long a response is valid, and its tags. */
export interface CacheTerms {
  readonly ttlMs: number;
  readonly tags?: readonly string[];
  /** How much longer it may be used if the service fails. */
  readonly staleOkMs?: number;
}

interface Flight {
  readonly tags: readonly string[];
  readonly scope: string;
  readonly answer: Promise<unknown>;
  isOutdated: boolean;
}

const STORED =
  "SELECT body, expires_at AS expiresAt FROM response_cache WHERE scope = ? AND key = ?";

/**
 * Caches other services' responses for all processes. Concurrent callers share one request. One guild's
 * response is never given to another.
 */
export class ResponseCache {
  readonly #platform: PlatformStore;
  readonly #flights = new Map<string, Flight>();

  constructor(platform: PlatformStore) {
    this.#platform = platform;
  }

  /**
   * The cached response, or else the result of `fetch`. `scope` is the guild it belongs to, or
   * "everybody".
   */
  async cached<T>(
    scope: GuildId | "everybody",
    key: string,
    terms: CacheTerms,
    fetch: () => Promise<T>,
  ): Promise<T> {
    const name = JSON.stringify([scope, key]);
    const pending = this.#flights.get(name);
    if (pending) return (await pending.answer) as T;
    const flight: Flight = {
      tags: terms.tags ?? [],
      scope,
      isOutdated: false,
      // Starts in the next microtask, after the flight is in the list that other callers join.
      answer: Promise.resolve().then(() => this.#answer(flight, key, terms, fetch)),
    };
    this.#flights.set(name, flight);
    try {
      return (await flight.answer) as T;
    } finally {
      if (this.#flights.get(name) === flight) this.#flights.delete(name);
    }
  }

  /** Deletes responses with a tag, of one guild or of all. Responses in flight are not stored either. */
  async invalidate(tag: string, scope?: GuildId | "everybody"): Promise<number> {
    for (const [name, flight] of this.#flights) {
      if (!flight.tags.includes(tag) || (scope !== undefined && flight.scope !== scope)) continue;
      flight.isOutdated = true;
      this.#flights.delete(name);
    }
    const about = "tag = ?1 AND (?2 = '' OR scope = ?2)";
    const [forgotten] = await write(this.#platform.db, [
      {
        sql: `DELETE FROM response_cache WHERE (scope, key) IN
                (SELECT scope, key FROM response_cache_tags WHERE ${about})`,
        args: [tag, scope ?? ""],
      },
    ]);
    return forgotten!.rowsAffected;
  }

  async #answer<T>(
    flight: Flight,
    key: string,
    terms: CacheTerms,
    fetch: () => Promise<T>,
  ): Promise<T> {
    const { db, now } = this.#platform;
    const { scope } = flight;
    const row = await db.first<{ body: string; expiresAt: number }>(STORED, scope, key);
    if (row && row.expiresAt > now().getTime()) return JSON.parse(row.body) as T;
    try {
      const value = await fetch();
      if (!flight.isOutdated) await this.#store(scope, key, terms, value);
      return value;
    } catch (error) {
      const staleUntil = row ? row.expiresAt + (terms.staleOkMs ?? 0) : 0;
      if (row && staleUntil > now().getTime()) return JSON.parse(row.body) as T;
      throw error;
    }
  }

  async #store(scope: string, key: string, terms: CacheTerms, value: unknown): Promise<void> {
    const body = JSON.stringify(value);
    if (body.length > limits.cache.bodyCharsMax) return;
    const nowMs = this.#platform.now().getTime();
    const expiresAt = nowMs + terms.ttlMs;
    await write(this.#platform.db, [
      {
        sql: `INSERT INTO response_cache (scope, key, body, stored_at, expires_at, stale_until)
              VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (scope, key) DO UPDATE SET
                body = ?3, stored_at = ?4, expires_at = ?5, stale_until = ?6`,
        args: [scope, key, body, nowMs, expiresAt, expiresAt + (terms.staleOkMs ?? 0)],
      },
      {
        sql: "DELETE FROM response_cache_tags WHERE scope = ? AND key = ?",
        args: [scope, key],
      },
      {
        sql: `INSERT INTO response_cache_tags (tag, scope, key)
              SELECT DISTINCT value, ?2, ?3 FROM json_each(?1)`,
        args: [JSON.stringify(terms.tags ?? []), scope, key],
      },
      // Each insert deletes a few expired rows, so that no separate job is needed.
      {
        sql: `DELETE FROM response_cache WHERE (scope, key) IN (SELECT scope, key
                FROM response_cache WHERE stale_until <= ? LIMIT ?)`,
        args: [nowMs, limits.cache.clearedAtOnce],
      },
    ]);
  }
}
