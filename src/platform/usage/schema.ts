import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { GuildId } from "../../kernel/ids.ts";

/** Who called: a key, or a person with a session or an access token. */
export type UsageCaller = "key" | "user";

/**
 * Calls of the API by hour (hours since 1970, UTC), caller, operation and query. Each process adds to a
 * row. Response times are counts in buckets, because percentiles of several rows cannot be added.
 */
export const apiUsage = sqliteTable(
  "api_usage",
  {
    hour: integer().notNull(),
    callerType: text("caller_type").$type<UsageCaller>().notNull(),
    callerId: text("caller_id").notNull(),
    /** Empty outside of a guild. */
    guildId: text("guild_id").$type<GuildId>().notNull(),
    /** The method and the path of the route, such as `GET /api/g/:guild/raids`. */
    operation: text().notNull(),
    /** A hash of the names in the query string, without their values. Empty without a query. */
    queryHash: text("query_hash").notNull(),
    requests: integer().notNull(),
    failures: integer().notNull(),
    /** Answers that were not sent again because the caller has them (304). */
    cacheHits: integer("cache_hits").notNull(),
    totalMs: integer("total_ms").notNull(),
    upTo5: integer("up_to_5").notNull(),
    upTo10: integer("up_to_10").notNull(),
    upTo25: integer("up_to_25").notNull(),
    upTo50: integer("up_to_50").notNull(),
    upTo100: integer("up_to_100").notNull(),
    upTo250: integer("up_to_250").notNull(),
    upTo1000: integer("up_to_1000").notNull(),
    slower: integer().notNull(),
  },
  (t) => [
    primaryKey({
      columns: [t.callerType, t.callerId, t.hour, t.guildId, t.operation, t.queryHash],
    }),
    index("api_usage_by_guild").on(t.guildId, t.hour),
    index("api_usage_by_hour").on(t.hour),
  ],
);
