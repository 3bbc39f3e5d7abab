import { asciiOf, COMMA } from "./bytes.ts";

/** The common fields at the beginning of an event: source, target and spell. */
export const PREFIX = { none: 0, swing: 1, spell: 2 } as const;

/** How an event is handled. Events with `none` count as known, but no figure needs them. */
export const ACT = {
  none: 0,
  header: 1,
  encounterStart: 2,
  encounterEnd: 3,
  challengeStart: 4,
  challengeEnd: 5,
  arenaStart: 6,
  arenaEnd: 7,
  zone: 8,
  combatant: 9,
  damage: 10,
  heal: 11,
  missed: 12,
  absorbed: 13,
  summon: 14,
  died: 15,
  cast: 16,
  castStart: 17,
  interrupt: 18,
  dispel: 19,
  environment: 20,
  support: 21,
  /** Only its advanced block is used: it names a pet's owner. */
  owner: 22,
  /** Buffs, and shields of logs that do not say who absorbed a hit. */
  aura: 23,
  auraRefresh: 24,
  auraEnd: 25,
} as const;
type Act = (typeof ACT)[keyof typeof ACT];

export interface EventKind {
  readonly name: string;
  /** The name as bytes. */
  readonly word: Uint8Array;
  readonly act: Act;
  readonly prefix: (typeof PREFIX)[keyof typeof PREFIX];
}

const KINDS = new Map<number, EventKind>();

function kind(name: string, act: Act, prefix: EventKind["prefix"] = PREFIX.none): void {
  const hash = hashOf(new TextEncoder().encode(`${name},`), 0, name.length);
  const known = KINDS.get(hash);
  if (known) throw new Error(`${name} and ${known.name} have one hash: change the hash.`);
  KINDS.set(hash, { name, word: asciiOf(name), act, prefix });
}

kind("COMBAT_LOG_VERSION", ACT.header);
kind("ENCOUNTER_START", ACT.encounterStart);
kind("ENCOUNTER_END", ACT.encounterEnd);
kind("CHALLENGE_MODE_START", ACT.challengeStart);
kind("CHALLENGE_MODE_END", ACT.challengeEnd);
kind("ARENA_MATCH_START", ACT.arenaStart);
kind("ARENA_MATCH_END", ACT.arenaEnd);
kind("ZONE_CHANGE", ACT.zone);
kind("COMBATANT_INFO", ACT.combatant);
kind("SWING_DAMAGE", ACT.damage, PREFIX.swing);
kind("SWING_MISSED", ACT.missed, PREFIX.swing);
kind("ENVIRONMENTAL_DAMAGE", ACT.environment, PREFIX.swing);
for (const name of ["SPELL", "SPELL_PERIODIC", "SPELL_BUILDING", "RANGE"]) {
  kind(`${name}_DAMAGE`, ACT.damage, PREFIX.spell);
  kind(`${name}_MISSED`, ACT.missed, PREFIX.spell);
  if (name !== "RANGE") kind(`${name}_HEAL`, ACT.heal, PREFIX.spell);
}
kind("DAMAGE_SPLIT", ACT.damage, PREFIX.spell);
kind("DAMAGE_SHIELD", ACT.damage, PREFIX.spell);
kind("DAMAGE_SHIELD_MISSED", ACT.missed, PREFIX.spell);
kind("DAMAGE_SPLIT_MISSED", ACT.missed, PREFIX.spell);
kind("SPELL_ABSORBED", ACT.absorbed, PREFIX.swing);
kind("SPELL_SUMMON", ACT.summon, PREFIX.spell);
kind("SPELL_CAST_SUCCESS", ACT.cast, PREFIX.spell);
kind("SPELL_CAST_START", ACT.castStart, PREFIX.spell);
kind("SPELL_INTERRUPT", ACT.interrupt, PREFIX.spell);
kind("SPELL_DISPEL", ACT.dispel, PREFIX.spell);
kind("SPELL_STOLEN", ACT.dispel, PREFIX.spell);
kind("UNIT_DIED", ACT.died, PREFIX.swing);
kind("UNIT_DESTROYED", ACT.none, PREFIX.swing);
for (const name of ["ENERGIZE", "DRAIN", "LEECH"]) {
  kind(`SPELL_${name}`, ACT.owner, PREFIX.spell);
  kind(`SPELL_PERIODIC_${name}`, ACT.owner, PREFIX.spell);
}
// Also swings name the spell of the supporter.
for (const name of `SPELL_DAMAGE SPELL_PERIODIC_DAMAGE SPELL_BUILDING_DAMAGE RANGE_DAMAGE SWING_DAMAGE
  SWING_DAMAGE_LANDED DAMAGE_SHIELD DAMAGE_SPLIT`.split(/\s+/)) {
  kind(`${name}_SUPPORT`, ACT.support, PREFIX.spell);
}

kind("SPELL_AURA_APPLIED", ACT.aura, PREFIX.spell);
kind("SPELL_AURA_REFRESH", ACT.auraRefresh, PREFIX.spell);
kind("SPELL_AURA_REMOVED", ACT.auraEnd, PREFIX.spell);

// Known, but no figure needs them. The landed hit repeats the swing from the target's view.
for (const name of `SWING_DAMAGE_LANDED
  SPELL_AURA_APPLIED_DOSE SPELL_AURA_REMOVED_DOSE SPELL_AURA_BROKEN SPELL_AURA_BROKEN_SPELL
  SPELL_CAST_FAILED SPELL_CREATE SPELL_EXTRA_ATTACKS SPELL_HEAL_ABSORBED SPELL_INSTAKILL
  SPELL_RESURRECT SPELL_DISPEL_FAILED SPELL_DURABILITY_DAMAGE SPELL_DURABILITY_DAMAGE_ALL
  SPELL_EMPOWER_START SPELL_EMPOWER_END
  SPELL_EMPOWER_INTERRUPT SPELL_HEAL_SUPPORT SPELL_PERIODIC_HEAL_SUPPORT SPELL_ABSORBED_SUPPORT
  ENCHANT_APPLIED ENCHANT_REMOVED PARTY_KILL UNIT_DISSIPATES UNIT_LOYALTY EMOTE MAP_CHANGE
  WORLD_MARKER_PLACED WORLD_MARKER_REMOVED STAGGER_CLEAR STAGGER_PREVENTED`.split(/\s+/)) {
  kind(name, ACT.none);
}

/** The event whose name begins at `start` and ends at the first comma; undefined for an unknown event. */
export function eventAt(bytes: Uint8Array, start: number, end: number): EventKind | undefined {
  const found = KINDS.get(hashOf(bytes, start, end));
  if (found === undefined) return undefined;
  const { word } = found;
  const after = start + word.length;
  if (after > end || (after < end && bytes[after] !== COMMA)) return undefined;
  // Another name may have the same hash.
  for (let at = 0; at < word.length; at++) if (bytes[start + at] !== word[at]) return undefined;
  return found;
}

function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 17;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte === COMMA) break;
    hash = (Math.imul(hash, 31) + byte) | 0;
  }
  return hash;
}
