import { limits } from "../../../limits.ts";
import { intOf } from "./bytes.ts";
import { BUFF_NAMES, type ConsumableKind, consumableOf } from "./consumables.ts";
import type { Spells } from "./report.ts";
import { nameIn, tooManyNames } from "./units.ts";

/** The number for swings and falling, which have no spell. */
export const MELEE = 0;

/** Assigns a small number to each spell, so that figures need no text for a million hits. */
export class SpellNames implements Spells {
  readonly #numbers = new Map<number, number>([[0, MELEE]]);
  readonly #ids: number[] = [0];
  readonly #names: string[] = ["Melee"];
  readonly #kinds: (ConsumableKind | null | undefined)[] = [];
  readonly #environment = new Map<string, number>();

  /** @throws {TooLarge} `logs/too-many-names` */
  spell(bytes: Uint8Array, idStart: number, idEnd: number, nameStart: number, nameEnd: number) {
    const id = intOf(bytes, idStart, idEnd);
    const known = this.#numbers.get(id);
    if (known !== undefined) {
      if (this.#names[known] === "") this.#names[known] = nameIn(bytes, nameStart, nameEnd);
      return known;
    }
    const number = this.#add(id, nameIn(bytes, nameStart, nameEnd));
    this.#numbers.set(id, number);
    return number;
  }

  /** The number for a spell that comes without its name. A later line may name it. */
  unnamed(id: number): number {
    const known = this.#numbers.get(id);
    if (known !== undefined) return known;
    const number = this.#add(id, "");
    this.#numbers.set(id, number);
    return number;
  }

  /** The number for falling, lava and the like, which have a word and no spell number. */
  environment(word: string): number {
    const known = this.#environment.get(word);
    if (known !== undefined) return known;
    const number = this.#add(0, word);
    this.#environment.set(word, number);
    return number;
  }

  #add(id: number, name: string): number {
    if (this.#ids.length >= limits.logs.spellsMax) throw tooManyNames();
    this.#names.push(name);
    return this.#ids.push(id) - 1;
  }

  idOf(spell: number): number {
    return this.#ids[spell]!;
  }

  nameOf(spell: number): string {
    const id = this.#ids[spell]!;
    return this.#names[spell] || (BUFF_NAMES.get(id) ?? `#${id}`);
  }

  consumableOf(spell: number): ConsumableKind | null {
    let kind = this.#kinds[spell];
    // Only a spell with a name keeps its kind: another may be named later.
    if (kind !== undefined) return kind;
    kind = consumableOf(this.idOf(spell), this.nameOf(spell));
    if (this.#names[spell] !== "") this.#kinds[spell] = kind;
    return kind;
  }
}
