export { foldName, isReadable } from "../../kernel/names.ts";

/** Reduces a word to its letters: no case, accents, spaces or signs. */
export function foldWord(text: string): string {
  return text
    .normalize("NFD")
    .toLowerCase()
    .replace(/[^a-z]/g, "");
}
