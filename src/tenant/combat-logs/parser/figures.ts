import { limits } from "../../../limits.ts";
import type { Share } from "./types.ts";

/**
 * A list of numbers by second that grows as the fight goes on. What a line claims to have happened
 * later than any fight lasts counts in the last second: one wrong year must not cost gigabytes.
 */
export class Series {
  #values = new Float64Array(128);
  #length = 0;

  add(atSecond: number, amount: number): void {
    const second = Math.max(0, Math.min(atSecond, limits.logs.fightSecondsMax - 1));
    if (second >= this.#values.length) {
      const grown = new Float64Array(Math.max(second + 1, this.#values.length * 2));
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[second]! += amount;
    if (second >= this.#length) this.#length = second + 1;
  }

  addAll(other: Series): void {
    for (let second = 0; second < other.#length; second++) {
      const amount = other.#values[second]!;
      if (amount !== 0) this.add(second, amount);
    }
  }

  toArray(): readonly number[] {
    return Array.from(this.#values.subarray(0, this.#length));
  }
}

/** What one source did with one spell, or to one target. */
export class Tally implements Share {
  damage = 0;
  healing = 0;
  overhealing = 0;
  hits = 0;
  crits = 0;
  casts = 0;

  add(other: Tally): void {
    this.damage += other.damage;
    this.healing += other.healing;
    this.overhealing += other.overhealing;
    this.hits += other.hits;
    this.crits += other.crits;
    this.casts += other.casts;
  }
}

/** Time during which somebody did something: each act counts for the five seconds after it. */
const ACTIVE_MS = 5_000;

/** Before a death these many hits and heals are kept. */
const LAST_MAX = 12;

/** One hit or heal that somebody got. */
export interface Received {
  atMs: number;
  isHeal: boolean;
  source: number;
  spell: number;
  amount: number;
  overkill: number;
}

/** All figures of one unit in one fight, as raw as the log has them: pets stand for themselves. */
export class UnitFigures {
  readonly unit: number;
  damage = 0;
  overkill = 0;
  absorbedByTarget = 0;
  friendlyFire = 0;
  support = 0;
  healing = 0;
  overhealing = 0;
  absorbsGranted = 0;
  casts = 0;
  interrupts = 0;
  dispels = 0;
  taken = 0;
  deaths = 0;
  activeMs = 0;
  /** Until when the last act counts. */
  #activeUntilMs = Number.NEGATIVE_INFINITY;
  /** Hits on it by each source, hostile ones only: what an enemy lost. */
  readonly lostTo = new Map<number, number>();
  readonly spells = new Map<number, Tally>();
  readonly targets = new Map<number, Tally>();
  readonly takenFrom = new Map<number, Tally>();
  readonly damageBySecond = new Series();
  readonly healingBySecond = new Series();
  readonly takenBySecond = new Series();
  readonly #last: Received[] = [];
  #lastAt = 0;
  hp = -1;
  hpMax = -1;
  isHostile = false;

  constructor(unit: number) {
    this.unit = unit;
  }

  spell(spell: number): Tally {
    return tallyOf(this.spells, spell);
  }

  target(unit: number): Tally {
    return tallyOf(this.targets, unit);
  }

  from(unit: number): Tally {
    return tallyOf(this.takenFrom, unit);
  }

  /** Did something at this moment. */
  act(atMs: number): void {
    const untilMs = atMs + ACTIVE_MS;
    if (atMs >= this.#activeUntilMs) this.activeMs += ACTIVE_MS;
    else if (untilMs > this.#activeUntilMs) this.activeMs += untilMs - this.#activeUntilMs;
    if (untilMs > this.#activeUntilMs) this.#activeUntilMs = untilMs;
  }

  /** Whoever dies, and whoever is left at the end of the fight, is no longer active from then on. */
  stop(atMs: number): void {
    if (this.#activeUntilMs <= atMs) return;
    this.activeMs -= Math.min(this.activeMs, this.#activeUntilMs - atMs);
    this.#activeUntilMs = atMs;
  }

  /** How much of it is active by `endMs`, without ending it. */
  activeBy(endMs: number): number {
    return this.activeMs - Math.min(this.activeMs, Math.max(0, this.#activeUntilMs - endMs));
  }

  /** Keeps the last hits and heals in a ring: no new object for each of a million hits. */
  received(
    atMs: number,
    isHeal: boolean,
    source: number,
    spell: number,
    amount: number,
    overkill: number,
  ): void {
    const slot = this.#lastAt++ % LAST_MAX;
    const known = this.#last[slot];
    if (known === undefined) {
      this.#last[slot] = { atMs, isHeal, source, spell, amount, overkill };
      return;
    }
    known.atMs = atMs;
    known.isHeal = isHeal;
    known.source = source;
    known.spell = spell;
    known.amount = amount;
    known.overkill = overkill;
  }

  /** The last hits and heals in their order. */
  last(): readonly Received[] {
    const count = this.#last.length;
    const first = count < LAST_MAX ? 0 : this.#lastAt % LAST_MAX;
    return Array.from({ length: count }, (_, i) => ({ ...this.#last[(first + i) % count]! }));
  }
}

function tallyOf(map: Map<number, Tally>, key: number): Tally {
  const known = map.get(key);
  if (known) return known;
  const made = new Tally();
  map.set(key, made);
  return made;
}
