/** How each generation of the game's client writes its log, and the known answer of a generated log. */
export type Generation =
  | "wrath"
  | "cata"
  | 9
  | "mop"
  | 16
  | 17
  | 20
  | 21
  | 22
  | "midnight"
  | "forever";

interface KnownPlayer {
  readonly guid: string;
  readonly name: string;
  readonly class: string | null;
  readonly spec: string | null;
  casts: number;
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
  readonly build: string;
  readonly hasYear: boolean;
  /** GUIDs are numbers, as until 5.4. */
  readonly hasNumbers: boolean;
  readonly hasRaidFlags: boolean;
  readonly hasBase: boolean;
  /** Fields of an advanced block; 0 for none. */
  readonly block: number;
  readonly tag: boolean;
  /** UNIT_DIED ends with a field that tells a feigned death. */
  readonly hasFeigned: boolean;
  /** What players' names have after the realm. */
  readonly region: string;
  /** Fields between the specialisation and the talents of COMBATANT_INFO. */
  readonly afterSpec: number;
}

const RETAIL: Format = {
  version: 22,
  build: "11.2.0",
  hasYear: true,
  hasNumbers: false,
  hasRaidFlags: true,
  hasBase: true,
  block: 19,
  tag: true,
  hasFeigned: true,
  region: "",
  afterSpec: 0,
};
const BEFORE_2014 = { version: null, hasYear: false, hasNumbers: true, hasBase: false, block: 0 };
const NO_YEAR = { hasYear: false, tag: false };

export const FORMATS: Readonly<Record<Generation, Format>> = {
  wrath: { ...RETAIL, ...BEFORE_2014, hasRaidFlags: false, tag: false, hasFeigned: false },
  cata: { ...RETAIL, ...BEFORE_2014, tag: false, hasFeigned: false },
  9: { ...RETAIL, ...NO_YEAR, version: 9, build: "2.5.1", block: 16, hasFeigned: false },
  mop: { ...RETAIL, version: 9, build: "5.5.4", block: 18 },
  16: { ...RETAIL, ...NO_YEAR, version: 16, build: "9.0.1", block: 17 },
  17: { ...RETAIL, ...NO_YEAR, version: 17, build: "9.0.5", block: 17 },
  20: { ...RETAIL, ...NO_YEAR, version: 20, build: "10.0.2", block: 17 },
  21: { ...RETAIL, version: 21, build: "11.0.2", block: 17, tag: false },
  22: RETAIL,
  midnight: { ...RETAIL, build: "12.0.1", region: "-EU", afterSpec: 1 },
  forever: { ...RETAIL, build: "1.60.0" },
};
export const GENERATIONS = Object.keys(FORMATS).map((name) =>
  /^\d/.test(name) ? Number(name) : name,
) as readonly Generation[];

/** Specialisations of the players, by their position. */
const PLAYER_SPECS = [
  [251, "Death Knight", "Frost"],
  [105, "Druid", "Restoration"],
  [1480, "Demon Hunter", "Devourer"],
] as const;

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

function specOf(player: number): (typeof PLAYER_SPECS)[number] {
  return PLAYER_SPECS[player % PLAYER_SPECS.length]!;
}

/** A player of a known answer, before the first event. */
export function knownPlayer({ guid, name }: Unit, position: number, format: Format): KnownPlayer {
  const [, className, spec] = specOf(position);
  return {
    guid,
    name,
    class: format.hasNumbers ? null : className,
    spec: format.hasNumbers ? null : spec,
    casts: 0,
    damageOwn: 0,
    damagePets: 0,
    overkill: 0,
    absorbedByTarget: 0,
    friendlyFire: 0,
    healing: 0,
    overhealing: 0,
    absorbsGranted: 0,
    damageTaken: 0,
    deaths: 0,
    activeMs: 0,
  };
}

/** COMBATANT_INFO of each player, in clients that write it. */
export function combatants(players: readonly Unit[], format: Format): readonly string[] {
  if (format.hasNumbers) return [];
  const figures = Array.from({ length: 22 }, (_, at) => 100 + at).join(",");
  const groups =
    "[(76037,96165,1),(76045,96173,1)],(0,1,2,3),[(1,600,(),(),()),(2,610,(),(),())],[]";
  const gap = ",7".repeat(format.afterSpec);
  return players.map(
    ({ guid }, i) => `COMBATANT_INFO,${guid},1,${figures},${specOf(i)[0]}${gap},${groups},0,0,0`,
  );
}
