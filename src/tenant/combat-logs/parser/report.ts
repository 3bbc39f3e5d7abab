import { limits } from "../../../limits.ts";
import type { ConsumableKind } from "./consumables.ts";
import type { OpenFight, RawDeath } from "./fight.ts";
import { Series, Tally, UnitFigures } from "./figures.ts";
import type {
  Death,
  EnemyFigures,
  Fight,
  FightOutline,
  PlayerFigures,
  Share,
  SpellShare,
  TargetShare,
} from "./types.ts";
import type { Units } from "./units.ts";
import { UtilityRoom, utilityOf } from "./utility.ts";

/** Names of spells by the small numbers that figures use. */
export interface Spells {
  idOf(spell: number): number;
  nameOf(spell: number): string;
  /** The kind of consumable that it belongs to; null for any other spell. */
  consumableOf(spell: number): ConsumableKind | null;
}

/** A player in one fight, with everything that belongs to them. */
interface Party {
  readonly own: UnitFigures;
  readonly all: readonly UnitFigures[];
  /** How much the player did. The players with the least weight are left out first. */
  readonly weight: number;
}

/** Assigns pets to their players and adds names. `endMs` limits activity that had not ended. */
export function reportOf(fight: OpenFight, units: Units, spells: Spells): Fight {
  fight.ownerless = ownerlessOf(fight, units);
  const all = partiesOf(fight, units);
  const parties = largest(all, ({ weight }) => weight, limits.logs.fight.playersMax);
  const allEnemies = enemiesOf(fight, units);
  const enemies = largest(allEnemies, weightOfEnemy, limits.logs.fight.enemiesMax);
  const details = new Details(fight.room.sharesLeftOut);
  const described = new Map(
    parties
      .toSorted((a, b) => b.weight - a.weight)
      .map((party) => [party, playerOf(party, fight, units, spells, details)]),
  );
  return {
    ...factsOf(fight, allEnemies),
    bossPercent: bossPercent(fight, allEnemies),
    players: parties.map((party) => described.get(party)!),
    playerCount: all.length + fight.playersLeftOut,
    enemies,
    deaths: fight.deaths.map((death) => deathOf(death, units, spells)),
    unattributedDamage: allEnemies.reduce((sum, { unattributed }) => sum + unattributed, 0),
    uncreditedAbsorbs: fight.uncreditedAbsorbs,
    leftOut: {
      players: fight.playersLeftOut + all.length - parties.length,
      enemies: fight.unitsLeftOut - fight.playersLeftOut + allEnemies.length - enemies.length,
      deaths: fight.deathsLeftOut,
      rows: details.rowsLeftOut + details.utility.leftOut + utilityLeftOut(fight),
      curves: Math.max(details.curvesLeftOut, fight.room.secondsLeftOut > 0 ? 1 : 0),
    },
  };
}

/** The same without spells, targets, seconds, enemies and deaths. */
export function outlineOf(fight: OpenFight, units: Units): FightOutline {
  const parties = largest(
    partiesOf(fight, units),
    ({ weight }) => weight,
    limits.logs.fight.playersMax,
  );
  const { keystone: _, gameMs: __, endByte: ___, deathCount, ...facts } = factsOf(fight, []);
  return {
    ...facts,
    deathCount,
    players: parties.map(({ own, all }) => {
      const { class: className = null, spec = null } = fight.combatants.get(own.unit) ?? {};
      return {
        guid: units.guidOf(own.unit),
        name: units.nameOf(own.unit),
        class: className,
        spec,
        damage: sumOf(all, (one) => one.damage),
        healing: sumOf(all, (one) => one.healing + one.absorbsGranted),
        damageTaken: own.taken,
        deaths: own.deaths,
      };
    }),
  };
}

/** Tells whether the owner of a pet is known that was not when the fight was reported. */
export function hasOwnedPets({ ownerless }: OpenFight, units: Units): boolean {
  return ownerless.some((unit) => units.playerOf(unit) !== -1);
}

/** Friendly units that did damage, and whose owner is unknown. */
function ownerlessOf({ figures }: OpenFight, units: Units): readonly number[] {
  return figures.flatMap(({ unit, damage, isHostile }) => {
    const isPet = damage > 0 && !isHostile && !units.isEmpty[unit];
    return isPet && units.playerOf(unit) === -1 ? [unit] : [];
  });
}

function factsOf(fight: OpenFight, enemies: readonly EnemyFigures[]) {
  return {
    kind: fight.kind,
    id: fight.id,
    name: fight.name || nameOfTrash(enemies),
    difficulty: fight.difficulty,
    size: fight.size,
    startMs: fight.startMs,
    endMs: fight.endMs,
    durationMs: Math.max(0, fight.endMs - fight.startMs),
    gameMs: fight.gameMs,
    outcome: fight.outcome,
    deathCount: fight.deaths.length + fight.deathsLeftOut,
    keystone: fight.keystone,
    startByte: fight.startByte,
    endByte: fight.endByte,
  };
}

