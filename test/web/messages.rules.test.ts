import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { chooseLocale, LOCALES, meaningOf, translator } from "../../src/web/i18n/index.ts";
import { PROBLEM_STATUS } from "../../src/web/problem-codes.ts";

const source = new URL("../../src", import.meta.url).pathname;

/** Errors that only programs and operators get. They are in English. */
const NOT_FOR_READERS = /^(cli|database|fleet)\/(?!busy)/;

const STATUS: Readonly<Record<string, number>> = {
  Malformed: 400,
  Unauthenticated: 401,
  LimitReached: 402,
  Forbidden: 403,
  NotFound: 404,
  Conflict: 409,
  TooLarge: 413,
  Invalid: 422,
  NotSupported: 501,
  Unavailable: 503,
};
/** Limits that end by themselves, and the one for a full disk. */
const OF_ITS_OWN: Readonly<Record<string, number>> = {
  "rate/too-many": 429,
  "backup/too-many": 429,
  "live/too-many-streams": 429,
  "guild/storage-full": 507,
  "database/storage-full": 507,
};

describe("the languages", () => {
  const thrown = errorsOfTheSource();
  const english = leaves(translator("en"));

  test.each(LOCALES)("%s has every text and none is empty", (locale) => {
    const own = leaves(translator(locale));
    expect(keysOf(own)).toEqual(keysOf(english));
    for (const [key, value] of own) {
      const isText = typeof value === "function" || (typeof value === "string" && value !== "");
      expect([key, isText || key === "dkp.units.pt"]).toEqual([key, true]);
    }
  });

  test("a text with gaps uses each gap in every language", () => {
    for (const locale of LOCALES) {
      for (const [key, value] of leaves(translator(locale))) {
        if (typeof value !== "function") continue;
        const gaps = Array.from({ length: english.get(key)!.length }, (_, at) => 7_000 + at);
        const text = String((value as (...gaps: number[]) => string)(...gaps));
        // A number may be written with the language's separators.
        const missing = gaps.filter((gap) => !text.replace(/[.,\s]/g, "").includes(String(gap)));
        expect([locale, key, missing]).toEqual([locale, key, []]);
      }
    }
  });

  test("every error that a page may show has a sentence in Spanish", () => {
    const { problems, auth, guilds } = translator("es");
    const known = { ...auth.errors, ...guilds.errors, ...problems.sentences };
    const missing = thrown.filter(([, code]) => !Object.hasOwn(known, code));
    expect(missing, "add them to src/web/i18n/es/problems.ts").toEqual([]);
  });

  test("every finding of a field that a page may show has a sentence in Spanish", () => {
    const known = translator("es").fields.details;
    const missing = detailsOfTheSource().filter((detail) => !Object.hasOwn(known, detail));
    expect(missing, "add them to src/web/i18n/es/fields.ts").toEqual([]);
  });

  test("every error is explained at the address that it names, under its own status", () => {
    const wrong = thrown.filter(([kind, code]) => {
      const status = PROBLEM_STATUS.get(code);
      return !(status === STATUS[kind] || (status !== undefined && OF_ITS_OWN[code] === status));
    });
    expect(wrong, "add them to src/web/problem-codes.ts").toEqual([]);
    const named = codesOfTheSource();
    const never = [...PROBLEM_STATUS.keys()].filter((code) => !named.has(code));
    expect(never, "remove them from src/web/problem-codes.ts").toEqual([]);
    for (const locale of LOCALES) {
      const silent = [...PROBLEM_STATUS.keys()].filter(
        (code) => meaningOf(translator(locale), code) === code,
      );
      expect([locale, silent]).toEqual([locale, []]);
    }
  });
});

describe("the language of a page", () => {
  test("is the one that was chosen, else the browser's first that we speak, else English", () => {
    expect(chooseLocale("es", "en-GB,en;q=0.9")).toBe("es");
    expect(chooseLocale(undefined, "de-DE,es-ES;q=0.9,en;q=0.8")).toBe("es");
    expect(chooseLocale("xx", "de")).toBe("en");
    expect(chooseLocale(undefined, undefined)).toBe("en");
  });
});

/** The errors that the source throws, by class and code. */
function errorsOfTheSource(): readonly (readonly [kind: string, code: string])[] {
  const found: [string, string][] = [];
  for (const file of readdirSync(source, { recursive: true, encoding: "utf8" })) {
    if (!/\.tsx?$/.test(file)) continue;
    const text = readFileSync(join(source, file), "utf8");
    for (const [, kind, code] of text.matchAll(/new ([A-Z]\w+)\(\s*"([a-z]+\/[a-z-]+)"/g)) {
      if (kind! in STATUS && !NOT_FOR_READERS.test(code!)) found.push([kind!, code!]);
    }
  }
  expect(found.length).toBeGreaterThan(100);
  return found;
}

/** Everything in the product that has the form of a code, except the explanations. */
function codesOfTheSource(): ReadonlySet<string> {
  const found = new Set<string>();
  for (const folder of [source, new URL("../../provisioning", import.meta.url).pathname]) {
    for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
      if (!/\.tsx?$/.test(file) || /problem-codes\.ts$|\bi18n\b/.test(file)) continue;
      const text = readFileSync(join(folder, file), "utf8");
      for (const [code] of text.matchAll(/[a-z-]+\/[a-z-]+/g)) found.add(code);
    }
  }
  return found;
}

/** The details of fields in the source, with `#` for their numbers. Sentences for programs excepted. */
function detailsOfTheSource(): readonly string[] {
  const found = new Set<string>();
  for (const folder of ["tenant", "platform"]) {
    for (const file of readdirSync(join(source, folder), { recursive: true, encoding: "utf8" })) {
      if (!file.endsWith(".ts")) continue;
      const text = readFileSync(join(source, folder, file), "utf8");
      const details =
        /(?:detail:|const detail =|(?:bad|invalid)\((?:\s*"[a-z/-]+",)?\s*"\/\w+",)\s*(["`])(.+?\.)\1/g;
      for (const [, , detail] of text.matchAll(details)) {
        found.add(detail!.replaceAll(/\$\{[^}]*\}|\d+/g, "#"));
      }
    }
  }
  expect(found.size).toBeGreaterThan(15);
  return [...found].filter((detail) => !/^This # does not exist/.test(detail));
}

type Leaf = string | ((...gaps: never[]) => string);

/** The paths in order, without the sentences of errors, which English does not need. */
function keysOf(texts: ReadonlyMap<string, Leaf>): readonly string[] {
  return [...texts.keys()]
    .filter((key) => !/^(problems\.(sentences|meanings)|fields\.details)\./.test(key))
    .toSorted();
}

/** Every text with the path that leads to it. */
function leaves(tree: object, path = ""): Map<string, Leaf> {
  const found = new Map<string, Leaf>();
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === "object" && value !== null) {
      for (const [inner, leaf] of leaves(value, `${path}${key}.`)) found.set(inner, leaf);
    } else {
      found.set(`${path}${key}`, value as Leaf);
    }
  }
  return found;
}
