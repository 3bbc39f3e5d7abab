import { cleanName, foldName, isReadable } from "../names.ts";
import { EDITIONS, type Edition, type Region } from "./editions.ts";
import { realmKey } from "./realms.ts";

export interface CharacterName {
  /** As people see it, in its clean form. */
  readonly name: string;
  /** As the source spells it; compare it by `realmKey`. Null: the source names none. */
  readonly realm: string | null;
}

/**
 * Splits `Name-Realm`. The first hyphen ends the name, since names have none and realms may. An
 * edition without realms keeps the whole text as the name. A space is part of a name.
 * Undefined for a text that is no name: one that begins with a hyphen, names an empty realm, or has
 * characters that cannot be seen.
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
 * the realm where the edition has none. Case, Unicode form and the realm's spelling do not count;
 * accents of names do, as they do in the game. A rename changes this key: identity is the game's id.
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
