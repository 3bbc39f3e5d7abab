import { BRACKET_OPEN, intOf, isDigit, PAREN_OPEN, textOf } from "./bytes.ts";
import type { Fields } from "./fields.ts";
import { SPECS } from "./specs.ts";

/** The facts about a player in COMBATANT_INFO. */
export interface Combatant {
  readonly class: string | null;
  readonly spec: string | null;
  readonly itemLevel: number | null;
  /** The numbers of the buffs at that moment. */
  readonly buffs: readonly number[];
}

/** A player has some dozen buffs. */
const BUFFS_MAX = 100;

/** Shirt and tabard, whose level means nothing. */
const SHIRT = 3;
const TABARD = 18;
/** The specialisation is one of so many fields before the talents. */
const SPEC_FIELDS = 2;

/** Reads specialisation and item level, whose position depends on the version. */
export function combatantOf(fields: Fields): Combatant {
  const { bytes, starts, ends, count } = fields;
  let specId = 0;
  let hasGroup = false;
  let itemLevel: number | null = null;
  let buffs: readonly number[] = [];
  for (let i = 2; i < count; i++) {
    const first = bytes[starts[i]!];
    if (first !== BRACKET_OPEN && first !== PAREN_OPEN) continue;
    if (!hasGroup) specId = specBefore(fields, i);
    hasGroup = true;
    if (first !== BRACKET_OPEN) continue;
    const group = textOf(bytes, starts[i]!, ends[i]!);
    itemLevel ??= levelOf(group);
    if (buffs.length === 0) buffs = buffsIn(group);
  }
  const [className, spec] = SPECS.get(specId) ?? [null, null];
  return { class: className, spec, itemLevel, buffs };
}

/**
 * The specialisation is the last number before the talents, which are the first group. Since 12.0 another
 * number follows it.
 */
function specBefore({ bytes, starts, ends }: Fields, group: number): number {
  for (let at = group - 1; at > 1 && at >= group - SPEC_FIELDS; at--) {
    const id = intOf(bytes, starts[at]!, ends[at]!);
    if (SPECS.has(id)) return id;
  }
  return 0;
}

/** The average level of equipped items; null for a group that is not gear: talents have no inner lists. */
function levelOf(group: string): number | null {
  if (!/^\[,?\(\d+,\d+,\(/.test(group)) return null;
  const items = [...group.matchAll(/\((\d+),(\d+),\(/g)];
  const levels = items.flatMap(([, id, level], slot) =>
    id === "0" || slot === SHIRT || slot === TABARD ? [] : [Number(level)],
  );
  if (levels.length === 0) return null;
  return Math.round((levels.reduce((sum, level) => sum + level, 0) / levels.length) * 100) / 100;
}

/** The spells of a list of buffs: the source of each, its number and, in newer logs, how many there are. */
function buffsIn(group: string): readonly number[] {
  if (!/^\[(?:[A-Za-z]+-[\w-]+|0{16}),\d/.test(group)) return [];
  const found = [...group.matchAll(/(?:[A-Za-z]+-[\w-]+|0{16}),(\d{1,9})/g)];
  return found.slice(0, BUFFS_MAX).map(([, id]) => Number(id));
}

/** Tells whether this field contains a number, which distinguishes a spell's id from a unit's GUID. */
export function isNumber(fields: Fields, index: number): boolean {
  const { bytes, starts, ends } = fields;
  const start = starts[index]!;
  const end = ends[index]!;
  if (end <= start || end - start > 9) return false;
  for (let at = start; at < end; at++) if (!isDigit(bytes[at])) return false;
  return true;
}
