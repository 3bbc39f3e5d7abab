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

/** The sealed end of each guild's audit log, by day. It is stored apart from the guild's database. */
export const auditHeads = sqliteTable(
  "audit_heads",
  {
    guildId: text("guild_id").notNull(),
    /** Days since 1970, UTC. */
    day: integer().notNull(),
    /**
     * The generation of the guild's database. A database restored from a backup starts its own log
     * there.
     */
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
 * The anchors of audit logs that this installation has signed: daily heads, the newest head, and every
 * checkpoint. A log is valid only as far as it matches them. `accepted` marks a log that an operator
 * accepted as it is. Earlier anchors are no longer checked.
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
    /** Unix milliseconds. For a checkpoint, the time it was made. */
    at: integer().notNull(),
    /** The secret that signed it. */
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
