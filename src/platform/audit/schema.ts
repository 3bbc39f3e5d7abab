import { sql } from "drizzle-orm";
import {
  type AnySQLiteColumn,
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from "drizzle-orm/sqlite-core";

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

/**
 * What this installation has signed of audit logs: daily heads, the newest head, and every checkpoint.
 * A log is believed only as far as it fits them. `accepted` is an operator's word that a log is right
 * as it is: anchors of before are not asked any more.
 */
export const auditAnchors = sqliteTable(
  "audit_anchors",
  {
    /** A guild's id, or `platform`. */
    log: text().notNull(),
    generation: integer().notNull(),
    kind: text({ enum: ["head", "newest", "checkpoint", "accepted"] }).notNull(),
    seq: integer().notNull(),
    hash: text().notNull(),
    /** Unix milliseconds; of a checkpoint, when it was made. */
    at: integer().notNull(),
    /** Which secret it was signed with. */
    keyId: text("key_id").notNull(),
    signature: text().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.log, t.generation, t.kind, t.seq, t.at, t.keyId] }),
    uniqueIndex("audit_anchors_one_newest")
      .on(t.log, t.generation)
      .where(sql`${t.kind as AnySQLiteColumn} = 'newest'`),
    index("audit_anchors_by_time").on(t.kind, t.at),
  ],
);
