import { limits } from "../../../limits.ts";
import { type Aura, uptimeOf } from "./auras.ts";
import type { OpenFight } from "./fight.ts";
import type { UnitFigures } from "./figures.ts";
import type { Spells } from "./report.ts";
import type { BuffUptime, Consumable, StoppedSpell, Utility } from "./types.ts";

interface Pair {
  readonly source: number;
  readonly spell: number;
  readonly stopped: number;
  count: number;
}

/** Spells that units interrupted or removed in one fight, each with the spell that did it. */
export class StoppedSpells {
  readonly #pairs = new Map<string, Pair>();
  leftOut = 0;

  add(source: number, spell: number, stopped: number): void {
    const key = `${source}/${spell}/${stopped}`;
    const known = this.#pairs.get(key);
    if (known) known.count++;
    else if (this.#pairs.size < limits.logs.fight.stoppedSpellsMax) {
      this.#pairs.set(key, { source, spell, stopped, count: 1 });
    } else this.leftOut++;
  }

  /** The spells that these units stopped, the most frequent first. */
  of(units: ReadonlySet<number>, spells: Spells): readonly StoppedSpell[] {
    const own = [...this.#pairs.values()].filter(({ source }) => units.has(source));
    return own
      .toSorted((a, b) => b.count - a.count)
      .map(({ spell, stopped, count }) => ({
        spellId: spells.idOf(spell),
        spellName: spells.nameOf(spell),
        stoppedId: spells.idOf(stopped),
        stoppedName: spells.nameOf(stopped),
        count,
      }));
  }
}

/** The limit for the rows of all players of a fight. Players who did most take their share first. */
export class UtilityRoom {
  #rows: number = limits.logs.fight.utilityRowsMax;
  leftOut = 0;

  take<T>(all: readonly T[], max: number): readonly T[] {
    const taken = all.slice(0, Math.min(max, this.#rows));
    this.#rows -= taken.length;
    this.leftOut += all.length - taken.length;
    return taken;
  }
}

/** What a player did besides damage and healing: `all` is the player with pets. */
export function utilityOf(
  own: UnitFigures,
  all: readonly UnitFigures[],
  fight: OpenFight,
  spells: Spells,
  room: UtilityRoom,
): Utility {
  const { buffsPerPlayerMax, consumablesPerPlayerMax, spellsPerPlayerMax } = limits.logs.fight;
  const units = new Set(all.map(({ unit }) => unit));
  const auras = fight.auras.of(own.unit);
  return {
    interrupted: room.take(fight.interrupted.of(units, spells), spellsPerPlayerMax),
    dispelled: room.take(fight.dispelled.of(units, spells), spellsPerPlayerMax),
    consumables: room.take(consumablesOf(own, auras, fight.endMs, spells), consumablesPerPlayerMax),
    buffs: room.take(buffsOf(auras, fight.endMs, spells), buffsPerPlayerMax),
  };
}

function buffsOf(
  auras: ReadonlyMap<number, Aura>,
  endMs: number,
  spells: Spells,
): readonly BuffUptime[] {
  const buffs = Array.from(auras, ([spell, aura]) => ({
    spellId: spells.idOf(spell),
    spellName: spells.nameOf(spell),
    uptimeMs: uptimeOf(aura, endMs),
    count: aura.count,
  }));
  return buffs.toSorted((a, b) => b.uptimeMs - a.uptimeMs);
}

function consumablesOf(
  { spells: used }: UnitFigures,
  auras: ReadonlyMap<number, Aura>,
  endMs: number,
  spells: Spells,
): readonly Consumable[] {
  const all = new Set([...used.keys(), ...auras.keys()]);
  return [...all].flatMap((spell) => {
    const kind = spells.consumableOf(spell);
    if (kind === null) return [];
    const aura = auras.get(spell);
    return {
      kind,
      spellId: spells.idOf(spell),
      spellName: spells.nameOf(spell),
      // A client may log the buff and not the use.
      uses: Math.max(used.get(spell)?.casts ?? 0, aura?.count ?? 0),
      uptimeMs: aura === undefined ? 0 : uptimeOf(aura, endMs),
    };
  });
}