function partiesOf(fight: OpenFight, units: Units): readonly Party[] {
  const members = new Map<number, UnitFigures[]>();
  for (const player of fight.combatants.keys()) members.set(player, []);
  for (const figures of fight.figures) {
    const player = units.playerOf(figures.unit);
    if (player === -1) continue;
    const known = members.get(player);
    if (known) known.push(figures);
    else members.set(player, [figures]);
  }
  return Array.from(members, ([player, figures]) => {
    const found = figures.find(({ unit }) => unit === player);
    const own = found ?? new UnitFigures(player, fight.room);
    const all = [own, ...figures.filter((one) => one !== own)];
    const weight = sumOf(all, (one) => one.damage + one.healing + one.absorbsGranted) + own.taken;
    return { own, all, weight };
  });
}

/** The largest `max` items by weight, in their original order. */
function largest<T>(items: readonly T[], weightOf: (item: T) => number, max: number): readonly T[] {
  if (items.length <= max) return items;
  const kept = new Set(items.toSorted((a, b) => weightOf(b) - weightOf(a)).slice(0, max));
  return items.filter((item) => kept.has(item));
}

function sumOf(all: readonly UnitFigures[], of: (one: UnitFigures) => number): number {
  return all.reduce((total, one) => total + of(one), 0);
}

/** The limit for what a page shows of a player. Players who did most take their share first. */
class Details {
  rowsLeftOut: number;
  curvesLeftOut = 0;
  readonly utility = new UtilityRoom();
  #rows: number = limits.logs.fight.rowsMax;
  #seconds: number = limits.logs.fight.curveSecondsMax;

  constructor(rowsLeftOut: number) {
    this.rowsLeftOut = rowsLeftOut;
  }

