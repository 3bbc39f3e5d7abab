import { limits } from "../../../limits.ts";
import { Auras } from "./auras.ts";
import type { Combatant } from "./combatant.ts";
import { type Received, Room, UnitFigures } from "./figures.ts";
import type { FightKind, Outcome } from "./types.ts";
import type { Units } from "./units.ts";
import { StoppedSpells } from "./utility.ts";

/** The game's unit flags that are used here. */
export const FRIENDLY = 0x10;
const NEUTRAL = 0x20;
export const HOSTILE = 0x40;
/** Units that a friendly unit may fight. */
export const ATTACKABLE = NEUTRAL | HOSTILE;

/** A damage event as it was read. `amount` includes overkill and excludes absorbed damage. */
export interface Hit {
  atMs: number;
  source: number;
  sourceFlags: number;
  target: number;
  targetFlags: number;
  spell: number;
  amount: number;
  overkill: number;
  absorbed: number;
  isCrit: boolean;
  /** Part of an earlier hit that a shield delayed. It counted as taken then. */
  isDelayed: boolean;
  /** The target's health after it, in percent; -1 where the log does not say. Players only. */
  health: number;
}

/** A heal as it was read. `amount` includes overhealing. */
export interface Heal {
  atMs: number;
  source: number;
  target: number;
  spell: number;
  amount: number;
  overheal: number;
  isCrit: boolean;
  health: number;
}

export interface RawDeath {
  readonly unit: number;
  readonly atMs: number;
  readonly events: readonly Received[];
}

/** A fight in progress: figures of all its units, before pets are assigned to their owners. */
export class OpenFight {
  readonly kind: FightKind;
  readonly id: number | null;
  readonly name: string;
  readonly difficulty: number | null;
  size: number | null;
  readonly startMs: number;
  readonly startByte: number;
  readonly keystone: number | null;
  endMs: number;
  endByte: number;
  gameMs: number | null = null;
  outcome: Outcome = "in-progress";
  readonly combatants = new Map<number, Combatant>();
  readonly deaths: RawDeath[] = [];
  readonly figures: UnitFigures[] = [];
  readonly room = new Room();
  readonly auras: Auras;
  readonly interrupted = new StoppedSpells();
  readonly dispelled = new StoppedSpells();
  /** The number of units that exceeded the limit, and of the players among them. */
  unitsLeftOut = 0;
  playersLeftOut = 0;
  deathsLeftOut = 0;
  /** What shields absorbed for players where the log does not say which shield did. */
  uncreditedAbsorbs = 0;
  /** Pets without a known owner when the fight was last reported. */
  ownerless: readonly number[] = [];
  /** The sum of all units that exceeded the limit. Not in `figures`. */
  readonly #others = new UnitFigures(-1, this.room);
  #byUnit: UnitFigures[] = [];
  readonly #units: Units;

  constructor(
    units: Units,
    facts: {
      readonly kind: FightKind;
      readonly id: number | null;
      readonly name: string;
      readonly difficulty: number | null;
      readonly size: number | null;
      readonly startMs: number;
      readonly startByte: number;
      readonly keystone: number | null;
    },
  ) {
    this.#units = units;
    this.kind = facts.kind;
    this.id = facts.id;
    this.name = facts.name;
    this.difficulty = facts.difficulty;
    this.size = facts.size;
    this.startMs = facts.startMs;
    this.startByte = facts.startByte;
    this.keystone = facts.keystone;
    this.auras = new Auras(facts.startMs);
    this.endMs = facts.startMs;
    this.endByte = facts.startByte;
  }

  of(unit: number): UnitFigures {
    return this.#byUnit[unit] ?? this.#add(unit);
  }

  /** Adds a player's COMBATANT_INFO, with the buffs at that moment. */
  join(unit: number, combatant: Combatant, buffs: readonly number[]): void {
    const hasRoom = this.combatants.size < limits.logs.fight.unitsMax;
    if (!hasRoom && !this.combatants.has(unit)) return;
    this.combatants.set(unit, combatant);
    for (const spell of buffs) this.auras.hold(unit, spell);
  }

  /** Frees what is only needed while figures are added. */
  close(): void {
    this.#byUnit = [];
  }

