import { describe, expect, test } from "vitest";
import { characterKey, splitName } from "../../src/kernel/game/characters.ts";
import { EDITION_NAMES, EDITIONS, namespaceOf } from "../../src/kernel/game/editions.ts";
import { realmKey, realmSlug } from "../../src/kernel/game/realms.ts";

describe("a realm", () => {
  test("has one key, however the game, the API, addons and people spell it", () => {
    const spellings = [
      ["AlteracMountains", "alterac-mountains", "Alterac Mountains", " ALTERAC  MOUNTAINS "],
      ["Quel’Thalas", "Quel'Thalas", "QuelThalas", "quelthalas", "Quel`Thalas", "quel-thalas"],
      ["Azjol-Nerub", "AzjolNerub", "azjol nerub"],
      ["Area 52", "Area52", "area-52"],
      ["Aggra (Português)", "Aggra(Português)", "aggra-portugu%C3%AAs", "aggra-português"],
      [
        "Pozzo dell'Eternità",
        "Pozzodell'Eternita\u0300",
        "pozzo-delleternità",
        "pozzo-delleternita",
      ],
      ["Ревущий фьорд", "Ревущийфьорд", "ревущий-фьорд", "Ревущии\u0306 фьорд"],
      ["아즈샤라", "아즈샤라".normalize("NFD")],
      ["暗影之月", "暗影之月 "],
    ];
    for (const row of spellings) expect(new Set(row.map(realmKey)).size, row[0]!).toBe(1);
    expect(new Set(spellings.map(([first]) => realmKey(first!))).size).toBe(spellings.length);
  });

  test("has no key when the text names none, and a broken escape is text", () => {
    expect(["", "  ", "-", "'’"].map(realmKey)).toEqual(["", "", "", ""]);
    expect(realmKey("100%zz")).toBe("100zz");
    expect(realmKey("a%ff")).toBe("aff");
  });

  test("has the slug of Blizzard's API", () => {
    const slugs = {
      "Alterac Mountains": "alterac-mountains",
      AlteracMountains: "alterac-mountains",
      "alterac-mountains": "alterac-mountains",
      "Quel’Thalas": "quelthalas",
      "Azjol-Nerub": "azjol-nerub",
      Area52: "area-52",
      "The Sha'tar": "the-shatar",
      "Aggra (Português)": "aggra-português",
      "Pozzo dell'Eternità": "pozzo-delleternità",
    };
    for (const [realm, slug] of Object.entries(slugs)) expect(realmSlug(realm)).toBe(slug);
  });
});

describe("the name of a character", () => {
  test("is split from its realm at the first hyphen", () => {
    expect(splitName("retail", "Zatañña-AlteracMountains")).toEqual({
      name: "Zatañña",
      realm: "AlteracMountains",
    });
    expect(splitName("era", "Brill-Azjol-Nerub")).toEqual({ name: "Brill", realm: "Azjol-Nerub" });
    expect(splitName("retail", "Brill - Area 52")).toEqual({ name: "Brill", realm: "Area 52" });
    expect(splitName("retail", "Brill")).toEqual({ name: "Brill", realm: null });
  });

  test("has two words and no realm in an edition without realms", () => {
    expect(splitName("forever", "Brill  Stonebrew")).toEqual({
      name: "Brill Stonebrew",
      realm: null,
    });
  });

  test("is refused when it begins with a hyphen, ends with one, or cannot be seen", () => {
    for (const edition of EDITION_NAMES) expect(splitName(edition, "-a-b-c")).toBeUndefined();
    for (const text of ["", "  ", "Brill-", "Brill-'", "\u200b", "Br\u202eill-Area52"]) {
      expect(splitName("retail", text)).toBeUndefined();
    }
  });

  test("makes one key of every spelling, and keeps accents, realms and editions apart", () => {
    const key = characterKey("retail", "eu", "Quel’Thalas", "Tēst");
    expect(characterKey("retail", "eu", "quelthalas", "TE\u0304ST")).toBe(key);
    const others = [
      characterKey("retail", "eu", "quelthalas", "Test"),
      characterKey("retail", "us", "quelthalas", "Tēst"),
      characterKey("retail", "eu", "Area 52", "Tēst"),
      characterKey("era", "eu", "quelthalas", "Tēst"),
    ];
    expect(new Set([key, ...others]).size).toBe(5);
    expect(characterKey("forever", "eu", "Area 52", "Brill Stonebrew")).toBe(
      characterKey("forever", "eu", "", "brill stonebrew"),
    );
  });
});

describe("an edition", () => {
  test("asks its own namespace, and never another edition's", () => {
    expect(namespaceOf("retail", "profile", "us")).toBe("profile-us");
    expect(namespaceOf("progression", "dynamic", "eu")).toBe("dynamic-classic-eu");
    expect(namespaceOf("era", "static", "kr")).toBe("static-classic1x-kr");
    expect(namespaceOf("anniversary", "profile", "tw")).toBe("profile-classicann-tw");
    expect(namespaceOf("forever", "profile", "us")).toBeUndefined();
    const known = EDITION_NAMES.map((one) => namespaceOf(one, "profile", "us")).filter(Boolean);
    expect(new Set(known).size).toBe(4);
  });

  test("has an interface number of its own for the addon", () => {
    const numbers = EDITION_NAMES.map((one) => EDITIONS[one].interfaceNumber);
    expect(new Set(numbers).size).toBe(EDITION_NAMES.length);
  });
});
