import { limits } from "../../../limits.ts";
import type { Share } from "./types.ts";

/** Room for the figures of one fight. Whoever takes some of it asks first. */
export class Room {
  #shares: number = limits.logs.fight.sharesMax;
  #seconds: number = limits.logs.fight.secondsMax;
  /** Hits and heals that could not be put down by spell and target. */
  sharesLeftOut = 0;
  /** Hits and heals that could not be put down by second. */
  secondsLeftOut = 0;
  /** For what has no room by spell and target. Nobody reads it. */
  readonly rest = new Tally();

  /** How many figures by spell, target and source there are. */
  get shares(): number {
    return limits.logs.fight.sharesMax - this.#shares;
  }

  takeShare(): boolean {
    if (this.#shares > 0) {
      this.#shares--;
      return true;
    }
    this.sharesLeftOut++;
    return false;
  }

  takeSeconds(count: number): boolean {
    if (this.#seconds >= count) {
      this.#seconds -= count;
      return true;
    }
    this.secondsLeftOut++;
    return false;
  }
}

const EMPTY = new Float64Array(0);
const SECONDS_MIN = 16;

/**
 * Numbers by second, from the first second with one. What a line claims to have happened later than
 * any fight lasts counts in the last second: one wrong year must not cost gigabytes.
 */
export class Series {
  #values = EMPTY;
  #first = 0;
  #end = 0;
  readonly #room: Room | undefined;

  /** @param room is asked for each second that is kept; without one there is no limit. */
  constructor(room?: Room) {
    this.#room = room;
  }

  /** The number of seconds up to the last one. */
  get length(): number {
    return this.#end;
  }

  add(atSecond: number, amount: number): void {
    const second = Math.max(0, Math.min(atSecond, limits.logs.fightSecondsMax - 1));
    const isOutside = second < this.#first || second >= this.#first + this.#values.length;
    if (isOutside && !this.#reach(second)) return;
    this.#values[second - this.#first]! += amount;
    if (second >= this.#end) this.#end = second + 1;
  }

  addAll(other: Series): void {
    for (let second = other.#first; second < other.#end; second++) {
      const amount = other.#values[second - other.#first]!;
      if (amount !== 0) this.add(second, amount);
    }
  }

  toArray(): readonly number[] {
    const all = new Array<number>(this.#end).fill(0);
    for (let second = this.#first; second < this.#end; second++) {
      all[second] = this.#values[second - this.#first]!;
    }
    return all;
  }

  #reach(second: number): boolean {
    const before = this.#values;
    const first = before.length === 0 ? second : Math.min(second, this.#first);
    const end = Math.max(second + 1, this.#end);
    // A log goes forward: room is made for the seconds to come, and hardly ever for one before.
    const ahead = second < this.#first ? before.length : before.length * 2;
    const length = Math.max(SECONDS_MIN, end - first, ahead);
    if (this.#room?.takeSeconds(length - before.length) === false) return false;
    const grown = new Float64Array(length);
    if (before.length > 0) {
      grown.set(before.subarray(0, this.#end - this.#first), this.#first - first);
    }
    this.#values = grown;
    this.#first = first;
    return true;
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
  /** What it lost to sources that there was no room for. */
  lostToOthers = 0;
  readonly spells = new Map<number, Tally>();
  readonly targets = new Map<number, Tally>();
  readonly takenFrom = new Map<number, Tally>();
  readonly damageBySecond: Series;
  readonly healingBySecond: Series;
  readonly takenBySecond: Series;
  readonly #room: Room;
  readonly #last: Received[] = [];
  #lastAt = 0;
  hp = -1;
  hpMax = -1;
  isHostile = false;

  constructor(unit: number, room: Room) {
    this.unit = unit;
    this.#room = room;
    this.damageBySecond = new Series(room);
    this.healingBySecond = new Series(room);
    this.takenBySecond = new Series(room);
  }

  spell(spell: number): Tally {
    return this.#tally(this.spells, spell);
  }

  target(unit: number): Tally {
    return this.#tally(this.targets, unit);
  }

  from(unit: number): Tally {
    return this.#tally(this.takenFrom, unit);
  }

  /** Lost so much to this source. */
  lose(source: number, damage: number): void {
    const before = this.lostTo.get(source);
    if (before !== undefined || this.#room.takeShare()) {
      this.lostTo.set(source, (before ?? 0) + damage);
    } else this.lostToOthers += damage;
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

  #tally(map: Map<number, Tally>, key: number): Tally {
    const known = map.get(key);
    if (known) return known;
    if (!this.#room.takeShare()) return this.#room.rest;
    const made = new Tally();
    map.set(key, made);
    return made;
  }
}
