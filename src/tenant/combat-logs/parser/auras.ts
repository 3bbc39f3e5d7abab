import { limits } from "../../../limits.ts";

/** One buff on one player during a fight. */
export interface Aura {
  /** How many of it are up: several players may have cast the same buff on one player. */
  active: number;
  sinceMs: number;
  totalMs: number;
  /** How often it was applied during the fight. */
  count: number;
}

/**
 * The buffs of players during one fight. A buff that ends or is refreshed before the log applied it was up
 * since the pull.
 */
export class Auras {
  readonly #startMs: number;
  readonly #byUnit = new Map<number, Map<number, Aura>>();
  #size = 0;
  /** Events of buffs that exceeded the limit. */
  leftOut = 0;

  constructor(startMs: number) {
    this.#startMs = startMs;
  }

  /** The buff was up at the pull. */
  hold(unit: number, spell: number): void {
    this.#of(unit, spell, 1);
  }

  apply(unit: number, spell: number, atMs: number): void {
    const aura = this.#of(unit, spell, 0);
    if (aura === undefined) return;
    if (aura.active++ === 0) aura.sinceMs = atMs;
    aura.count++;
  }

  refresh(unit: number, spell: number, atMs: number): void {
    const aura = this.#of(unit, spell, 1);
    if (aura === undefined || aura.active > 0) return;
    aura.active = 1;
    aura.sinceMs = atMs;
  }

  remove(unit: number, spell: number, atMs: number): void {
    const aura = this.#of(unit, spell, 1);
    if (aura === undefined || aura.active === 0) return;
    aura.active--;
    if (aura.active === 0) aura.totalMs += Math.max(0, atMs - aura.sinceMs);
  }

  of(unit: number): ReadonlyMap<number, Aura> {
    return this.#byUnit.get(unit) ?? NONE;
  }

  /** The buff, which is new with so many up since the pull. Undefined beyond the limit. */
  #of(unit: number, spell: number, active: number): Aura | undefined {
    let auras = this.#byUnit.get(unit);
    const known = auras?.get(spell);
    if (known) return known;
    if (this.#size >= limits.logs.fight.aurasMax) {
      this.leftOut++;
      return undefined;
    }
    this.#size++;
    const aura = { active, sinceMs: this.#startMs, totalMs: 0, count: 0 };
    if (auras === undefined) {
      auras = new Map();
      this.#byUnit.set(unit, auras);
    }
    auras.set(spell, aura);
    return aura;
  }
}

const NONE: ReadonlyMap<number, Aura> = new Map();

/** How long a buff was up until `endMs`. */
export function uptimeOf({ active, sinceMs, totalMs }: Aura, endMs: number): number {
  return totalMs + (active > 0 ? Math.max(0, endMs - sinceMs) : 0);
}
