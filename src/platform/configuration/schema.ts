import { foreignKey, index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** Settings that operators change while the platform runs. A missing row means the default. */
export const appConfig = sqliteTable("app_config", {
  key: text().primaryKey(),
  category: text().notNull(),
  value: text({ mode: "json" }).$type<unknown>().notNull(),
  updatedAt: integer("updated_at").notNull(),
});

/** Cached responses of other services. `scope` is a guild's id, or empty for shared responses. */
export const responseCache = sqliteTable(
  "response_cache",
  {
    scope: text().notNull(),
    key: text().notNull(),
    body: text().notNull(),
    storedAt: integer("stored_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
    /** Until then it may be used if the service fails. */
    staleUntil: integer("stale_until").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.scope, t.key] }),
    index("response_cache_by_end").on(t.staleUntil),
  ],
);

/** Tags of a response. All responses with a tag can be deleted at once. */
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
