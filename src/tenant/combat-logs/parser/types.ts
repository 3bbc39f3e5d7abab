import type { ConsumableKind } from "./consumables.ts";

/** Times are Unix milliseconds; `…Byte` are offsets in the uncompressed log. */
export type Outcome = "kill" | "wipe" | "incomplete" | "in-progress";
export type FightKind = "encounter" | "trash" | "arena";

/** Figures of one source for one spell or one target. */
export interface Share {
  readonly damage: number;
  readonly healing: number;
  readonly overhealing: number;
  readonly hits: number;
  readonly crits: number;
}

export interface SpellShare extends Share {
  readonly spellId: number;
  readonly spellName: string;
  /** The pet that did it; null for the player. */
  readonly petName: string | null;
  readonly casts: number;
}

export interface TargetShare extends Share {
  readonly guid: string;
  readonly name: string;
}

/** One event before a death; the list is sorted, newest last. */
interface DeathEvent {
  readonly atMs: number;
  readonly kind: "damage" | "heal";
  readonly sourceName: string;
  readonly spellName: string;
  /** With overkill, without what shields absorbed. A heal is without overhealing. */
  readonly amount: number;
  readonly overkill: number;
  /** Missing in fights that were parsed before, like `health`. */
  readonly absorbed?: number | undefined;
  /** The player's health after it, in percent; null where the log does not say. */
  readonly health?: number | null | undefined;
}

export interface Death {
  readonly guid: string;
  readonly name: string;
  readonly atMs: number;
  /** The source and spell of the last hit; null when there was no hit. */
  readonly killedBy: { readonly sourceName: string; readonly spellName: string } | null;
  readonly events: readonly DeathEvent[];
}

export interface BuffUptime {
  readonly spellId: number;
  readonly spellName: string;
  readonly uptimeMs: number;
  /** How often it was applied during the fight. */
  readonly count: number;
}

export interface Consumable {
  readonly kind: ConsumableKind;
  readonly spellId: number;
  readonly spellName: string;
  /** During the fight. 0 for one that was used before. */
  readonly uses: number;
  readonly uptimeMs: number;
}

/** A spell that was interrupted or removed, with the spell that did it. */
export interface StoppedSpell {
  readonly spellId: number;
  readonly spellName: string;
  readonly stoppedId: number;
  readonly stoppedName: string;
  readonly count: number;
}

/** What a player did besides damage and healing. */
export interface Utility {
  readonly interrupted: readonly StoppedSpell[];
  readonly dispelled: readonly StoppedSpell[];
  readonly consumables: readonly Consumable[];
  /** Buffs on the player, those with the longest time first. Not in fights between encounters. */
  readonly buffs: readonly BuffUptime[];
}

/** One player in one fight. Pets are included where noted. */
export interface PlayerFigures extends Utility {
  readonly guid: string;
  readonly name: string;
  readonly class: string | null;
  readonly spec: string | null;
  readonly itemLevel: number | null;
  /** With pets and with what shields absorbed; without overkill and friendly fire. */
  readonly damage: number;
  readonly damageOwn: number;
  readonly damagePets: number;
  readonly overkill: number;
  readonly absorbedByTarget: number;
  readonly friendlyFire: number;
  /** Damage that this player added to others' damage; shown, never added to a total. */
  readonly supportDamage: number;
  /** Effective healing, plus what this player's shields absorbed. */
  readonly healing: number;
  readonly overhealing: number;
  readonly absorbsGranted: number;
  readonly damageTaken: number;
  readonly deaths: number;
  readonly activeMs: number;
  readonly casts: number;
  readonly interrupts: number;
  readonly dispels: number;
  readonly spells: readonly SpellShare[];
  readonly targets: readonly TargetShare[];
  readonly takenFrom: readonly TargetShare[];
  /** One figure for each second since the start. */
  readonly damageBySecond: readonly number[];
  readonly healingBySecond: readonly number[];
  readonly takenBySecond: readonly number[];
}