  #add(unit: number): UnitFigures {
    if (this.figures.length >= limits.logs.fight.unitsMax) {
      this.unitsLeftOut++;
      if (this.#units.isPlayer[unit]) this.playersLeftOut++;
      this.#byUnit[unit] = this.#others;
      return this.#others;
    }
    const made = new UnitFigures(unit, this.room);
    this.#byUnit[unit] = made;
    this.figures.push(made);
    return made;
  }

  /**
   * Adds a hit. Damage done is what hit hostile units, without overkill and including what their shields
   * absorbed. On friendly units it is friendly fire.
   */
  hit(hit: Hit): void {
    const { atMs, source, target, spell, amount, overkill, absorbed, isCrit } = hit;
    const second = Math.floor((atMs - this.startMs) / 1_000);
    const target_ = this.of(target);
    const source_ = this.of(source);
    if (!hit.isDelayed) {
      target_.taken += amount + absorbed;
      target_.takenBySecond.add(second, amount + absorbed);
      const from = target_.from(source);
      from.damage += amount + absorbed;
      from.hits++;
    }
    if (this.#units.isPlayer[target]) {
      target_.received(atMs, false, source, spell, amount, overkill, absorbed, hit.health);
    }
    if (source !== target) source_.act(atMs);
    if (!this.#isEnemy(hit)) {
      const areFriends = (hit.sourceFlags & hit.targetFlags & FRIENDLY) !== 0;
      if (areFriends && source !== target) source_.friendlyFire += amount + absorbed;
      return;
    }
    const damage = amount - overkill + absorbed;
    target_.isHostile = true;
    target_.lose(source, damage);
    source_.damage += damage;
    source_.overkill += overkill;
    source_.absorbedByTarget += absorbed;
    source_.damageBySecond.add(second, damage);
    const spell_ = source_.spell(spell);
    spell_.damage += damage;
    spell_.hits++;
    const to = source_.target(target);
    to.damage += damage;
    to.hits++;
    if (isCrit) {
      spell_.crits++;
      to.crits++;
    }
  }

  heal(heal: Heal): void {
    const { atMs, target, overheal } = heal;
    const source_ = this.of(heal.source);
    const effective = heal.amount - overheal;
    source_.act(atMs);
    source_.healing += effective;
    source_.overhealing += overheal;
    source_.healingBySecond.add(Math.floor((atMs - this.startMs) / 1_000), effective);
    const spell_ = source_.spell(heal.spell);
    spell_.healing += effective;
    spell_.overhealing += overheal;
    spell_.hits++;
    const to = source_.target(target);
    to.healing += effective;
    to.overhealing += overheal;
    to.hits++;
    if (heal.isCrit) {
      spell_.crits++;
      to.crits++;
    }
    if (this.#units.isPlayer[target]) {
      this.of(target).received(atMs, true, heal.source, heal.spell, effective, 0, 0, heal.health);
    }
  }

  /** Adds an absorbed hit, which counts as healing by the owner of the shield. */
  absorb(atMs: number, owner: number, target: number, spell: number, amount: number): void {
    const owner_ = this.of(owner);
    owner_.absorbsGranted += amount;
    owner_.healingBySecond.add(Math.floor((atMs - this.startMs) / 1_000), amount);
    owner_.spell(spell).healing += amount;
    owner_.target(target).healing += amount;
  }

  die(unit: number, atMs: number): void {
    const unit_ = this.of(unit);
    unit_.deaths++;
    unit_.stop(atMs);
    if (!this.#units.isPlayer[unit]) return;
    if (this.deaths.length >= limits.logs.fight.deathsMax) this.deathsLeftOut++;
    else this.deaths.push({ unit, atMs, events: unit_.unit === unit ? unit_.last() : [] });
  }

  /**
   * In an arena both sides are enemies of each other; elsewhere friendly units are on the log owner's side.
   * A neutral unit is the enemy of the friendly unit that hits it.
   */
  #isEnemy({ sourceFlags, targetFlags }: Hit): boolean {
    if ((targetFlags & FRIENDLY) === 0) {
      if ((targetFlags & HOSTILE) !== 0) return true;
      return (targetFlags & NEUTRAL) !== 0 && (sourceFlags & FRIENDLY) !== 0;
    }
    return this.kind === "arena" && (sourceFlags & HOSTILE) !== 0 && (targetFlags & FRIENDLY) !== 0;
  }
}
