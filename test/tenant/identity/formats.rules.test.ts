import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseCsv, toCsv } from "../../../src/kernel/csv.ts";
import { LuaDataError, type LuaValue, readLuaData } from "../../../src/kernel/lua-data.ts";
import { limits } from "../../../src/limits.ts";
import {
  ExportRefused,
  readAddonExport,
} from "../../../src/tenant/identity/formats/addon-export.ts";
import { readGrm } from "../../../src/tenant/identity/formats/grm.ts";
import { readSheets } from "../../../src/tenant/identity/formats/sheet.ts";
import { character } from "./made-world.ts";

const plain = (value: LuaValue | undefined): unknown =>
  value instanceof Map
    ? Object.fromEntries([...value].map(([key, one]) => [String(key), plain(one)]))
    : value;
const read = (text: string) => plain(readLuaData(text).get("X"));

function faultOf(work: () => unknown): string {
  try {
    work();
    return "none";
  } catch (error) {
    if (error instanceof ExportRefused) return error.fault;
    throw error;
  }
}

describe("a SavedVariables file", () => {
  test("is read as data: tables, lists, comments, escapes, long texts, numbers", () => {
    const text = `-- made by the game
      --[[ a comment
        of two lines ]] --[==[ ]] ]==]
      X = {
        ["name"] = "Zo\\195\\171 \\"Z\\" \\\\ \\065\\n", bare = 'it''; second = "", -- [1]
        [3] = true, false, nil, -12.5, 1e3, 0x1F, .5,
        ["long"] = [==[
a ]] b]==], ["empty"] = {}, [true] = 1,
      };
      Y = 1`.replace("'it''", "'it'");
    expect(read(text)).toEqual({
      name: 'Zoë "Z" \\ A\n',
      bare: "it",
      second: "",
      "1": false,
      "2": null,
      "3": -12.5,
      "4": 1_000,
      "5": 31,
      "6": 0.5,
      long: "a ]] b",
      empty: {},
      true: 1,
    });
    expect(readLuaData(text).get("Y")).toBe(1);
    expect(readLuaData("\ufeff  ").size).toBe(0);
  });

  test("that holds code is refused, with its place", () => {
    const refused = [
      "X = os.exit()",
      "X = function() end",
      "X = { y = X }",
      "X = 1 + 1",
      "X = {}..{}",
      "return {}",
      "X = { [nil] = 1 }",
      "X = { [{}] = 1 }",
      "X = '\\300'",
      "X = 1..2",
      "X = { 1 2 }",
      "X = 'a\nb'",
      "local X = 1",
    ];
    for (const text of refused) expect(() => readLuaData(text), text).toThrow(LuaDataError);
    expect(() => readLuaData("X = {\n  a = b,\n}")).toThrow("Line 2, column 7");
  });

  test("of any shape is read back as it was written", () => {
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.string({ unit: "binary" }).filter((text) => text.isWellFormed()),
        fc.integer(),
        fc.boolean(),
        fc.array(tie("value"), { maxLength: 4 }),
      ),
    }));
    const written = (one: unknown): string => {
      if (Array.isArray(one))
        return `{${one.map((it, at) => `${written(it)}, -- [${at + 1}]\n`).join("")}}`;
      if (typeof one !== "string") return String(one);
      const bytes = [...new TextEncoder().encode(one)];
      return `"${bytes.map((byte) => `\\${String(byte).padStart(3, "0")}`).join("")}"`;
    };
    const expected = (one: unknown): unknown =>
      Array.isArray(one)
        ? Object.fromEntries(one.map((it, at) => [String(at + 1), expected(it)]))
        : one;
    fc.assert(
      fc.property(value, (one) => {
        // A byte order mark at the start of bytes is no text.
        fc.pre(!JSON.stringify(one).includes("\ufeff"));
        expect(read(`X = ${written(one)}`)).toEqual(expected(one));
      }),
      { numRuns: 50 },
    );
  });

  test("with too many levels, entries or characters is refused, and none of them takes long", () => {
    const begun = performance.now();
    const { depthMax, entriesMax, charsMax } = limits.identity.lua;
    const deep = (levels: number) => `X = ${"{".repeat(levels)}${"}".repeat(levels)}`;
    expect(() => readLuaData(deep(depthMax))).not.toThrow();
    expect(() => readLuaData(deep(depthMax + 1))).toThrow("inside each other");
    expect(() => readLuaData(deep(1_000_000))).toThrow("inside each other");
    expect(() => readLuaData(`X = {${"1,".repeat(entriesMax + 1)}}`)).toThrow("entries");
    expect(() => readLuaData(" ".repeat(charsMax + 1))).toThrow("characters");
    for (const text of ["-[", "[", "\\", "'", '"', "X=", "{", "--[==[", "X = \\1", "X='\\1"]) {
      expect(() => readLuaData(text.repeat(200_000))).toThrow(LuaDataError);
    }
    expect(readLuaData("-".repeat(200_000)).size).toBe(0);
    expect(performance.now() - begun).toBeLessThan(30_000);
  });
});

