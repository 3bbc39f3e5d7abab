import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** What a post in a channel is about. `subject` is the id of the raid, the auction or the award. */
export type PostKind = "raid" | "reminder" | "auction" | "auction-end" | "loot";

/** Posts that the feed made, so that it makes each once and keeps those of raids up to date. */
export const discordPosts = sqliteTable(
  "discord_posts",
  {
    kind: text().$type<PostKind>().notNull(),
    subject: text().notNull(),
    channelId: text("channel_id").notNull(),
    /** Discord's id of the message. Null until it was sent. */
    messageId: text("message_id"),
    /** A hash of what the message shows. */
    shown: text().notNull().default(""),
    /** How often the message was changed. */
    edits: integer().notNull().default(0),
    at: integer().notNull(),
    /** When the post got its last form. Null while its raid can change. */
    doneAt: integer("done_at"),
  },
  (t) => [
    primaryKey({ columns: [t.kind, t.subject] }),
    index("discord_posts_by_time").on(t.at),
    index("discord_posts_open").on(t.doneAt, t.at),
  ],
);
