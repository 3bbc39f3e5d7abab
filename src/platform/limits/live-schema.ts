import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** Connections that are open now, at whichever process. A process that died stops renewing its own. */
export const liveConnections = sqliteTable(
  "live_connections",
  {
    id: text().primaryKey(),
    /** The key or the person whom it is counted for. */
    subject: text().notNull(),
    /** The process that has it. */
    runner: text().notNull(),
    expiresAt: integer("expires_at").notNull(),
  },
  (t) => [
    index("live_connections_by_subject").on(t.subject, t.expiresAt),
    index("live_connections_by_runner").on(t.runner),
  ],
);
