import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** Uses of limited actions in the slots of a subject's window. Past slots are deleted. */
export const rateSlots = sqliteTable(
  "rate_slots",
  {
    subject: text().notNull(),
    slot: integer().notNull(),
    uses: integer().notNull(),
    /** What was left of the limit at the last update. Below zero after a refusal. */
    left: integer().notNull(),
    expiresAt: integer("expires_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.subject, t.slot] }), index("rate_slots_by_end").on(t.expiresAt)],
);
