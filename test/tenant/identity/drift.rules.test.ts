import { describe, expect, test } from "vitest";
import { explain } from "../../../src/tenant/identity/matching/explain.ts";
import { match } from "../../../src/tenant/identity/matching/match.ts";
import type { GameCharacter, World } from "../../../src/tenant/identity/matching/world.ts";
import { applied, character, lineOf, link, member, personsOf, world } from "./made-world.ts";

const matched = (before: World) => applied(before, match(before));
const reasons = (before: World) =>
  match(before).decisions.flatMap((one) => (one.kind === "end" ? [one.reason] : []));

const brill = member("100", "brill");
const cora = member("101", "cora");
const noted = character("1", "Stonefist", { note: "DC: brill" });
const changed = (before: World, id: string, more: Partial<GameCharacter>): World => ({
  ...before,
  characters: before.characters.map((one) => (one.id === id ? { ...one, ...more } : one)),
});

describe("an automatic link", () => {
  const first = matched(world({ characters: [noted], members: [brill, cora] }));

  test("moves with the note that it was made from", () => {
    const next = changed(first, "1", { note: "DC: cora" });
    expect(reasons(next)).toEqual(["note-changed"]);
    expect(personsOf(matched(next))).toEqual(["100: ", "101: 1 guild_note"]);
  });

  test("ends when the note is gone, or names an account that does not exist", () => {
    expect(reasons(changed(first, "1", { note: "" }))).toEqual(["note-gone"]);
    expect(reasons(changed(first, "1", { note: "DC: unknown" }))).toEqual(["note-changed"]);
  });

  test("ends when a second account has the name", () => {
    const next = { ...first, members: [brill, cora, member("102", "x", { nick: "Brill" })] };
    expect(reasons(next)).toEqual(["ambiguous-now"]);
    expect(match(matched(next)).decisions).toEqual([]);
  });

  test("stays when the exporter could not see the note: an unseen note is not an empty one", () => {
    expect(match(changed(first, "1", { note: null })).decisions).toEqual([]);
    const officer = world({
      characters: [character("1", "Stonefist", { officerNote: "DC: brill" })],
      members: [brill],
    });
    expect(match(changed(matched(officer), "1", { officerNote: null })).decisions).toEqual([]);
  });

  test("stays when the character, its main or the account is renamed, and when either leaves", () => {
    const characters = [
      noted,
      character("2", "Windstep", { note: "alt of Stonefist" }),
      character("3", "Cora"),
      character("4", "Shodoon"),
    ];
    const before = matched(world({ characters, members: [brill, cora, member("102", "shodoom")] }));
    expect(before.links).toHaveLength(7);
    const renamed = {
      ...before,
      characters: before.characters.map((one) => ({ ...one, name: `X${one.id}new` })),
      members: before.members.map((one) => ({ ...one, username: `y${one.id}` })),
    };
    expect(match(renamed).decisions).toEqual([]);
    const left = {
      ...before,
      characters: before.characters.map((one) => ({ ...one, isPresent: false })),
      members: before.members.map((one) => ({ ...one, isPresent: false })),
    };
    expect(match(left).decisions).toEqual([]);
    expect(match({ ...before, members: left.members }).decisions).toEqual([]);
  });

  test("of an account that left moves to the one account that has the name now", () => {
    const members = [{ ...brill, isPresent: false }, member("102", "brill")];
    const next = { ...first, members };
    expect(personsOf(matched(next))).toEqual(["100: ", "102: 1 guild_note"]);
  });

  test("of an alt follows its main", () => {
    const alt = character("2", "Windstep", { note: "alt of Stonefist" });
    const before = matched(world({ characters: [noted, alt], members: [brill, cora] }));
    const next = changed(before, "1", { note: "DC: cora" });
    expect(personsOf(matched(next))).toEqual(["100: ", "101: 1 guild_note, 2 alt_of_note"]);
    expect(personsOf(matched(changed(before, "1", { note: "" })))).toEqual(["100: "]);
  });

  test("by a similar name is replaced by exact evidence, and upgraded by it for the same person", () => {
    const before = matched(
      world({ characters: [character("1", "Shodoon")], members: [member("100", "shodoom"), cora] }),
    );
    expect(reasons(changed(before, "1", { note: "DC: cora" }))).toEqual(["better-claim"]);
    const raised = matched(changed(before, "1", { note: "DC: shodoom" }));
    expect(personsOf(raised)).toEqual(["100: 1 guild_note"]);
    expect(match(raised).decisions).toEqual([]);
  });

  test("by an equal name ends when a second character has the name", () => {
    const before = matched(
      world({ characters: [character("1", "Twin")], members: [member("100", "twin")] }),
    );
    const next = {
      ...before,
      characters: [...before.characters, character("2", "Twin", { realm: "Area 52" })],
    };
    expect(reasons(next)).toEqual(["ambiguous-now"]);
    const after = matched(next);
    expect(match(after).decisions).toEqual([]);
    expect(match(after).suggestions).toHaveLength(2);
  });

  test("is not made again after an officer rejected it", () => {
    const rejected = { ...first, rejected: new Set(["1 100"]) };
    expect(personsOf(matched(rejected))).toEqual(["100: "]);
    expect(match(matched(rejected)).decisions).toEqual([]);
  });

  test("of an account follows the note of a character on the roster", () => {
    const rostered = character("1", "Stonefist", { note: "DC: brill", rosterPersonId: "anna" });
    const before = matched(world({ characters: [rostered], members: [brill, cora] }));
    expect(personsOf(before)).toEqual(["100: 1 manual"]);
    const next = changed(before, "1", { note: "DC: cora" });
    expect(personsOf(matched(next))).toEqual(["101: 1 manual"]);
    expect(personsOf(matched(changed(before, "1", { note: "" })))).toEqual(["-: 1 manual"]);
    expect(personsOf(matched(changed(before, "1", { note: null })))).toEqual(["100: 1 manual"]);
  });
});

