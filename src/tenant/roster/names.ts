import { splitName } from "../../kernel/game/characters.ts";
import { realmKey } from "../../kernel/game/realms.ts";
import { cleanName, foldName } from "../../kernel/names.ts";

export { foldName, isReadable } from "../../kernel/names.ts";

/** What names a character in its guild. The realm is empty if it is not known. */
export interface Place {
  readonly name: string;
  readonly realm: string;
}

/** The key of a character in its guild, the same for every spelling of the name and of the realm. */
export function placeKey({ name, realm }: Place): string {
  return `${foldName(name)}\n${realmKey(realm)}`;
}

/**
 * Reads a name, or `Name-Realm` as addons and logs write it. A stored name may contain a hyphen, so a
 * whole text that `isKnown` stays whole. Undefined if the text and `realm` name two realms.
 */
export function placeFrom(
  text: string,
  realm: string,
  isKnown: (key: string) => boolean = () => false,
): Place | undefined {
  const whole = { name: cleanName(text), realm: realmKey(realm) === "" ? "" : cleanName(realm) };
  const split = splitName("retail", whole.name);
  if (split === undefined || split.realm === null || isKnown(placeKey(whole))) return whole;
  if (whole.realm !== "" && realmKey(whole.realm) !== realmKey(split.realm)) return undefined;
  return { name: split.name, realm: whole.realm || split.realm };
}

/** `Name-Realm`, or the name of a character without a realm. */
export function placeText({ name, realm }: Place): string {
  return realm === "" ? name : `${name}-${realm}`;
}

/** A word of any script by its letters: lower case, without accents, spaces and signs. */
export function foldLetters(text: string): string {
  return text
    .normalize("NFD")
    .toLowerCase()
    .replace(/[^\p{L}]/gu, "");
}

/** Reduces a word to its letters: no case, accents, spaces or signs. */
export function foldWord(text: string): string {
  return text
    .normalize("NFD")
    .toLowerCase()
    .replace(/[^a-z]/g, "");
}
