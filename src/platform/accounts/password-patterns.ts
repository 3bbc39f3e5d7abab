import { COMMON_PASSWORDS } from "./common-passwords.ts";
import { COMMON_WORDS } from "./common-words.ts";

// Detects what guessing tries after a list: the list's words with another case, digits for letters, a
// year or a sign at the end, or repeated, and keyboard patterns.

/** Words of this site, its game and our two languages that the list lacks. */
const OWN_WORDS =
  `guildhall guild guilds raider raiders raidleader officer roster warcraft azeroth horde
  alliance legion shadowlands dragonflight classic retail stormwind orgrimmar ironforge undercity
  darnassus silvermoon exodar dalaran thrall arthas sylvanas jaina illidan varian anduin gromm durotan
  warlock paladin hunter shaman druid priest rogue mage warrior monk deathknight demonhunter evoker
  frostmourne leeroy jenkins forthehorde discord battlenet blizzard epicloot password passphrase letmein
  welcome login signin admin administrator user guest test default changeme secret hello spring summer
  autumn winter january february march april june july august september october november december
  monday tuesday wednesday thursday friday saturday sunday contrasena clave secreto hermandad horda
  alianza banda bienvenido hola amor tequiero teamo primavera verano otono invierno enero febrero marzo
  abril mayo junio julio agosto septiembre octubre noviembre diciembre lunes martes miercoles jueves
  viernes sabado domingo`.split(/\s+/);

/** Characters added in front and behind: `123!`, a year. A whole date is eight digits. */
const ADDED_CHARS_MAX = 6;
const ADDED_DIGITS_MAX = 8;
/** Numbers alone, with or without signs between: dates, telephone numbers. */
const DIGITS_MAX = 12;
/** Fewer different characters are a pattern, whatever the length. */
const DIFFERENT_MIN = 4;
/** Shortest run of neighbours on the keyboard or in the alphabet. */
const RUN_CHARS_MIN = 3;

const LEET: Readonly<Record<string, string>> = {
  ...{ "@": "a", "4": "a", "3": "e", "€": "e", "1": "i", "!": "i", "|": "i", l: "i", "0": "o" },
  ...{ $: "s", "5": "s", "7": "t", "+": "t", "8": "b", "9": "g", "6": "g", "2": "z" },
};

/** Whether the password is a disguised common word or pattern. `words` are the person's own words. */
export function isGuessedFirst(password: string, words: readonly string[] = []): boolean {
  const text = foldPassword(password);
  if (COMMON_PASSWORDS.has(text) || new Set(text).size < DIFFERENT_MIN) return true;
  const digits = text.replace(/[\s./:_-]/g, "");
  if (/^\d+$/.test(digits) && digits.length <= DIGITS_MAX) return true;
  const own = new Set(words.flatMap((word) => [bare(word), ...parts(word).map(bare)]));
  return isDressedWord(text, own) || isRepeated(text, own) || isTyped(text);
}

/** A password folded for this check. Width, case, accents and outer space do not count. */
export function foldPassword(password: string): string {
  return password
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .normalize("NFC")
    .toLowerCase()
    .replace(/[\p{Z}\p{Cf}\s]+/gu, " ")
    .trim();
}

/** A word without signs, with letters for the digits that look like them. */
export function bare(text: string): string {
  const letters = [...foldPassword(text)].map((char) => LEET[char] ?? char).join("");
  return letters.replace(/[^\p{L}\p{N}]/gu, "");
}

let known: ReadonlySet<string> | undefined;

/** Each word of the lists in its bare form, with and without its additions. */
function knownWords(): ReadonlySet<string> {
  known ??= new Set(
    [...COMMON_PASSWORDS, ...COMMON_WORDS, ...OWN_WORDS]
      .flatMap((word) => [bare(word), bare(core(word).word)])
      .filter((word) => word.length >= 4),
  );
  return known;
}

