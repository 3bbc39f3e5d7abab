import { sql } from "drizzle-orm";
import {
  type AnySQLiteColumn,
  check,
  index,
  integer,
  primaryKey,
  real,
  sqliteTable,
  text,
  uniqueIndex,
} from "drizzle-orm/sqlite-core";
import type { Crest } from "../kernel/crest.ts";
import type { Edition } from "../kernel/game/editions.ts";
import type {
  GuildId,
  InvitationId,
  MembershipId,
  OperationId,
  SessionId,
  UserId,
} from "../kernel/ids.ts";
import type { DenialRoles, PermissionOverrides, Role } from "../kernel/permissions.ts";

export * from "../database/audit-schema.ts";
export * from "./accounts/factors/schema.ts";
export * from "./accounts/providers/schema.ts";
export * from "./accounts/secrets/schema.ts";
export * from "./audit/schema.ts";
export * from "./backups/schema.ts";
export * from "./configuration/schema.ts";
export * from "./console/schema.ts";
export * from "./declared/schema.ts";
export * from "./domains/schema.ts";
export * from "./fleet/figures-schema.ts";
export * from "./fleet/moves-schema.ts";
export * from "./fleet/schema.ts";
export * from "./fleet/states-schema.ts";
export * from "./fleet/transfers-schema.ts";
export * from "./keys/schema.ts";
export * from "./limits/live-schema.ts";
export * from "./limits/rate-schema.ts";
export * from "./messages/schema.ts";
export * from "./plans/schema.ts";
export * from "./upstreams/schema.ts";
export * from "./usage/schema.ts";

// Times are Unix milliseconds, UTC. Columns ending in `_key` are folded for comparison and never shown.

export const users = sqliteTable("users", {
  id: text().$type<UserId>().primaryKey(),
  email: text().notNull().unique(),
  name: text().notNull(),
  passwordHash: text("password_hash"),
  emailVerifiedAt: integer("email_verified_at"),
  createdAt: integer("created_at").notNull(),
});

