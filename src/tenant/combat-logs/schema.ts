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
import type { ImportId } from "../../kernel/ids.ts";
import type { ClassId } from "../roster/classes.ts";
import type {
  BuffUptime,
  Consumable,
  Death,
  EnemyFigures,
  FightOutline,
  LeftOut,
  SpellShare,
  StoppedSpell,
  TargetShare,
} from "./parser/types.ts";

/**
 * `receiving` bytes, `waiting` for the parser, `parsing`, and then `ready`, `failed` or, when the same file
 * was uploaded before, `duplicate`. `canceled` by its uploader or an officer.
 */
export type ReportState =
  | "receiving"
  | "waiting"
  | "parsing"
  | "ready"
  | "failed"
  | "duplicate"
  | "canceled";

/** What is stored about a fight besides its columns, in the parser's format. */
export interface FightDetails {
  readonly deaths: readonly Death[];
  readonly enemies: readonly EnemyFigures[];
  /** What was left out because of a limit. Missing in fights that were parsed before there were limits. */
  readonly leftOut?: LeftOut | undefined;
  /** Absorbed damage without a known shield. Missing in fights that were parsed before. */
  readonly uncreditedAbsorbs?: number | undefined;
}

/** What is stored about a player in a fight besides the columns. */
export interface PlayerDetails {
  readonly spells: readonly SpellShare[];
  readonly targets: readonly TargetShare[];
  readonly takenFrom: readonly TargetShare[];
  readonly damageBySecond: readonly number[];
  readonly healingBySecond: readonly number[];
  readonly takenBySecond: readonly number[];
  /** Missing, as the three after it, in fights that an older version parsed. */
  readonly interrupted?: readonly StoppedSpell[] | undefined;
  readonly dispelled?: readonly StoppedSpell[] | undefined;
  readonly consumables?: readonly Consumable[] | undefined;
  readonly buffs?: readonly BuffUptime[] | undefined;
  /** For imported figures only. */
  readonly healingReceived?: number | undefined;
}

/** One combat log, uploaded as a file or live. */
export const logReports = sqliteTable(
  "log_reports",
  {
    id: text().primaryKey(),
    title: text().notNull(),
    fileName: text("file_name").notNull(),
    /** `import` for figures of another program: there is no log to read again. */
    source: text().$type<"upload" | "live" | "import">().notNull(),
    state: text().$type<ReportState>().notNull(),
    /** The account or the API key that uploaded it. */
    uploaderId: text("uploader_id"),
    uploaderName: text("uploader_name").notNull(),
    /** The size of the file as uploaded, packed or not. The store knows how many bytes have arrived. */
    sizeBytes: integer("size_bytes").notNull(),
    /** The hash of the file as uploaded; null until it has been read. */
    sha256: text(),
    /** The report with the same content. */
    duplicateOf: text("duplicate_of"),
    timeZone: text("time_zone").notNull(),
    year: integer(),
    error: text(),
    parserVersion: integer("parser_version"),
    /** The bytes of the unpacked log that have been read. */
    parsedBytes: integer("parsed_bytes").notNull().default(0),
    storedBytes: integer("stored_bytes").notNull().default(0),
    lines: integer(),
    parsed: integer(),
    unknown: integer(),
    bad: integer(),
    logVersion: integer("log_version"),
    advanced: integer({ mode: "boolean" }),
    unknownEvents: text("unknown_events", { mode: "json" }).$type<Record<string, number>>(),
    startAt: integer("start_at"),
    endAt: integer("end_at"),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
    /** The batch that imported it; null for logs that were uploaded. */
    importBatch: text("import_batch").$type<ImportId>(),
  },
  (t) => [
    index("log_reports_by_batch").on(t.importBatch).where(sql`${t.importBatch} IS NOT NULL`),
    index("log_reports_by_time").on(t.createdAt, t.id),
    index("log_reports_by_hash").on(t.sha256),
    index("log_reports_unfinished").on(t.state).where(sql`${t.state} IN ('waiting', 'parsing')`),
  ],
);

/** One fight. Two logs of the same pull have a row each, and the later row refers to the first. */
export const encounters = sqliteTable(
  "encounters",
  {
    id: text().primaryKey(),
    reportId: text("report_id")
      .notNull()
      .references(() => logReports.id, { onDelete: "cascade" }),
    kind: text().$type<"encounter" | "trash" | "arena">().notNull(),
    /** The game's number of the encounter; 0 when there is none. */
    gameId: integer("game_id").notNull(),
    name: text().notNull(),
    difficulty: integer().notNull(),
    size: integer(),
    startAt: integer("start_at").notNull(),
    endAt: integer("end_at").notNull(),
    durationMs: integer("duration_ms").notNull(),
    gameMs: integer("game_ms"),
    outcome: text().notNull(),
    bossPercent: real("boss_percent"),
    unattributedDamage: integer("unattributed_damage").notNull(),
    deathCount: integer("death_count").notNull(),
    playerCount: integer("player_count").notNull(),
    keystone: integer(),
    startByte: integer("start_byte").notNull(),
    endByte: integer("end_byte").notNull(),
    sameAs: text("same_as"),
    details: text({ mode: "json" }).$type<FightDetails>().notNull(),
  },
  (t) => [
    uniqueIndex("encounters_by_place").on(t.reportId, t.startByte),
    index("encounters_by_boss").on(t.gameId, t.difficulty, t.startAt, t.id),
    index("encounters_by_time").on(t.startAt),
    index("encounters_by_twin").on(t.sameAs),
  ],
);