const OURS = `
GuildhallSyncDB = {
	["schema"] = 1,
	["exportedAt"] = 1790000000,
	["edition"] = "era",
	["region"] = "eu",
	["realm"] = "Area52",
	["guild"] = "Iron Ore",
	["memberCount"] = 3,
	["canViewPublicNote"] = true,
	["canViewOfficerNote"] = false,
	["ranks"] = { "Boss", "Crew" },
	["rows"] = {
		{ ["guid"] = "Player-1-0A", ["name"] = "Brill-Quel'Thalas", ["rank"] = 0, ["level"] = 60, ["class"] = "MAGE",
		  ["lastSeen"] = 1.5, ["note"] = "DC: brill", ["officerNote"] = "" },
		{ ["guid"] = "Player-1-0B", ["name"] = "Cora", ["rank"] = 1 },
		{ ["name"] = "-a-b-c" },
	},
}
`;
const SEED = `GuildSyncDB = { ["lastExport"] = { ["exportTime"] = 1750000000, ["guildName"] = "Iron Ore",
 ["memberCount"] = 2, ["characters"] = {
  { ["name"] = "Brill", ["realm"] = "area-52", ["rank"] = 0, ["note"] = "", ["officerNote"] = "x", ["level"] = 60 },
  { ["name"] = "Cora", ["realm"] = "area-52", ["rank"] = 1, ["note"] = "", ["officerNote"] = "", ["level"] = 60 },
 } } }`;

