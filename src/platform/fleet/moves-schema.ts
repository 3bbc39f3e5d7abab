import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { GuildId } from "../../kernel/ids.ts";

/**
 * `moving` until the guild is served from its new host, then `moved` until the old database is purged.
 * After a `failed` move, the guild stays on its old host.
 */
export type MoveStatus = "moving" | "moved" | "failed";

/** A move of a guild's database from one host to another. It has the same name on both. */
export const guildMoves = sqliteTable("guild_moves", {
  guildId: text("guild_id").$type<GuildId>().primaryKey(),
  databaseName: text("database_name").notNull(),
  fromHost: text("from_host").notNull(),
  toHost: text("to_host").notNull(),
  status: text().$type<MoveStatus>().notNull(),
  runner: text().notNull(),
  /** Increased by each process that takes over the move. Writes of the previous holder are refused. */
  fence: integer().notNull(),
  leaseUntil: integer("lease_until").notNull(),
  startedAt: integer("started_at").notNull(),
  finishedAt: integer("finished_at"),
});
