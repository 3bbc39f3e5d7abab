import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { limits } from "../../../src/limits.ts";
import { CLASS_IDS, CLASSES, classFrom, specFrom } from "../../../src/tenant/roster/classes.ts";
import { type PastedCharacter, parseRoster } from "../../../src/tenant/roster/paste.ts";
import { planRoster } from "../../../src/tenant/roster/plan.ts";

const characters = (text: string) => parseRoster(text).map(({ character }) => character);
const problems = (text: string) =>
  planRoster(text, { characters: [], people: [] }).map((line) => line.problems.join(" "));

const name = fc.stringMatching(/^[A-Za-zÀ-ÖØ-öø-ÿ]{2,12}$/);
const row = fc.constantFrom(...CLASS_IDS).chain((id) =>
  fc.record({
    name,
    class: fc.constantFrom(id, CLASSES[id].name, CLASSES[id].name.toUpperCase()),
    spec: fc.constantFrom("", ...Object.keys(CLASSES[id].specs)),
  }),
);
const rows = fc.uniqueArray(row, {
  minLength: 1,
  maxLength: 30,
  selector: (one) => one.name.toLowerCase(),
});
const style = fc.record({
  separator: fc.constantFrom(",", ";", "\t"),
  newline: fc.constantFrom("\n", "\r\n", "\r"),
  quoted: fc.boolean(),
  mark: fc.boolean(),
  header: fc.constantFrom(
    undefined,
    ["Name", "Class", "Spec"],
    ["nombre", "CLASE", "Especialización"],
  ),
});

function written(
  table: readonly (readonly string[])[],
  how: typeof style extends fc.Arbitrary<infer T> ? T : never,
) {
  const cell = (text: string) => (how.quoted ? `"${text.replaceAll('"', '""')}"` : text);
  const lines = [...(how.header ? [how.header] : []), ...table];
  const text = lines.map((line) => line.map(cell).join(how.separator)).join(how.newline);
  return how.mark ? `\uFEFF${text}` : text;
}

describe("a pasted roster", () => {
  test("means the same however the sheet was written: separators, quotes, line ends, headers", () => {
    fc.assert(
      fc.property(rows, style, style, (table, one, other) => {
        const cells = table.map((line) => [line.name, line.class, line.spec]);
        const found = characters(written(cells, one));
        expect(found).toEqual(characters(written(cells, other)));
        expect(found.map((character) => character?.name)).toEqual(table.map((line) => line.name));
      }),
    );
  });

  test("never fails, and accounts for every line that is not blank", () => {
    const text = fc.array(fc.oneof(fc.string(), fc.constantFrom("\t", ";", ",", '"', "\r", "\n")));
    fc.assert(
      fc.property(text, (parts) => {
        const pasted = parts.join("");
        const lines = parseRoster(pasted);
        const filled = pasted
          .replace(/^\uFEFF/, "")
          .split(/\r\n|\r|\n/)
          .filter((one) => one.trim());
        const told = lines.flatMap((line) => line.text.split("\n")).filter((one) => one.trim());
        expect(told).toEqual(filled.map((one) => one.replace(/[\ud800-\udfff]/gu, "\uffff")));
        for (const line of lines) {
          expect(line.character === undefined).toBe(line.problems.length > 0);
        }
      }),
    );
  });

  test("says what is wrong in each line, and keeps the good ones", () => {
    const long = "x".repeat(limits.roster.nameCharsMax + 1);
    expect(
      problems(
        [
          "Anvil,Warrior,Protection",
          ",Mage",
          "Cinder",
          "Ash,Barbarian",
          "Soot,Mage,Protection",
          "Flint,Hunter,,cook",
          "anvil,Rogue",
          `${long},Rogue`,
          "\u200b,Rogue",
          "Smoke,Rogue,,,Nobody",
        ].join("\n"),
      ),
    ).toEqual([
      "",
      "no-name",
      "no-class",
      "unknown-class",
      "unknown-spec",
      "unknown-role",
      "twice",
      "name-too-long",
      "name-unreadable",
      "main-missing",
    ]);
  });

  test("ignores separators inside quotes, and shows lines as people see them", () => {
    const [line] = parseRoster('\uFEFF"Anvil; the ""Old""",Mage');
    expect(line).toMatchObject({
      text: '"Anvil; the ""Old""",Mage',
      character: { name: 'Anvil; the "Old"', class: "mage" },
    });
  });

  test("keeps an empty first cell in its place", () => {
    expect(problems("\tMage\nCinder\tMage")).toEqual(["no-name", ""]);
  });

  test("knows classes, specialisations and roles in Spanish, with and without accents", () => {
    const [one, two, three] = characters(
      "personaje;clase;especialización;rol\nBrasa;Pícara;Sutileza;\nFaro;chaman;restauracion;Sanadora\nMuro;Caballero de la Muerte;Sangre;tanque",
    ) as PastedCharacter[];
    expect(one).toMatchObject({ class: "rogue", spec: "Subtlety", role: "melee" });
    expect(two).toMatchObject({ class: "shaman", spec: "Restoration", role: "healer" });
    expect(three).toMatchObject({ class: "death-knight", spec: "Blood", role: "tank" });
  });

  test("finds the main of an alt by name or by person, and refuses two that name each other", () => {
    const sheet =
      "Discord,Character,Class,Spec,Role,MainAlt\nTrog,Moon,Druid,Balance,DPS,Main\nTrog,Bow,Hunter,,,Alt\nMito,Star,Mage,,,alt of moon";
    expect(characters(sheet).map((one) => [one?.person, one?.mainName])).toEqual([
      ["Trog", undefined],
      ["Trog", ""],
      ["Mito", "moon"],
    ]);
    expect(problems(sheet)).toEqual(["", "", "other-person"]);
    expect(problems("A1,Mage,,,B1\nB1,Mage,,,A1")).toEqual(["main-loop", "main-loop"]);
  });

  test("takes two of one name on two realms, and no more lines than the limit", () => {
    expect(problems("name,class,realm\nAnvil,Mage,North\nAnvil,Mage,South")).toEqual(["", ""]);
    const lines = Array.from({ length: limits.roster.pasteLinesMax + 2 }, (_, i) => `P${i},Mage`);
    const found = problems(lines.join("\n"));
    expect(found.filter((one) => one === "too-many-lines").length).toBe(2);
  });

  test("treats names of the object prototype as ordinary text", () => {
    for (const word of ["constructor", "toString", "__proto__", "hasOwnProperty"]) {
      expect(classFrom(word)).toBeUndefined();
      expect(specFrom("mage", word)).toBeUndefined();
      expect(problems(`${word},${word},${word},${word}`)).toEqual(["unknown-class unknown-role"]);
    }
  });
});