/** The figures of one player in one fight. */
export const encounterPlayers = sqliteTable(
  "encounter_players",
  {
    encounterId: text("encounter_id")
      .notNull()
      .references(() => encounters.id, { onDelete: "cascade" }),
    guid: text().notNull(),
    name: text().notNull(),
    class: text(),
    spec: text(),
    itemLevel: real("item_level"),
    damage: integer().notNull(),
    damageOwn: integer("damage_own").notNull(),
    damagePets: integer("damage_pets").notNull(),
    overkill: integer().notNull(),
    absorbedByTarget: integer("absorbed_by_target").notNull(),
    friendlyFire: integer("friendly_fire").notNull(),
    supportDamage: integer("support_damage").notNull(),
    healing: integer().notNull(),
    overhealing: integer().notNull(),
    absorbsGranted: integer("absorbs_granted").notNull(),
    damageTaken: integer("damage_taken").notNull(),
    deaths: integer().notNull(),
    activeMs: integer("active_ms").notNull(),
    casts: integer().notNull(),
    interrupts: integer().notNull(),
    dispels: integer().notNull(),
    details: text({ mode: "json" }).$type<PlayerDetails>().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.encounterId, t.guid] }),
    index("encounter_players_by_player").on(t.guid, t.encounterId),
  ],
);

export const keystones = sqliteTable(
  "keystones",
  {
    reportId: text("report_id")
      .notNull()
      .references(() => logReports.id, { onDelete: "cascade" }),
    number: integer().notNull(),
    name: text().notNull(),
    mapId: integer("map_id"),
    level: integer().notNull(),
    affixes: text({ mode: "json" }).$type<readonly number[]>().notNull(),
    startAt: integer("start_at").notNull(),
    endAt: integer("end_at"),
    success: integer({ mode: "boolean" }),
    gameMs: integer("game_ms"),
  },
  (t) => [primaryKey({ columns: [t.reportId, t.number] })],
);

/** The current fight of a live log: one row per report. */
export const liveFights = sqliteTable("live_fights", {
  reportId: text("report_id")
    .primaryKey()
    .references(() => logReports.id, { onDelete: "cascade" }),
  /** Increases with every change, so that viewers read only new changes. */
  seq: integer().notNull(),
  at: integer().notNull(),
  fight: text({ mode: "json" }).$type<FightOutline>(),
});

/** Characters of imported logs, with or without figures. Identity is the GUID; names may repeat. */
export const logCharacters = sqliteTable(
  "log_characters",
  {
    guid: text().primaryKey(),
    name: text().notNull(),
    realm: text().notNull(),
    region: text().notNull(),
    /** Null where the source did not know it. */
    class: text().$type<ClassId>(),
    spec: text().notNull(),
    isArchived: integer("is_archived", { mode: "boolean" }).notNull(),
    firstSeenAt: integer("first_seen_at"),
    lastSeenAt: integer("last_seen_at"),
    importBatch: text("import_batch").$type<ImportId>().notNull(),
  },
  (t) => [index("log_characters_by_batch").on(t.importBatch)],
);

/**
 * Rows on their way from another guild. They count when the transfer's last step inserts them into their
 * own tables, all in one transaction.
 */
export const transferRows = sqliteTable(
  "transfer_rows",
  {
    transferId: text("transfer_id").notNull(),
    position: integer().notNull(),
    kind: text().$type<"report" | "keystone" | "encounter" | "player">().notNull(),
    row: text({ mode: "json" }).$type<Readonly<Record<string, unknown>>>().notNull(),
  },
  (t) => [primaryKey({ columns: [t.transferId, t.position] })],
);

/** Fights that were moved to another guild. Reading their log again does not bring them back. */
export const movedFights = sqliteTable(
  "moved_fights",
  {
    encounterId: text("encounter_id").primaryKey(),
    transferId: text("transfer_id").notNull(),
    reportId: text("report_id").notNull(),
    startByte: integer("start_byte").notNull(),
  },
  (t) => [
    index("moved_fights_by_transfer").on(t.transferId),
    index("moved_fights_by_place").on(t.reportId, t.startByte),
  ],
);
