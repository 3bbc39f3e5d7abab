import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { chooseLocale, LOCALES, translator } from "../../src/web/i18n/index.ts";

const source = new URL("../../src", import.meta.url).pathname;

/** Errors that only programs and operators meet: they are written in English. */
const NOT_FOR_READERS = /^(cli|database|fleet)\/(?!busy)/;

describe("the languages", () => {
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
    const codes = new Set<string>();
    for (const file of readdirSync(source, { recursive: true, encoding: "utf8" })) {
      if (!/\.tsx?$/.test(file)) continue;
      const text = readFileSync(join(source, file), "utf8");
      for (const [, code] of text.matchAll(
        /new (?:Malformed|TooLarge|Invalid|Unauthenticated|Forbidden|NotFound|Conflict|LimitReached|Unavailable|NotSupported)\(\s*"([a-z]+\/[a-z-]+)"/g,
      )) {
        codes.add(code!);
      }
    }
    expect(codes.size).toBeGreaterThan(30);
    const missing = [...codes].filter(
      (code) => !NOT_FOR_READERS.test(code) && !Object.hasOwn(known, code),
    );
    expect(missing, "add them to src/web/i18n/es/problems.ts").toEqual([]);
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

type Leaf = string | ((...gaps: never[]) => string);

/** In order, without the sentences of errors, which English needs none of. */
function keysOf(texts: ReadonlyMap<string, Leaf>): readonly string[] {
  return [...texts.keys()].filter((key) => !key.startsWith("problems.sentences.")).toSorted();
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
