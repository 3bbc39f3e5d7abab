import { hexOf, intOf, LOWER_X, ZERO } from "./bytes.ts";
import { combatantOf, isNumber } from "./combatant.ts";
import { ACT, type EventKind, PREFIX } from "./events.ts";
import type { Fields } from "./fields.ts";
import { FRIENDLY, type Hit, HOSTILE } from "./fight.ts";
import type { Segments } from "./segments.ts";
import { MELEE, type SpellNames } from "./spell-names.ts";
import { nameIn, type Units } from "./units.ts";

/** Fields of an advanced block by log version, until a cast shows the actual number. */
const ADVANCED_FIELDS: Readonly<Record<number, number>> = {
  9: 16,
  16: 17,
  17: 17,
  20: 17,
  21: 17,
  22: 19,
};
/** Mists Classic writes version 9 with a longer block. */
const MISTS_FIELDS = 18;

/** The format of the following lines, from the header. */
export interface Version {
  readonly log: number | null;
  readonly build: string | null;
}
/** amount, base, overkill, school, resisted, blocked, absorbed, critical, glancing, crushing. */
const DAMAGE_FIELDS = 10;
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
  /** The number of fields of an advanced block in this log; 0 until it is known. */
  #advancedFields = 0;
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
  };
  // Positions of the fields of the current line.
  #base = 9;
  #payload = 9;

  constructor(fields: Fields, units: Units, spells: SpellNames, segments: Segments) {
    this.#fields = fields;
    this.#units = units;
    this.#spells = spells;
    this.#segments = segments;
  }

  /** Returns false for a cut line, and "unknown" for an undocumented number of fields. */
  read(event: EventKind, atMs: number, startByte: number, version: Version): boolean | "unknown" {
    const { act } = event;
    if (act === ACT.combatant) return this.#combatant();
    if (!this.#prefix(event)) return false;
    this.#counts.set(event.name, this.#fields.count);
    if (act === ACT.damage || act === ACT.environment) {
      return this.#damage(event, atMs, startByte, version);
    }
    if (act === ACT.heal) return this.#heal(atMs);
    if (act === ACT.missed) return this.#missed(atMs, startByte);
    if (act === ACT.absorbed) return this.#absorbed(atMs);
    if (act === ACT.summon) {
      this.#units.own(this.#target(), this.#source(), atMs);
      return true;
    }
    if (act === ACT.died) return this.#died(atMs);
    if (act === ACT.support) return this.#support();
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

  /** Old logs have no raid flags, and write GUIDs as numbers. */
  #prefix({ prefix }: EventKind): boolean {
    const { bytes, starts, count } = this.#fields;
    const guid = starts[1]!;
    const isOld = bytes[guid] === ZERO && bytes[guid + 1] === LOWER_X;
    this.#base = isOld ? 7 : 9;
    this.#payload = prefix === PREFIX.spell ? this.#base + 3 : this.#base;
    return count >= this.#payload;
  }

  #combatant(): boolean {
    const fight = this.#segments.open;
    if (this.#fields.count < 5) return false;
    if (fight && fight.kind !== "trash") {
      fight.join(this.#unitAt(1), combatantOf(this.#fields));
    }
    return true;
  }

  #damage(
    { act }: EventKind,
    atMs: number,
    startByte: number,
    version: Version,
  ): boolean | "unknown" {
    const fields = this.#fields;
    const hit = this.#hit;
    const hasBlock = this.#isGuid(this.#payload);
    const word = act === ACT.environment ? 1 : 0;
    let end = fields.count;
    // Newer logs end with ST or AOE; in older ones the last field is a number or nil.
    const last = fields.bytes[fields.starts[end - 1]!];
    if (last === 83 || last === 65) end--;
    const block = hasBlock ? this.#blockFields(version, end - word) : 0;
    const figures = end - this.#payload - block - word;
    if (figures < DAMAGE_FIELDS - 1) return false;
    if (figures > DAMAGE_FIELDS) return "unknown";
    const hasBase = figures === DAMAGE_FIELDS;
    const amount = end - figures;
    this.#who(hit);
    if (act === ACT.environment) {
      const at = amount - 1;
      const text = nameIn(fields.bytes, fields.starts[at]!, fields.ends[at]!);
      hit.spell = this.#spells.environment(text);
    } else hit.spell = this.#payload === this.#base ? MELEE : this.#spell(this.#base);
    hit.atMs = atMs;
    hit.amount = this.#int(amount);
    hit.overkill = Math.max(0, this.#int(amount + (hasBase ? 2 : 1)));
    hit.absorbed = this.#int(end - 4);
    hit.isCrit = fields.bytes[fields.starts[end - 3]!] === 49;
    if (hasBlock) this.#advanced(atMs);
    this.#combat(hit, startByte);
    const fight = this.#segments.open;
    if (fight) {
      fight.hit(hit);
      if (hasBlock) this.#health();
    }
    return true;
  }

  #heal(atMs: number): boolean {
    const { count, bytes, starts } = this.#fields;
    if (count < this.#payload + 4) return false;
    this.#advanced(atMs);
    const fight = this.#segments.open;
    if (!fight) return true;
    const isCrit = bytes[starts[count - 1]!] === 49;
    const spell = this.#spell(this.#base);
    const [amount, overheal] = [this.#int(count - 4), this.#int(count - 3)];
    fight.heal(atMs, this.#source(), this.#target(), spell, amount, overheal, isCrit);
    return true;
  }

  /** A hit that a shield absorbs completely has no damage line: the log has a miss with an amount instead. */
  #missed(atMs: number, startByte: number): boolean {
    const { bytes, starts, ends, count } = this.#fields;
    const type = this.#payload;
    if (count <= type) return false;
    const isAbsorb = ends[type]! - starts[type]! === 6 && bytes[starts[type]! + 2] === 83;
    if (!isAbsorb) return true;
    // Newer logs have a field for the hand in between.
    const amount = isNumber(this.#fields, type + 1) && this.#base === 7 ? type + 1 : type + 2;
    if (amount >= count) return false;
    const hit = this.#hit;
    this.#who(hit);
    hit.atMs = atMs;
    hit.spell = type === this.#base ? MELEE : this.#spell(this.#base);
    hit.amount = 0;
    hit.overkill = 0;
    hit.absorbed = this.#int(amount);
    hit.isCrit = false;
    this.#combat(hit, startByte);
    this.#segments.open?.hit(hit);
    return true;
  }

  #absorbed(atMs: number): boolean {
    const { count } = this.#fields;
    const owner = isNumber(this.#fields, this.#base) ? this.#base + 3 : this.#base;
    if (count < owner + 8) return false;
    const fight = this.#segments.open;
    if (!fight) return true;
    const unit = this.#unitAt(owner);
    this.#named(unit, owner + 1);
    fight.absorb(atMs, unit, this.#target(), this.#spell(owner + 4), this.#int(owner + 7));
    return true;
  }

  #died(atMs: number): boolean {
    const { bytes, starts, count } = this.#fields;
    // A hunter's feigned death has a 1 at the end.
    const isFeigned = count > this.#base && bytes[starts[this.#base]!] === 49;
    if (!isFeigned) this.#segments.open?.die(this.#target(), atMs);
    return true;
  }

  /** The damage that an Augmentation evoker added to others: shown, but never added to a total. */
  #support(): boolean {
    const { count } = this.#fields;
    const supporter = count - 1;
    const fight = this.#segments.open;
    if (!fight || !this.#isGuid(supporter)) return true;
    const end = count - 1;
    const last = this.#fields.bytes[this.#fields.starts[end - 1]!];
    const to = last === 83 || last === 65 ? end - 1 : end;
    fight.of(this.#unitAt(supporter)).support += this.#int(to - DAMAGE_FIELDS);
    return true;
  }

  #done(act: number, atMs: number): boolean {
    if (act === ACT.cast) {
      if (this.#isGuid(this.#payload)) this.#advancedFields = this.#fields.count - this.#payload;
      this.#advanced(atMs);
    }
    const fight = this.#segments.open;
    if (!fight) return true;
    const figures = fight.of(this.#source());
    if (act === ACT.cast) {
      figures.casts++;
      figures.spell(this.#spell(this.#base)).casts++;
    }
    if (act === ACT.cast || act === ACT.castStart) figures.act(atMs);
    else if (act === ACT.interrupt) figures.interrupts++;
    else figures.dispels++;
    return true;
  }

  /** Reads source, target and the flags of both. */
  #who(hit: Hit): void {
    const { bytes, starts, ends } = this.#fields;
    const target = this.#base === 7 ? 4 : 5;
    hit.source = this.#source();
    hit.sourceFlags = hexOf(bytes, starts[3]!, ends[3]!);
    hit.target = this.#target();
    hit.targetFlags = hexOf(bytes, starts[target + 2]!, ends[target + 2]!);
  }

  /** Detects combat: a friendly unit and a hostile unit act on each other. */
  #combat({ atMs, sourceFlags, targetFlags }: Hit, startByte: number): void {
    const { open } = this.#segments;
    if (open && open.kind !== "trash") return;
    const isFight =
      ((targetFlags & HOSTILE) !== 0 && (sourceFlags & FRIENDLY) !== 0) ||
      ((sourceFlags & HOSTILE) !== 0 && (targetFlags & FRIENDLY) !== 0);
    if (isFight) this.#segments.combat(atMs, startByte);
  }

  #source(): number {
    const unit = this.#unitAt(1);
    this.#named(unit, 2);
    return unit;
  }

  #target(): number {
    const at = this.#base === 7 ? 4 : 5;
    const unit = this.#unitAt(at);
    this.#named(unit, at + 1);
    return unit;
  }

  /** The block that advanced logging adds. It names, among other things, the unit's owner. */
  #advanced(atMs: number): void {
    const { bytes, starts, ends, count } = this.#fields;
    const info = this.#payload;
    const owner = info + 1;
    if (owner >= count || !this.#isGuid(info)) return;
    const start = starts[owner]!;
    // Sixteen zeros: the unit has no owner.
    if (ends[owner]! - start <= 18 && bytes[start + 4] === ZERO) return;
    if (!this.#isGuid(owner)) return;
    this.hasAdvanced = true;
    this.#units.own(this.#unitAt(info), this.#unitAt(owner), atMs);
  }

  /** The remaining health of the unit that the block describes. */
  #health(): void {
    const info = this.#payload;
    const hpMax = this.#int(info + 3);
    if (hpMax <= 0) return;
    this.hasAdvanced = true;
    const unit = this.#unitAt(info);
    if (this.#units.isPlayer[unit]) return;
    const figures = this.#segments.open!.of(unit);
    figures.hp = this.#int(info + 2);
    figures.hpMax = hpMax;
  }

  #blockFields(version: Version, end: number): number {
    if (this.#advancedFields > 0) return this.#advancedFields;
    if (version.log === 9 && version.build?.startsWith("5.")) return MISTS_FIELDS;
    const known = version.log === null ? undefined : ADVANCED_FIELDS[version.log];
    return known ?? end - this.#payload - DAMAGE_FIELDS;
  }

  #spell(at: number): number {
    const { bytes, starts, ends } = this.#fields;
    return this.#spells.spell(bytes, starts[at]!, ends[at]!, starts[at + 1]!, ends[at + 1]!);
  }

  #unitAt(index: number): number {
    return this.#units.unit(
      this.#fields.bytes,
      this.#fields.starts[index]!,
      this.#fields.ends[index]!,
    );
  }

  #named(unit: number, index: number): void {
    this.#units.name(
      unit,
      this.#fields.bytes,
      this.#fields.starts[index]!,
      this.#fields.ends[index]!,
    );
  }

  #int(index: number): number {
    return intOf(this.#fields.bytes, this.#fields.starts[index]!, this.#fields.ends[index]!);
  }

  /**
   * Accepts `Player-…`, `Creature-…`, sixteen zeros, or `0x` and sixteen digits, but no other number and no
   * `nil`.
   */
  #isGuid(index: number): boolean {
    if (index >= this.#fields.count) return false;
    const { bytes, starts, ends } = this.#fields;
    const start = starts[index]!;
    const length = ends[index]! - start;
    if (length < 16) return false;
    const first = bytes[start]!;
    return first === ZERO || (first >= 65 && first <= 90);
  }
}