  /** The largest rows. */
  rows<T extends Share>(all: readonly T[], max: number): readonly T[] {
    const kept = largest(all, (one) => one.damage + one.healing, Math.min(max, this.#rows));
    this.#rows -= kept.length;
    this.rowsLeftOut += all.length - kept.length;
    return kept;
  }

  hasRoomFor(seconds: number): boolean {
    if (seconds > this.#seconds) {
      this.curvesLeftOut++;
      return false;
    }
    this.#seconds -= seconds;
    return true;
  }
}

function playerOf(
  { own, all }: Party,
  fight: OpenFight,
  units: Units,
  spells: Spells,
  details: Details,
): PlayerFigures {
  const { spellsPerPlayerMax, targetsPerPlayerMax } = limits.logs.fight;
  const combatant = fight.combatants.get(own.unit);
  const damage = sumOf(all, (one) => one.damage);
  const absorbsGranted = sumOf(all, (one) => one.absorbsGranted);
  const targets = all.map((one) => one.targets);
  return {
    guid: units.guidOf(own.unit),
    name: units.nameOf(own.unit),
    class: combatant?.class ?? null,
    spec: combatant?.spec ?? null,
    itemLevel: combatant?.itemLevel ?? null,
    damage,
    damageOwn: own.damage,
    damagePets: damage - own.damage,
    overkill: sumOf(all, (one) => one.overkill),
    absorbedByTarget: sumOf(all, (one) => one.absorbedByTarget),
    friendlyFire: sumOf(all, (one) => one.friendlyFire),
    supportDamage: sumOf(all, (one) => one.support),
    healing: sumOf(all, (one) => one.healing) + absorbsGranted,
    overhealing: sumOf(all, (one) => one.overhealing),
    absorbsGranted,
    damageTaken: own.taken,
    deaths: own.deaths,
    activeMs: own.activeBy(fight.endMs),
    casts: own.casts,
    interrupts: sumOf(all, (one) => one.interrupts),
    dispels: sumOf(all, (one) => one.dispels),
    spells: details.rows(spellsOf(own, all, units, spells), spellsPerPlayerMax),
    targets: details.rows(targetsOf(targets, units), targetsPerPlayerMax),
    takenFrom: details.rows(targetsOf([own.takenFrom], units), targetsPerPlayerMax),
    ...utilityOf(own, all, fight, spells, details.utility),
    ...curvesOf(own, all, details),
  };
}

/** Events of buffs, interrupts and dispels that exceeded the limits during the fight. */
function utilityLeftOut({ auras, interrupted, dispelled }: OpenFight): number {
  return auras.leftOut + interrupted.leftOut + dispelled.leftOut;
}

function curvesOf(own: UnitFigures, all: readonly UnitFigures[], details: Details) {
  const damage = summed(all.map((one) => one.damageBySecond));
  const healing = summed(all.map((one) => one.healingBySecond));
  const taken = own.takenBySecond;
  const hasRoom = details.hasRoomFor(damage.length + healing.length + taken.length);
  return {
    damageBySecond: hasRoom ? damage.toArray() : [],
    healingBySecond: hasRoom ? healing.toArray() : [],
    takenBySecond: hasRoom ? taken.toArray() : [],
  };
}

/** Merges pets with the same name: a warlock summons hundreds of imps in one fight. */
function spellsOf(
  own: UnitFigures,
  all: readonly UnitFigures[],
  units: Units,
  spells: Spells,
): readonly SpellShare[] {
  const byName = new Map<string | null, Map<number, Tally>>();
  for (const one of all) {
    const name = one === own ? null : units.nameOf(one.unit);
    const known = byName.get(name);
    byName.set(name, known === undefined ? one.spells : merged([known, one.spells]));
  }
  return [...byName].flatMap(([petName, tallies]) =>
    Array.from(tallies, ([spell, tally]) => ({
      spellId: spells.idOf(spell),
      spellName: spells.nameOf(spell),
      petName,
      ...shareOf(tally),
      casts: tally.casts,
    })),
  );
}

function targetsOf(maps: readonly Map<number, Tally>[], units: Units): readonly TargetShare[] {
  return Array.from(merged(maps), ([unit, tally]) => ({
    guid: units.guidOf(unit),
    name: units.nameOf(unit),
    ...shareOf(tally),
  }));
}

function merged(maps: readonly Map<number, Tally>[]): Map<number, Tally> {
  const sums = new Map<number, Tally>();
  for (const map of maps) {
    for (const [key, tally] of map) {
      const sum = sums.get(key) ?? new Tally();
      sum.add(tally);
      sums.set(key, sum);
    }
  }
  return sums;
}

function shareOf({ damage, healing, overhealing, hits, crits }: Tally): Share {
  return { damage, healing, overhealing, hits, crits };
}

function summed(all: readonly Series[]): Series {
  const sum = new Series();
  for (const one of all) sum.addAll(one);
  return sum;
}

function enemiesOf(fight: OpenFight, units: Units): readonly EnemyFigures[] {
  return fight.figures.flatMap((one) => {
    if (!one.isHostile) return [];
    let damageTaken = one.lostToUnlisted;
    let unattributed = 0;
    for (const [source, damage] of one.lostBySource) {
      damageTaken += damage;
      if (source !== -1 && units.playerOf(source) === -1) unattributed += damage;
    }
    const { unit, hp, hpMax } = one;
    return {
      guid: units.guidOf(unit),
      name: units.nameOf(unit),
      damageTaken,
      unattributed,
      hp: hp < 0 ? null : hp,
      hpMax: hpMax < 0 ? null : hpMax,
    };
  });
}

function weightOfEnemy({ damageTaken, hpMax }: EnemyFigures): number {
  return Math.max(damageTaken, hpMax ?? 0);
}

/** The remaining health of the unit with the encounter's name, or else of the largest unit. */
function bossPercent(fight: OpenFight, enemies: readonly EnemyFigures[]): number | null {
  if (fight.outcome === "kill") return 0;
  if (fight.kind !== "encounter") return null;
  const known = enemies.filter(({ hpMax }) => hpMax !== null && hpMax > 0);
  const named = known.filter(({ name }) => name === fight.name);
  const [boss] = (named.length > 0 ? named : known).toSorted((a, b) => b.hpMax! - a.hpMax!);
  return boss ? Math.round((10_000 * boss.hp!) / boss.hpMax!) / 100 : null;
}

function nameOfTrash(enemies: readonly EnemyFigures[]): string {
  return enemies.toSorted((a, b) => b.damageTaken - a.damageTaken)[0]?.name ?? "";
}

function deathOf({ unit, atMs, events }: RawDeath, units: Units, spells: Spells): Death {
  const named = events.map(({ source, spell, isHeal, health, ...rest }) => ({
    ...rest,
    health: health < 0 ? null : health,
    kind: isHeal ? ("heal" as const) : ("damage" as const),
    sourceName: units.nameOf(source),
    spellName: spells.nameOf(spell),
  }));
  const blow = named.findLast(({ kind }) => kind === "damage");
  return {
    guid: units.guidOf(unit),
    name: units.nameOf(unit),
    atMs,
    killedBy: blow ? { sourceName: blow.sourceName, spellName: blow.spellName } : null,
    events: named,
  };
}
