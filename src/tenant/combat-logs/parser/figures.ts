import { limits } from "../../../limits.ts";
import type { Share } from "./types.ts";

/** The limits for the figures of one fight. Every new figure takes room from it. */
export class Room {
  #shares: number = limits.logs.fight.sharesMax;
  #seconds: number = limits.logs.fight.secondsMax;
  /** Hits and heals that could not be recorded by spell and target. */
  sharesLeftOut = 0;
  /** Hits and heals that could not be recorded by second. */
  secondsLeftOut = 0;
  /** Takes the figures that have no room by spell and target. Never read. */
  readonly rest = new Tally();

  /** The number of figures by spell, target and source. */
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
 * Numbers by second, from the first second with a number. A time beyond the longest possible fight counts
 * in the last second: one wrong year must not cost gigabytes.
 */
export class Series {
  #values = EMPTY;
  #first = 0;
  #end = 0;
  readonly #room: Room | undefined;

  /** @param room is asked for each new second; without it there is no limit. */
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
    // Times in a log rarely go back, so room is reserved for later seconds.
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

/** The figures of one source with one spell, or against one target. */
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

/** Active time: each action counts for the five seconds after it. */
const ACTIVE_MS = 5_000;

/** The number of hits and heals that are kept for the time before a death. */
const LAST_MAX = 12;

/** One hit or heal that a unit received. */
export interface Received {
  atMs: number;
  isHeal: boolean;
  source: number;
  spell: number;
  amount: number;
  overkill: number;
  absorbed: number;
  /** The unit's health after it, in percent; -1 where the log does not say. */
  health: number;
}

/** All figures of one unit in one fight, without its pets. */
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
  /** The end of the time for which the last action counts. */
  #activeUntilMs = Number.NEGATIVE_INFINITY;
  /** Hits by each hostile source: the health that an enemy lost. */
  readonly lostBySource = new Map<number, number>();
  /** Health lost to sources that exceeded the limit. */
  lostToUnlisted = 0;
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

  /** Adds health lost to this source. */
  lose(source: number, damage: number): void {
    const before = this.lostBySource.get(source);
    if (before !== undefined || this.#room.takeShare()) {
      this.lostBySource.set(source, (before ?? 0) + damage);
    } else this.lostToUnlisted += damage;
  }

  /** Adds an action at this time. */
  act(atMs: number): void {
    const untilMs = atMs + ACTIVE_MS;
    if (atMs >= this.#activeUntilMs) this.activeMs += ACTIVE_MS;
    else if (untilMs > this.#activeUntilMs) this.activeMs += untilMs - this.#activeUntilMs;
    if (untilMs > this.#activeUntilMs) this.#activeUntilMs = untilMs;
  }

  /** Ends the active time: at a death, and at the end of the fight. */
  stop(atMs: number): void {
    if (this.#activeUntilMs <= atMs) return;
    this.activeMs -= Math.min(this.activeMs, this.#activeUntilMs - atMs);
    this.#activeUntilMs = atMs;
  }

  /** The active time until `endMs`, without ending it. */
  activeBy(endMs: number): number {
    return this.activeMs - Math.min(this.activeMs, Math.max(0, this.#activeUntilMs - endMs));
  }

  /** Keeps the last hits and heals in a ring buffer, which avoids a new object for each of a million hits. */
  received(
    atMs: number,
    isHeal: boolean,
    source: number,
    spell: number,
    amount: number,
    overkill: number,
    absorbed: number,
    health: number,
  ): void {
    const slot = this.#lastAt++ % LAST_MAX;
    const known = this.#last[slot];
    if (known === undefined) {
      this.#last[slot] = { atMs, isHeal, source, spell, amount, overkill, absorbed, health };
      return;
    }
    known.atMs = atMs;
    known.isHeal = isHeal;
    known.source = source;
    known.spell = spell;
    known.amount = amount;
    known.overkill = overkill;
    known.absorbed = absorbed;
    known.health = health;
  }

  /** The last hits and heals in order. */
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
