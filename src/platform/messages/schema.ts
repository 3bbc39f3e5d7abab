import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { GuildId, UserId } from "../../kernel/ids.ts";
import type { MessageTemplate } from "./templates.ts";

/** `email`: to an address. `discord`: to a channel of a guild's server. */
export type MessageKind = "email" | "discord";

/**
 * The outbox: everything that leaves for a mailbox or for Discord. A row is written together with the
 * change it reports, a job sends it. The content is sealed, because links in it give access to accounts.
 * A sent email leaves no row. A sent post keeps its row, so that nothing sends it again.
 */
export const outgoingMessages = sqliteTable(
  "outgoing_messages",
  {
    id: text().primaryKey(),
    kind: text().$type<MessageKind>().notNull(),
    template: text().$type<MessageTemplate | "post">().notNull(),
    /** The receiver's account. Null for an address without an account, and for no receiver. */
    userId: text("user_id").$type<UserId>(),
    sealed: text().notNull(),
    createdAt: integer("created_at").notNull(),
    /** After this time the message is useless and is not sent. A dead letter is deleted some days later. */
    expiresAt: integer("expires_at").notNull(),
    /** The guild whose server gets the message. Null for emails. */
    guildId: text("guild_id").$type<GuildId>(),
    sentAt: integer("sent_at"),
    /** The receiver's id of the message. */
    receipt: text(),
    /** Set when the message was given up: a dead letter, until an operator retries or discards it. */
    deadAt: integer("dead_at"),
    deadReason: text("dead_reason"),
  },
  (t) => [
    index("outgoing_messages_by_user").on(t.userId, t.template),
    index("outgoing_messages_dead").on(t.deadAt),
  ],
);

/** Discord servers that guilds have connected, and how they are doing. */
export const discordGuilds = sqliteTable("discord_guilds", {
  guildId: text("guild_id").$type<GuildId>().primaryKey(),
  /** The last event of the guild that was looked at for posts. */
  feedSeq: integer("feed_seq").notNull().default(0),
  /** Set when Discord refused the bot. Nothing is sent for the guild until it connects again. */
  restedAt: integer("rested_at"),
  restReason: text("rest_reason"),
  /** The commands that the server has, as a hash. Null before they were registered. */
  commandsHash: text("commands_hash"),
  /** The person who connected the server by a link, and when. */
  connectedBy: text("connected_by").$type<UserId>(),
  connectedAt: integer("connected_at"),
  /** The server that the guild proved to be its own. The bot answers there for this guild alone. */
  serverId: text("server_id").unique(),
});

/** Devices and networks that an account signed in from, as hashes. */
export const signInPlaces = sqliteTable(
  "sign_in_places",
  {
    userId: text("user_id").$type<UserId>().notNull(),
    placeHash: text("place_hash").notNull(),
    lastUsedAt: integer("last_used_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.userId, t.placeHash] })],
);
