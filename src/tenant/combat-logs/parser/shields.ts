/** Spells that absorb damage, in clients whose logs do not say who absorbed it, by number. */
const SHIELDS = new Set(
  `17 592 600 3747 6065 6066 10898 10899 10900 10901 25217 25218 48065 48066 47753 58597 11426 13031
  13032 13033 27134 33405 43038 43039 1463 8494 8495 10191 10192 10193 27131 43019 43020 543 8457 8458
  10223 10225 27128 43010 6143 8461 8462 10177 28609 32796 43012 7812 19438 19440 19441 19442 19443
  27273 47985 47986 64413 62606 48707 6229 11739 11740 28610 47890 47891 76669 86273`
    .split(/\s+/)
    .map(Number),
);
/** A shield that a hit breaks may be removed before the hit is logged. */
const BROKEN_MS = 100;

interface Shield {
  readonly spell: number;
  readonly owner: number;
  /** Infinity until it is removed. */
  endMs: number;
}

/** The shields of each unit, in logs that only say how much was absorbed. */
export class Shields {
  readonly #byUnit = new Map<number, Shield[]>();

  static includes(spellId: number): boolean {
    return SHIELDS.has(spellId);
  }

  add(unit: number, spell: number, owner: number): void {
    const others = (this.#byUnit.get(unit) ?? []).filter(
      (one) =>
        one.endMs === Number.POSITIVE_INFINITY && !(one.spell === spell && one.owner === owner),
    );
    this.#byUnit.set(unit, [...others, { spell, owner, endMs: Number.POSITIVE_INFINITY }]);
  }

  remove(unit: number, spell: number, owner: number, atMs: number): void {
    const shield = this.#byUnit
      .get(unit)
      ?.find((one) => one.spell === spell && one.owner === owner && one.endMs > atMs);
    if (shield) shield.endMs = atMs;
  }

  /** The shield that absorbed a hit; undefined when none or several may have done it. */
  of(unit: number, atMs: number): Shield | undefined {
    const all = this.#byUnit.get(unit) ?? [];
    const active = all.filter(({ endMs }) => endMs > atMs);
    if (active.length > 0) return active.length === 1 ? active[0] : undefined;
    const broken = all.filter(({ endMs }) => endMs >= atMs - BROKEN_MS);
    return broken.length === 1 ? broken[0] : undefined;
  }
}
