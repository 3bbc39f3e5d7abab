import { limits } from "../../../limits.ts";
import { intOf } from "./bytes.ts";
import type { Spells } from "./report.ts";
import { nameIn, tooManyNames } from "./units.ts";

/** The number for swings and falling, which have no spell. */
export const MELEE = 0;

/** Assigns a small number to each spell, so that figures need no text for a million hits. */
export class SpellNames implements Spells {
  readonly #numbers = new Map<number, number>([[0, MELEE]]);
  readonly #ids: number[] = [0];
  readonly #names: string[] = ["Melee"];
  readonly #environment = new Map<string, number>();

  /** @throws {TooLarge} `logs/too-many-names` */
  spell(bytes: Uint8Array, idStart: number, idEnd: number, nameStart: number, nameEnd: number) {
    const id = intOf(bytes, idStart, idEnd);
    const known = this.#numbers.get(id);
    if (known !== undefined) return known;
    const number = this.#add(id, nameIn(bytes, nameStart, nameEnd));
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
    return this.#names[spell]!;
  }
}
