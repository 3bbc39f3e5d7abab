import { asciiOf, hexOf } from "./bytes.ts";
import { combatantOf, isNumber } from "./combatant.ts";
import { CommonFields } from "./common-fields.ts";
import { ACT, type EventKind } from "./events.ts";
import type { Fields } from "./fields.ts";
import { ATTACKABLE, FRIENDLY, type Heal, type Hit, HOSTILE, type OpenFight } from "./fight.ts";
import type { Segments } from "./segments.ts";
import { Shields } from "./shields.ts";
import { MELEE, type SpellNames } from "./spell-names.ts";
import { nameIn, type Units } from "./units.ts";
import type { StoppedSpells } from "./utility.ts";

/**
 * amount, base, overkill, school, resisted, blocked, absorbed, critical, glancing, crushing. Logs without
 * advanced blocks may have no base.
 */
const DAMAGE_FIELDS = 10;
/** The shortest advanced block has 16 fields, the longest so far 19. */
const BLOCK_FIELDS_MIN = 14;
const BLOCK_FIELDS_MAX = 30;
const ABSORB = asciiOf("ABSORB");
const BUFF = asciiOf("BUFF");
const ONE = asciiOf("1");
const NIL = asciiOf("nil");
/** The shield that delays a hit, and the damage that it delays. The hit has counted already. */
const STAGGER_SHIELD = 115069;
const STAGGER_DAMAGE = 124255;
/** The two events of one supported swing are this close to each other. */
const SAME_SWING_MS = 1_000;
/** The fewest fields of a complete line by event, for the last line of a file. */
const FIELDS_MIN: Readonly<Partial<Record<number, number>>> = {
  [ACT.encounterStart]: 5,
  [ACT.encounterEnd]: 6,
  [ACT.arenaEnd]: 5,
  [ACT.challengeEnd]: 5,
};