/** The damage that an enemy took, for checks such as "total damage done equals health lost". */
export interface EnemyFigures {
  readonly guid: string;
  readonly name: string;
  readonly damageTaken: number;
  /** The part of it that no player caused. */
  readonly unattributed: number;
  readonly hp: number | null;
  readonly hpMax: number | null;
}

/** What was left out of a fight because of `limits.logs.fight`. All zero for any normal raid. */
export interface LeftOut {
  readonly players: number;
  readonly enemies: number;
  readonly deaths: number;
  /** Rows of spells, targets and sources; during the fight, each hit without room counts as one. */
  readonly rows: number;
  /** Players whose figures by second are missing or incomplete. */
  readonly curves: number;
}

/** A fight as viewers of a live log see it. */
export type FightOutline = Pick<
  Fight,
  | "kind"
  | "id"
  | "name"
  | "difficulty"
  | "size"
  | "startMs"
  | "endMs"
  | "durationMs"
  | "outcome"
  | "startByte"
> & {
  readonly deathCount: number;
  readonly players: readonly Pick<
    PlayerFigures,
    "guid" | "name" | "class" | "spec" | "damage" | "healing" | "damageTaken" | "deaths"
  >[];
};

export interface Fight {
  readonly kind: FightKind;
  /** The game's number of the encounter; null for trash and arenas. */
  readonly id: number | null;
  readonly name: string;
  readonly difficulty: number | null;
  readonly size: number | null;
  readonly startMs: number;
  readonly endMs: number;
  readonly durationMs: number;
  /** The length in the log, which is some milliseconds shorter. */
  readonly gameMs: number | null;
  readonly outcome: Outcome;
  /** The boss's remaining health, 0 to 100; null when the log does not contain it. */
  readonly bossPercent: number | null;
  readonly players: readonly PlayerFigures[];
  readonly enemies: readonly EnemyFigures[];
  /** The first deaths only; `deathCount` counts all. */
  readonly deaths: readonly Death[];
  readonly deathCount: number;
  readonly playerCount: number;
  readonly leftOut: LeftOut;
  readonly unattributedDamage: number;
  /** Absorbed damage whose shield the log does not name: clients until 5.4. Not in any healing. */
  readonly uncreditedAbsorbs: number;
  /** Index into `Analysis.keystones`; null outside of a keystone run. */
  readonly keystone: number | null;
  readonly startByte: number;
  readonly endByte: number;
}

export interface Keystone {
  readonly name: string;
  readonly mapId: number | null;
  readonly level: number;
  readonly affixes: readonly number[];
  readonly startMs: number;
  readonly endMs: number | null;
  readonly success: boolean | null;
  /** The run's length in the log. */
  readonly gameMs: number | null;
}

/** Facts about the whole log. `parsed + unknown + bad` is `lines`. */
export interface LogSummary {
  readonly bytes: number;
  readonly lines: number;
  readonly parsed: number;
  readonly unknown: number;
  readonly bad: number;
  readonly logVersion: number | null;
  readonly build: string | null;
  readonly advanced: boolean;
  readonly startMs: number | null;
  readonly endMs: number | null;
  /** Events that this parser does not know, and how often each occurred. */
  readonly unknownEvents: Readonly<Record<string, number>>;
  readonly keystones: readonly Keystone[];
}

export interface AnalyzerOptions {
  /** For logs without a year: the year of the first line. */
  readonly year?: number | undefined;
  /**
   * Used without `year`: a time at which the log already existed, such as its upload, in Unix milliseconds.
   */
  readonly writtenBefore: number;
  /** IANA time zone, for logs without an offset from UTC. UTC by default. */
  readonly timeZone?: string | undefined;
  /** Whether to keep the fights between encounters. True by default. */
  readonly trash?: boolean;
  /** For logs that are read while they are written: reports fights when they end. False by default. */
  readonly live?: boolean;
  readonly onFight: OnFight;
}

/**
 * Called for each fight in the order of their beginning, once nothing later in the log can change it: a pet
 * whose owner is named later delays its fight until then, until 64 fights wait, or until the end. Of a live
 * log, called when the fight ends, and again with `isCorrection` when such an owner is named.
 */
export type OnFight = (fight: Fight, isCorrection: boolean) => void;
