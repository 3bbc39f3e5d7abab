import { cleanName } from "../../../kernel/names.ts";

/** Longer than any note of the game or of an addon. */
const NOTE_CHARS_MAX = 200;
/** A name has two words at most; a nick may have more. */
const WORDS_MAX = 4;

const BEFORE = String.raw`(?<![\p{L}\p{N}])`;
const END = String.raw`[^,;|/()[\]]+`;
const DISCORD = new RegExp(String.raw`${BEFORE}(?:discord|disc|dc)\s*[:=]\s*@?(${END})`, "iu");
const MENTION = new RegExp(String.raw`(?<![\p{L}\p{N}._-])@(${END})`, "iu");
const ALT_OF = new RegExp(
  String.raw`${BEFORE}(?:(?:alt|alter)\s+(?:of|de)|main\s*[:=]|principal\s*[:=])\s*:?\s*(${END})`,
  "iu",
);
const ALT_AFTER = new RegExp(String.raw`(${END}?)(?:'s|s')\s+alt(?![\p{L}\p{N}])`, "iu");

/**
 * The names that a note may mean by `DC: name`, `discord=name` or `@name`, the longest first: where
 * the name ends and the rest of the note begins is known by looking it up. Empty without such a mark.
 */
export function discordNames(note: string): readonly string[] {
  const text = readable(note);
  const rest = (DISCORD.exec(text) ?? MENTION.exec(text))?.[1];
  if (rest === undefined) return [];
  const words = wordsOf(rest.replace(/(\S)#\d{4}(?!\d)/g, "$1"));
  return words.map((_, index) => words.slice(0, words.length - index).join(" "));
}

/** The names that a note may mean by `alt of name`, `name's alt` or `main: name`, the longest first. */
export function mainNames(note: string): readonly string[] {
  const text = readable(note);
  const rest = ALT_OF.exec(text)?.[1];
  if (rest !== undefined) {
    const words = wordsOf(rest);
    return words.map((_, index) => words.slice(0, words.length - index).join(" "));
  }
  const owner = ALT_AFTER.exec(text);
  if (owner === null) return [];
  const isPlural = /s'\s+alt$/i.test(owner[0].trimEnd());
  const words = wordsOf(isPlural ? `${owner[1]}s` : owner[1]!, -WORDS_MAX);
  return words.map((_, index) => words.slice(index).join(" "));
}

/** The note as one name, for notes that hold a main's name and nothing else. */
export function wholeName(note: string): string | undefined {
  const words = wordsOf(readable(note));
  return words.length > 0 && words.length <= 2 ? words.join(" ") : undefined;
}

function readable(note: string): string {
  return cleanName(note.slice(0, NOTE_CHARS_MAX).normalize("NFKC")).replace(/[’`´ʼ]/g, "'");
}

function wordsOf(text: string, count = WORDS_MAX): readonly string[] {
  const words = text.split(/\s+/).filter((word) => word !== "");
  return count < 0 ? words.slice(count) : words.slice(0, count);
}