/** Reads figures from the fields of a line, both from its beginning and from its end. */
export class Figures {
  hasAdvanced = false;
  readonly #fields: Fields;
  readonly #units: Units;
  readonly #spells: SpellNames;
  readonly #segments: Segments;
  readonly #common: CommonFields;
  readonly #shields = new Shields();
  /** The field counts of each event so far, to distinguish a complete line from a cut one. */
  readonly #counts = new Map<string, number>();
  readonly #hit: Hit = {
    atMs: 0,
    source: 0,
    sourceFlags: 0,
    target: 0,
    targetFlags: 0,
    spell: 0,
    amount: 0,
    overkill: 0,
    absorbed: 0,
    isCrit: false,
    isDelayed: false,
    health: -1,
  };
  readonly #heal: Heal = {
    atMs: 0,
    source: 0,
    target: 0,
    spell: 0,
    amount: 0,
    overheal: 0,
    isCrit: false,
    health: -1,
  };
  /** The last supported swing, which the log has twice: as swing and as landed swing. */
  #swing = { event: "", atMs: 0, key: "" };

  constructor(fields: Fields, units: Units, spells: SpellNames, segments: Segments) {
    this.#fields = fields;
    this.#units = units;
    this.#spells = spells;
    this.#segments = segments;
    this.#common = new CommonFields(fields, units, spells);
  }

  /** Returns false for a cut line, and "unknown" for an undocumented number of fields. */
  read(event: EventKind, atMs: number, startByte: number, endByte: number): boolean | "unknown" {
    const { act } = event;
    if (act === ACT.combatant) return this.#combatant();
    if (!this.#common.find(event)) return false;
    this.#counts.set(event.name, this.#fields.count);
    if (act === ACT.damage || act === ACT.environment) {
      return this.#damage(event, atMs, startByte);
    }
    if (act === ACT.heal) return this.#healed(atMs);
    if (act === ACT.missed) return this.#missed(atMs, startByte);
    if (act === ACT.absorbed) return this.#absorbed(atMs);
    if (act === ACT.summon) {
      this.#units.own(this.#common.target(), this.#common.source(), atMs);
      return true;
    }
    if (act >= ACT.aura) return this.#aura(act, atMs);
    if (act === ACT.died) return this.#died(atMs, endByte);
    if (act === ACT.support) return this.#support(event.name, atMs);
    if (act === ACT.owner) {
      this.#advanced(atMs);
      return true;
    }
    return this.#done(act, atMs);
  }

  isWhole({ act, name }: EventKind): boolean {
    const fewest = FIELDS_MIN[act] ?? this.#counts.get(name);
    return fewest !== undefined && this.#fields.count >= fewest;
  }

  /** Forgets what the lines before a header had: the game may have been updated. */
  beginSession(): void {
    this.#counts.clear();
  }

  #combatant(): boolean {
    const fight = this.#segments.open;
    if (this.#fields.count < 5) return false;
    if (fight && fight.kind !== "trash") {
      const combatant = combatantOf(this.#fields);
      const buffs = combatant.buffs.map((id) => this.#spells.unnamed(id));
      fight.join(this.#common.unitAt(1), combatant, buffs);
    }
    return true;
  }

  #damage({ act }: EventKind, atMs: number, startByte: number): boolean | "unknown" {
    const hit = this.#hit;
    const hasBlock = this.#fields.isGuid(this.#common.payload);
    const word = act === ACT.environment ? 1 : 0;
    const end = this.#common.figuresEnd();
    const rest = end - this.#common.payload - word;
    // With a block, there are always ten figures at the end, so the length of the block does not matter.
    const figures = hasBlock ? DAMAGE_FIELDS : rest;
    if (figures < DAMAGE_FIELDS - 1 || (hasBlock && rest < figures + BLOCK_FIELDS_MIN))
      return false;
    if (figures > DAMAGE_FIELDS || rest > figures + BLOCK_FIELDS_MAX) return "unknown";
    const amount = end - figures;
    const overkill = this.#overkillAt(amount, figures);
    if (!this.#hasFlags(overkill + 5)) return false;
    this.#who(hit);
    hit.spell = this.#spellOfHit(word === 1 ? amount - 1 : -1);
    hit.atMs = atMs;
    hit.amount = this.#fields.int(amount);
    hit.overkill = Math.max(0, this.#fields.int(overkill));
    hit.absorbed = this.#fields.int(overkill + 4);
    hit.isCrit = this.#fields.is(overkill + 5, ONE);
    hit.isDelayed = this.#spells.idOf(hit.spell) === STAGGER_DAMAGE;
    hit.health = hasBlock ? this.#common.healthOf(hit.target) : -1;
    if (hasBlock) this.#advanced(atMs);
    this.#combat(hit, startByte);
    const fight = this.#segments.open;
    if (fight) {
      fight.hit(hit);
      this.#creditShield(fight, hit);
      if (hasBlock) this.#health();
    }
    return true;
  }

  /**
   * Where the overkill is. Newer logs have the base amount before it. Logs with hexadecimal GUIDs (before
   * 2014) have no base amount: a tenth field there tells the hand of the weapon.
   */
  #overkillAt(amount: number, figures: number): number {
    return figures === DAMAGE_FIELDS && !this.#common.isHex ? amount + 2 : amount + 1;
  }

  /** Critical, glancing and crushing: 1 or nil. Anything else means that fields are missing. */
  #hasFlags(at: number): boolean {
    for (let index = at; index < at + 3; index++) {
      if (!this.#fields.is(index, NIL) && !this.#fields.is(index, ONE)) return false;
    }
    return true;
  }

  /** @param word is the field with the word for falling and the like; -1 for other hits. */
  #spellOfHit(word: number): number {
    const { bytes, starts, ends } = this.#fields;
    if (word !== -1) {
      return this.#spells.environment(nameIn(bytes, starts[word]!, ends[word]!));
    }
    return this.#common.payload === this.#common.base
      ? MELEE
      : this.#common.spell(this.#common.base);
  }

  #healed(atMs: number): boolean {
    const { count, bytes, starts } = this.#fields;
    if (count < this.#common.payload + 4) return false;
    this.#advanced(atMs);
    const fight = this.#segments.open;
    if (!fight) return true;
    const heal = this.#heal;
    heal.atMs = atMs;
    heal.source = this.#common.source();
    heal.target = this.#common.target();
    heal.spell = this.#common.spell(this.#common.base);
    heal.amount = this.#fields.int(count - 4);
    heal.overheal = this.#fields.int(count - 3);
    heal.isCrit = bytes[starts[count - 1]!] === 49;
    heal.health = this.#common.healthOf(heal.target);
    fight.heal(heal);
    return true;
  }

  /** A hit that a shield absorbs completely has no damage line: the log has a miss with an amount instead. */
  #missed(atMs: number, startByte: number): boolean {
    const type = this.#common.payload;
    if (this.#fields.count <= type) return false;
    if (!this.#fields.is(type, ABSORB)) return true;
    // Newer logs have a field for the hand in between.
    const amount = this.#common.figuresEnd() === type + 2 ? type + 1 : type + 2;
    if (amount >= this.#fields.count || !isNumber(this.#fields, amount)) return false;
    const hit = this.#hit;
    this.#who(hit);
    hit.atMs = atMs;
    hit.spell = this.#spellOfHit(-1);
    hit.amount = 0;
    hit.overkill = 0;
    hit.absorbed = this.#fields.int(amount);
    hit.isCrit = false;
    hit.isDelayed = this.#spells.idOf(hit.spell) === STAGGER_DAMAGE;
    hit.health = -1;
    this.#combat(hit, startByte);
    const fight = this.#segments.open;
    if (!fight) return true;
    fight.hit(hit);
    this.#creditShield(fight, hit);
    return true;
  }

  #absorbed(atMs: number): boolean {
    const { count } = this.#fields;
    const owner = isNumber(this.#fields, this.#common.base)
      ? this.#common.base + 3
      : this.#common.base;
    if (count < owner + 8) return false;
    const fight = this.#segments.open;
    if (!fight) return true;
    const unit = this.#common.unitAt(owner);
    this.#common.named(unit, owner + 1);
    // A delayed hit hurts later. It is no healing.
    if (this.#fields.int(owner + 4) === STAGGER_SHIELD) return true;
    fight.absorb(
      atMs,
      unit,
      this.#common.target(),
      this.#common.spell(owner + 4),
      this.#fields.int(owner + 7),
    );
    return true;
  }

  #aura(act: number, atMs: number): boolean {
    const { base, payload, isHex } = this.#common;
    if (isHex && Shields.includes(this.#fields.int(base))) this.#shield(act, atMs);
    const fight = this.#segments.countsBuffs ? this.#segments.open : undefined;
    if (!fight || !this.#fields.is(payload, BUFF)) return true;
    const unit = this.#common.target();
    if (!this.#units.isPlayer[unit]) return true;
    const spell = this.#common.spell(base);
    if (act === ACT.aura) fight.auras.apply(unit, spell, atMs);
    else if (act === ACT.auraRefresh) fight.auras.refresh(unit, spell, atMs);
    else fight.auras.remove(unit, spell, atMs);
    return true;
  }

  #shield(act: number, atMs: number): void {
    const spell = this.#common.spell(this.#common.base);
    const [unit, owner] = [this.#common.target(), this.#common.source()];
    if (act === ACT.auraEnd) this.#shields.remove(unit, spell, owner, atMs);
    else this.#shields.add(unit, spell, owner);
  }

  /** Logs until 5.4 say how much was absorbed, but not by which shield. */
  #creditShield(fight: OpenFight, { atMs, target, absorbed }: Hit): void {
    if (!this.#common.isHex || absorbed === 0) return;
    const shield = this.#shields.of(target, atMs);
    if (shield) fight.absorb(atMs, shield.owner, target, shield.spell, absorbed);
    else if (this.#units.isPlayer[target]) fight.uncreditedAbsorbs += absorbed;
  }

  #died(atMs: number, endByte: number): boolean {
    // A hunter's feigned death has a 1 at the end.
    const isFeigned = this.#fields.is(this.#common.base, ONE);
    if (isFeigned) return true;
    const unit = this.#common.target();
    this.#segments.open?.die(unit, atMs);
    const boss = this.#common.isHex ? this.#units.bossOf(unit) : undefined;
    if (boss) this.#segments.bossDied(boss, unit, atMs, endByte);
    return true;
  }

  /** The damage that an Augmentation evoker added to others: shown, but never added to a total. */
  #support(event: string, atMs: number): boolean {
    const fight = this.#segments.open;
    const supporter = this.#fields.count - 1;
    if (!fight || !this.#fields.isGuid(supporter)) return true;
    const last = supporter - 1;
    const amountAt = (this.#common.isTag(last) ? last : supporter) - DAMAGE_FIELDS;
    if (amountAt < this.#common.payload || !this.#hasFlags(amountAt + 7)) return false;
    const amount = this.#fields.int(amountAt);
    const unit = this.#common.unitAt(supporter);
    if (event.startsWith("SWING_") && this.#isSameSwing(event, atMs, unit, amount)) return true;
    fight.of(unit).support += amount;
    return true;
  }

  #isSameSwing(event: string, atMs: number, supporter: number, amount: number): boolean {
    const key = `${this.#common.source()}/${this.#common.target()}/${supporter}/${amount}`;
    const last = this.#swing;
    const isSame =
      last.key === key && last.event !== event && Math.abs(atMs - last.atMs) <= SAME_SWING_MS;
    this.#swing = isSame ? { event: "", atMs, key: "" } : { event, atMs, key };
    return isSame;
  }

  #done(act: number, atMs: number): boolean {
    if (act === ACT.cast) this.#advanced(atMs);
    const fight = this.#segments.open;
    if (!fight) return true;
    const source = this.#common.source();
    const figures = fight.of(source);
    if (act === ACT.cast) {
      figures.casts++;
      figures.spell(this.#common.spell(this.#common.base)).casts++;
    }
    if (act === ACT.cast || act === ACT.castStart) figures.act(atMs);
    else {
      if (act === ACT.interrupt) figures.interrupts++;
      else figures.dispels++;
      this.#stop(act === ACT.interrupt ? fight.interrupted : fight.dispelled, source);
    }
    return true;
  }

  /** The spell that was interrupted or removed follows the one that did it. */
  #stop(spells: StoppedSpells, source: number): void {
    const { base, payload } = this.#common;
    if (this.#fields.count < payload + 2 || !isNumber(this.#fields, payload)) return;
    spells.add(source, this.#common.spell(base), this.#common.spell(payload));
  }

  /** Reads source, target and the flags of both. */
  #who(hit: Hit): void {
    const { bytes, starts, ends } = this.#fields;
    const target = this.#common.targetAt;
    hit.source = this.#common.source();
    hit.sourceFlags = hexOf(bytes, starts[3]!, ends[3]!);
    hit.target = this.#common.target();
    hit.targetFlags = hexOf(bytes, starts[target + 2]!, ends[target + 2]!);
  }

  /** Detects combat: a friendly unit acts on a unit that is not, or a hostile unit on a friendly one. */
  #combat({ atMs, source, target, sourceFlags, targetFlags }: Hit, startByte: number): void {
    if (!this.#segments.hasOpenEnd) return;
    const isFight =
      ((targetFlags & ATTACKABLE) !== 0 && (sourceFlags & FRIENDLY) !== 0) ||
      ((sourceFlags & HOSTILE) !== 0 && (targetFlags & FRIENDLY) !== 0);
    if (!isFight) return;
    const boss = this.#common.isHex
      ? (this.#units.bossOf(target) ?? this.#units.bossOf(source))
      : undefined;
    this.#segments.combat(atMs, startByte, boss);
  }

  /** The block that advanced logging adds. It names, among other things, the unit's owner. */
  #advanced(atMs: number): void {
    const info = this.#common.payload;
    const owner = info + 1;
    if (owner >= this.#fields.count || !this.#fields.isGuid(info)) return;
    // Sixteen zeros: the unit has no owner.
    if (!this.#fields.isGuid(owner) || this.#fields.isZeros(owner)) return;
    this.hasAdvanced = true;
    this.#units.own(this.#common.unitAt(info), this.#common.unitAt(owner), atMs);
  }

  /** The remaining health of the unit that the block describes. */
  #health(): void {
    const info = this.#common.payload;
    const hpMax = this.#fields.int(info + 3);
    if (hpMax <= 0) return;
    this.hasAdvanced = true;
    const unit = this.#common.unitAt(info);
    if (this.#units.isPlayer[unit]) return;
    const figures = this.#segments.open!.of(unit);
    figures.hp = this.#fields.int(info + 2);
    figures.hpMax = hpMax;
  }
}
