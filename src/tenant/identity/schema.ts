import { sql } from "drizzle-orm";
import {
  index,
  integer,
  primaryKey,
  real,
  sqliteTable,
  text,
  uniqueIndex,
} from "drizzle-orm/sqlite-core";
import type { Edition } from "../../kernel/game/editions.ts";
import type {
  CharacterId,
  GameCharacterId,
  IdentityLinkId,
  IntegrityIssueId,
  OwnershipProofId,
  PersonId,
  SyncRunId,
  UserId,
} from "../../kernel/ids.ts";
import { characters, persons } from "../roster/schema.ts";
import type { IssueType, Severity } from "./integrity/kinds.ts";
import type { ProofFault, ProofSource } from "./matching/proofs.ts";
import type { Confidence, Evidence, LinkSource } from "./matching/world.ts";

// Times are Unix milliseconds, UTC. `ended_at`, `left_at` and `removed_at` archive a row: no automation
// deletes one, so that a return finds its history.

export type SourceKind =
  | "blizzard_roster"
  | "blizzard_profiles"
  | "discord_members"
  | "addon"
  | "guild_roster_manager"
  | "sheet";
export type RunKind = "blizzard" | "discord" | "addon" | "sheet" | "match" | "report";
export type RunState = "queued" | "running" | "done" | "failed";
export type LinkKind = "character" | "discord";

/**
 * Characters that a source has seen in the guild. Identity is the Blizzard id or the GUID; the name
 * may change. `character_id` is the row of the roster, once a person is known.
 */
export const gameCharacters = sqliteTable(
  "game_characters",
  {
    id: text().$type<GameCharacterId>().primaryKey(),
    edition: text().$type<Edition>().notNull(),
    region: text().notNull(),
    name: text().notNull(),
    nameKey: text("name_key").notNull(),
    realm: text().notNull().default(""),
    realmKey: text("realm_key").notNull().default(""),
    blizzardId: integer("blizzard_id"),
    guid: text(),
    class: text(),
    level: integer(),
    /** The guild's rank as the game counts: 0 is the guild master. */
    rank: integer(),
    rankName: text("rank_name"),
    /** Null while no source was allowed to see it; "" is an empty note. */
    publicNote: text("public_note"),
    officerNote: text("officer_note"),
    altGroup: text("alt_group"),
    isMain: integer("is_main", { mode: "boolean" }).notNull().default(false),
    joinedAt: integer("joined_at"),
    lastLoginAt: integer("last_login_at"),
    itemLevel: real("item_level"),
    spec: text(),
    profileAt: integer("profile_at"),
    characterId: text("character_id")
      .$type<CharacterId>()
      .references(() => characters.id, { onDelete: "set null" }),
    /** True when automation put the character on the roster: it may move or remove that row. */
    hasOwnRosterRow: integer("has_own_roster_row", { mode: "boolean" }).notNull().default(false),
    firstSeenAt: integer("first_seen_at").notNull(),
    lastSeenAt: integer("last_seen_at").notNull(),
    removedAt: integer("removed_at"),
  },
  (t) => [
    uniqueIndex("game_characters_by_blizzard_id").on(t.edition, t.region, t.blizzardId),
    uniqueIndex("game_characters_by_guid").on(t.edition, t.region, t.guid),
    uniqueIndex("game_characters_of_roster").on(t.characterId),
    index("game_characters_by_name").on(t.edition, t.region, t.realmKey, t.nameKey),
    index("game_characters_by_profile").on(t.removedAt, t.profileAt),
  ],
);

/** Accounts of the guild's Discord server. Ids are snowflakes, as text: they exceed 2^53. */
export const discordMembers = sqliteTable("discord_members", {
  id: text().primaryKey(),
  username: text().notNull(),
  displayName: text("display_name"),
  nick: text(),
  isBot: integer("is_bot", { mode: "boolean" }).notNull(),
  roleIds: text("role_ids", { mode: "json" }).$type<readonly string[]>().notNull(),
  joinedAt: integer("joined_at"),
  firstSeenAt: integer("first_seen_at").notNull(),
  lastSeenAt: integer("last_seen_at").notNull(),
  leftAt: integer("left_at"),
});

