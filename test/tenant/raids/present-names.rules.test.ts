import { expect, test } from "vitest";
import type { PersonId } from "../../../src/kernel/ids.ts";
import { matchNames, namesIn, type Roster } from "../../../src/tenant/raids/present-names.ts";

/** `Person: Character-Realm, Character` as a roster. The person's name is their id. */
function rosterOf(...lines: readonly string[]): Roster {
  const people: { personId: PersonId; name: string }[] = [];
  const characters: { personId: PersonId; name: string; realm: string }[] = [];
  for (const line of lines) {
    const [person, rest = ""] = line.split(": ") as [string, string?];
    const personId = person as PersonId;
    people.push({ personId, name: person });
    for (const text of rest.split(", ").filter(Boolean)) {
      const [name, realm = ""] = text.split("-") as [string, string?];
      characters.push({ personId, name, realm });
    }
  }
  return { people, characters };
}

const ROSTER = rosterOf(
  "Anna: Aldor-Area 52, Mira-Area 52",
  "Bert: Aldor-Illidan, Tēst-Quel'Thalas",
  "Carl: Nomad",
  "Dora",
);

const outcome = async (text: string, roster = ROSTER) => {
  const { people, unknown, ambiguous } = await matchNames(namesIn(text), roster);
  return {
    people: people.map(({ name }) => name),
    unknown,
    ambiguous: ambiguous.map((one) => [one.name, ...one.people.map(({ name }) => name)]),
  };
};

test("pasted names are found in every spelling that the game and people use", async () => {
  const text = "1. mira\nTĒST-QuelThalas; [Aldor-Area52], Dora\n- Nomad-Stormrage\n\n";
  expect(await outcome(text)).toEqual({
    people: ["Anna", "Bert", "Dora", "Carl"],
    unknown: [],
    ambiguous: [],
  });
});

test("a name that several people have is listed and not guessed", async () => {
  expect(await outcome("Aldor\nMira")).toEqual({
    people: ["Anna"],
    unknown: [],
    ambiguous: [["Aldor", "Anna", "Bert"]],
  });
  // A person's own name and another one's character are two people.
  const roster = rosterOf("Zoë", "Max: Zoë-Illidan");
  expect((await outcome("zoë", roster)).ambiguous).toEqual([["zoë", "Zoë", "Max"]]);
});

test("a name on another realm, of a stranger or of nothing matches no one", async () => {
  expect(await outcome("Mira-Illidan, Stranger, Test, -Area52, mira mira")).toEqual({
    people: [],
    unknown: ["Mira-Illidan", "Stranger", "Test", "-Area52", "mira mira"],
    ambiguous: [],
  });
});

test("a name that is pasted twice counts once", async () => {
  expect(await outcome("Mira\nmira\nAldor-Area 52\nGhost\nghost")).toMatchObject({
    people: ["Anna"],
    unknown: ["Ghost"],
  });
});
