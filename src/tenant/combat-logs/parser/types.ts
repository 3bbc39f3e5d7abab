/** Instants are Unix milliseconds; `…Byte` are offsets in the log as it was, uncompressed. */
export type Outcome = "kill" | "wipe" | "incomplete" | "in-progress";
export type FightKind = "encounter" | "trash" | "arena";

/** Figures of one source against one spell or one target. */
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
  /** The pet that did it; null for the player's own. */
  readonly petName: string | null;
  readonly casts: number;
}

export interface TargetShare extends Share {
  readonly guid: string;
  readonly name: string;
}

/** One line of what led to a death, the newest last. */
export interface DeathEvent {
  readonly atMs: number;
  readonly kind: "damage" | "heal";
  readonly sourceName: string;
  readonly spellName: string;
  readonly amount: number;
  readonly overkill: number;
}

export interface Death {
  readonly guid: string;
  readonly name: string;
  readonly atMs: number;
  /** Who or what struck last; null when nothing had struck. */
  readonly killedBy: { readonly sourceName: string; readonly spellName: string } | null;
  readonly events: readonly DeathEvent[];
}

/** One player in one fight, pets included where it says so. */
export interface PlayerFigures {
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
  /** Given by this player to others' damage; shown, never added. */
  readonly supportDamage: number;
  /** Effective: what healed, and what this player's shields absorbed. */
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

/** What was hit, for laws such as "what all did is what it lost". */
export interface EnemyFigures {
  readonly guid: string;
  readonly name: string;
  readonly damageTaken: number;
  /** Of that, what no player's. */
  readonly unattributed: number;
  readonly hp: number | null;
  readonly hpMax: number | null;
}

/** What of a fight there was no room for (`limits.logs.fight`). All zero for any raid. */
export interface LeftOut {
  readonly players: number;
  readonly enemies: number;
  readonly deaths: number;
  /** Rows of spells, targets and sources; what found no room during the fight counts by the hit. */
  readonly rows: number;
  /** Players whose figures by second are missing, or not whole. */
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
  /** The game's own number of the encounter; null for trash and arenas. */
  readonly id: number | null;
  readonly name: string;
  readonly difficulty: number | null;
  readonly size: number | null;
  readonly startMs: number;
  readonly endMs: number;
  readonly durationMs: number;
  /** The length that the game itself wrote; some milliseconds shorter. */
  readonly gameMs: number | null;
  readonly outcome: Outcome;
  /** How much of the boss was left, 0 to 100; null when the log does not say. */
  readonly bossPercent: number | null;
  readonly players: readonly PlayerFigures[];
  readonly enemies: readonly EnemyFigures[];
  /** The first ones; `deathCount` counts all. */
  readonly deaths: readonly Death[];
  readonly deathCount: number;
  readonly playerCount: number;
  readonly leftOut: LeftOut;
  readonly unattributedDamage: number;
  /** Index into `Analysis.keystones`; null outside of one. */
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
  /** The run's length as the game wrote it. */
  readonly gameMs: number | null;
}

/** What the whole log says of itself. `parsed + unknown + bad` is `lines`. */
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
  /** Events that this parser does not know, and how often each came. */
  readonly unknownEvents: Readonly<Record<string, number>>;
  readonly keystones: readonly Keystone[];
}

export interface AnalyzerOptions {
  /** For logs that write no year: that of the first line. */
  readonly year?: number | undefined;
  /** Without `year`: Unix milliseconds of a moment at which the log was there, such as its upload. */
  readonly writtenBefore: number;
  /** IANA zone, for logs that write no offset from UTC. UTC unless said. */
  readonly timeZone?: string | undefined;
  /** Keep the figures of fights between the encounters too. On unless said. */
  readonly trash?: boolean;
  /**
   * Told of each fight once nothing later in the log can change it, in order of their beginning. A
   * pet whose owner is named only later holds its fight back until then, or until the end.
   */
  readonly onFight: (fight: Fight) => void;
}