describe("an addon's export", () => {
  test("gives its characters, and null for every note that the exporter could not see", () => {
    const found = readAddonExport(OURS);
    expect(found).toMatchObject({
      exportedAt: 1_790_000_000_000,
      edition: "era",
      region: "eu",
      ranks: ["Boss", "Crew"],
      refusedNames: ["-a-b-c"],
    });
    expect(found.characters).toEqual([
      {
        guid: "Player-1-0A",
        name: "Brill",
        realm: "Quel'Thalas",
        rank: 0,
        level: 60,
        classFile: "MAGE",
        lastSeenHours: 1.5,
        note: "DC: brill",
        officerNote: null,
      },
      {
        guid: "Player-1-0B",
        name: "Cora",
        realm: null,
        rank: 1,
        level: null,
        classFile: null,
        lastSeenHours: null,
        note: "",
        officerNote: null,
      },
    ]);
  });

  test("of the first design treats notes that are empty for all as unseen", () => {
    const found = readAddonExport(SEED);
    expect(found.characters.map((one) => [one.name, one.note, one.officerNote])).toEqual([
      ["Brill", null, "x"],
      ["Cora", null, ""],
    ]);
  });

  test("with fewer characters than the guild had, or one of them twice, is refused as incomplete", () => {
    expect(faultOf(() => readAddonExport(OURS.replace("] = 3", "] = 4")))).toBe("incomplete");
    expect(faultOf(() => readAddonExport(OURS.replace("] = 3", "] = 0")))).toBe("incomplete");
    expect(faultOf(() => readAddonExport(OURS.replace("0B", "0A")))).toBe("incomplete");
    expect(faultOf(() => readAddonExport(SEED.replace('"Cora"', '"Brill"')))).toBe("incomplete");
  });

  test("that is empty, of another addon, of a newer schema or wrong in a field is refused with the reason", () => {
    expect(faultOf(() => readAddonExport(" \n"))).toBe("empty");
    expect(faultOf(() => readAddonExport("OtherDB = {}"))).toBe("not-an-export");
    expect(faultOf(() => readAddonExport("GuildSyncDB = {}"))).toBe("not-an-export");
    expect(faultOf(() => readAddonExport(OURS.replace('"schema"] = 1', '"schema"] = 2')))).toBe(
      "too-new",
    );
    expect(faultOf(() => readAddonExport(OURS.replace('"era"', '"beta"')))).toBe("wrong");
    expect(faultOf(() => readAddonExport(OURS.replace('"rank"] = 1', '"rank"] = -1')))).toBe(
      "wrong",
    );
    expect(faultOf(() => readAddonExport("<html>"))).toBe("not-data");
  });

  test("cut at any place is refused or whole, never a part", () => {
    for (const file of [OURS, SEED]) {
      const whole = readAddonExport(file);
      for (let end = 0; end < file.length; end++) {
        const cut = file.slice(0, end);
        const fault = faultOf(() => expect(readAddonExport(cut)).toEqual(whole));
        if (file.slice(end).trim() !== "") expect([end, fault]).not.toEqual([end, "none"]);
      }
    }
  });
});

const grmMember = (guid: string, more: string) =>
  `{ ["GUID"] = "${guid}", ["name"] = "x", ["rankIndex"] = 1, ["rankName"] = "Crew", ${more} }`;
const GRM = `
GRM_PlayersThatLeftHistory_Save = { ["Iron Ore-Area52"] = { ["Gone-Area52"] = { ["GUID"] = "G9", ["name"] = "Gone-Area52",
  ["note"] = "Brill", ["bannedInfo"] = { true, 1, false, "" }, ["reasonBanned"] = "left" } } }
GRM_GuildMemberHistory_Save = { ["Iron Ore-Area52"] = {
  ["Brill-Area52"] = ${grmMember("G1", '["altGroup"] = "g1", ["isMain"] = true, ["lastOnline"] = 0.5, ["joinDateHist"] = { { 12, 3, 2023, "1" } }')},
  ["Cora-Area52"] = ${grmMember("G2", '["altGroup"] = "g1", ["note"] = "alt of Brill", ["joinDateHist"] = { { 0, 0, 0, "0" } }')},
  ["Dora-Area52"] = ${grmMember("G3", '["altGroup"] = "", ["customNote"] = { true, 0, "", 8, false, "pays" }')},
} }
GRM_Alts = { ["Iron Ore-Area52"] = {} }
`;

describe("the file of Guild Roster Manager", () => {
  test("gives members, alt groups, mains, known dates, and former members", () => {
    const [guild] = readGrm(GRM);
    expect(guild?.members.map((one) => [one.name, one.altGroup, one.isMain, one.joinedOn])).toEqual(
      [
        ["Brill", "g1", true, { day: 12, month: 3, year: 2023 }],
        ["Cora", "g1", false, null],
        ["Dora", null, false, null],
      ],
    );
    expect(guild?.members[2]?.customNote).toBe("pays");
    expect(guild?.members[0]?.lastOnlineHours).toBe(0.5);
    expect(guild?.former).toMatchObject([{ name: "Gone", isBanned: true, banReason: "left" }]);
    expect(guild?.ranks.get(1)).toBe("Crew");
  });

  test("cut at any place is refused or whole, also between two of its tables", () => {
    const whole = readGrm(GRM);
    for (let end = 0; end < GRM.length; end++) {
      const fault = faultOf(() => expect(readGrm(GRM.slice(0, end))).toEqual(whole));
      if (GRM.slice(end).trim() !== "") expect([end, fault]).not.toEqual([end, "none"]);
    }
  });
});

