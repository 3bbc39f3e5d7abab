import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { GuildId } from "../../kernel/ids.ts";

/** The source of a guild's plan: a grant of an operator, or a payment. */
export type SubscriptionSource = "grant" | "stripe";

/** A guild has the largest plan that one of its sources gives it. Without a source, it has the first plan. */
export const subscriptions = sqliteTable(
  "subscriptions",
  {
    guildId: text("guild_id").$type<GuildId>().notNull(),
    source: text().$type<SubscriptionSource>().notNull(),
    plan: text().notNull(),
    status: text().$type<"active" | "ended">().notNull(),
    /** Unix milliseconds. Null for a grant without end, or for a payment that goes on. */
    until: integer(),
    reason: text().notNull().default(""),
    /** The payment provider's ids of the customer and of the payment. */
    customer: text(),
    reference: text(),
    /** The time of the state that the row describes. An older state that arrives later changes nothing. */
    asOf: integer("as_of").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.guildId, t.source] }),
    index("subscriptions_by_end").on(t.status, t.until),
  ],
);

/** Applied events of the payment provider. Each is applied once, even if it arrives several times. */
export const paymentEvents = sqliteTable("payment_events", {
  id: text().primaryKey(),
  type: text().notNull(),
  guildId: text("guild_id").$type<GuildId>(),
  receivedAt: integer("received_at").notNull(),
});
