import type { Statement } from "../../database/client.ts";
import { unlessTold } from "../../database/faults.ts";
import type { QueryTimes } from "../../database/query-times.ts";
import type { Background, Timer } from "../../kernel/background.ts";
import type { GuildId } from "../../kernel/ids.ts";
import type { Log } from "../../kernel/log.ts";
import { HOUR_MS } from "../../kernel/time.ts";
import { limits } from "../../limits.ts";
import type { PlatformStore } from "../store.ts";

/** One hour of one guild's database, or the sum of several. Times in milliseconds. */
export interface Performance {
  /** The beginning of the hour in Unix milliseconds. */
  readonly at: number;
  readonly queries: number;
  readonly failures: number;
  readonly slow: number;
  readonly meanMs: number;
  readonly slowestMs: number;
  /** The slowest statement, without values. */
  readonly slowestSql: string;
  readonly poolHits: number;
  readonly poolMisses: number;
}

/**
 * Stores the performance of guilds' databases. A write for each query would cost more than the query,
 * so the pool's counts are stored together every half a minute, under the hour of storing.
 */
export class PerformanceLog {
  readonly #platform: PlatformStore;
  readonly #times: QueryTimes;
  readonly #log: Log;
  readonly #background: Background;
  #timer: Timer | undefined;

  constructor(deps: {
    readonly platform: PlatformStore;
    readonly times: QueryTimes;
    readonly log: Log;
    readonly background: Background;
  }) {
    this.#platform = deps.platform;
    this.#times = deps.times;
    this.#log = deps.log;
    this.#background = deps.background;
  }

  /** Servers call this. Commands that only read do not, so that they leave no figures. */
  start(): void {
    const { flushMs } = limits.performance;
    this.#timer = this.#background.every("performance.flush", flushMs, () =>
      unlessTold(this.flush()),
    );
  }

  async stop(): Promise<void> {
    if (this.#timer === undefined) return;
    await this.#timer.stop();
    // Losing figures for operators must not make a stop fail.
    await this.flush().catch((error: unknown) => this.#log.error("performance.lost", { error }));
  }

  async flush(): Promise<void> {
    const hour = Math.floor(this.#platform.now().getTime() / HOUR_MS);
    const rows = [...this.#times.take()].map(([guildId, counts]) => ({
      ...counts,
      guildId,
      slowestSql: withoutValues(counts.slowestSql.join("; ")),
    }));
    if (rows.length === 0) return;
    const args = [JSON.stringify(rows), hour];
    await this.#platform.db.client.execute({ ...ADD, args } satisfies Statement);
  }
}

const ADD = {
  sql: `INSERT INTO guild_performance (guild_id, hour, queries, failures, slow, total_ms,
          slowest_ms, slowest_sql, hits, misses)
        SELECT value->>'guildId', ?2, value->>'queries', value->>'failures', value->>'slow',
          value->>'totalMs', value->>'slowestMs', value->>'slowestSql', value->>'hits',
          value->>'misses'
        FROM json_each(?1) WHERE EXISTS (SELECT 1 FROM guilds WHERE id = value->>'guildId')
        ON CONFLICT (guild_id, hour) DO UPDATE SET
          queries = queries + excluded.queries, failures = failures + excluded.failures,
          slow = slow + excluded.slow, total_ms = total_ms + excluded.total_ms,
          slowest_sql = iif(excluded.slowest_ms > slowest_ms, excluded.slowest_sql, slowest_sql),
          slowest_ms = max(slowest_ms, excluded.slowest_ms),
          hits = hits + excluded.hits, misses = misses + excluded.misses`,
};

/** Performance of a guild's database since a moment, hour by hour. Hours without queries have no row. */
export async function performanceOf(
  platform: PlatformStore,
  guildId: GuildId,
  sinceMs: number,
): Promise<readonly Performance[]> {
  return await platform.db.all<Performance>(
    `SELECT hour * ${HOUR_MS} AS at, queries, failures, slow,
       iif(queries = 0, 0, total_ms / queries) AS meanMs, slowest_ms AS slowestMs,
       slowest_sql AS slowestSql, hits AS poolHits, misses AS poolMisses
     FROM guild_performance WHERE guild_id = ? AND hour >= ? ORDER BY hour`,
    guildId,
    Math.floor(sinceMs / HOUR_MS),
  );
}

/** The sum of several hours. Undefined for none. */
export function together(hours: readonly Performance[]): Performance | undefined {
  if (hours.length === 0) return undefined;
  const sum = (of: (hour: Performance) => number) => hours.reduce((all, one) => all + of(one), 0);
  const slowest = hours.reduce((a, b) => (b.slowestMs > a.slowestMs ? b : a));
  const queries = sum((one) => one.queries);
  return {
    at: hours[0]!.at,
    queries,
    failures: sum((one) => one.failures),
    slow: sum((one) => one.slow),
    meanMs: queries === 0 ? 0 : sum((one) => one.meanMs * one.queries) / queries,
    slowestMs: slowest.slowestMs,
    slowestSql: slowest.slowestSql,
    poolHits: sum((one) => one.poolHits),
    poolMisses: sum((one) => one.poolMisses),
  };
}

// Texts, quoted names, numbered placeholders, names and numbers, each matched as a whole.
const TOKENS = /x?'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\?\d+|[a-z_$][\w$]*|\d+(?:\.\d+)?/gi;

/** The text of a statement on one line, shortened, with `?` for every value. */
export function withoutValues(sql: string): string {
  const bare = sql.replace(TOKENS, (token) => (/^(x?'|\d)/i.test(token) ? "?" : token));
  return bare.replace(/\s+/g, " ").trim().slice(0, limits.performance.sqlCharsMax);
}
