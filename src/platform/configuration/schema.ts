import { foreignKey, index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** Settings of the platform that operators change while it runs; what is not here has its default. */
export const appConfig = sqliteTable("app_config", {
  key: text().primaryKey(),
  category: text().notNull(),
  value: text({ mode: "json" }).$type<unknown>().notNull(),
  updatedAt: integer("updated_at").notNull(),
});

/** Answers of services elsewhere. `scope` is a guild's id, or empty for what is everybody's. */
export const responseCache = sqliteTable(
  "response_cache",
  {
    scope: text().notNull(),
    key: text().notNull(),
    body: text().notNull(),
    storedAt: integer("stored_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
    /** Until then it may stand in for an answer that cannot be had. */
    staleUntil: integer("stale_until").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.scope, t.key] }),
    index("response_cache_by_end").on(t.staleUntil),
  ],
);

/** What an answer is about, so that all of it can be forgotten at once. */
export const responseCacheTags = sqliteTable(
  "response_cache_tags",
  {
    tag: text().notNull(),
    scope: text().notNull(),
    key: text().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tag, t.scope, t.key] }),
    foreignKey({
      columns: [t.scope, t.key],
      foreignColumns: [responseCache.scope, responseCache.key],
    }).onDelete("cascade"),
    index("response_cache_tags_by_key").on(t.scope, t.key),
  ],
);
