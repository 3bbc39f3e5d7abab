import type { DiscordMember } from "./world.ts";

/** Letters that carry no mark that could be taken off. */
const PLAIN: Readonly<Record<string, string>> = {
  æ: "ae",
  œ: "oe",
  ø: "o",
  ß: "ss",
  đ: "d",
  ð: "d",
  ł: "l",
  þ: "th",
  ı: "i",
};

/** A name of one letter says nothing. */
const KEY_CHARS_MIN = 2;
/** Longer than any name of the game or nick on Discord. Bounds the cost of a comparison. */
const KEY_CHARS_MAX = 64;

/** A name as matching compares it: letters and digits in lower case, without accents. */
export function matchKey(text: string): string {
  const plain = text
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase()
    .replace(/[æœøßđðłþı]/g, (letter) => PLAIN[letter]!)
    .replace(/[^\p{L}\p{N}]/gu, "");
  return [...plain.normalize("NFC")].slice(0, KEY_CHARS_MAX).join("");
}

/** What a member calls themself, the name on this server first. */
export function memberLabel(member: DiscordMember): string {
  return member.nick ?? member.displayName ?? member.username;
}

/**
 * The keys of everything a member is called: nick, display name and account name, each as a whole
 * and in its parts, since people write `Name | Alias`, `Name / Alias` and `Alias (Name)`.
 */
export function memberKeys(member: DiscordMember): ReadonlySet<string> {
  const names = [member.nick, member.displayName, member.username].filter((name) => name !== null);
  const parts = names.flatMap((name) => [name, ...name.normalize("NFKC").split(/[|/()[\]•·]+/)]);
  return new Set(parts.map(matchKey).filter((key) => key.length >= KEY_CHARS_MIN));
}
