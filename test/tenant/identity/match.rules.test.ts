import { describe, expect, test } from "vitest";
import { match } from "../../../src/tenant/identity/matching/match.ts";
import type { World } from "../../../src/tenant/identity/matching/world.ts";
import { applied, character, lineOf, link, member, personsOf, world } from "./made-world.ts";

const matched = (before: World) => applied(before, match(before));
const persons = (before: World) => personsOf(matched(before));
const suggested = (before: World) =>
  match(before).suggestions.map((one) => `${one.characterId}-${one.discordId}`);

describe("a note that names an account", () => {
  const notes = [
    "DC: Brill",
    "discord=brill",
    "Tank, disc: BRILL | LOA",
    "x @brill",
    "DC：Brill#1234",
  ];
  for (const note of notes) {
    test(`links the character: ${note}`, () => {
      const before = world({
        characters: [character("1", "Stonefist", { note })],
        members: [member("100", "brill"), member("101", "other")],
      });
      expect(persons(before)).toEqual(["100: 1 guild_note"]);
    });
  }

  test("may name an account of several words, an alias or the name in brackets", () => {
    const before = world({
      characters: [
        character("1", "Stonefist", { note: "DC: Brill Stone main tank" }),
        character("2", "Firehand", { note: "", officerNote: "DC: Zoë" }),
        character("3", "Windstep", { note: "dc=pike" }),
      ],
      members: [
        member("100", "a1", { nick: "Brill Stone" }),
        member("101", "b2", { nick: "Anna | Zoe" }),
        member("102", "c3", { displayName: "Cora (Pike)" }),
      ],
    });
    expect(persons(before)).toEqual([
      "100: 1 guild_note",
      "101: 2 guild_note",
      "102: 3 guild_note",
    ]);
  });

  test("links nothing when two accounts have the name, none has it, or only a bot or a former member", () => {
    for (const members of [
      [member("100", "brill"), member("101", "x", { nick: "Brill" })],
      [member("100", "other")],
      [member("100", "brill", { isBot: true })],
      [member("100", "brill", { isPresent: false })],
    ]) {
      const characters = [character("1", "Stonefist", { note: "DC: brill" })];
      expect(match(world({ characters, members })).decisions).toEqual([]);
    }
  });

  test("is no address and no part of another word", () => {
    const characters = [
      character("1", "Stonefist", { note: "me@brill.example" }),
      character("2", "Firehand", { note: "ABCDC: brill" }),
    ];
    expect(match(world({ characters, members: [member("100", "brill")] })).decisions).toEqual([]);
  });
});

describe("a note that names a main", () => {
  const notes = [
    "alt of Stonefist",
    "Stonefist's alt",
    "STONEFIST’S ALT",
    "Main: Stonefist, herbs",
  ];
  for (const note of [...notes, "main = Stonefist-Stormhold", "alter de Stonefist"]) {
    test(`links the alt to the main's person: ${note}`, () => {
      const before = world({
        characters: [
          character("1", "Stonefist", { note: "DC: brill" }),
          character("2", "Windstep", { note }),
        ],
        members: [member("100", "brill")],
      });
      expect(persons(before)).toEqual(["100: 1 guild_note, 2 alt_of_note"]);
    });
  }

  test("is followed from alt to alt, in whichever order they come", () => {
    const chain = ["Ann", "Bea", "Cia", "Dot"].map((name, index, names) =>
      character(String(9 - index), name, {
        note: index === 0 ? "DC: a" : `alt of ${names[index - 1]}`,
      }),
    );
    chain[0] = { ...chain[0]!, note: "DC: brill" };
    const members = [member("100", "brill")];
    expect(persons(world({ characters: chain, members }))).toEqual([
      "100: 6 alt_of_note, 7 alt_of_note, 8 alt_of_note, 9 guild_note",
    ]);
  });

  test("in a circle is reported once and links nothing", () => {
    const found = match(
      world({
        characters: [
          character("3", "Loopa", { note: "alt of Loopb" }),
          character("2", "Loopb", { note: "alt of Loopc" }),
          character("4", "Loopc", { note: "alt of Loopa" }),
        ],
        members: [member("100", "brill")],
      }),
    );
    expect(found.cycles).toEqual([["2", "4", "3"]]);
    expect(found.decisions).toEqual([]);
  });

  test("means the main of the same realm, and no account of that name", () => {
    const before = world({
      characters: [
        character("1", "Twin", { realm: "Area 52", note: "DC: brill" }),
        character("2", "Twin", { note: "DC: cora" }),
        character("3", "Windstep", { note: "alt of Twin" }),
        character("4", "Firehand", { note: "alt of Dora" }),
      ],
      members: [member("100", "brill"), member("101", "cora"), member("102", "dora")],
    });
    expect(persons(before)).toEqual(["100: 1 guild_note", "101: 2 guild_note, 3 alt_of_note"]);
  });

  test("means the accented name as it is written before the plain one", () => {
    const before = world({
      characters: [
        character("1", "Cinder", { note: "DC: brill" }),
        character("2", "Cínder", { realm: "Area 52", note: "alt of Cinder" }),
        character("3", "Windstep", { note: "alt of Cínder" }),
      ],
      members: [member("100", "brill")],
    });
    expect(persons(before)).toEqual(["100: 1 guild_note, 2 alt_of_note, 3 alt_of_note"]);
  });

  test("that is a bare name is only a suggestion, and a name among other words is ignored", () => {
    const before = world({
      characters: [
        character("1", "Stonefist", { note: "DC: brill" }),
        character("2", "Windstep", { note: "Stonefist" }),
        character("3", "Firehand", { note: "Guildbank (managed by Stonefist)" }),
      ],
      members: [member("100", "brill")],
    });
    const found = match(before);
    expect(persons(before)).toEqual(["100: 1 guild_note"]);
    expect(suggested(before)).toEqual(["2-100"]);
    expect(found.altSuggestions.map((one) => [one.characterId, one.mainId])).toEqual([["2", "1"]]);
  });
});

