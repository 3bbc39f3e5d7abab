import type { Combatant } from "./combatant.ts";
import type { OpenFight, RawDeath } from "./fight.ts";
import { Series, Tally, UnitFigures } from "./figures.ts";
import type {
  Death,
  EnemyFigures,
  Fight,
  PlayerFigures,
  SpellShare,
  TargetShare,
} from "./types.ts";
import type { Units } from "./units.ts";

/** Names of spells by the small numbers that the figures use. */
export interface Spells {
  idOf(spell: number): number;
  nameOf(spell: number): string;
}

/** Everything of one player in one fight: the player, and whatever belongs to the player. */
interface Party {
  readonly own: UnitFigures;
  readonly pets: UnitFigures[];
}

/** Puts pets to their players and names everybody. `endMs` cuts what was still going on. */
export function reportOf(fight: OpenFight, units: Units, spells: Spells): Fight {
  const parties = partiesOf(fight, units);
  const enemies = enemiesOf(fight, units);
  return {
    kind: fight.kind,
    id: fight.id,
    name: fight.name || nameOfTrash(enemies),
    difficulty: fight.difficulty,
    size: fight.size,
    startMs: fight.startMs,
    endMs: fight.endMs,
    durationMs: fight.endMs - fight.startMs,
    gameMs: fight.gameMs,
    outcome: fight.outcome,
    bossPercent: bossPercent(fight, enemies),
    players: [...parties].map(([unit, party]) => {
      const combatant = fight.combatants.get(unit);
      return playerOf(party, combatant, fight.endMs, units, spells);
    }),
    enemies,
    deaths: fight.deaths.map((death) => deathOf(death, units, spells)),
    unattributedDamage: enemies.reduce((sum, { unattributed }) => sum + unattributed, 0),
    keystone: fight.keystone,
    startByte: fight.startByte,
    endByte: fight.endByte,
  };
}

/** Is there a friend's pet in it whose player nobody has named yet? */
export function hasStrangers(fight: OpenFight, units: Units): boolean {
  return fight.figures.some(
    ({ unit, damage, isHostile }) =>
      damage > 0 && !isHostile && !units.isNobody[unit] && units.playerOf(unit) === -1,
  );
}

function partiesOf(fight: OpenFight, units: Units): ReadonlyMap<number, Party> {
  const parties = new Map<number, Party>();
  const party = (player: number) => {
    const known = parties.get(player);
    if (known) return known;
    const own = fight.has(player) ? fight.of(player) : new UnitFigures(player);
    const made: Party = { own, pets: [] };
    parties.set(player, made);
    return made;
  };
  for (const player of fight.combatants.keys()) party(player);
  for (const figures of fight.figures) {
    const player = units.playerOf(figures.unit);
    if (player === -1) continue;
    const mine = party(player);
    if (figures.unit !== player) mine.pets.push(figures);
  }
  return parties;
}

function playerOf(
  { own, pets }: Party,
  combatant: Combatant | undefined,
  endMs: number,
  units: Units,
  spells: Spells,
): PlayerFigures {
  const all = [own, ...pets];
  const sum = (of: (one: UnitFigures) => number) => all.reduce((total, one) => total + of(one), 0);
  const damage = sum((one) => one.damage);
  const absorbsGranted = sum((one) => one.absorbsGranted);
  return {
    guid: units.guidOf(own.unit),
    name: units.nameOf(own.unit),
    class: combatant?.class ?? null,
    spec: combatant?.spec ?? null,
    itemLevel: combatant?.itemLevel ?? null,
    damage,
    damageOwn: own.damage,
    damagePets: damage - own.damage,
    overkill: sum((one) => one.overkill),
    absorbedByTarget: sum((one) => one.absorbedByTarget),
    friendlyFire: sum((one) => one.friendlyFire),
    supportDamage: sum((one) => one.support),
    healing: sum((one) => one.healing) + absorbsGranted,
    overhealing: sum((one) => one.overhealing),
    absorbsGranted,
    damageTaken: own.taken,
    deaths: own.deaths,
    activeMs: own.activeBy(endMs),
    casts: own.casts,
    interrupts: sum((one) => one.interrupts),
    dispels: sum((one) => one.dispels),
    spells: all.flatMap((one) =>
      spellsOf(one, one === own ? null : units.nameOf(one.unit), spells),
    ),
    targets: targetsOf(
      all.map(({ targets }) => targets),
      units,
    ),
    takenFrom: targetsOf([own.takenFrom], units),
    damageBySecond: seriesOf(all.map(({ damageBySecond }) => damageBySecond)),
    healingBySecond: seriesOf(all.map(({ healingBySecond }) => healingBySecond)),
    takenBySecond: own.takenBySecond.toArray(),
  };
}

function spellsOf(one: UnitFigures, petName: string | null, spells: Spells): SpellShare[] {
  return [...one.spells].map(([spell, { damage, healing, overhealing, hits, crits, casts }]) => ({
    spellId: spells.idOf(spell),
    spellName: spells.nameOf(spell),
    petName,
    damage,
    healing,
    overhealing,
    hits,
    crits,
    casts,
  }));
}

function targetsOf(maps: readonly Map<number, Tally>[], units: Units): readonly TargetShare[] {
  const merged = new Map<number, Tally>();
  for (const map of maps) {
    for (const [unit, tally] of map) {
      const sum = merged.get(unit) ?? new Tally();
      sum.add(tally);
      merged.set(unit, sum);
    }
  }
  return [...merged].map(([unit, { damage, healing, overhealing, hits, crits }]) => ({
    guid: units.guidOf(unit),
    name: units.nameOf(unit),
    damage,
    healing,
    overhealing,
    hits,
    crits,
  }));
}

function seriesOf(all: readonly Series[]): readonly number[] {
  const sum = new Series();
  for (const one of all) sum.addAll(one);
  return sum.toArray();
}

function enemiesOf(fight: OpenFight, units: Units): readonly EnemyFigures[] {
  return fight.figures.flatMap((one) => {
    if (!one.isHostile) return [];
    let damageTaken = 0;
    let unattributed = 0;
    for (const [source, damage] of one.lostTo) {
      damageTaken += damage;
      if (units.playerOf(source) === -1) unattributed += damage;
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

/** What is left of the unit that is called like the encounter, or else of the largest one. */
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
  const named = events.map(({ source, spell, isHeal, ...rest }) => ({
    ...rest,
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
