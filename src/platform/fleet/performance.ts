import { and, asc, type Column, eq, gte, sql } from "drizzle-orm";
import type { Statement } from "../../database/client.ts";
import { unlessTold } from "../../database/faults.ts";
import {
  asNumber,
  columnsOf,
  existsIn,
  prepare,
  type RowOf,
  type Values,
} from "../../database/query.ts";
import type { QueryTimes } from "../../database/query-times.ts";
import { build, excluded, insertAll } from "../../database/statements.ts";
import type { Background, Timer } from "../../kernel/background.ts";
import type { GuildId } from "../../kernel/ids.ts";
import type { Log } from "../../kernel/log.ts";
import { HOUR_MS } from "../../kernel/time.ts";
import { limits } from "../../limits.ts";
import { guildPerformance, guilds } from "../schema.ts";
import type { PlatformStore } from "../store.ts";

const HOUR = {
  /** The beginning of the hour in Unix milliseconds. */
  at: asNumber(sql`${guildPerformance.hour} * ${HOUR_MS}`),
  ...columnsOf(guildPerformance, "queries", "failures", "slow"),
  meanMs: asNumber(sql`iif(${guildPerformance.queries} = 0, 0,
    ${guildPerformance.totalMs} / ${guildPerformance.queries})`),
  slowestMs: guildPerformance.slowestMs,
  /** The slowest statement, without values. */
  slowestSql: guildPerformance.slowestSql,
  poolHits: guildPerformance.hits,
  poolMisses: guildPerformance.misses,
};

/** One hour of one guild's database, or the sum of several. Times in milliseconds. */
export type Performance = Readonly<RowOf<typeof HOUR>>;

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
      hour,
      slowestSql: withoutValues(counts.slowestSql.join("; ")),
    }));
    if (rows.length === 0) return;
    await this.#platform.db.client.execute(addHours(rows));
  }
}

/** Adds counts to those of their hour. Leaves out guilds that were removed since they were counted. */
function addHours(rows: readonly (typeof guildPerformance.$inferInsert)[]): Statement {
  const t = guildPerformance;
  const sum = (column: Column) => sql`${column} + ${excluded(column)}`;
  const conflict = {
    on: [t.guildId, t.hour],
    set: {
      ...{ queries: sum(t.queries), failures: sum(t.failures), slow: sum(t.slow) },
      ...{ totalMs: sum(t.totalMs), hits: sum(t.hits), misses: sum(t.misses) },
      slowestMs: sql`max(${t.slowestMs}, ${excluded(t.slowestMs)})`,
      slowestSql: sql`iif(${excluded(t.slowestMs)} > ${t.slowestMs},
        ${excluded(t.slowestSql)}, ${t.slowestSql})`,
    },
  };
  return insertAll(t, rows, conflict, (given) => existsIn(guilds, eq(guilds.id, given(t.guildId))));
}

interface OfGuild {
  readonly guildId: GuildId;
  readonly hour: number;
}

const hoursSince = prepare(({ guildId, hour }: Values<OfGuild>) =>
  build
    .select(HOUR)
    .from(guildPerformance)
    .where(and(eq(guildPerformance.guildId, guildId), gte(guildPerformance.hour, hour)))
    .orderBy(asc(guildPerformance.hour)),
);

/** Performance of a guild's database since a moment, hour by hour. Hours without queries have no row. */
export async function performanceOf(
  platform: PlatformStore,
  guildId: GuildId,
  sinceMs: number,
): Promise<readonly Performance[]> {
  return await hoursSince.all(platform.db, { guildId, hour: Math.floor(sinceMs / HOUR_MS) });
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
