import { and, eq, lte, sql } from "drizzle-orm";
import { columnsOf, prepare, type Values } from "../../database/query.ts";
import { build, insertAll, insertInto } from "../../database/statements.ts";
import { write } from "../../database/write.ts";
import type { GuildId } from "../../kernel/ids.ts";
import { limits } from "../../limits.ts";
import type { PlatformStore } from "../store.ts";
import { responseCache, responseCacheTags } from "./schema.ts";

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

const storedResponse = prepare(
  ({ scope, key }: Values<{ readonly scope: string; readonly key: string }>) =>
    build
      .select(columnsOf(responseCache, "body", "expiresAt"))
      .from(responseCache)
      .where(and(eq(responseCache.scope, scope), eq(responseCache.key, key))),
);

const place = sql`(${responseCache.scope}, ${responseCache.key})`;

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
    const tagged = build
      .select(columnsOf(responseCacheTags, "scope", "key"))
      .from(responseCacheTags)
      .where(
        and(
          eq(responseCacheTags.tag, tag),
          scope === undefined ? undefined : eq(responseCacheTags.scope, scope),
        ),
      );
    const [forgotten] = await write(this.#platform.db, [
      build.delete(responseCache).where(sql`${place} in ${tagged}`),
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
    const row = await storedResponse.first(db, { scope, key });
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
    const staleUntil = expiresAt + (terms.staleOkMs ?? 0);
    const response = { body, storedAt: nowMs, expiresAt, staleUntil };
    const tags = [...new Set(terms.tags)].map((tag) => ({ tag, scope, key }));
    const stale = build
      .select(columnsOf(responseCache, "scope", "key"))
      .from(responseCache)
      .where(lte(responseCache.staleUntil, nowMs))
      .limit(limits.cache.clearedAtOnce);
    await write(this.#platform.db, [
      insertInto(
        responseCache,
        { scope, key, ...response },
        { on: [responseCache.scope, responseCache.key], set: response },
      ),
      build
        .delete(responseCacheTags)
        .where(and(eq(responseCacheTags.scope, scope), eq(responseCacheTags.key, key))),
      ...(tags.length > 0 ? [insertAll(responseCacheTags, tags)] : []),
      // Each insert deletes a few expired rows, so that no separate job is needed.
      build.delete(responseCache).where(sql`${place} in ${stale}`),
    ]);
  }
}
