import {
  type LegacyRow,
  legacyFlag,
  legacyNumber,
  legacyText,
  legacyTime,
  legacyWhole,
} from "../../../kernel/legacy-values.ts";
import { cleanName, isVisible } from "../../../kernel/names.ts";
import { type ClassId, classFrom } from "../../roster/classes.ts";

/** The columns of each legacy table that are read. Some programs spelled a few of them otherwise. */
export const LEGACY_LOG_COLUMNS = {
  guilds: ["guild_id", "guild_name", "server", "region", "faction", "is_active"],
  log_files: ["file_id", "file_path", "file_hash", "guild_id"],
  encounters: [
    ...["encounter_id", "log_file_id", "encounter_type", "boss_name", "difficulty", "start_time"],
    ...["end_time", "duration_ms", "combat_length", "success", "raid_size", "wipe_percentage"],
    "guild_id",
  ],
  characters: [
    ...["character_id", "character_guid", "name", "character_name", "server", "region", "class"],
    ...["class_name", "spec", "spec_name", "is_active", "first_seen", "last_seen", "guild_id"],
  ],
  character_metrics: [
    ...["metric_id", "encounter_id", "character_id", "damage_done", "healing_done", "damage_taken"],
    ...["healing_received", "overhealing", "death_count", "activity_percentage", "cast_count"],
  ],
  manual_guild_assignments: ["id", "encounter_id", "target_guild_id"],
  log_transfers: ["id", "encounter_id", "target_guild_id", "completed_at"],
  api_keys: [
    ...["key_id", "client_id", "guild_id", "permissions", "events_per_minute"],
    ...["max_connections", "active"],
  ],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** The game's number of a keystone dungeon's difficulty. */
const KEYSTONE = 8;
const DIFFICULTIES: Readonly<Record<string, number>> = {
  lfr: 17,
  normal: 14,
  heroic: 15,
  mythic: 16,
};

/** A legacy guild. */
export interface LegacyGuild {
  readonly id: number;
  readonly name: string;
  readonly realm: string;
  readonly region: string;
  readonly faction: string;
  readonly isActive: boolean;
}

export interface LegacyFile {
  readonly id: number;
  readonly name: string;
  readonly hash: string;
  readonly guildId: number | null;
}

/** A fight. Times are Unix milliseconds. */
export interface LegacyFight {
  readonly id: number;
  readonly fileId: number | null;
  readonly name: string;
  /** The game's number; 0 where the source names none. */
  readonly difficulty: number;
  /** The level of a keystone dungeon; null for raids. */
  readonly keyLevel: number | null;
  /** Undefined when the source has no readable time. */
  readonly startAt: number | undefined;
  /** 0 where it is unknown. */
  readonly durationMs: number;
  readonly isKill: boolean;
  readonly size: number | null;
  readonly bossPercent: number | null;
  readonly guildId: number | null;
}

export interface LegacyCharacter {
  readonly id: number;
  readonly guid: string;
  readonly name: string;
  readonly realm: string;
  readonly region: string;
  readonly class: ClassId | null;
  readonly spec: string;
  readonly isArchived: boolean;
  readonly firstSeenAt: number | null;
  readonly lastSeenAt: number | null;
  readonly guildId: number | null;
}

/** The figures of a character in a fight. */
export interface LegacyMetric {
  readonly id: number;
  readonly encounterId: number | undefined;
  readonly characterId: number | undefined;
  readonly damage: number;
  readonly healing: number;
  readonly damageTaken: number;
  readonly healingTaken: number;
  readonly overhealing: number;
  readonly deaths: number;
  readonly activePercent: number;
  readonly casts: number;
}

export function guildFrom(row: LegacyRow): LegacyGuild {
  return {
    id: legacyWhole(row["guild_id"]) ?? 0,
    name: readable(row["guild_name"]),
    realm: readable(row["server"]),
    region: legacyText(row["region"]).toLowerCase(),
    faction: legacyText(row["faction"]).toLowerCase() || "none",
    isActive: row["is_active"] === undefined || legacyFlag(row["is_active"]),
  };
}

export function fileFrom(row: LegacyRow): LegacyFile {
  const path = legacyText(row["file_path"]);
  const hash = legacyText(row["file_hash"]).toLowerCase();
  return {
    id: legacyWhole(row["file_id"]) ?? 0,
    name: readable(path.split(/[\\/]/).at(-1) ?? "", 200) || "combat log",
    hash: /^[0-9a-f]{64}$/.test(hash) ? hash : "",
    guildId: legacyWhole(row["guild_id"]) ?? null,
  };
}

export function fightFrom(row: LegacyRow): LegacyFight {
  const startAt = legacyTime(row["start_time"]);
  const isDungeon = legacyText(row["encounter_type"]).toLowerCase() === "mythic_plus";
  const level = isDungeon ? /\d+/.exec(legacyText(row["difficulty"]))?.[0] : undefined;
  const percent = legacyNumber(row["wipe_percentage"]);
  const isKill = legacyFlag(row["success"]);
  return {
    id: legacyWhole(row["encounter_id"]) ?? 0,
    fileId: legacyWhole(row["log_file_id"]) ?? null,
    name: readable(row["boss_name"]) || "?",
    difficulty: isDungeon ? KEYSTONE : difficultyFrom(legacyText(row["difficulty"])),
    keyLevel: isDungeon ? Number(level ?? 0) : null,
    startAt,
    durationMs: durationOf(row, startAt),
    isKill,
    size: positive(legacyWhole(row["raid_size"])),
    bossPercent: isKill || percent === undefined || percent < 0 || percent > 100 ? null : percent,
    guildId: legacyWhole(row["guild_id"]) ?? null,
  };
}

export function characterFrom(row: LegacyRow): LegacyCharacter {
  const className = legacyText(row["class"] ?? row["class_name"]);
  return {
    id: legacyWhole(row["character_id"]) ?? 0,
    guid: legacyText(row["character_guid"]).slice(0, 100),
    name: readable(row["name"] ?? row["character_name"]) || "?",
    realm: readable(row["server"]),
    region: legacyText(row["region"]).toLowerCase().slice(0, 10),
    class: classFrom(className) ?? null,
    spec: readable(row["spec"] ?? row["spec_name"]),
    isArchived: row["is_active"] !== undefined && !legacyFlag(row["is_active"]),
    firstSeenAt: legacyTime(row["first_seen"]) ?? null,
    lastSeenAt: legacyTime(row["last_seen"]) ?? null,
    guildId: legacyWhole(row["guild_id"]) ?? null,
  };
}

/** Undefined when a figure is no whole number of at least 0, or larger than the product can count. */
export function metricFrom(row: LegacyRow): LegacyMetric | undefined {
  const figures = [
    "damage_done",
    "healing_done",
    "damage_taken",
    "healing_received",
    "overhealing",
  ];
  const counts = ["death_count", "cast_count"];
  const values = [...figures, ...counts].map((name) => {
    const value = row[name];
    return value === null || value === undefined ? 0 : legacyWhole(value);
  });
  if (values.some((value) => value === undefined || value < 0)) return undefined;
  const [damage, healing, damageTaken, healingTaken, overhealing, deaths, casts] =
    values as number[];
  return {
    ...metricIds(row),
    damage: damage!,
    healing: healing!,
    damageTaken: damageTaken!,
    healingTaken: healingTaken!,
    overhealing: overhealing!,
    deaths: deaths!,
    casts: casts!,
    activePercent: Math.min(100, Math.max(0, legacyNumber(row["activity_percentage"]) ?? 0)),
  };
}

export function metricIds(row: LegacyRow) {
  return {
    id: legacyWhole(row["metric_id"]) ?? 0,
    encounterId: legacyWhole(row["encounter_id"]),
    characterId: legacyWhole(row["character_id"]),
  };
}

/** A name, or a word such as `heroic` in any case, or the game's number as text. */
function difficultyFrom(text: string): number {
  return DIFFICULTIES[text.toLowerCase()] ?? (/^\d{1,3}$/.test(text) ? Number(text) : 0);
}

function durationOf(row: LegacyRow, startAt: number | undefined): number {
  const seconds = legacyNumber(row["combat_length"]);
  const written = legacyNumber(row["duration_ms"]) ?? (seconds ?? 0) * 1_000;
  if (written > 0) return Math.round(written);
  const endAt = legacyTime(row["end_time"]);
  return startAt !== undefined && endAt !== undefined && endAt > startAt ? endAt - startAt : 0;
}

function positive(value: number | undefined): number | null {
  return value !== undefined && value > 0 && value <= 1_000 ? value : null;
}

/** A name in its stored form. Invisible characters make it "". */
function readable(value: LegacyRow[string], charsMax = 100): string {
  const name = cleanName(legacyText(value)).slice(0, charsMax);
  return isVisible(name) ? name : name.replace(/[^\p{L}\p{N} ]/gu, "");
}
