import type { LegacyCharacter, LegacyFight, LegacyFile, LegacyGuild } from "./rows.ts";

/** The guild that holds rows from before there were guilds, and rows that were assigned to no guild. */
export const HOLDING_GUILD = 1;
/** The guild of every row in a database from before there were guilds. */
export const ONLY_GUILD = 0;

/** A row that is not imported. */
export interface LeftBehind {
  readonly table: string;
  readonly id: number;
  readonly why: string;
}

/** An assignment that a person wrote down and that was never carried out. */
export interface Assignment {
  readonly id: number;
  readonly encounterId: number;
  readonly targetGuildId: number;
}

/** What a legacy database holds, without its figures. */
export interface LegacyLogs {
  readonly version: 1 | 2;
  readonly guilds: ReadonlyMap<number, LegacyGuild>;
  readonly files: ReadonlyMap<number, LegacyFile>;
  readonly fights: readonly LegacyFight[];
  readonly characters: ReadonlyMap<number, LegacyCharacter>;
  readonly assignments: readonly Assignment[];
}

type Reason =
  | "start_time cannot be read"
  | "guild_id is NULL"
  | "guild_id names no guild"
  | "duplicate of another encounter of the guild";

export type MetricReason =
  | "encounter has no readable start"
  | "encounter has no guild"
  | "encounter's guild does not exist"
  | "encounter is a duplicate"
  | "encounter-missing"
  | "character-missing"
  | "figure cannot be read"
  | "character counted twice in an encounter";

const METRIC_REASONS: Readonly<Record<Reason, MetricReason>> = {
  "start_time cannot be read": "encounter has no readable start",
  "guild_id is NULL": "encounter has no guild",
  "guild_id names no guild": "encounter's guild does not exist",
  "duplicate of another encounter of the guild": "encounter is a duplicate",
};

/** Where a fight goes: a guild of the source, or nowhere. */
type Place = { readonly guildId: number } | { readonly reason: Reason; readonly why: string };

/** A fight that is imported. Its instant is known. */
export type PlacedFight = LegacyFight & { readonly startAt: number };

/** Identifies a fight in its guild: boss, difficulty and instant. */
export function fightKey(
  fight: Pick<PlacedFight, "name" | "difficulty" | "keyLevel" | "startAt">,
): string {
  return [fight.name, fight.difficulty, fight.keyLevel ?? "", fight.startAt].join("\n");
}

/** The place of every fight, by its id, and what was strange about the assignments. */
export interface LogPlan {
  readonly places: ReadonlyMap<number, Place>;
  /** Assignments that are not followed. */
  readonly assignments: readonly LeftBehind[];
}

/**
 * Finds the guild of every fight. A single assignment to a guild that exists wins, then the fight's own
 * guild. Of fights that are the same in one guild, the one with the lowest id stays.
 */
export function planLogs(logs: LegacyLogs): LogPlan {
  const { targets, leftBehind } = readAssignments(logs);
  const places = new Map<number, Place>();
  const first = new Map<string, number>();
  for (const fight of [...logs.fights].sort((a, b) => a.id - b.id)) {
    const place = placeOf(logs, fight, targets.get(fight.id));
    if ("reason" in place) {
      places.set(fight.id, place);
      continue;
    }
    const key = `${place.guildId}\n${fightKey(fight as PlacedFight)}`;
    const earlier = first.get(key);
    if (earlier === undefined) first.set(key, fight.id);
    const duplicate = {
      reason: "duplicate of another encounter of the guild",
      why: `duplicate of encounter ${earlier}`,
    } as const;
    places.set(fight.id, earlier === undefined ? place : duplicate);
  }
  return { places, assignments: leftBehind };
}

/** Why a row of figures is not imported; undefined when it is. */
export function metricReason(
  plan: LogPlan,
  characters: LegacyLogs["characters"],
  ids: { readonly encounterId: number | undefined; readonly characterId: number | undefined },
): MetricReason | undefined {
  const place = ids.encounterId === undefined ? undefined : plan.places.get(ids.encounterId);
  if (place === undefined) return "encounter-missing";
  if ("reason" in place) return METRIC_REASONS[place.reason];
  const isKnown = ids.characterId !== undefined && characters.has(ids.characterId);
  return isKnown ? undefined : "character-missing";
}

function placeOf(logs: LegacyLogs, fight: LegacyFight, target: number | undefined): Place {
  if (fight.startAt === undefined) {
    return { reason: "start_time cannot be read", why: "its start cannot be read" };
  }
  if (logs.version === 1) return { guildId: ONLY_GUILD };
  if (target !== undefined) return { guildId: target };
  if (fight.guildId === null) {
    const suggestion = logs.files.get(fight.fileId ?? 0)?.guildId;
    const hint = suggestion ? `; its log file is of guild ${suggestion}` : "";
    return { reason: "guild_id is NULL", why: `guild_id is NULL${hint}` };
  }
  if (logs.guilds.has(fight.guildId)) return { guildId: fight.guildId };
  return { reason: "guild_id names no guild", why: `there is no guild ${fight.guildId}` };
}

/** The assignments that are followed, by encounter, and those that are not. */
function readAssignments({ version, guilds, fights, assignments }: LegacyLogs) {
  const targets = new Map<number, number>();
  const leftBehind: LeftBehind[] = [];
  if (version === 1) return { targets, leftBehind };
  const known = new Set(fights.map(({ id }) => id));
  const byFight = Map.groupBy(assignments, ({ encounterId }) => encounterId);
  for (const [encounterId, rows] of byFight) {
    const wanted = new Set(rows.map(({ targetGuildId }) => targetGuildId));
    const [target] = wanted;
    const why = !known.has(encounterId)
      ? `there is no encounter ${encounterId}`
      : wanted.size > 1
        ? `encounter ${encounterId} has several targets: ${[...wanted].join(", ")}`
        : guilds.has(target!)
          ? undefined
          : `encounter ${encounterId}: there is no guild ${target}`;
    if (why === undefined) targets.set(encounterId, target!);
    else
      leftBehind.push(
        ...rows.map(({ id }) => ({ table: "manual_guild_assignments", id, why }) as const),
      );
  }
  return { targets, leftBehind };
}