describe("faults of the first design", () => {
  test("two characters of one account in one run become one person, not two", () => {
    const before = world({
      characters: [noted, character("2", "Brill"), character("3", "Windstep", { note: "@brill" })],
      members: [brill],
    });
    const after = matched(before);
    expect(personsOf(after)).toEqual(["100: 1 guild_note, 2 exact_name, 3 guild_note"]);
    expect(new Set(after.links.map((one) => one.personId)).size).toBe(1);
  });

  test('the main of "alt of X" is looked up among characters, not among Discord names', () => {
    const before = world({
      characters: [character("1", "Windstep", { note: "alt of Brill" })],
      members: [brill],
    });
    expect(match(before).decisions).toEqual([]);
  });

  test("a rename and a transfer keep the link: the game's id is the identity, not name and realm", () => {
    const before = matched(world({ characters: [character("1", "Brill")], members: [brill] }));
    const next = changed(before, "1", { name: "Windstep", realmKey: "area52" });
    expect(match(next).decisions).toEqual([]);
  });

  test("a new character with the old name of a renamed one takes nothing from it", () => {
    const before = matched(world({ characters: [character("1", "Brill")], members: [brill] }));
    const renamed = changed(before, "1", { name: "Windstep" });
    const next = { ...renamed, characters: [...renamed.characters, character("2", "Brill")] };
    expect(reasons(next)).toEqual([]);
  });

  test("an account has one person, also when its links exist twice", () => {
    const before = world({
      characters: [noted],
      members: [brill],
      links: [
        link("discord", "100", "p1"),
        link("discord", "100", "p2", { id: "second", source: "exact_name" }),
      ],
    });
    expect(match(before).decisions.map(lineOf)).toEqual([
      "end second better-claim",
      "1 guild_note -> p1",
    ]);
  });
});

