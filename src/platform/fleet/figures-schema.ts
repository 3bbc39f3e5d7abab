import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { GuildId } from "../../kernel/ids.ts";

/**
 * Figures of each guild by day (days since 1970, UTC), which the guild's daily job collects. Totals are
 * those at the end of the day. Fights, changes and pulls are those of the day itself.
 */
export const guildFigures = sqliteTable(
  "guild_figures",
  {
    guildId: text("guild_id").$type<GuildId>().notNull(),
    day: integer().notNull(),
    fights: integer().notNull(),
    kills: integer().notNull(),
    /** The time in fights, in milliseconds. */
    combatMs: integer("combat_ms").notNull(),
    bosses: integer().notNull(),
    characters: integer().notNull(),
    persons: integer().notNull(),
    raids: integer().notNull(),
    ledgerEntries: integer("ledger_entries").notNull(),
    auctions: integer().notNull(),
    logs: integer().notNull(),
    /** The size of the database and of the logs, in bytes. */
    databaseBytes: integer("database_bytes").notNull(),
    logBytes: integer("log_bytes").notNull(),
    lastActivityAt: integer("last_activity_at"),
    dayFights: integer("day_fights").notNull(),
    dayKills: integer("day_kills").notNull(),
    dayCombatMs: integer("day_combat_ms").notNull(),
    dayChanges: integer("day_changes").notNull(),
    /** When the row was collected. */
    at: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.guildId, t.day] }), index("guild_figures_by_day").on(t.day)],
);
