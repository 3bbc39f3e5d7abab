import { index, integer, primaryKey, real, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { GuildId } from "../../kernel/ids.ts";
import { guilds } from "../schema.ts";

/** Performance of a guild's database by hour (hours since 1970, UTC). Times in milliseconds. */
export const guildPerformance = sqliteTable(
  "guild_performance",
  {
    guildId: text("guild_id")
      .$type<GuildId>()
      .notNull()
      .references(() => guilds.id, { onDelete: "cascade" }),
    hour: integer().notNull(),
    queries: integer().notNull(),
    failures: integer().notNull(),
    slow: integer().notNull(),
    totalMs: real("total_ms").notNull(),
    slowestMs: real("slowest_ms").notNull(),
    /** The statement's text without values, which are the guild's own data. */
    slowestSql: text("slowest_sql").notNull(),
    hits: integer().notNull(),
    misses: integer().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.guildId, t.hour] }),
    index("guild_performance_by_hour").on(t.hour),
  ],
);
