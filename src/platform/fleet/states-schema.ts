import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { FaultCode } from "../../database/faults.ts";
import type { ClockState } from "../../kernel/clock-guard.ts";
import type { GuildId } from "../../kernel/ids.ts";

/** Faults of databases, as a process found them. Written when a fault begins and when it ends. */
export const databaseFaults = sqliteTable(
  "database_faults",
  {
    /** Empty for the platform's own database and for the machine. */
    guildId: text("guild_id").$type<GuildId | "">().notNull(),
    code: text().$type<FaultCode>().notNull(),
    /** The generation of the guild's database. A fault does not apply to a later one. */
    generation: integer().notNull(),
    cause: text().notNull(),
    since: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.guildId, t.code] })],
);

/** One row with the newest time that the platform trusts. */
export const platformClock = sqliteTable("platform_clock", {
  id: integer().primaryKey(),
  newestAt: integer("newest_at").notNull(),
  state: text().$type<ClockState>().notNull(),
  /** The clock's time when the state was last written. */
  shownAt: integer("shown_at").notNull(),
  /** Increased when an operator confirms that the clock is right. */
  confirmations: integer().notNull().default(0),
});

/** One row: how many transactions have changed the platform. A file beside the database holds it too. */
export const platformWrites = sqliteTable("platform_writes", {
  id: integer().primaryKey(),
  count: integer().notNull(),
});
