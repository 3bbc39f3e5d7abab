import { asciiOf, LOWER_X, ZERO } from "./bytes.ts";
import { type EventKind, PREFIX } from "./events.ts";
import type { Fields } from "./fields.ts";
import type { SpellNames } from "./spell-names.ts";
import type { Units } from "./units.ts";

/** Newer logs end the figures of a spell with one of these. */
const SINGLE_TARGET = asciiOf("ST");
const AREA = asciiOf("AOE");

/** The fields at the beginning of a line that most events have: source, target and spell. */
export class CommonFields {
  readonly #fields: Fields;
  readonly #units: Units;
  readonly #spells: SpellNames;
  /** The first field after source and target, and the first after the spell. */
  base = 9;
  payload = 9;
  /** Whether GUIDs are numbers, as before 2014. */
  isHex = false;

  constructor(fields: Fields, units: Units, spells: SpellNames) {
    this.#fields = fields;
    this.#units = units;
    this.#spells = spells;
  }

  /**
   * Finds the positions. Returns false for a cut line. Logs until 4.1 have no raid flags, so the target's
   * GUID follows the source's flags. Logs until 5.4 write GUIDs as numbers. The two are independent.
   */
  find({ prefix }: EventKind): boolean {
    const { bytes, starts, count } = this.#fields;
    if (count < 7) return false;
    const guid = starts[1]!;
    this.isHex = bytes[guid] === ZERO && bytes[guid + 1] === LOWER_X;
    this.base = this.isHex && this.#fields.isGuid(4) ? 7 : 9;
    this.payload = prefix === PREFIX.spell ? this.base + 3 : this.base;
    return count >= this.payload;
  }

  /** The position of the target's GUID. */
  get targetAt(): number {
    return this.base === 7 ? 4 : 5;
  }

  source(): number {
    const unit = this.unitAt(1);
    this.named(unit, 2);
    return unit;
  }

  target(): number {
    const at = this.targetAt;
    const unit = this.unitAt(at);
    this.named(unit, at + 1);
    return unit;
  }

  unitAt(index: number): number {
    const { bytes, starts, ends } = this.#fields;
    return this.#units.unit(bytes, starts[index]!, ends[index]!);
  }

  named(unit: number, index: number): void {
    const { bytes, starts, ends } = this.#fields;
    this.#units.name(unit, bytes, starts[index]!, ends[index]!);
  }

  /** The spell whose id is at this field and whose name is at the next. */
  spell(at: number): number {
    const { bytes, starts, ends } = this.#fields;
    return this.#spells.spell(bytes, starts[at]!, ends[at]!, starts[at + 1]!, ends[at + 1]!);
  }

  /** The end of the figures, without the tag of newer logs. */
  figuresEnd(): number {
    const last = this.#fields.count - 1;
    return this.isTag(last) ? last : last + 1;
  }

  isTag(index: number): boolean {
    return this.#fields.is(index, SINGLE_TARGET) || this.#fields.is(index, AREA);
  }

  /** A player's health in percent after this line; -1 where the block describes another unit. */
  healthOf(unit: number): number {
    const info = this.payload;
    if (!this.#units.isPlayer[unit] || !this.#fields.isSame(info, this.targetAt)) return -1;
    const hpMax = this.#fields.int(info + 3);
    if (hpMax <= 0) return -1;
    return Math.min(100, Math.round((100 * this.#fields.int(info + 2)) / hpMax));
  }
}
