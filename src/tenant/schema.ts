import { sql } from "drizzle-orm";
import {
  type AnySQLiteColumn,
  check,
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
} from "drizzle-orm/sqlite-core";
import type { GuildId } from "../kernel/ids.ts";

export * from "../database/audit-schema.ts";
export * from "./auctions/schema.ts";
export * from "./combat-logs/schema.ts";
export * from "./connections/schema.ts";
export * from "./discord/schema.ts";
export * from "./dkp/schema.ts";
export * from "./identity/schema.ts";
export * from "./imports/schema.ts";
export * from "./loot/schema.ts";
export * from "./raids/schema.ts";
export * from "./roster/schema.ts";

/** The guild that owns this database. Checked at every open, so a swapped or empty file is never served. */
export const meta = sqliteTable(
  "_meta",
  {
    id: integer().primaryKey(),
    guildId: text("guild_id").$type<GuildId>().notNull(),
    generation: integer().notNull(),
    schemaVersion: integer("schema_version").notNull(),
    schemaHash: text("schema_hash").notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (t) => [check("meta_one_row", sql`${t.id as AnySQLiteColumn} = 1`)],
);

/** Guild settings that features read, one row per subject, such as `onboarding`. */
export const settings = sqliteTable("settings", {
  name: text().primaryKey(),
  value: text({ mode: "json" }).$type<unknown>().notNull(),
  updatedAt: integer("updated_at").notNull(),
});

/** Who changed what: written in the same transaction as the change; if it fails, so does the change. */
export const auditLog = sqliteTable(
  "audit_log",
  {
    seq: integer().primaryKey({ autoIncrement: true }),
    at: integer().notNull(),
    actorType: text("actor_type").notNull(),
    actorId: text("actor_id").notNull(),
    actorName: text("actor_name").notNull(),
    action: text().notNull(),
    subject: text().notNull(),
    before: text({ mode: "json" }).$type<unknown>(),
    after: text({ mode: "json" }).$type<unknown>(),
    requestId: text("request_id").notNull(),
    address: text().notNull().default(""),
    agent: text().notNull().default(""),
  },
  (t) => [index("audit_by_time").on(t.at, t.seq)],
);

/** The answers to requests with an Idempotency-Key, kept for a day. */
export const idempotencyKeys = sqliteTable(
  "idempotency_keys",
  {
    scope: text().notNull(),
    key: text().notNull(),
    requestHash: text("request_hash").notNull(),
    lockedUntil: integer("locked_until").notNull(),
    status: integer(),
    headers: text({ mode: "json" }).$type<Record<string, string>>(),
    body: text(),
    expiresAt: integer("expires_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.scope, t.key] })],
);

/** Never contains a row: inserting a false condition aborts the transaction. */
export const guardTable = sqliteTable("_guard", { holds: integer().notNull() }, (t) => [
  check("guard_holds", sql`${t.holds as AnySQLiteColumn} = 1`),
]);

/** Events for viewers. Followed by `seq`, so that none is missed or seen twice. */
export const events = sqliteTable("events", {
  seq: integer().primaryKey({ autoIncrement: true }),
  topic: text().notNull(),
  data: text({ mode: "json" }).$type<Readonly<Record<string, unknown>>>().notNull(),
  at: integer().notNull(),
});
