import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** How far each guild's audit log was sealed on each day: kept where the guild's database is not. */
export const auditHeads = sqliteTable(
  "audit_heads",
  {
    guildId: text("guild_id").notNull(),
    /** Days since 1970, UTC. */
    day: integer().notNull(),
    /** Of the guild's database: one that was restored from a copy has a log of its own from there. */
    generation: integer().notNull(),
    seq: integer().notNull(),
    hash: text().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.guildId, t.day, t.generation] }),
    index("audit_heads_by_day").on(t.day),
  ],
);