export const discordRoles = sqliteTable("discord_roles", {
  id: text().primaryKey(),
  name: text().notNull(),
  position: integer().notNull(),
  isManaged: integer("is_managed", { mode: "boolean" }).notNull(),
  removedAt: integer("removed_at"),
});

/**
 * Claims that a character or a Discord account belongs to a person. A claim that no longer holds is
 * ended and kept. At any time a subject has one claim, and a person one Discord account.
 */
export const identityLinks = sqliteTable(
  "identity_links",
  {
    id: text().$type<IdentityLinkId>().primaryKey(),
    personId: text("person_id")
      .$type<PersonId>()
      .notNull()
      .references(() => persons.id),
    kind: text().$type<LinkKind>().notNull(),
    /** The id of a game character, or a snowflake. */
    subject: text().notNull(),
    source: text().$type<LinkSource>().notNull(),
    confidence: text().$type<Confidence>().notNull(),
    evidence: text({ mode: "json" }).$type<Evidence>().notNull(),
    createdAt: integer("created_at").notNull(),
    createdBy: text("created_by").notNull(),
    confirmedAt: integer("confirmed_at"),
    confirmedBy: text("confirmed_by"),
    endedAt: integer("ended_at"),
    endedBy: text("ended_by"),
    endReason: text("end_reason"),
  },
  (t) => [
    uniqueIndex("identity_links_of_subject").on(t.kind, t.subject).where(sql`${t.endedAt} is null`),
    uniqueIndex("identity_links_one_discord")
      .on(t.personId)
      .where(sql`${t.endedAt} is null and ${t.kind} = 'discord'`),
    index("identity_links_by_person").on(t.personId, t.createdAt),
    index("identity_links_by_subject").on(t.subject, t.createdAt),
  ],
);

/** Pairs that the matching finds likely, for an officer to decide. */
export const linkSuggestions = sqliteTable(
  "link_suggestions",
  {
    gameCharacterId: text("game_character_id")
      .$type<GameCharacterId>()
      .notNull()
      .references(() => gameCharacters.id),
    discordId: text("discord_id")
      .notNull()
      .references(() => discordMembers.id),
    similarity: real().notNull(),
    evidence: text({ mode: "json" }).$type<Evidence>().notNull(),
    suggestedAt: integer("suggested_at").notNull(),
    /** Set when an officer said no. The pair is not suggested again. */
    rejectedAt: integer("rejected_at"),
    rejectedBy: text("rejected_by"),
  },
  (t) => [
    primaryKey({ columns: [t.gameCharacterId, t.discordId] }),
    index("link_suggestions_by_discord").on(t.discordId),
  ],
);

/**
 * What does not fit. One open row for each fingerprint of type, subject, expected and actual; an
 * issue that comes back is a new row.
 */
export const integrityIssues = sqliteTable(
  "integrity_issues",
  {
    id: text().$type<IntegrityIssueId>().primaryKey(),
    type: text().$type<IssueType>().notNull(),
    severity: text().$type<Severity>().notNull(),
    subject: text().notNull(),
    details: text({ mode: "json" }).$type<Readonly<Record<string, unknown>>>().notNull(),
    fingerprint: text().notNull(),
    firstDetectedAt: integer("first_detected_at").notNull(),
    lastDetectedAt: integer("last_detected_at").notNull(),
    notifiedAt: integer("notified_at"),
    acknowledgedAt: integer("acknowledged_at"),
    acknowledgedBy: text("acknowledged_by"),
    snoozedUntil: integer("snoozed_until"),
    resolvedAt: integer("resolved_at"),
    /** `auto` when the cause is gone, else who resolved it. */
    resolvedBy: text("resolved_by"),
    /** Set when a report named the end of the issue. */
    endNotifiedAt: integer("end_notified_at"),
    note: text().notNull().default(""),
  },
  (t) => [
    uniqueIndex("integrity_issues_open").on(t.fingerprint).where(sql`${t.resolvedAt} is null`),
    index("integrity_issues_by_state").on(t.resolvedAt, t.firstDetectedAt),
  ],
);

