import type { Tree } from "./tree.ts";

/** Words that make a reader stop, and what to write instead. */
const BANNED_WORDS: readonly (readonly [word: RegExp, instead: string])[] = [
  [/\bwhoever\b/i, "name the subject: the caller, the member, the process"],
  [/\b(somebody|nobody)\b/i, "name who: a member, a stranger, no process"],
  [/\banew\b/i, "again, new, or fresh"],
  [/\b(is|are) none of\b/i, "say what does not depend on what"],
  [/\b(is|are|be) let go\b/i, "dropped, closed, removed"],
  [/\bas ever\b/i, "as before, or leave it out"],
  [/\bstands in\b/i, "is in, or replaces"],
];

/** Comments, titles of tests, and sentences of the product that use a banned word, as `path:line: text`. */
export function bannedWords(tree: Tree): string[] {
  return [...tree.code(/^(src|provisioning|test)\//), "src/limits.ts"].flatMap((path) =>
    path === "test/house/words.ts" || path === "test/house/house.rules.test.ts"
      ? []
      : tree.lines(path).flatMap((line, index) => {
          const prose = `${proseOf(line)} ${path.startsWith("test/") ? "" : sentencesOf(line)}`;
          const found = BANNED_WORDS.find(([word]) => word.test(prose));
          return found ? [`${path}:${index + 1}: ${line.trim()} (${found[1]})`] : [];
        }),
  );
}

/** The part of a line that people read: a comment, or the title of a test. */
function proseOf(line: string): string {
  const comment = /(?:^|\s)(?:\/\/|\/?\*\*?)\s(.*)$/.exec(line)?.[1] ?? "";
  const title = /\b(?:test|describe|it)(?:\.\w+)*\(\s*["'`](.*)$/.exec(line)?.[1] ?? "";
  // Names in backticks, such as problem codes, are no prose.
  return `${comment} ${title}`.replaceAll(/`[^`]*`/g, "");
}

/** The strings of a line that have more than one word: errors, and texts of pages and commands. */
function sentencesOf(line: string): string {
  return [...line.matchAll(/(["`])((?:(?!\1).)* (?:(?!\1).)*)\1/g)]
    .map((found) => found[2])
    .join(" ");
}

/** Nouns that end in -ing. All other names in -ing are verbs. */
const NOUNS = /(^|[-/])(landing|onboarding|provisioning|setting|string|pricing)\.tsx?$/;

/** Files that are named after an activity instead of what is in them. */
export function verbNames(tree: Tree): string[] {
  return tree
    .code(/^(src|provisioning|test)\//)
    .filter((path) => /ing\.tsx?$/.test(path) && !NOUNS.test(path));
}
