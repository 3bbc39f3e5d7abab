import { intOf, textOf } from "./bytes.ts";
import type { Spells } from "./report.ts";

/** Swings have no spell, and falling has none either. */
export const MELEE = 0;

/** Spells by a small number each, so that figures need no text for a million hits. */
export class SpellNames implements Spells {
  readonly #numbers = new Map<number, number>([[0, MELEE]]);
  readonly #ids: number[] = [0];
  readonly #names: string[] = ["Melee"];
  readonly #environment = new Map<string, number>();

  spell(bytes: Uint8Array, idStart: number, idEnd: number, nameStart: number, nameEnd: number) {
    const id = intOf(bytes, idStart, idEnd);
    const known = this.#numbers.get(id);
    if (known !== undefined) return known;
    const number = this.#ids.length;
    const text = textOf(bytes, nameStart, nameEnd);
    this.#numbers.set(id, number);
    this.#ids.push(id);
    this.#names.push(text.startsWith('"') ? text.slice(1, -1) : text);
    return number;
  }

  /** Falling, lava and the like, which have a word and no number. */
  environment(word: string): number {
    const known = this.#environment.get(word);
    if (known !== undefined) return known;
    const number = this.#ids.length;
    this.#environment.set(word, number);
    this.#ids.push(0);
    this.#names.push(word);
    return number;
  }

  idOf(spell: number): number {
    return this.#ids[spell]!;
  }

  nameOf(spell: number): string {
    return this.#names[spell]!;
  }
}
