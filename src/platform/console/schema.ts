import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { Area } from "../../kernel/areas.ts";
import type { GuildId, SessionId, UserId } from "../../kernel/ids.ts";

/** Accounts that run the platform, with their areas. */
export const operators = sqliteTable("operators", {
  userId: text("user_id").$type<UserId>().primaryKey(),
  areas: text({ mode: "json" }).$type<readonly Area[]>().notNull(),
  addedBy: text("added_by").notNull(),
  addedAt: integer("added_at").notNull(),
});

/** Impersonations: operators who acted as another person, each in a separate, short session. */
export const impersonations = sqliteTable(
  "impersonations",
  {
    id: text().primaryKey(),
    /** The impersonation session. It acts as the user. */
    sessionId: text("session_id").$type<SessionId>().notNull().unique(),
    /** The operator's own session. When it ends, the impersonation ends. */
    operatorSessionId: text("operator_session_id").$type<SessionId>().notNull(),
    operatorId: text("operator_id").$type<UserId>().notNull(),
    userId: text("user_id").$type<UserId>().notNull(),
    reason: text().notNull(),
    startedAt: integer("started_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
    endedAt: integer("ended_at"),
  },
  (t) => [index("impersonations_by_start").on(t.startedAt)],
);

/** Guilds whose audit log records the operator's visit. */
export const impersonationGuilds = sqliteTable(
  "impersonation_guilds",
  {
    impersonationId: text("impersonation_id").notNull(),
    guildId: text("guild_id").$type<GuildId>().notNull(),
  },
  (t) => [primaryKey({ columns: [t.impersonationId, t.guildId] })],
);