describe("links that rest on each other", () => {
  /** The world after a run, and after a second run that has to decide nothing. */
  const settled = (before: World) => {
    const after = matched(before);
    expect(match(after).decisions).toEqual([]);
    return after;
  };
  const goneFrom = (before: World, id: string): World => ({
    ...before,
    members: before.members.map((one) => (one.id === id ? { ...one, isPresent: false } : one)),
  });

  test("an account that left gets no new person when the note that gave it its person is gone", () => {
    const proven = character("2", "Windstep", { note: "DC: brill" });
    const links = [link("character", "2", "anna", { source: "battlenet" })];
    const before = settled(world({ characters: [noted, proven], members: [brill], links }));
    expect(personsOf(before)).toEqual(["100: 1 guild_note, 2 battlenet"]);
    const next = changed(goneFrom(before, "100"), "2", { note: "" });
    expect(reasons(next)).toEqual(["note-gone", "note-gone"]);
    const after = settled(next);
    expect(personsOf(after)).toEqual(["-: 2 battlenet"]);
    const noteRule = explain(after, "1")?.rules.find(({ rule }) => rule === "guild_note");
    expect(noteRule?.outcome).toBe("unknown");
    const back = settled({ ...after, members: [brill] });
    expect(personsOf(back)).toEqual(["-: 2 battlenet", "100: 1 guild_note"]);
  });

  test("an account that left does not follow its character to another person of the roster", () => {
    const rostered = character("1", "Stonefist", { note: "DC: brill", rosterPersonId: "anna" });
    const before = settled(world({ characters: [rostered], members: [brill] }));
    const next = changed(goneFrom(before, "100"), "1", { rosterPersonId: "ben" });
    expect(personsOf(settled(next))).toEqual(["-: 1 manual"]);
  });

  test("a note that was not seen claims nothing for the next person of its character", () => {
    const characters = [
      character("1", "Stonefist", { note: "DC: cora", rosterPersonId: "anna" }),
      character("2", "Windstep", { rosterPersonId: "anna" }),
    ];
    const before = settled(world({ characters, members: [cora] }));
    const moved = changed(before, "1", { note: null, rosterPersonId: "ben" });
    const next = changed(moved, "2", { note: "DC: cora" });
    expect(personsOf(settled(next))).toEqual(["-: 1 manual", "101: 2 manual"]);
  });

  test("an equal name that is unique only by another account's link ends together with that link", () => {
    const characters = [
      character("1", "Twin", { rosterPersonId: "anna" }),
      character("2", "Windstep", { note: "DC: dora", rosterPersonId: "anna" }),
      character("3", "Twin", { note: "DC: dora", realm: "Area 52" }),
    ];
    const members = [member("100", "twin"), member("101", "dora")];
    const join = (rule: "exact_name" | "guild_note", details: Record<string, string>) => ({
      source: rule,
      evidence: { rule, text: "", details: { ...details, founded: 0 } },
    });
    const noteDetails = { characterId: "2", discordId: "101", note: "DC: dora" };
    const links = [
      link("discord", "100", "anna", join("exact_name", { characterId: "1" })),
      link("discord", "101", "anna", join("guild_note", noteDetails)),
    ];
    const before = world({ characters, members, links });
    const next = changed(settled(before), "2", { note: "" });
    expect(reasons(next)).toEqual(["ambiguous-now", "note-gone", "better-claim"]);
    settled(next);
  });

  test("an alt group that equal names give to two persons decides nothing, also later in a run", () => {
    const characters = [
      character("1", "Brill", { altGroup: "g1" }),
      character("2", "Zoe", { realm: "Area 52", note: "Brill's alt" }),
      character("3", "Zoe", { altGroup: "g1" }),
    ];
    const before = world({ characters, members: [brill, member("102", "zoe")] });
    expect(personsOf(settled(before))).toEqual(["100: 1 exact_name, 2 alt_of_note"]);
  });

  test("an alt group takes no person from a similar name that an officer rejected", () => {
    const characters = [
      character("1", "Moose", { rosterPersonId: "anna" }),
      character("2", "Shodoon", { altGroup: "g1" }),
    ];
    const members = [member("100", "x", { nick: "Moose | Shodoom" })];
    const before = settled(world({ characters, members }));
    expect(personsOf(before)).toEqual(["100: 1 manual, 2 fuzzy"]);
    const next = { ...before, rejected: new Set(["1 100", "2 100"]) };
    expect(personsOf(settled(next))).toEqual(["-: 1 manual"]);
  });

  test("an alt group keeps its person when an account with a similar name joins it", () => {
    const characters = [
      character("1", "Shodoon", { altGroup: "g1" }),
      character("2", "Windstep", { altGroup: "g1" }),
    ];
    const before = settled(world({ characters }));
    const next = { ...before, members: [member("100", "shodoom")] };
    expect(reasons(next)).toEqual([]);
    expect(personsOf(settled(next))).toEqual(["100: 1 alt_group, 2 alt_group"]);
  });

  test("two alt groups that a note joins keep their person, also when a name of one is an account's", () => {
    const characters = [
      character("1", "Zoe", { altGroup: "g2" }),
      character("2", "Windstep", { altGroup: "g1", note: "Brill's alt" }),
      character("3", "Shodoon", { altGroup: "g1" }),
      character("4", "Brill", { altGroup: "g2" }),
    ];
    const before = world({ characters, members: [member("100", "shodoom")] });
    const line = "-: 1 alt_group, 2 alt_of_note, 3 alt_group, 4 alt_group";
    expect(personsOf(settled(before))).toEqual([line]);
    expect(match(before).suggestions.map((one) => one.characterId)).toEqual(["3"]);
  });
});

