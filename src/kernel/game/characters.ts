import { cleanName, foldName, isReadable } from "../names.ts";
import { EDITIONS, type Edition, type Region } from "./editions.ts";
import { realmKey } from "./realms.ts";

export interface CharacterName {
  /** The display name, cleaned. */
  readonly name: string;
  /** The realm as the source spells it. Compare it by `realmKey`. Null if the source names none. */
  readonly realm: string | null;
}

/**
 * Splits `Name-Realm`. The first hyphen ends the name, because names have none and realms may. In an
 * edition without realms, the whole text is the name. A space belongs to the name. Undefined for an
 * invalid name: the text begins with a hyphen, has an empty realm, or contains invisible characters.
 */
export function splitName(edition: Edition, text: string): CharacterName | undefined {
  const whole = cleanName(text);
  if (whole.startsWith("-")) return undefined;
  const at = EDITIONS[edition].hasRealms ? whole.indexOf("-") : -1;
  const name = at < 0 ? whole : whole.slice(0, at).trim();
  const realm = at < 0 ? null : whole.slice(at + 1).trim();
  if (!isReadable(name) || (realm !== null && realmKey(realm) === "")) return undefined;
  return { name, realm };
}

/**
 * The display key of a character, unique in its edition: edition, region, realm and name, or without
 * the realm where the edition has none. Case, Unicode form and the spelling of the realm do not count.
 * Accents in names count, as in the game. A rename changes this key, so identity is the game's id.
 */
export function characterKey(
  edition: Edition,
  region: Region,
  realm: string,
  name: string,
): string {
  const place = EDITIONS[edition].hasRealms ? [realmKey(realm)] : [];
  return [edition, region, ...place, foldName(name)].join("/");
}
