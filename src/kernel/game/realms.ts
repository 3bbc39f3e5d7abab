/**
 * Returns one key for every spelling of a realm: `AlteracMountains` (addons and logs),
 * `alterac-mountains` (Blizzard's API), `Alterac Mountains` (people), `Quel’Thalas` with either
 * apostrophe or none, `aggra-portugu%C3%AAs` (addresses). Letters and digits remain. Case and accents
 * do not count. An empty key means that the text names no realm.
 */
export function realmKey(realm: string): string {
  return withoutAccents(decoded(realm)).replace(/[^\p{L}\p{M}\p{N}]/gu, "");
}

/**
 * The slug of a realm as Blizzard's API writes it: lower case, hyphens for spaces, no apostrophes.
 * Exact for a display name and for a slug. An addon's form has no spaces, so a word begins at each
 * capital letter and number: `ZirkeldesCenarius` becomes `zirkeldes-cenarius`. The slug is not
 * URL-encoded.
 */
export function realmSlug(realm: string): string {
  const text = decoded(realm).normalize("NFC").trim();
  const words = /[\s-]/.test(text) ? text : spaced(text);
  return words
    .toLowerCase()
    .replace(/[\s-]+/g, "-")
    .replace(/[^\p{L}\p{M}\p{N}-]/gu, "");
}

/** Removes the marks of Latin letters. In other scripts, marks are parts of the letters. */
function withoutAccents(text: string): string {
  return text
    .normalize("NFKD")
    .toLowerCase()
    .replace(/(\p{Script=Latin})\p{M}+/gu, "$1")
    .normalize("NFC");
}

function spaced(text: string): string {
  return text.replace(/(\p{Ll})(?=\p{Lu}|\p{N}|\()/gu, "$1 ").replace(/(\p{N})(?=\p{L})/gu, "$1 ");
}

/** Decodes URL escapes. A text that only looks escaped is not changed. */
function decoded(text: string): string {
  if (!/%[\da-f]{2}/i.test(text)) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
