import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { UserId } from "../../kernel/ids.ts";
import type { MessageTemplate } from "./templates.ts";

/**
 * Messages that are not sent yet. Each stands in the write of what it tells, a job sends it, and
 * then its row is removed. What it says is sealed: links in it open accounts.
 */
export const outgoingMessages = sqliteTable(
  "outgoing_messages",
  {
    id: text().primaryKey(),
    kind: text().$type<"email">().notNull(),
    template: text().$type<MessageTemplate>().notNull(),
    /** Whom it is for; null for an address without an account, and for no receiver. */
    userId: text("user_id").$type<UserId>(),
    sealed: text().notNull(),
    createdAt: integer("created_at").notNull(),
    /** Later it is of no use, and is not sent. */
    expiresAt: integer("expires_at").notNull(),
  },
  (t) => [index("outgoing_messages_by_user").on(t.userId, t.template)],
);

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
