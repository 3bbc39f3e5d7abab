import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { UserId } from "../../kernel/ids.ts";
import type { MessageTemplate } from "./templates.ts";

/**
 * Messages that are not sent yet. Each row is written together with the change it reports. A job sends
 * it and removes the row. The content is sealed, because its links give access to accounts.
 */
export const outgoingMessages = sqliteTable(
  "outgoing_messages",
  {
    id: text().primaryKey(),
    kind: text().$type<"email">().notNull(),
    template: text().$type<MessageTemplate>().notNull(),
    /** The receiver's account. Null for an address without an account, and for no receiver. */
    userId: text("user_id").$type<UserId>(),
    sealed: text().notNull(),
    createdAt: integer("created_at").notNull(),
    /** After this time the message is useless and is not sent. */
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
