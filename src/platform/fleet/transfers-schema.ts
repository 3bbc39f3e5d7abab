import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { GuildId } from "../../kernel/ids.ts";

/**
 * `copying` rows to the target, where they do not count yet; `adding` them there in one transaction;
 * `removing` them from the source in one transaction; `done`. Before the removal, a transfer can be undone:
 * `undoing`, then `canceled`. A `done` transfer that another one took back is `reverted`.
 */
export type TransferState =
  | "copying"
  | "adding"
  | "removing"
  | "done"
  | "undoing"
  | "canceled"
  | "reverted";

/** Transfers of fights between two guilds. The state is the next step, so any process can continue it. */
export const guildTransfers = sqliteTable(
  "guild_transfers",
  {
    id: text().primaryKey(),
    fromGuild: text("from_guild").$type<GuildId>().notNull(),
    toGuild: text("to_guild").$type<GuildId>().notNull(),
    state: text().$type<TransferState>().notNull(),
    /** The ids of the fights. They keep their ids in the other guild. */
    fights: text({ mode: "json" }).$type<readonly string[]>().notNull(),
    /** The transfer that this one takes back. */
    reverts: text(),
    startedBy: text("started_by").notNull(),
    /** Why it was undone. */
    error: text(),
    runner: text().notNull(),
    /** Increased by each process that takes over. Writes of the previous one are refused. */
    fence: integer().notNull(),
    leaseUntil: integer("lease_until").notNull(),
    createdAt: integer("created_at").notNull(),
    finishedAt: integer("finished_at"),
  },
  (t) => [
    index("guild_transfers_by_state").on(t.state),
    index("guild_transfers_by_time").on(t.createdAt),
  ],
);