describe("an alt group", () => {
  test("makes one person, and gives it the account that one of its characters shows", () => {
    const group = { altGroup: "g1" };
    const characters = [
      character("1", "Stonefist", { ...group, isMain: true }),
      character("2", "Windstep", group),
      character("3", "Firehand", { altGroup: "g2" }),
      character("4", "Deepwater", { altGroup: "" }),
    ];
    expect(persons(world({ characters }))).toEqual(["-: 1 alt_group, 2 alt_group"]);
    const before = world({ characters, members: [member("100", "x", { nick: "windstep" })] });
    expect(persons(before)).toEqual(["100: 1 alt_group, 2 exact_name"]);
  });

  test("keeps its person when its account becomes known later", () => {
    const characters = [
      character("1", "Stonefist", { altGroup: "g1", isMain: true }),
      character("2", "Windstep", { altGroup: "g1" }),
    ];
    const first = matched(world({ characters }));
    const noted = characters.map((one) => ({ ...one, note: one.id === "2" ? "DC: brill" : "" }));
    const later = { ...first, characters: noted, members: [member("100", "brill")] };
    expect(match(later).decisions.map(lineOf)).toEqual([
      `100 guild_note -> ${first.links[0]!.personId}`,
    ]);
    expect(persons(later)).toEqual(["100: 1 alt_group, 2 alt_group"]);
  });

  test("links nothing when its characters belong to different persons", () => {
    const before = world({
      characters: [
        character("1", "Stonefist", { altGroup: "g1", note: "DC: brill" }),
        character("2", "Windstep", { altGroup: "g1", note: "DC: cora" }),
        character("3", "Firehand", { altGroup: "g1" }),
      ],
      members: [member("100", "brill"), member("101", "cora")],
    });
    expect(persons(before)).toEqual(["100: 1 guild_note", "101: 2 guild_note"]);
  });

  test("keeps its alts together after the main left the guild", () => {
    const characters = [
      character("1", "Stonefist", { altGroup: "g1", note: "DC: brill" }),
      character("2", "Windstep", { altGroup: "g1" }),
      character("3", "Firehand", { altGroup: "g1" }),
    ];
    const first = matched(world({ characters, members: [member("100", "brill")] }));
    const left = characters.map((one) => ({ ...one, isPresent: one.id !== "1" }));
    expect(match({ ...first, characters: left }).decisions).toEqual([]);
  });
});

