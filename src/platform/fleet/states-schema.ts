import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { FaultCode } from "../../database/faults.ts";
import type { ClockState } from "../../kernel/clock-guard.ts";
import type { GuildId } from "../../kernel/ids.ts";

/** Databases in trouble, as some process found them. Written when a state begins and when it is over. */
export const databaseFaults = sqliteTable(
  "database_faults",
  {
    /** Empty for the platform's own database and for the machine. */
    guildId: text("guild_id").$type<GuildId | "">().notNull(),
    code: text().$type<FaultCode>().notNull(),
    /** The guild's database that it is about; a later one is another database. */
    generation: integer().notNull(),
    cause: text().notNull(),
    since: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.guildId, t.code] })],
);

/** One row: the newest time that the platform believes. */
export const platformClock = sqliteTable("platform_clock", {
  id: integer().primaryKey(),
  newestAt: integer("newest_at").notNull(),
  state: text().$type<ClockState>().notNull(),
  /** What the clock showed when the state was last written. */
  shownAt: integer("shown_at").notNull(),
  /** Raised by an operator who says that the clock is right. */
  confirmations: integer().notNull().default(0),
});
