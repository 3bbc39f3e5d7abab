/** How each generation of the game's client writes its log, and the known answer of a generated log. */
export type Generation = "wrath" | 9 | "mop" | 16 | 17 | 20 | 21 | 22;
export const GENERATIONS: readonly Generation[] = ["wrath", 9, "mop", 16, 17, 20, 21, 22];

interface KnownPlayer {
  readonly guid: string;
  readonly name: string;
  damageOwn: number;
  damagePets: number;
  overkill: number;
  absorbedByTarget: number;
  friendlyFire: number;
  healing: number;
  overhealing: number;
  absorbsGranted: number;
  damageTaken: number;
  deaths: number;
  activeMs: number;
}

export interface KnownFight {
  readonly id: number;
  readonly name: string;
  startMs: number;
  endMs: number;
  outcome: "kill" | "wipe" | "incomplete";
  gameMs: number | null;
  unattributedDamage: number;
  /** The damage to the boss, and its health at the start. */
  bossLost: number;
  readonly bossHp: number;
  readonly players: readonly KnownPlayer[];
}

export interface Format {
  readonly version: number | null;
  readonly hasYear: boolean;
  readonly hasRaidFlags: boolean;
  readonly hasBase: boolean;
  readonly block: number;
  readonly tag: boolean;
}

export const FORMATS: Readonly<Record<Generation, Format>> = {
  wrath: f(null, false, false, false, 0, false),
  9: f(9, false, true, true, 16, false),
  mop: f(9, true, true, true, 18, true),
  16: f(16, false, true, true, 17, false),
  17: f(17, false, true, true, 17, false),
  20: f(20, false, true, true, 17, false),
  21: f(21, true, true, true, 17, false),
  22: f(22, true, true, true, 19, true),
};

function f(
  version: number | null,
  hasYear: boolean,
  hasRaidFlags: boolean,
  hasBase: boolean,
  block: number,
  tag: boolean,
): Format {
  return { version, hasYear, hasRaidFlags, hasBase, block, tag };
}

/** The union of five seconds after each act, cut at deaths and at the end, computed the slow way. */
export function activeMs(
  acts: readonly number[],
  deaths: readonly number[],
  endMs: number,
): number {
  let sum = 0;
  let covered = Number.NEGATIVE_INFINITY;
  for (const from of acts) {
    const death = deaths.find((at) => at >= from) ?? Number.POSITIVE_INFINITY;
    const to = Math.min(from + 5_000, endMs, death);
    const start = Math.max(from, covered);
    if (to > start) sum += to - start;
    covered = Math.max(covered, to);
  }
  return sum;
}

/** The year of generated logs. */
export const YEAR = 2026;

/** The defaults of a generated log. */
export const DEFAULTS = {
  fights: 2,
  events: 300,
  players: 5,
  pauseMsMax: 700,
  advanced: true,
  newline: "\r\n",
} as const;

/** A player, creature or thing that a log names. */
export interface Unit {
  readonly guid: string;
  readonly name: string;
  readonly flags: string;
  readonly owner?: Unit;
}

export const ZEROS = "0000000000000000";
export const NOBODY: Unit = { guid: ZEROS, name: "", flags: "0x80000000" };
