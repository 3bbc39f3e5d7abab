import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** The hash of each row of `audit_log` over itself and everything before it. */
export const auditSeals = sqliteTable("audit_seals", {
  seq: integer().primaryKey(),
  hash: text().notNull(),
});

/** Where the beginning of `audit_log` was let go: the hash of the last row that went. */
export const auditCheckpoints = sqliteTable("audit_checkpoints", {
  seq: integer().primaryKey(),
  hash: text().notNull(),
  at: integer().notNull(),
});