/** How each source is doing. */
export const identitySources = sqliteTable("identity_sources", {
  kind: text().$type<SourceKind>().primaryKey(),
  lastTryAt: integer("last_try_at"),
  lastGoodAt: integer("last_good_at"),
  /** When the source last told something new; an API may repeat an old answer for weeks. */
  lastChangeAt: integer("last_change_at"),
  nextAt: integer("next_at"),
  /** The problem code of the last try, null after a good one. */
  error: text(),
  /** Set while an empty or much smaller answer is held back. */
  quarantinedAt: integer("quarantined_at"),
  hash: text(),
  rows: integer(),
});

/** Runs of a source, the matching or the report. */
export const syncRuns = sqliteTable(
  "sync_runs",
  {
    id: text().$type<SyncRunId>().primaryKey(),
    kind: text().$type<RunKind>().notNull(),
    state: text().$type<RunState>().notNull(),
    requestedBy: text("requested_by").notNull(),
    queuedAt: integer("queued_at").notNull(),
    startedAt: integer("started_at"),
    finishedAt: integer("finished_at"),
    counts: text({ mode: "json" }).$type<Readonly<Record<string, number>>>().notNull(),
    error: text(),
  },
  (t) => [index("sync_runs_by_time").on(t.queuedAt)],
);

/** What sources saw change: joined, left, renamed, another rank or note. */
export const identityChanges = sqliteTable(
  "identity_changes",
  {
    seq: integer().primaryKey({ autoIncrement: true }),
    at: integer().notNull(),
    source: text().$type<SourceKind>().notNull(),
    kind: text().notNull(),
    subjectKind: text("subject_kind").$type<LinkKind>().notNull(),
    subject: text().notNull(),
    before: text(),
    after: text(),
  },
  (t) => [
    index("identity_changes_by_time").on(t.at, t.seq),
    index("identity_changes_by_subject").on(t.subject, t.seq),
  ],
);

/** Replaced by `ownership_proofs` and never filled. It goes in a later release, when no server reads it. */
export const identityProofs = sqliteTable(
  "identity_proofs",
  {
    code: text().primaryKey(),
    personId: text("person_id")
      .$type<PersonId>()
      .notNull()
      .references(() => persons.id),
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
    provedAt: integer("proved_at"),
    gameCharacterId: text("game_character_id").$type<GameCharacterId>(),
  },
  (t) => [index("identity_proofs_by_person").on(t.personId)],
);

/**
 * Proofs that a character is a member's: by a code in its public note, or by Battle.net. They belong to
 * the account, since a new member has no person yet. An open proof waits for its code, or for officers.
 */
export const ownershipProofs = sqliteTable(
  "ownership_proofs",
  {
    id: text().$type<OwnershipProofId>().primaryKey(),
    source: text().$type<ProofSource>().notNull(),
    userId: text("user_id").$type<UserId>().notNull(),
    userName: text("user_name").notNull(),
    gameCharacterId: text("game_character_id")
      .$type<GameCharacterId>()
      .notNull()
      .references(() => gameCharacters.id),
    /** Of the code that the note has to contain. Null for Battle.net. */
    codeHash: text("code_hash").unique(),
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
    /** When the proof was seen. It may still contradict an earlier decision. */
    seenAt: integer("seen_at"),
    /** Why it made no link so far. */
    fault: text().$type<ProofFault>(),
    /** When it made the link. */
    provedAt: integer("proved_at"),
    endedAt: integer("ended_at"),
  },
  (t) => [
    uniqueIndex("ownership_proofs_open")
      .on(t.userId, t.gameCharacterId, t.source)
      .where(sql`${t.endedAt} is null`),
    index("ownership_proofs_waiting").on(t.expiresAt).where(sql`${t.endedAt} is null`),
    index("ownership_proofs_by_user").on(t.userId, t.createdAt),
    index("ownership_proofs_by_character").on(t.gameCharacterId),
  ],
);
