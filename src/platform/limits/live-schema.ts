import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** Open connections of all processes. A dead process stops renewing its own. */
export const liveConnections = sqliteTable(
  "live_connections",
  {
    id: text().primaryKey(),
    /** The key or person that the connection is counted for. */
    subject: text().notNull(),
    /** The process that holds the connection. */
    runner: text().notNull(),
    expiresAt: integer("expires_at").notNull(),
  },
  (t) => [
    index("live_connections_by_subject").on(t.subject, t.expiresAt),
    index("live_connections_by_runner").on(t.runner),
  ],
);
