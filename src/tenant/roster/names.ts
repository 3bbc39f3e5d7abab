export { foldName, isReadable } from "../../kernel/names.ts";

/** A word as it is recognised: no case, accents, spaces or signs. */
export function foldWord(text: string): string {
  return text
    .normalize("NFD")
    .toLowerCase()
    .replace(/[^a-z]/g, "");
}
