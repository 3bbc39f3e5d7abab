import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** Requests to services that limit us, counted over all guilds and processes, by slot of time. */
export const upstreamUses = sqliteTable(
  "upstream_uses",
  {
    upstream: text().notNull(),
    /** The length of the slot in milliseconds. */
    slotMs: integer("slot_ms").notNull(),
    /** Unix milliseconds divided by `slotMs`. */
    slot: integer().notNull(),
    uses: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.upstream, t.slotMs, t.slot] })],
);
