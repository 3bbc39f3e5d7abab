import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { GuildId } from "../../kernel/ids.ts";

/** Why a copy was made. Those before a change go by age, those of the schedule by the policy. */
export type BackupReason = "schedule" | "manual" | "before-restore";

/** `making` until its bytes were read back and opened; only a `good` one can be restored. */
export type BackupStatus = "making" | "good" | "damaged" | "failed";

/** Copies of databases: one of a guild, or of the platform when `guildId` is null. */
export const backups = sqliteTable(
  "backups",
  {
    id: text().primaryKey(),
    guildId: text("guild_id").$type<GuildId>(),
    reason: text().$type<BackupReason>().notNull(),
    status: text().$type<BackupStatus>().notNull(),
    takenAt: integer("taken_at").notNull(),
    createdBy: text("created_by").notNull(),
    /** Where the store has it: named by the SHA-256 of what is stored. */
    objectKey: text("object_key"),
    bytes: integer(),
    storedBytes: integer("stored_bytes"),
    generation: integer(),
    schemaVersion: integer("schema_version"),
    /** Rows of each table, for people who compare before they restore. */
    rows: text({ mode: "json" }).$type<Readonly<Record<string, number>>>(),
    verifiedAt: integer("verified_at"),
    error: text(),
  },
  (t) => [
    index("backups_by_guild").on(t.guildId, t.takenAt),
    index("backups_by_object").on(t.objectKey),
  ],
);

/**
 * Databases that are not yet or no longer a guild's own: a copy being made, or what a restore left
 * behind. Written down before they exist, so that no crash leaves one that nobody knows of.
 */
export const spareDatabases = sqliteTable(
  "spare_databases",
  {
    name: text().primaryKey(),
    host: text().notNull(),
    guildId: text("guild_id").$type<GuildId>().notNull(),
    why: text().$type<"draft" | "replaced">().notNull(),
    /** From then on the sweep removes it. */
    removeAfter: integer("remove_after").notNull(),
  },
  (t) => [index("spare_databases_by_time").on(t.removeAfter)],
);
