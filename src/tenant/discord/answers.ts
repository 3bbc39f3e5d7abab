import { shortened } from "../identity/integrity/discord-text.ts";

/** Answers are shown to the caller alone. */
const EPHEMERAL = 1 << 6;

/** What Discord takes as the text of a message, in code points. */
const CONTENT_CHARS_MAX = 2_000;

/** A message to the caller alone, which mentions and notifies no one. */
export function privateMessage(content: string) {
  return {
    content: shortened(content, CONTENT_CHARS_MAX),
    flags: EPHEMERAL,
    allowed_mentions: { parse: [] },
  };
}

/** The response to an interaction: a pong, an answer, or a promise to answer soon. */
export const responses = {
  pong: () => ({ type: 1 }),
  message: (content: string) => ({ type: 4, data: privateMessage(content) }),
  deferred: () => ({ type: 5, data: { flags: EPHEMERAL } }),
} as const;

/** As many of the lines as fit into a message beside the head and the foot. */
export function linesWithin(head: string, lines: readonly string[], foot: string): string {
  let left = CONTENT_CHARS_MAX - [...head].length - [...foot].length - 2;
  const shown: string[] = [];
  for (const line of lines) {
    left -= [...line].length + 1;
    if (left < 0) break;
    shown.push(line);
  }
  return [head, ...shown, foot].filter((line) => line !== "").join("\n");
}