function isDressedWord(text: string, own: ReadonlySet<string>): boolean {
  const isKnown = (word: string) => {
    const backwards = [...word].toReversed().join("");
    return [word, backwards].some((one) => own.has(one) || knownWords().has(one));
  };
  // Digits may replace letters or be additions. Both readings are tried.
  if (isKnown(bare(text))) return true;
  for (const { word, added } of cores(text)) {
    const isLittle = added.length <= ADDED_CHARS_MAX || new Set(added).size < DIFFERENT_MIN;
    const isDate = /^\d+$/.test(added) && added.length <= ADDED_DIGITS_MAX;
    if ((isLittle || isDate || isTyped(added)) && isKnown(bare(word))) return true;
  }
  return false;
}

/** The word without its additions, for each way to separate them. */
function cores(text: string): readonly { readonly word: string; readonly added: string }[] {
  const outer = core(text);
  const found = [outer];
  // `p4ssw0rd1!`: digits inside and at the end. The longest ends without letters are removed first.
  const [, front = "", tail = ""] = /^([^\p{L}]*).*?([^\p{L}]*)$/su.exec(text) ?? [];
  for (let start = 0; start <= Math.min(front.length, ADDED_DIGITS_MAX); start++) {
    for (let end = 0; end <= Math.min(tail.length, ADDED_DIGITS_MAX); end++) {
      const word = text.slice(start, text.length - end);
      if (word !== "")
        found.push({ word, added: text.slice(0, start) + text.slice(text.length - end) });
    }
  }
  return found;
}

function core(text: string): { readonly word: string; readonly added: string } {
  const word = text.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, "");
  const at = text.indexOf(word);
  return { word, added: text.slice(0, at) + text.slice(at + word.length) };
}

/** Whether the text repeats a short or common part, with or without separators. */
function isRepeated(text: string, own: ReadonlySet<string>): boolean {
  const plain = text.replace(/[^\p{L}\p{N}]/gu, "");
  for (const one of [text, plain]) {
    for (let size = 1; size <= one.length / 2; size++) {
      const piece = one.slice(0, size);
      const times = Math.floor(one.length / size);
      const isWhole = piece.repeat(times) + piece.slice(0, one.length % size) === one;
      if (!isWhole) continue;
      if (size <= RUN_CHARS_MIN + 1 || isDressedWord(piece, own) || isTyped(piece)) return true;
    }
  }
  return false;
}

const ROWS = [
  ...["1234567890-=", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./"],
  ...["qwertzuiop", "yxcvbnm", "azertyuiop", "qsdfghjklm", "wxcvbn", "asdfghjklñ"],
  ...["abcdefghijklmnopqrstuvwxyz", "01234567890", "абвгдежз", "йцукенгшщз", "фывапролд"],
  // The columns of the keyboard and of the number pad.
  ...["1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm", "8ik,", "9ol.", "0p;/"],
  ...["147", "258", "369", "159", "357", "789", "456"],
];
const SHIFTED: Readonly<Record<string, string>> = {
  ...{ "!": "1", "@": "2", "#": "3", $: "4", "%": "5", "^": "6", "&": "7", "*": "8" },
  ...{ "(": "9", ")": "0" },
};

/** Whether the text consists of keyboard runs, apart from a few characters. */
function isTyped(text: string): boolean {
  const keys = [...text].map((char) => SHIFTED[char] ?? char).filter((char) => char !== " ");
  let [outside, runs, at] = [0, 0, 0];
  while (at < keys.length) {
    const length = runLength(keys, at);
    if (length >= RUN_CHARS_MIN) runs++;
    else outside++;
    at += length >= RUN_CHARS_MIN ? length : 1;
  }
  const inRuns = keys.length - outside;
  return runs > 0 && outside <= Math.min(4, inRuns / 2) && runs <= Math.max(4, inRuns / 4);
}

/** Length of the run from here: neighbours in one row and one direction, or the same key. */
function runLength(keys: readonly string[], from: number): number {
  let longest = 1;
  while (keys[from + longest] === keys[from]) longest++;
  for (const row of ROWS) {
    for (const step of [1, -1]) {
      let [place, length] = [row.indexOf(keys[from]!), 1];
      if (place < 0) continue;
      while (keys[from + length] !== undefined && row[place + step] === keys[from + length]) {
        place += step;
        length++;
      }
      longest = Math.max(longest, length);
    }
  }
  return longest;
}

function parts(text: string): readonly string[] {
  return text.split(/[^\p{L}\p{N}]+/u).filter((part) => part.length >= 4);
}
