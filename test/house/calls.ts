import type { Tree } from "./tree.ts";

const BANNED: readonly (readonly [what: RegExp, where: RegExp, instead: string])[] = [
  [
    /\bDate\.now\(\)|new Date\(\)/,
    /^(?!src\/kernel\/clock\.ts|src\/web\/client\/)(src|provisioning)\//,
    "use the clock you were given",
  ],
  [/from "drizzle-orm/, /(routes\.ts|pages\.tsx)$|^src\/http\//, "ask a service"],
  [/\bctx\.db\b|\.orm\b/, /(routes\.ts|pages\.tsx)$/, "ask a service"],
  [
    /from "node:/,
    /^(?!src\/node|src\/database\/embedded|provisioning\/(hosts\/file|backups\/|cli\/))(src|provisioning)\//,
    "keep Node's own modules in src/node, the file host and the command line",
  ],
  [
    /^import \{.*\} from "zod"/,
    /^(src|provisioning)\//,
    'import z from "@hono/zod-openapi": only so a bundle has it with what that adds',
  ],
  [/\.transaction\(/, /^src\/(?!database\/)/, "write(db, [...]) with guards"],
  [/@libsql\/client/, /^(?!src\/database\/)(src|provisioning)\//, "src/database opens databases"],
  [
    /\b(TODO|FIXME|XXX|HACK)\b/,
    /^(?!test\/house\/)(src|provisioning|test)\//,
    "do it, or say so in an issue",
  ],
  [/@ts-(ignore|nocheck)/, /^(?!test\/house\/)/, "fix the type"],
  [/\.(only|skip|todo)\(/, /^test\/(?!house\/)/, "run it, or print why it cannot run"],
  [
    /\brm\(\w+, \{ recursive/,
    /^test\/(?!bench\/|support\/(secrets\/|caddy|sqld|worker))/,
    "removeSearched(folder): what the product left there is searched for secrets first",
  ],
  [/\bparseBody\(\{[^}]*dot/, /^(?!test\/house\/)/, "parse flat names: dots reach into prototypes"],
  [
    /style=[{"]|<script(?! src)/,
    /^src\/.*\.tsx$/,
    "a class or an asset: the content policy forbids inline code",
  ],
];

/** Calls that the house forbids, as `path:line: what to do instead`. */
export function bannedCalls(tree: Tree): string[] {
  return tree.code().flatMap((path) => {
    const rules = BANNED.filter(([, where]) => where.test(path));
    return tree
      .lines(path)
      .flatMap((line, index) =>
        rules
          .filter(([what]) => what.test(line))
          .map(([, , instead]) => `${path}:${index + 1}: ${instead}`),
      );
  });
}

/** The owner of background work, the waits that run nothing, and code that runs in browsers. */
const OWNS_BACKGROUND = /^src\/(kernel\/(background|concurrency)\.ts|web\/client\/)/;

/** Lines that start work which no caller awaits: an error in it would end the process. */
export function unownedWork(tree: Tree): string[] {
  return tree
    .product()
    .filter((path) => !OWNS_BACKGROUND.test(path))
    .flatMap((path) => unownedLines(tree.text(path)).map((line) => `${path}: ${line.trim()}`));
}

function unownedLines(text: string): string[] {
  const events =
    "(?<!ackground)\\.(on|once|addListener|prependListener|addEventListener)\\((?!t\\.)";
  const calls = new RegExp(
    `${events}|\\b(setInterval|setTimeout|queueMicrotask|nextTick)\\(|\\bvoid (?!0)[\\w#(]`,
  );
  const found = text
    .split("\n")
    .filter((line) => calls.test(line) && !/^\s*(\/\/|\/?\*)/.test(line));
  // A statement that begins with a call and ends in a handler drops the promise of that handler.
  const bare = text.matchAll(
    /(?<=[;{}]\s*\n\s*|=>\s*)(?!await|return|throw|const|let|yield|case)([\w.#?!]+\([^;{}=]*?\)\s*\.(?:then|catch)\()/g,
  );
  return [...found, ...[...bare].map((match) => match[1]!)];
}
