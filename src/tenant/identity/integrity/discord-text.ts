import { nameFrom } from "../../../kernel/names.ts";

/** Long enough for names of the game, nicks and notes. */
const NAME_CHARS_MAX = 80;
const ZERO_WIDTH_SPACE = "\u200b";

/**
 * A name as Discord shows it and nothing more: no mention, no link, no emoji, no style, one line, no
 * character that cannot be seen.
 */
export function plainText(text: string): string {
  return nameFrom(text, NAME_CHARS_MAX)
    .replace(/[\\*_~`|>#()[\]<-]/g, "\\$&")
    .replace(/[@:]/g, `$&${ZERO_WIDTH_SPACE}`)
    .replace(/^(\s*\d+)\./, "$1\\.");
}

/** Takes the escapes of `plainText` out of a text, for a page of ours. */
export function withoutEscapes(text: string): string {
  return text.replaceAll(ZERO_WIDTH_SPACE, "").replace(/\\([\\*_~`|>#()[\]<.-])/g, "$1");
}

/** The length of a text as Discord counts it: in code points. */
export function lengthOf(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** At most `max` code points, the last one an ellipsis if the text was longer. */
export function shortened(text: string, max: number): string {
  const chars = [...text];
  return chars.length <= max ? text : `${chars.slice(0, max - 1).join("")}…`;
}