describe("the two old sheets", () => {
  const roster = [
    character("1", "Brill"),
    character("2", "Cora"),
    character("3", "Cora", { realm: "Area 52" }),
  ];
  const characters =
    "\ufeffClass,Character,Discord,MainAlt,Realm\r\nMage,Brill,Anna,Main,\r\nMage,CORA,bert,Alt,Area 52\r\n";
  const discordIds = "DiscordID,Discord\n123456789012345678,anna\n'42,Bert\n";

  test("give a link for each character, with columns in any order and others among them", () => {
    const found = readSheets({ characters, discordIds }, roster);
    expect(found.problems).toEqual([]);
    expect(found.links).toEqual([
      {
        line: 2,
        characterId: "1",
        discordId: "123456789012345678",
        personName: "Anna",
        isMain: true,
      },
      { line: 3, characterId: "3", discordId: "42", personName: "bert", isMain: false },
    ]);
  });

  test("name each line that cannot be used, and why", () => {
    const found = readSheets(
      {
        characters:
          'Discord;Character\n"Anna\nLine";Brill\nAnna;Cora\nAnna;Nova\n;Brill\nNo;Brill\nBert;Brill\nAnna;Brill\n',
        discordIds: "Discord\tDiscordID\nAnna\t7\nanna\t8\nBert\t9\nCara\t1.23457E+17\nDora\tx\n",
      },
      roster,
    );
    expect(found.links.map((one) => [one.characterId, one.discordId])).toEqual([["1", "9"]]);
    expect(found.problems.map((one) => `${one.sheet} ${one.line} ${one.fault}`)).toEqual([
      "discordIds 3 twice",
      "discordIds 5 rounded-id",
      "discordIds 6 bad-id",
      "characters 2 no-id",
      "characters 4 ambiguous",
      "characters 5 no-character",
      "characters 6 no-name",
      "characters 7 no-id",
      "characters 9 twice",
    ]);
  });

  test("without a required column name it, and so does an empty sheet", () => {
    const found = readSheets({ characters: "Discord,Class\nAnna,Mage", discordIds: "" }, roster);
    expect(found.problems.map((one) => `${one.sheet} ${one.fault} ${one.text}`)).toEqual([
      "discordIds no-column discord",
      "discordIds no-column discordid",
      "characters no-column character",
    ]);
  });

  test("are read as any CSV: what we write, we read back", () => {
    const cell = fc.string({
      unit: fc.constantFrom("a", '"', ",", ";", "\n", "\r\n", "\t", " ", "7"),
    });
    const rows = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 5 });
    fc.assert(
      fc.property(rows, (table) => {
        const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
        const text = [["h", "i"], ...table].map((row) => row.map(quoted).join(",")).join("\r\n");
        // A line break in a cell is read as one sign, whichever the file has.
        const kept = table
          .filter((row) => row.some((one) => one.trim() !== ""))
          .map((row) => row.map((one) => one.replaceAll("\r\n", "\n")));
        expect(
          parseCsv(text)
            .slice(1)
            .map((row) => row.cells),
        ).toEqual(kept);
      }),
    );
    expect(
      parseCsv(
        toCsv([
          ["a", 'b "c"'],
          ["1\n2", "x"],
        ]),
      ),
    ).toEqual([
      { line: 1, cells: ["a", 'b "c"'] },
      { line: 2, cells: ["1\n2", "x"] },
    ]);
  });
});
