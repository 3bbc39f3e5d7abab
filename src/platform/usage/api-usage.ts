import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { eq, sql } from "drizzle-orm";
import { LRUCache } from "lru-cache";
import { existsIn } from "../../database/query.ts";
import { excluded, insertAll } from "../../database/statements.ts";
import { write } from "../../database/write.ts";
import type { GuildId } from "../../kernel/ids.ts";
import { HOUR_MS } from "../../kernel/time.ts";
import { limits } from "../../limits.ts";
import { apiUsage, guilds } from "../schema.ts";
import type { PlatformStore } from "../store.ts";
import { BUCKETS, bucketOf } from "./percentiles.ts";
import type { UsageCaller } from "./schema.ts";

/** One answered request of the API. */
export interface AnsweredRequest {
  readonly callerType: UsageCaller;
  readonly callerId: string;
  /** Undefined outside of a guild. */
  readonly guildId: GuildId | undefined;
  /** The method and the path of the route. */
  readonly operation: string;
  /** The names in the query string. Their values are not recorded. */
  readonly queryNames: readonly string[];
  readonly status: number;
  readonly ms: number;
}

type Row = typeof apiUsage.$inferInsert;

/** The operation of requests beyond the rows of a caller, and of requests without a route. */
export const OTHER = "other";

/**
 * Counts requests of the API by hour, caller, guild, operation and query. A write for each request would
 * cost more than most requests, so the counts are collected in memory and written together. A crash loses
 * some seconds of counts.
 */
export class ApiUsage {
  readonly #platform: PlatformStore;
  #rows = new Map<string, Row>();
  /** What each caller used in its hour, so that made-up query strings cannot fill the table. */
  readonly #used = new LRUCache<string, Set<string>>({ max: limits.usage.callersMax });

  constructor(platform: PlatformStore) {
    this.#platform = platform;
  }

  count(request: AnsweredRequest): void {
    const { callerType, callerId, guildId = "" as GuildId, status, ms } = request;
    const hour = Math.floor(this.#platform.now().getTime() / HOUR_MS);
    const caller = `${callerType} ${callerId} ${hour}`;
    const [operation, queryHash] = this.#place(caller, guildId, request);
    const key = `${caller} ${guildId} ${operation} ${queryHash}`;
    let row = this.#rows.get(key);
    if (row === undefined) {
      // Without a platform to write to, counting goes on only for those who were counted already.
      if (this.#rows.size >= limits.usage.rowsMax) return;
      row = { hour, callerType, callerId, guildId, operation, queryHash, ...NOTHING };
      this.#rows.set(key, row);
    }
    row.requests++;
    if (status >= 400) row.failures++;
    if (status === 304) row.cacheHits++;
    row.totalMs += Math.round(ms);
    row[bucketOf(ms)]++;
  }

  /** Writes what was counted since the last call, without guilds that were removed since then. */
  async flush(): Promise<void> {
    const rows = [...this.#rows.values()];
    this.#rows = new Map();
    if (rows.length === 0) return;
    const add = insertAll(apiUsage, rows, { on: KEY, set: SUMS }, (given) => {
      const guildId = given(apiUsage.guildId);
      return sql`(${guildId} = '' or ${existsIn(guilds, eq(guilds.id, guildId))})`;
    });
    await write(this.#platform.db, [add]);
  }

  /** The operation and the hash of the query, or a common row when the caller has used too many. */
  #place(
    caller: string,
    guildId: GuildId,
    { operation, queryNames }: AnsweredRequest,
  ): readonly [operation: string, queryHash: string] {
    const hash = hashOf(queryNames);
    let used = this.#used.get(caller);
    if (used === undefined) {
      used = new Set();
      this.#used.set(caller, used);
    }
    const name = `${guildId} ${operation} ${hash}`;
    if (used.has(name)) return [operation, hash];
    if (used.size >= limits.usage.rowsPerCallerMax) return [OTHER, ""];
    used.add(name);
    return [operation, hash];
  }
}

/** Eight bytes name a set of names well enough, and tell nothing about values. */
function hashOf(names: readonly string[]): string {
  if (names.length === 0) return "";
  const set = [...new Set(names)].toSorted().slice(0, limits.usage.queryNamesMax).join(" ");
  return bytesToHex(sha256(utf8ToBytes(set))).slice(0, 16);
}

const COUNTS = [
  ...(["requests", "failures", "cacheHits", "totalMs"] as const),
  ...BUCKETS.map(({ name }) => name),
];
const NOTHING = Object.fromEntries(COUNTS.map((name) => [name, 0])) as Record<
  (typeof COUNTS)[number],
  number
>;
const KEY = [
  ...[apiUsage.callerType, apiUsage.callerId, apiUsage.hour, apiUsage.guildId],
  ...[apiUsage.operation, apiUsage.queryHash],
];
const SUMS = Object.fromEntries(
  COUNTS.map((name) => [name, sql`${apiUsage[name]} + ${excluded(apiUsage[name])}`]),
);
