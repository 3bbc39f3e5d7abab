import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { GuildId, UserId } from "../../kernel/ids.ts";

/** What keys may be made for. */
export const KEY_SCOPES = ["stream", "query", "upload", "identity", "admin"] as const;
export type KeyScope = (typeof KEY_SCOPES)[number];

/** Keys for programs of one guild. The secret itself is stored nowhere. */
export const apiKeys = sqliteTable(
  "api_keys",
  {
    id: text().primaryKey(),
    guildId: text("guild_id").$type<GuildId>().notNull(),
    name: text().notNull(),
    /** HMAC of the secret, under a key that only the server's configuration contains. */
    secretHash: text("secret_hash").notNull(),
    scopes: text({ mode: "json" }).$type<readonly KeyScope[]>().notNull(),
    eventsPerMinuteMax: integer("events_per_minute_max").notNull(),
    connectionsMax: integer("connections_max").notNull(),
    createdBy: text("created_by").$type<UserId>().notNull(),
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at"),
    revokedAt: integer("revoked_at"),
    lastUsedAt: integer("last_used_at"),
    /** The key that replaced this one in a rotation. After that, only the successor counts for the plan. */
    successorId: text("successor_id"),
    /** When its maker was last reminded to rotate it. */
    remindedAt: integer("reminded_at"),
  },
  (t) => [
    index("api_keys_by_guild").on(t.guildId, t.createdAt),
    index("api_keys_by_successor").on(t.successorId).where(sql`${t.successorId} IS NOT NULL`),
  ],
);

/** Networks that a key was used from (a /24, or a /48 for IPv6). */
export const apiKeyNetworks = sqliteTable(
  "api_key_networks",
  {
    keyId: text("key_id")
      .notNull()
      .references(() => apiKeys.id, { onDelete: "cascade" }),
    network: text().notNull(),
    firstSeenAt: integer("first_seen_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.keyId, t.network] })],
);

/** Tickets for one live connection of a signed-in person. They are short-lived and can be used once. */
export const liveTickets = sqliteTable("live_tickets", {
  ticketHash: text("ticket_hash").primaryKey(),
  guildId: text("guild_id").$type<GuildId>().notNull(),
  sessionId: text("session_id").notNull(),
  expiresAt: integer("expires_at").notNull(),
});

/** Requests of a key by day (days since 1970, UTC). */
export const apiKeyUsage = sqliteTable(
  "api_key_usage",
  {
    keyId: text("key_id")
      .notNull()
      .references(() => apiKeys.id, { onDelete: "cascade" }),
    day: integer().notNull(),
    endpoint: text().notNull(),
    requests: integer().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.keyId, t.day, t.endpoint] }),
    index("api_key_usage_by_day").on(t.day),
  ],
);