describe("the explanation of a character", () => {
  const rules = (before: World, id: string) =>
    explain(before, id)?.rules.map((one) => `${one.rule}: ${one.outcome}`);

  test("names each rule in its order, with its outcome", () => {
    const before = world({
      characters: [
        noted,
        character("2", "Cora", { note: "alt of Stonefist" }),
        character("3", "Cara", { note: "DC: unknown" }),
      ],
      members: [brill, cora],
    });
    expect(rules(before, "1")).toEqual([
      "claim: none",
      "guild_note: decides",
      "alt_of_note: none",
      "alt_group: none",
      "exact_name: none",
      "fuzzy: none",
    ]);
    expect(rules(before, "2")).toEqual([
      "claim: none",
      "guild_note: none",
      "alt_of_note: decides",
      "alt_group: none",
      "exact_name: outranked",
      "fuzzy: none",
    ]);
    expect(rules(before, "3")).toEqual([
      "claim: none",
      "guild_note: unknown",
      "alt_of_note: none",
      "alt_group: none",
      "exact_name: none",
      "fuzzy: suggests",
    ]);
    expect(explain(before, "9")).toBeUndefined();
  });

  test("says which claim decides, and what the rules would have said", () => {
    const before = world({
      characters: [noted],
      members: [brill],
      links: [link("character", "1", "p1")],
    });
    expect(rules(before, "1")?.slice(0, 2)).toEqual(["claim: decides", "guild_note: outranked"]);
  });

  test("names an ambiguous name, a circle of notes and a pair that an officer rejected", () => {
    const before = world({
      characters: [
        character("1", "Twin"),
        character("2", "Twin", { realm: "Area 52" }),
        character("3", "Loopa", { note: "alt of Loopb" }),
        character("4", "Loopb", { note: "alt of Loopa" }),
        character("5", "Windstep", { note: "DC: brill" }),
      ],
      members: [member("102", "twin"), brill],
      rejected: new Set(["5 100"]),
    });
    expect(rules(before, "1")).toContain("exact_name: ambiguous");
    expect(rules(before, "3")).toContain("alt_of_note: circle");
    expect(rules(before, "5")).toContain("guild_note: rejected");
  });
});
