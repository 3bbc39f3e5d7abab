// One rule for every field that holds a name. Invisible characters, and characters that change the
// reading direction, would make one name look like another.

/** Why a name is refused. */
export type NameFault = "empty" | "unreadable" | "no-letter";

/** Scripts whose words need the two joiners between letters, such as Persian and Hindi. */
const JOINING = new RegExp(
  `^(?=[\\p{L}\\p{M}])[${[
    ...["Arab", "Syrc", "Mand", "Nkoo", "Rohg", "Mong", "Phag", "Deva", "Beng", "Guru", "Gujr"],
    ...["Orya", "Taml", "Telu", "Knda", "Mlym", "Sinh", "Khmr", "Mymr", "Tibt", "Java", "Bali"],
  ]
    .map((script) => `\\p{scx=${script}}`)
    .join("")}]$`,
  "u",
);
const PICTURE = /^\p{Extended_Pictographic}$/u;
const AFTER_PICTURE = /^(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\ufe0f)$/u;
/** Control, format, private-use and unassigned characters, and all others that are invisible. */
const HIDDEN = /^[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800\u{16fe4}\u{1d159}]$/u;
/** More combining marks on one letter cover the lines above and below it. */
const TOO_MANY_MARKS = /\p{M}{7}/u;

/** The stored form of a name: composed (NFC), without outer and repeated spaces. */
export function cleanName(text: string): string {
  return text
    .normalize("NFC")
    .trim()
    .replace(/\p{Zs}+/gu, " ");
}

/** The stored form of a text of several lines: composed (NFC), without outer space. */
export function cleanLines(text: string): string {
  return text
    .normalize("NFC")
    .trim()
    .replace(/[^\S\r\n\t]/gu, " ");
}

/** The fault of a cleaned name, or undefined. */
export function nameFault(name: string): NameFault | undefined {
  if (name === "") return "empty";
  if (!isVisible(name) || /^\p{M}/u.test(name)) return "unreadable";
  return /[\p{L}\p{N}]/u.test(name) ? undefined : "no-letter";
}

/** True for a name that people can see and tell from others. */
export function isReadable(name: string): boolean {
  return nameFault(name) === undefined;
}

/** True when each character is visible, or its script needs it. Empty text is valid. */
export function isVisible(text: string): boolean {
  if (!text.isWellFormed() || TOO_MANY_MARKS.test(text)) return false;
  const chars = [...text];
  return chars.every((char, at) => !HIDDEN.test(char) || isNeeded(chars, at));
}

/** The same check for a text of several lines. */
export function isVisibleLines(text: string): boolean {
  return isVisible(text.replace(/[\t\r\n]/g, " "));
}

/** A name folded for comparison. Case, width, spaces and invisible characters do not count. */
export function foldName(name: string): string {
  return name
    .normalize("NFKC")
    .replace(/\p{Default_Ignorable_Code_Point}/gu, "")
    .trim()
    .toLowerCase()
    .replace(/\s+/g, " ");
}

/**
 * A name folded for searches: like `foldName`, and accents of Latin letters do not count. In other
 * scripts, marks are parts of the letters.
 */
export function searchKey(name: string): string {
  return foldName(name)
    .normalize("NFKD")
    .replace(/(\p{Script=Latin})\p{M}+/gu, "$1")
    .replace(/[øłđıßæœ]/g, (letter) => PLAIN_LETTERS[letter]!)
    .normalize("NFC");
}

/** Latin letters that Unicode does not take apart. */
const PLAIN_LETTERS: Readonly<Record<string, string>> = {
  ...{ ø: "o", ł: "l", đ: "d", ı: "i" },
  ...{ ß: "ss", æ: "ae", œ: "oe" },
};

/** Makes a valid name from one that another service gave. Returns `fallback` when no character is left. */
export function nameFrom(text: string, charsMax: number, fallback = "?"): string {
  const chars = [...cleanName(text.toWellFormed())];
  const seen = chars.filter((char, at) => !HIDDEN.test(char) || isNeeded(chars, at)).join("");
  const name = cleanName(seen.replace(/^\p{M}+/u, "").replace(/(\p{M}{6})\p{M}+/gu, "$1"));
  const short = cleanName(name.slice(0, charsMax).toWellFormed().replaceAll("\ufffd", ""));
  return isReadable(short) ? short : fallback;
}

/**
 * A name for an email. Mail programs turn web addresses, domains and email addresses into links, so they
 * are broken up. Invisible characters are removed.
 */
export function plainWords(text: string): string {
  const name = nameFrom(text.normalize("NFKC"), WORDS_CHARS_MAX, "");
  return cleanName(name.replace(/[<>"«»\\/@]+|[.:\u3002\uff61\u2024\u00b7](?=\S)/g, " "));
}

const WORDS_CHARS_MAX = 60;

/** Whether an invisible character is valid at this position. */
function isNeeded(chars: readonly string[], at: number): boolean {
  const [before = "", char = "", after = ""] = [chars[at - 1], chars[at], chars[at + 1]];
  if (char === "\u200c" || char === "\u200d") {
    if (JOINING.test(before) && JOINING.test(after)) return true;
    return char === "\u200d" && AFTER_PICTURE.test(before) && PICTURE.test(after);
  }
  if (char === "\ufe0f")
    return PICTURE.test(before) || (/^[0-9#*]$/.test(before) && after === "\u20e3");
  if (/^[\ufe00-\ufe0e\u{e0100}-\u{e01ef}]$/u.test(char)) return /^\p{Script=Han}$/u.test(before);
  return /^[\u180b-\u180f]$/.test(char) && /^\p{Script=Mongolian}$/u.test(before);
}
