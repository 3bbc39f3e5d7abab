import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { GuildId } from "../../kernel/ids.ts";

/** Why a backup was made. Scheduled backups are pruned by the policy, backups before a change by age. */
export type BackupReason = "schedule" | "manual" | "before-restore";

/** `making` until its bytes were read back and opened. Only a `good` backup can be restored. */
export type BackupStatus = "making" | "good" | "damaged" | "failed";

/** Backups of databases: of one guild, or of the platform if `guildId` is null. */
export const backups = sqliteTable(
  "backups",
  {
    id: text().primaryKey(),
    guildId: text("guild_id").$type<GuildId>(),
    reason: text().$type<BackupReason>().notNull(),
    status: text().$type<BackupStatus>().notNull(),
    takenAt: integer("taken_at").notNull(),
    createdBy: text("created_by").notNull(),
    /** The object's key in the store: the SHA-256 of the stored bytes. */
    objectKey: text("object_key"),
    bytes: integer(),
    storedBytes: integer("stored_bytes"),
    generation: integer(),
    schemaVersion: integer("schema_version"),
    /** The number of rows per table, for comparison before a restore. */
    rows: text({ mode: "json" }).$type<Readonly<Record<string, number>>>(),
    verifiedAt: integer("verified_at"),
    error: text(),
  },
  (t) => [
    index("backups_by_guild").on(t.guildId, t.takenAt),
    index("backups_by_object").on(t.objectKey),
    // For pruning by age, and for the next verification. Neither reads every backup.
    index("backups_by_age")
      .on(t.takenAt)
      .where(sql`${t.reason} <> 'schedule' or ${t.status} <> 'good'`),
    index("backups_by_verification").on(t.verifiedAt).where(sql`${t.status} = 'good'`),
  ],
);

/** What is known of a guild's changes, and which of them its newest good backup holds. */
export const guildChanges = sqliteTable("guild_changes", {
  guildId: text("guild_id").$type<GuildId>().primaryKey(),
  /** The number of the newest known change. */
  changes: integer().notNull().default(0),
  /** The first known change that no good backup holds. Null when there is none. */
  changedAt: integer("changed_at"),
  /** `changes` when the newest good backup was made. Null while no backup is known to hold everything. */
  copied: integer(),
  /** The generation of the copied database. Another generation is another database. */
  generation: integer(),
  /** The state of the copied database, as its host describes it. Null when it cannot tell. */
  revision: text(),
  /** When the database was last compared with its newest good backup. */
  comparedAt: integer("compared_at"),
});

/** The walk through all guilds that backs up those that changed. It has one row. */
export const copyRounds = sqliteTable("copy_rounds", {
  id: integer().primaryKey(),
  /** When the current round began, or when the next one begins. */
  startedAt: integer("started_at").notNull(),
  /** The last guild that the current round has looked at. */
  after: text("after_guild").$type<GuildId | "">().notNull(),
  /** When the last complete round began: every older change is known since then. */
  completeAt: integer("complete_at"),
});

/**
 * Databases that do not yet or no longer belong to a guild: a copy in progress, or the old database
 * after a restore. Their rows are written before they exist, so that no crash leaves an unknown one.
 */
export const spareDatabases = sqliteTable(
  "spare_databases",
  {
    name: text().primaryKey(),
    host: text().notNull(),
    guildId: text("guild_id").$type<GuildId>().notNull(),
    why: text().$type<"draft" | "replaced">().notNull(),
    /** After this time the sweep removes it. */
    removeAfter: integer("remove_after").notNull(),
  },
  (t) => [
    index("spare_databases_by_time").on(t.removeAfter),
    index("spare_databases_by_guild").on(t.guildId),
  ],
);
