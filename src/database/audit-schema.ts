import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** The hash of each row of `audit_log`, computed over the row and the hash before it. */
export const auditSeals = sqliteTable("audit_seals", {
  seq: integer().primaryKey(),
  hash: text().notNull(),
});

/** Where the beginning of `audit_log` was removed, with the hash of the last removed row. */
export const auditCheckpoints = sqliteTable("audit_checkpoints", {
  seq: integer().primaryKey(),
  hash: text().notNull(),
  at: integer().notNull(),
});
