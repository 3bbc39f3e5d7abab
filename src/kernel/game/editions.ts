/** The regions of the game's services. */
export const REGIONS = ["us", "eu", "kr", "tw", "cn"] as const;
export type Region = (typeof REGIONS)[number];

/** The namespaces of Blizzard's API: characters and guilds, fixed data, changing data. */
export type NamespaceKind = "profile" | "static" | "dynamic";

/** The editions of the game. Each guild and each character belongs to one. */
export const EDITION_NAMES = ["retail", "progression", "era", "anniversary", "forever"] as const;
export type Edition = (typeof EDITION_NAMES)[number];

interface EditionFacts {
  /** In an edition without realms, a name is unique in its region and has two words. */
  readonly hasRealms: boolean;
  /**
   * The part of a namespace between its kind and its region, `{kind}{this}-{region}`. Null if Blizzard
   * has published none. Do not use another edition's namespace instead.
   */
  readonly namespaceInfix: string | null;
  /** The interface number of the edition's client, as in an addon's .toc file. */
  readonly interfaceNumber: number;
}

/** All differences between editions. */
export const EDITIONS: Readonly<Record<Edition, EditionFacts>> = {
  retail: { hasRealms: true, namespaceInfix: "", interfaceNumber: 120_100 },
  progression: { hasRealms: true, namespaceInfix: "-classic", interfaceNumber: 50_504 },
  era: { hasRealms: true, namespaceInfix: "-classic1x", interfaceNumber: 11_509 },
  anniversary: { hasRealms: true, namespaceInfix: "-classicann", interfaceNumber: 20_506 },
  forever: { hasRealms: false, namespaceInfix: null, interfaceNumber: 16_001 },
};

/**
 * The value of the header `Battlenet-Namespace`, such as `profile-classic1x-eu`. Undefined for an
 * edition whose namespace is unknown. The caller configures one or skips this source.
 */
export function namespaceOf(
  edition: Edition,
  kind: NamespaceKind,
  region: Region,
): string | undefined {
  const infix = EDITIONS[edition].namespaceInfix;
  return infix === null ? undefined : `${kind}${infix}-${region}`;
}
