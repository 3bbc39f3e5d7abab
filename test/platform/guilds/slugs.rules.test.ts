import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { realmKey } from "../../../src/kernel/game/realms.ts";
import {
  LOOK_ALIKES,
  nameKey,
  numberedSlug,
  SLUG_CHARS_MAX,
  slugLooks,
  slugProblem,
  suggestSlug,
} from "../../../src/platform/guilds/slugs.ts";

/** The rule in its own words, apart from reserved ones. */
const RULE = /^(?!.*--)[a-z][a-z0-9-]{1,30}[a-z0-9]$/;

const slugLike = fc
  .array(fc.constantFrom(..."abcimnorvwxyz01259-"), { minLength: 0, maxLength: 66 })
  .map((letters) => letters.join(""));
const RUNS = { numRuns: 10_000 };

describe("a slug", () => {
  test.each([
    ["a", "too-short"],
    ["ab", "too-short"],
    ["abc", undefined],
    [`a${"b".repeat(31)}`, undefined],
    ["a".repeat(33), "too-long"],
    ["a".repeat(64), "too-long"],
    ["-abc", "characters"],
    ["abc-", "characters"],
    ["1abc", "characters"],
    ["Abc", "characters"],
    ["ab_c", "characters"],
    ["ab.c", "characters"],
    ["../abc", "characters"],
    ["abc%2f", "characters"],
    ["аbс", "characters"],
    ["a--b", "double-hyphen"],
    ["xn--abc", "double-hyphen"],
    ["api", "reserved"],
    ["www", "reserved"],
    ["admin", "reserved"],
    ["adm1n", "reserved"],
    ["adrnin", "reserved"],
    ["l0gin", "reserved"],
    ["guildhall", "reserved"],
    ["new", "reserved"],
    ["iron-forge", undefined],
    ["x2-y3", undefined],
  ])("%j is %j", (slug, problem) => {
    expect(slugProblem(slug)).toBe(problem);
  });

  test("S36 follows the rule, or is refused: 10,000 random ones", () => {
    fc.assert(
      fc.property(slugLike, (slug) => {
        const problem = slugProblem(slug);
        if (problem === undefined) expect(slug).toMatch(RULE);
        else if (problem !== "reserved") expect(slug).not.toMatch(RULE);
      }),
      RUNS,
    );
  });

  test("S36 that looks like a reserved one is reserved, however it is spelled", () => {
    const spelled = (word: string) =>
      [...word].map((letter) => {
        const alike = { o: ["o", "0"], l: ["l", "1", "i"], i: ["i", "1", "l"], m: ["m", "rn"] };
        return fc.constantFrom(...(alike[letter as keyof typeof alike] ?? [letter]));
      });
    for (const word of ["admin", "login", "mail", "official", "home"]) {
      fc.assert(
        fc.property(fc.tuple(...spelled(word)), (letters) => {
          const slug = letters.join("");
          expect(slugProblem(slug)).toMatch(/reserved|characters/);
        }),
      );
    }
  });
});

describe("a suggestion", () => {
  test.each([
    ["Emberforge Vanguard", "emberforge-vanguard"],
    ["  Los   Nómadas ¡Unidos! ", "los-nomadas-unidos"],
    ["Straßenköter", "strassenkoter"],
    ["Рассвет", "rassvet"],
    ["Ωmega", "omega"],
    ["Kel'Thuzad's Own", "kelthuzads-own"],
    ["7th Legion", "guild-7th-legion"],
    ["Admin", "unnamed-company"],
    ["Con", "con-guild"],
    ["勇者", "guild-guild"],
    ["", "guild-guild"],
    ["A", "a-guild"],
  ])("for %j is %j", (name, slug) => {
    expect(suggestSlug(name)).toBe(slug);
  });

  test("always follows the rule, whatever the name is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 80 }), (name) => {
        expect(slugProblem(suggestSlug(name))).toBeUndefined();
      }),
      RUNS,
    );
  });

  test("with a number completes no reserved word", () => {
    expect(slugProblem("g-l-7")).toBe("reserved");
    expect(numberedSlug("g-l", 7)).toBe("g-l-guild-7");
  });

  test("with a number for the next guild of that name follows the rule and is another one", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), fc.integer({ min: 2, max: 50 }), (name, number) => {
        const slug = suggestSlug(name);
        const numbered = numberedSlug(slug, number);
        expect(numbered.length).toBeLessThanOrEqual(SLUG_CHARS_MAX);
        expect(slugProblem(numbered)).toBeUndefined();
        expect(slugLooks(numbered)).not.toBe(slugLooks(slug));
      }),
      RUNS,
    );
  });
});

describe("looks", () => {
  test("are the same for names that a hurried reader confuses, and folding twice changes nothing", () => {
    expect(slugLooks("ironvovv-1o0")).toBe(slugLooks("lronvow-lo0"));
    expect(slugLooks("barn")).toBe(slugLooks("bam"));
    fc.assert(
      fc.property(slugLike, fc.constantFrom(...LOOK_ALIKES), (slug, [from, to]) => {
        expect(slugLooks(slugLooks(slug))).toBe(slugLooks(slug));
        expect(slugLooks(slug.replaceAll(from, to))).toBe(slugLooks(slug));
      }),
    );
  });

  test("of names fold case, width, spaces and foreign letters that print like ours", () => {
    const same = ["Iron Vow", " IRON  VOW ", "Ｉｒｏｎ Ｖｏｗ", "lron Vow", "Irоn Vоw", "Irοn Vοw"];
    expect(new Set(same.map(nameKey)).size).toBe(1);
    expect(nameKey("Iron Vow")).not.toBe(nameKey("Iron Vows"));
    expect(nameKey("Légion")).not.toBe(nameKey("Legion"));
  });

  test("of realms fold the ways people write them", () => {
    expect(
      new Set(["Kel'Thuzad", "kelthuzad", "Kel’Thuzad", "KEL THUZAD"].map(realmKey)).size,
    ).toBe(1);
    expect(realmKey("Area 52")).toBe(realmKey("area-52"));
    expect(realmKey("Area 52")).not.toBe(realmKey("Area 51"));
  });
});
