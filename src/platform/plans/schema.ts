import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { GuildId } from "../../kernel/ids.ts";

/** Where a guild's right to a plan comes from: an operator gave it, or somebody pays for it. */
export type SubscriptionSource = "grant" | "stripe";

/** A guild has the largest plan that one of its sources gives it now; without any, the first one. */
export const subscriptions = sqliteTable(
  "subscriptions",
  {
    guildId: text("guild_id").$type<GuildId>().notNull(),
    source: text().$type<SubscriptionSource>().notNull(),
    plan: text().notNull(),
    status: text().$type<"active" | "ended">().notNull(),
    /** Unix milliseconds; null is for good, or until the payer ends it. */
    until: integer(),
    reason: text().notNull().default(""),
    /** Who pays and for what, as the payment provider calls it. */
    customer: text(),
    reference: text(),
    /** When what is known was so: older news that arrive later change nothing. */
    asOf: integer("as_of").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.guildId, t.source] }),
    index("subscriptions_by_end").on(t.status, t.until),
  ],
);

/** News of the payment provider that were taken in: each has one effect, however often it comes. */
export const paymentEvents = sqliteTable("payment_events", {
  id: text().primaryKey(),
  type: text().notNull(),
  guildId: text("guild_id").$type<GuildId>(),
  receivedAt: integer("received_at").notNull(),
});