describe("an equal name", () => {
  test("links across accents and letters that only look different", () => {
    const before = world({
      characters: [character("1", "Zatāñña"), character("2", "Møøse"), character("3", "Æthelß")],
      members: [
        member("100", "zatanna"),
        member("101", "moose"),
        member("102", "x", { nick: "AETHELSS!" }),
      ],
    });
    expect(persons(before)).toEqual([
      "100: 1 exact_name",
      "101: 2 exact_name",
      "102: 3 exact_name",
    ]);
  });

  test("of two characters or two accounts is suggested for each pair", () => {
    const twins = world({
      characters: [character("1", "Twin"), character("2", "Twin", { realm: "Area 52" })],
      members: [member("100", "twin")],
    });
    expect(match(twins).decisions).toEqual([]);
    expect(suggested(twins)).toEqual(["1-100", "2-100"]);
    const accounts = world({
      characters: [character("1", "Twin")],
      members: [member("100", "twin"), member("101", "x", { nick: "Twin | Tom" })],
    });
    expect(match(accounts).decisions).toEqual([]);
    expect(suggested(accounts)).toEqual(["1-100", "1-101"]);
  });

  test("of an alt with the same name does not make the main's name ambiguous", () => {
    const before = world({
      characters: [
        character("1", "Twin"),
        character("2", "Twin", { realm: "Area 52", note: "alt of Twin" }),
      ],
      members: [member("100", "twin")],
    });
    expect(persons(before)).toEqual(["100: 1 exact_name, 2 alt_of_note"]);
  });

  test("joins the account to the person that an officer put on the roster", () => {
    const before = world({
      characters: [
        character("1", "Stonefist", { rosterPersonId: "anna" }),
        character("2", "Windstep", { rosterPersonId: "anna" }),
      ],
      members: [member("100", "stonefist")],
    });
    const after = matched(before);
    expect(personsOf(after)).toEqual(["100: 1 manual, 2 manual"]);
    expect(after.links.every((one) => one.personId === "anna")).toBe(true);
  });
});

describe("a similar name", () => {
  test("links for an officer to confirm, or is only suggested, or neither", () => {
    const before = world({
      characters: [character("1", "Shodoon"), character("2", "Brilla"), character("3", "Trogmoon")],
      members: [member("100", "shodoom"), member("101", "brilli"), member("102", "trog")],
    });
    expect(match(before).decisions.map(lineOf)).toEqual([
      "100 fuzzy -> new 100",
      "1 fuzzy -> new 100",
    ]);
    expect(
      match(before).decisions.every((one) => one.kind === "link" && one.confidence === "medium"),
    ).toBe(true);
    expect(suggested(before)).toEqual(["2-101"]);
  });

  test("never links a visitor without a role of the guild, or one of two that are as similar", () => {
    const characters = [character("1", "Shodoon")];
    const visitor = world({
      characters,
      members: [member("100", "shodoom", { roleIds: ["movies"] })],
      guildRoleIds: new Set(["member"]),
    });
    expect([match(visitor).decisions, suggested(visitor)]).toEqual([[], []]);
    const two = world({
      characters,
      members: [member("100", "shodoom"), member("101", "shodook")],
    });
    expect(match(two).decisions).toEqual([]);
    expect(suggested(two)).toEqual(["1-100", "1-101"]);
  });

  test("is not proposed again after an officer rejected it", () => {
    const before = world({
      characters: [character("1", "Shodoon"), character("2", "Brilla")],
      members: [member("100", "shodoom"), member("101", "brilli")],
      rejected: new Set(["1 100", "2 101"]),
    });
    expect([match(before).decisions, suggested(before)]).toEqual([[], []]);
  });
});

describe("claims", () => {
  const anna = { members: [member("100", "anna"), member("101", "bert")] };

  for (const strong of [
    { source: "battlenet" },
    { source: "note_code" },
    { source: "manual" },
    { source: "migrated_sheet" },
    { source: "exact_name", isConfirmed: true },
  ] as const) {
    test(`by ${strong.source} are never changed, whatever note, group or name say`, () => {
      const before = world({
        ...anna,
        characters: [
          character("1", "Bert", { note: "DC: bert", altGroup: "g1" }),
          character("2", "Windstep", { altGroup: "g1", note: "DC: bert" }),
        ],
        links: [link("character", "1", "p1", strong), link("discord", "100", "p1", strong)],
      });
      const after = matched(before);
      expect(personsOf(after)).toContain(`100: 1 ${strong.source}`);
      expect(after.links).toEqual(expect.arrayContaining([...before.links]));
    });
  }

  test("of the roster end automatic links, and follow the roster when an officer moves the row", () => {
    const characters = [character("1", "Stonefist", { note: "DC: anna" })];
    const first = matched(world({ ...anna, characters }));
    const rostered = { ...first, characters: [{ ...characters[0]!, rosterPersonId: "p1" }] };
    const second = matched(rostered);
    expect(personsOf(second)).toEqual(["100: 1 manual"]);
    expect(match(second).decisions).toEqual([]);
    const third = matched({ ...second, characters: [{ ...characters[0]!, rosterPersonId: "p2" }] });
    expect(personsOf(third)).toEqual(["100: 1 manual"]);
    expect(new Set(third.links.map((one) => one.personId))).toEqual(new Set(["p2"]));
  });

  test("of an officer on the link come before the roster's", () => {
    const before = world({
      characters: [character("1", "Stonefist", { rosterPersonId: "p2" })],
      links: [link("character", "1", "p1")],
    });
    expect(match(before).decisions).toEqual([]);
  });
});
