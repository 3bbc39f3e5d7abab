/** The regions of the game's services. */
export const REGIONS = ["us", "eu", "kr", "tw", "cn"] as const;
export type Region = (typeof REGIONS)[number];

/** What Blizzard's API separates by namespace: characters and guilds, fixed data, changing data. */
export type NamespaceKind = "profile" | "static" | "dynamic";

/** The editions of the game. A guild and a character belong to one. */
export const EDITION_NAMES = ["retail", "progression", "era", "anniversary", "forever"] as const;
export type Edition = (typeof EDITION_NAMES)[number];

interface EditionFacts {
  /** Without realms a name is unique in its region, and has two words. */
  readonly hasRealms: boolean;
  /**
   * The part between the kind and the region of a namespace, `{kind}{this}-{region}`. Null: Blizzard
   * has published none. Never ask the namespace of another edition in its place.
   */
  readonly namespaceInfix: string | null;
  /** The interface number of the edition's client, as it stands in an addon's .toc file. */
  readonly interfaceNumber: number;
}

/** Everything that differs between editions. */
export const EDITIONS: Readonly<Record<Edition, EditionFacts>> = {
  retail: { hasRealms: true, namespaceInfix: "", interfaceNumber: 120_100 },
  progression: { hasRealms: true, namespaceInfix: "-classic", interfaceNumber: 50_504 },
  era: { hasRealms: true, namespaceInfix: "-classic1x", interfaceNumber: 11_509 },
  anniversary: { hasRealms: true, namespaceInfix: "-classicann", interfaceNumber: 20_506 },
  forever: { hasRealms: false, namespaceInfix: null, interfaceNumber: 16_001 },
};

/**
 * The value of the header `Battlenet-Namespace`, such as `profile-classic1x-eu`. Undefined for an
 * edition whose namespace is unknown: the caller configures one, or leaves this source out.
 */
export function namespaceOf(
  edition: Edition,
  kind: NamespaceKind,
  region: Region,
): string | undefined {
  const infix = EDITIONS[edition].namespaceInfix;
  return infix === null ? undefined : `${kind}${infix}-${region}`;
}
