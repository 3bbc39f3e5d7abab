/** How the field of a shield is divided. */
export const DIVISIONS = [
  "plain",
  "pale",
  "fess",
  "bend",
  "quarterly",
  "chief",
  "pile",
  "bar",
] as const;

/** The colours of heraldry, by their own names. */
export const TINCTURES = [
  "gules",
  "azure",
  "vert",
  "purpure",
  "sable",
  "or",
  "argent",
  "tenne",
  "murrey",
  "celeste",
] as const;

/** What stands on the shield. */
export const CHARGES = [
  "tower",
  "anvil",
  "flame",
  "sword",
  "axe",
  "hammer",
  "crown",
  "star",
  "moon",
  "key",
  "tree",
  "mountain",
  "chalice",
  "paw",
  "raven",
  "wolf",
] as const;

export type Division = (typeof DIVISIONS)[number];
export type Tincture = (typeof TINCTURES)[number];
export type Charge = (typeof CHARGES)[number];

/** The arms of a guild. The first tincture is also the accent of its pages. */
export interface Crest {
  readonly division: Division;
  readonly first: Tincture;
  readonly second: Tincture;
  readonly charge: Charge;
}

/** The crest that a guild has until it chooses its own. The same id always gives the same crest. */
export function crestOf(guildId: string): Crest {
  let rest = hashOf(guildId);
  const pick = <T>(list: readonly T[]): T => {
    const at = rest % list.length;
    rest = Math.floor(rest / list.length);
    return list[at]!;
  };
  const first = pick(TINCTURES);
  const second = pick(TINCTURES.filter((one) => one !== first));
  return { division: pick(DIVISIONS), first, second, charge: pick(CHARGES) };
}

/** FNV-1a with 32 bits, and its bits mixed, so that ids that differ in one letter look different. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const letter of text) hash = Math.imul(hash ^ letter.codePointAt(0)!, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return (hash ^ (hash >>> 16)) >>> 0;
}