export const sessions = sqliteTable(
  "sessions",
  {
    id: text().$type<SessionId>().primaryKey(),
    userId: text("user_id")
      .$type<UserId>()
      .notNull()
      .references(() => users.id),
    tokenHash: text("token_hash").notNull().unique(),
    createdAt: integer("created_at").notNull(),
    lastUsedAt: integer("last_used_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
    provedAt: integer("proved_at").notNull(),
    address: text().notNull(),
    agent: text().notNull(),
    /** Set for a sign-in at a guild's own domain. The session works only there, and for this guild. */
    guildId: text("guild_id").$type<GuildId>(),
  },
  (t) => [
    index("sessions_by_user").on(t.userId),
    index("sessions_by_guild").on(t.guildId).where(sql`${t.guildId} is not null`),
  ],
);

export type EmailTokenPurpose = "verify" | "reset";

export const emailTokens = sqliteTable(
  "email_tokens",
  {
    tokenHash: text("token_hash").primaryKey(),
    userId: text("user_id")
      .$type<UserId>()
      .notNull()
      .references(() => users.id),
    purpose: text().$type<EmailTokenPurpose>().notNull(),
    email: text().notNull(),
    expiresAt: integer("expires_at").notNull(),
    usedAt: integer("used_at"),
  },
  (t) => [index("email_tokens_by_user").on(t.userId, t.purpose)],
);

export const plans = sqliteTable("plans", {
  name: text().primaryKey(),
  position: integer().notNull(),
  guildsPerAccountMax: integer("guilds_per_account_max"),
  membersMax: integer("members_max"),
  retentionDays: integer("retention_days"),
  keysMax: integer("keys_max"),
  eventsPerMinuteMax: integer("events_per_minute_max"),
  connectionsMax: integer("connections_max"),
  logBytesMax: integer("log_bytes_max"),
  databaseBytesMax: integer("database_bytes_max"),
  /** Requests that all callers of a guild may send in a minute, besides the platform's own limits. */
  requestsPerMinuteMax: integer("requests_per_minute_max"),
  features: text({ mode: "json" }).$type<readonly string[]>().notNull(),
});

/** `deleted`: hidden from all members. Its owner can restore it until `purgeAfter`. */
export type GuildStatus = "creating" | "ready" | "suspended" | "deleted" | "deleting" | "failed";
export type Region = "us" | "eu" | "kr" | "tw" | "cn";
export type Faction = "alliance" | "horde" | "none";

/** The weekdays (ISO, 1 = Monday) and local time of a guild's raids, in its own time zone. */
export interface RaidSchedule {
  readonly weekdays: readonly number[];
  readonly startsAt: string;
  readonly endsAt: string;
}

/** Limits of one guild that replace those of its plan. */
export interface OwnLimits {
  readonly membersMax?: number;
  readonly keysMax?: number;
  readonly logBytesMax?: number;
  readonly databaseBytesMax?: number;
}

/** Choices of a guild that no query filters by. */
export interface GuildSettings {
  /** Absent until the guild chooses one. */
  readonly crest?: Crest;
  /** What visitors may see. Absent until the guild chooses. `visitorAreasOf` reads it. */
  readonly visitorAreas?: readonly string[];
}

export const guilds = sqliteTable(
  "guilds",
  {
    id: text().$type<GuildId>().primaryKey(),
    slug: text().notNull().unique(),
    name: text().notNull(),
    nameKey: text("name_key").notNull(),
    realm: text().notNull(),
    realmKey: text("realm_key").notNull(),
    region: text().$type<Region>().notNull(),
    edition: text().$type<Edition>().notNull().default("retail"),
    faction: text().$type<Faction>().notNull(),
    ownerId: text("owner_id")
      .$type<UserId>()
      .notNull()
      .references(() => users.id),
    plan: text()
      .notNull()
      .references(() => plans.name),
    /** When the guild changed to its plan. 0 for the plan it began with. */
    planSince: integer("plan_since").notNull().default(0),
    status: text().$type<GuildStatus>().notNull(),
    statusReason: text("status_reason"),
    host: text().notNull(),
    databaseName: text("database_name").notNull().unique(),
    databaseUrl: text("database_url"),
    generation: integer().notNull().default(1),
    schemaVersion: integer("schema_version").notNull().default(0),
    schemaHash: text("schema_hash").notNull().default(""),
    /** Whether visitors may see all of `PUBLIC_AREAS`, for releases that know no areas. */
    isPublic: integer("is_public", { mode: "boolean" }).notNull().default(false),
    description: text().notNull().default(""),
    contact: text().notNull().default(""),
    timeZone: text("time_zone").notNull().default("UTC"),
    raidSchedule: text("raid_schedule", { mode: "json" }).$type<RaidSchedule>(),
    discordGuildId: text("discord_guild_id"),
    settings: text({ mode: "json" }).$type<GuildSettings>().notNull(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
    /** Set while `deleted`: the status before, and when the guild is purged. */
    deletedFrom: text("deleted_from").$type<GuildStatus>(),
    purgeAfter: integer("purge_after"),
    /** Refuses deletion, purge and reverts until an operator unlocks the guild. */
    isProtected: integer("is_protected", { mode: "boolean" }).notNull().default(false),
    /** Declared by an operator's file. The owner's plan does not count it. */
    isDeclared: integer("is_declared", { mode: "boolean" }).notNull().default(false),
    ownLimits: text("own_limits", { mode: "json" }).$type<OwnLimits>().notNull().default({}),
  },
  (t) => [
    uniqueIndex("guilds_by_realm").on(t.nameKey, t.realmKey, t.region, t.edition),
    index("guilds_by_owner").on(t.ownerId),
    index("guilds_by_status").on(t.status, t.id),
    index("guilds_by_schema").on(t.schemaVersion),
    index("guilds_by_plan").on(t.plan),
  ],
);

/** Former slugs of guilds. They redirect, and no other guild may take them until then. */
export const slugHistory = sqliteTable(
  "slug_history",
  {
    slug: text().primaryKey(),
    guildId: text("guild_id").$type<GuildId>().notNull(),
    heldUntil: integer("held_until").notNull(),
  },
  (t) => [index("slug_history_by_guild").on(t.guildId)],
);

export const memberships = sqliteTable(
  "memberships",
  {
    id: text().$type<MembershipId>().primaryKey(),
    userId: text("user_id")
      .$type<UserId>()
      .notNull()
      .references(() => users.id),
    guildId: text("guild_id")
      .$type<GuildId>()
      .notNull()
      .references(() => guilds.id),
    role: text().$type<Role>().notNull(),
    overrides: text({ mode: "json" }).$type<PermissionOverrides>().notNull(),
    /** The role of the person who set each denial. Denials of earlier releases are missing here. */
    deniedBy: text("denied_by", { mode: "json" }).$type<DenialRoles>().notNull().default({}),
    createdAt: integer("created_at").notNull(),
    /** The account that gave the role last. Null for founders and for roles of earlier releases. */
    roleBy: text("role_by").$type<UserId>(),
    /** When that was. */
    roleAt: integer("role_at"),
  },
  (t) => [
    uniqueIndex("memberships_by_guild").on(t.guildId, t.userId),
    index("memberships_by_user").on(t.userId),
    uniqueIndex("memberships_one_owner").on(t.guildId).where(sql`${t.role} = 'owner'`),
  ],
);

/** A person's role before leaving a guild. A return gives no more than that. */
export const formerMembers = sqliteTable(
  "former_members",
  {
    guildId: text("guild_id").$type<GuildId>().notNull(),
    userId: text("user_id").$type<UserId>().notNull(),
    role: text().$type<Role>().notNull(),
    overrides: text({ mode: "json" }).$type<PermissionOverrides>().notNull(),
    deniedBy: text("denied_by", { mode: "json" }).$type<DenialRoles>().notNull(),
    leftAt: integer("left_at").notNull(),
    /** Set for a removed person. Older invitations no longer admit them. */
    removedAt: integer("removed_at"),
  },
  (t) => [primaryKey({ columns: [t.guildId, t.userId] })],
);

export const invitations = sqliteTable(
  "invitations",
  {
    id: text().$type<InvitationId>().primaryKey(),
    guildId: text("guild_id")
      .$type<GuildId>()
      .notNull()
      .references(() => guilds.id),
    tokenHash: text("token_hash").notNull().unique(),
    email: text(),
    role: text().$type<Role>().notNull(),
    createdBy: text("created_by")
      .$type<UserId>()
      .notNull()
      .references(() => users.id),
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
    usesMax: integer("uses_max").notNull(),
    uses: integer().notNull().default(0),
    revokedAt: integer("revoked_at"),
  },
  (t) => [
    index("invitations_by_guild").on(t.guildId),
    index("invitations_by_maker").on(t.createdBy),
  ],
);

export type OperationKind = "provision" | "deprovision";
export type OperationStatus = "running" | "done" | "failed";

/** One attempt to create or delete a guild's database. */
export const operations = sqliteTable(
  "provisioning_operations",
  {
    id: text().$type<OperationId>().primaryKey(),
    guildId: text("guild_id").$type<GuildId>().notNull(),
    kind: text().$type<OperationKind>().notNull(),
    status: text().$type<OperationStatus>().notNull(),
    runner: text().notNull(),
    leaseUntil: integer("lease_until").notNull(),
    startedAt: integer("started_at").notNull(),
    finishedAt: integer("finished_at"),
    error: text(),
  },
  (t) => [
    index("operations_by_guild").on(t.guildId),
    uniqueIndex("operations_one_running").on(t.guildId).where(sql`${t.status} = 'running'`),
  ],
);

/** The steps in order. Progress pages follow them by `seq`. */
export const operationSteps = sqliteTable(
  "provisioning_steps",
  {
    seq: integer().primaryKey({ autoIncrement: true }),
    operationId: text("operation_id").$type<OperationId>().notNull(),
    guildId: text("guild_id").$type<GuildId>().notNull(),
    step: text().notNull(),
    state: text().$type<"started" | "done" | "failed">().notNull(),
    at: integer().notNull(),
    detail: text(),
  },
  (t) => [index("steps_by_guild").on(t.guildId, t.seq)],
);

export const auditLog = sqliteTable(
  "audit_log",
  {
    seq: integer().primaryKey({ autoIncrement: true }),
    at: integer().notNull(),
    actorType: text("actor_type").notNull(),
    actorId: text("actor_id").notNull(),
    action: text().notNull(),
    subject: text().notNull(),
    guildId: text("guild_id").$type<GuildId>(),
    before: text({ mode: "json" }),
    after: text({ mode: "json" }),
    address: text().notNull(),
    agent: text().notNull(),
  },
  (t) => [
    index("audit_by_guild").on(t.guildId, t.seq),
    index("audit_by_guild_and_time").on(t.guildId, t.at, t.seq),
    index("audit_by_time").on(t.at),
  ],
);

/** Counters of the previous release, which may still run beside this one. The next release drops them. */
export const rateWindows = sqliteTable("rate_windows", {
  subject: text().primaryKey(),
  windowStart: integer("window_start").notNull(),
  current: integer().notNull(),
  previous: integer().notNull(),
  expiresAt: integer("expires_at").notNull(),
});

/** Responses to requests with an Idempotency-Key, kept for a day. */
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

/** Performance of a guild's database by hour (hours since 1970, UTC). Times in milliseconds. */
export const guildPerformance = sqliteTable(
  "guild_performance",
  {
    guildId: text("guild_id")
      .$type<GuildId>()
      .notNull()
      .references(() => guilds.id, { onDelete: "cascade" }),
    hour: integer().notNull(),
    queries: integer().notNull(),
    failures: integer().notNull(),
    slow: integer().notNull(),
    totalMs: real("total_ms").notNull(),
    slowestMs: real("slowest_ms").notNull(),
    /** The statement's text without values, which are the guild's own data. */
    slowestSql: text("slowest_sql").notNull(),
    hits: integer().notNull(),
    misses: integer().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.guildId, t.hour] }),
    index("guild_performance_by_hour").on(t.hour),
  ],
);

/** Never holds a row. Inserting a false condition aborts the transaction. */
export const guardTable = sqliteTable("_guard", { holds: integer().notNull() }, (t) => [
  check("guard_holds", sql`${t.holds as AnySQLiteColumn} = 1`),
]);
