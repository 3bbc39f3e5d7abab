import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EDITION_NAMES, EDITIONS, type Edition } from "../../src/kernel/game/editions.ts";
import { readAddonExport } from "../../src/tenant/identity/formats/addon-export.ts";
import {
  EXPORT,
  type GameMember,
  type GameWorld,
  LUA,
  luaFile,
  play,
  playNatively,
  tocFiles,
} from "./game.ts";

const NOW = 1_796_000_000;
const TOOLS = { luac: "/usr/bin/luac5.1", luacheck: "/usr/bin/luacheck" };

const anna: GameMember = {
  name: "Zatañña-AlteracMountains",
  guid: "Player-60-0A1B2C3D",
  rank: 0,
  rankName: "Guild Leader",
  level: 80,
  class: "MAGE",
  note: 'DC: "zat"\nmain',
  officerNote: "on LOA",
  online: true,
};
const borin: GameMember = {
  name: "Borin",
  guid: "Player-60-0A1B2C3E",
  rank: 3,
  rankName: "Member",
  level: 71,
  class: "DEATHKNIGHT",
  lastOnline: [0, 1, 2, 3],
};

/** How the clients of the editions differ for an addon. */
const CLIENTS: Readonly<Record<Edition, Omit<GameWorld, "members" | "now">>> = {
  retail: {
    interface: EDITIONS.retail.interfaceNumber,
    namespace: true,
    hasSecrets: true,
    region: 3,
    realmName: "Sen'jin",
    normalizedRealm: "Sen'jin",
  },
  progression: {
    interface: EDITIONS.progression.interfaceNumber,
    namespace: false,
    region: 1,
    realmName: "Area 52",
    normalizedRealm: "Area52",
    tabs: true,
  },
  era: {
    interface: EDITIONS.era.interfaceNumber,
    namespace: false,
    region: 3,
    realmName: "Hydraxian Waterlords",
    tabs: true,
    without: ["GetGuildRosterShowOffline", "SetGuildRosterShowOffline", "GuildControlGetNumRanks"],
  },
  anniversary: {
    interface: EDITIONS.anniversary.interfaceNumber,
    namespace: true,
    region: 4,
    realmName: "Nightslayer",
  },
  forever: { interface: EDITIONS.forever.interfaceNumber, namespace: true, region: 2 },
};

const clientOf = (edition: Edition, more: Partial<GameWorld> = {}): GameWorld => ({
  ...CLIENTS[edition],
  guild: "Night Watch",
  ranks: ["Guild Leader", "Officer", "Veteran", "Member"],
  seesOfficerNotes: true,
  members: [anna, borin],
  now: NOW,
  ...more,
});

const runs = [["npm's Lua", play], ...(LUA ? [["lua5.1", playNatively] as const] : [])] as const;

describe.each(runs)("the addon in %s", (_, run) => {
  test.each(EDITION_NAMES)(
    "exports the roster of %s as the server reads it, and leaves out what is unknown",
    async (edition) => {
      const members = edition === "forever" ? [{ ...anna, name: "Zara Tañña" }, borin] : undefined;
      const world = clientOf(edition, members && { members });
      const { file, messages } = await run(world);
      expect(messages.at(-1)).toContain("2 members exported");
      expect(file).not.toMatch(/= (nil|""),/);
      const found = readAddonExport(file);
      const hasRealms = edition !== "forever";
      expect(found).toMatchObject({
        format: "guildhall",
        edition,
        region: ["us", "kr", "eu", "tw"][CLIENTS[edition].region! - 1],
        realm: CLIENTS[edition].normalizedRealm ?? CLIENTS[edition].realmName ?? null,
        guild: "Night Watch",
        exportedAt: NOW * 1_000,
        memberCount: 2,
        canViewPublicNote: true,
        canViewOfficerNote: true,
        refusedNames: [],
      });
      expect(found.ranks[0]).toBe("Guild Leader");
      expect(found.characters).toEqual([
        {
          guid: "Player-60-0A1B2C3D",
          name: hasRealms ? "Zatañña" : "Zara Tañña",
          realm: hasRealms ? "AlteracMountains" : null,
          rank: 0,
          level: 80,
          classFile: "MAGE",
          lastSeenHours: 0,
          note: 'DC: "zat"\nmain',
          officerNote: "on LOA",
        },
        {
          guid: "Player-60-0A1B2C3E",
          name: "Borin",
          realm: null,
          rank: 3,
          level: 71,
          classFile: "DEATHKNIGHT",
          lastSeenHours: Math.floor(32.4375 * 24) + 3,
          note: "",
          officerNote: "",
        },
      ]);
    },
  );

  test("every row arrives intact, of 1,000 members with any names and notes", async () => {
    const letters = [
      "é",
      "ñ",
      "ø",
      "한",
      "글",
      "Ж",
      "李",
      "a",
      "Z",
      '"',
      "\\",
      "\n",
      "'",
      "]]",
      " ",
    ];
    const note = fc.array(fc.constantFrom(...letters)).map((parts) => bytes31(parts.join("")));
    const member = fc.record({
      note,
      officerNote: note,
      level: fc.integer({ min: 1, max: 90 }),
      rank: fc.integer({ min: 0, max: 9 }),
      suffix: fc.constantFrom("", "-Quel'Thalas", "-AzjolNerub", "-Гордунни", "-줄진"),
    });
    const [drawn] = fc.sample(
      fc.array(member, { minLength: 1_000, maxLength: 1_000, size: "max" }),
      { numRuns: 1, seed: 31 },
    );
    const members = drawn!.map(({ suffix, ...one }, at) => ({
      ...one,
      name: `Ñam${at.toString(36)}한${suffix}`,
      guid: `Player-1-${at}`,
      class: "PRIEST",
    }));
    const { file } = await run(clientOf("retail", { members }));
    const { characters, memberCount } = readAddonExport(file);
    expect(memberCount).toBe(1_000);
    expect(
      characters.map(({ name, realm, note, officerNote, level, rank, guid }) => ({
        ...{ note, officerNote, level, rank, guid },
        name: realm === null ? name : `${name}-${realm}`,
      })),
    ).toEqual(
      members.map(({ name, note, officerNote, level, rank, guid }) => ({
        ...{ note, officerNote, level, rank, guid, name },
      })),
    );
  });
});

/** A text of 31 bytes at most, as the game stores notes. */
function bytes31(text: string): string {
  let cut = text;
  while (new TextEncoder().encode(cut).length > 31) cut = [...cut].slice(0, -1).join("");
  return cut;
}

describe("the addon", () => {
  test("without the right to read officer notes says so, and exports none", async () => {
    const { file, messages } = await play(clientOf("retail", { seesOfficerNotes: false }));
    expect(messages.at(-1)).toContain("does not see officer notes");
    const { canViewOfficerNote, characters } = readAddonExport(file);
    expect(canViewOfficerNote).toBe(false);
    expect(characters.map((one) => one.officerNote)).toEqual([null, null]);
  });

  test("waits for the roster, asks again, and gives up with a sentence", async () => {
    const late = `game.slash("") game.pass(11) game.arrive()`;
    expect(readAddonExport((await play(clientOf("era"), late)).file).memberCount).toBe(2);
    const never = await play(
      clientOf("era"),
      `game.slash("") game.pass(60) DEFAULT_CHAT_FRAME:AddMessage("asked " .. game.calls.GuildRoster)`,
    );
    expect(never.file).toContain("GuildhallSyncDB = nil");
    expect(never.messages.at(-2)).toContain("has not sent the whole roster");
    expect(never.messages.at(-1)).toBe("asked 3");
  });

  test("keeps the last export while the roster is not complete, and stores it once it is", async () => {
    const half = `game.world.isLoading = true game.slash("") game.arrive() game.pass(1)
      assert(GuildhallSyncDB == nil) game.world.isLoading = false game.arrive()`;
    expect(readAddonExport((await play(clientOf("retail"), half)).file).memberCount).toBe(2);
    const second = `${EXPORT} game.world.isLoading = true ${EXPORT} game.pass(60)`;
    expect(readAddonExport((await play(clientOf("retail"), second)).file).memberCount).toBe(2);
  });

  test("keeps one export only: the newest", async () => {
    const twice = `${EXPORT} game.world.now = ${NOW + 60} table.remove(game.world.members) ${EXPORT}`;
    const { file } = await play(clientOf("retail"), twice);
    expect(readAddonExport(file)).toMatchObject({
      exportedAt: (NOW + 60) * 1_000,
      memberCount: 1,
    });
    expect(file.match(/exportedAt/g)).toHaveLength(1);
  });

  test("reads offline members too, and leaves the guild window as it was", async () => {
    const script = `${EXPORT} assert(game.showsOffline() == false)`;
    const world = clientOf("retail", { showsOffline: false });
    expect(readAddonExport((await play(world, script)).file).memberCount).toBe(2);
  });

  test("exports nothing in an encounter, whether it began before or after the command", async () => {
    for (const script of [
      `game.event("ENCOUNTER_START") ${EXPORT}`,
      `game.slash("") game.event("ENCOUNTER_START") game.arrive()`,
    ]) {
      const { file, messages } = await play(clientOf("retail"), script);
      expect(file).toContain("GuildhallSyncDB = nil");
      expect(messages.at(-1)).toContain("not exported during an encounter");
    }
    const after = `game.event("ENCOUNTER_START") ${EXPORT} game.event("ENCOUNTER_END") ${EXPORT}`;
    expect(readAddonExport((await play(clientOf("retail"), after)).file).memberCount).toBe(2);
  });

  test("exports nothing while the client hides a value", async () => {
    const members = [anna, { ...borin, isSecret: true }];
    const { file, messages } = await play(clientOf("retail", { members }));
    expect(file).toContain("GuildhallSyncDB = nil");
    expect(messages.at(-1)).toContain("hides some values");
  });

  test("leaves out level, rank, class, GUID and last seen where the client has none", async () => {
    const members = [{ name: "Cathal", level: 0, mobile: true, online: true }];
    const { file } = await play(clientOf("era", { members, region: 99 }));
    expect(readAddonExport(file)).toMatchObject({
      region: null,
      characters: [
        { guid: null, rank: null, level: null, classFile: null, lastSeenHours: null, note: "" },
      ],
    });
  });

  test("names ranks by the members where the client does not list them", async () => {
    const members = [anna, { ...borin, rank: 1, rankName: "Officer" }];
    const { file } = await play(clientOf("era", { members }));
    expect(readAddonExport(file).ranks).toEqual(["Guild Leader", "Officer"]);
  });

  test("knows the edition by its project where the client does not tell its interface number", async () => {
    const { interface: _, ...client } = clientOf("era");
    for (const [project, edition] of [
      [1, "retail"],
      [2, "era"],
      [5, "anniversary"],
    ] as const) {
      expect(readAddonExport((await play({ ...client, project })).file).edition).toBe(edition);
    }
    expect((await play({ ...client, project: 77 })).messages.at(-1)).toContain("not supported");
  });

  test("passes on garbage names, so that the server can count them", async () => {
    const members = [anna, { name: "-a-b-c" }];
    const { file } = await play(clientOf("retail", { members }));
    expect(readAddonExport(file)).toMatchObject({ memberCount: 2, refusedNames: ["-a-b-c"] });
  });

  test("outside of a guild, and in an unknown client, says why it exports nothing", async () => {
    const { guild, ...alone } = clientOf("retail");
    expect((await play(alone)).messages.at(-1)).toContain("in no guild");
    const strange = clientOf("retail", { interface: 500 });
    expect((await play(strange)).messages.at(-1)).toContain("not supported");
  });

  test("has a window with a button that exports, and one that reloads", async () => {
    const script = `game.slash("window") GuildhallSyncWindow.exportButton:Click() game.arrive()
      GuildhallSyncWindow.reloadButton:Click()`;
    const { file, messages } = await play(clientOf("era"), script);
    expect(readAddonExport(file).memberCount).toBe(2);
    expect(messages.at(-1)).toBe("reloaded");
  });

  test("speaks Spanish in a Spanish client", async () => {
    const { messages } = await play(clientOf("retail", { locale: "esES" }));
    expect(messages.at(-1)).toContain("2 miembros exportados");
  });

  test("names the interface of every edition, and every one of its files", () => {
    const toc = readFileSync(luaFile("GuildhallSync.toc"), "utf8");
    const numbers = /^## Interface: (.+)$/m.exec(toc)![1]!.split(", ").map(Number);
    for (const edition of EDITION_NAMES) {
      expect(numbers).toContain(EDITIONS[edition].interfaceNumber);
    }
    for (const name of tocFiles()) expect(existsSync(luaFile(name)), name).toBe(true);
  });

  test("passes luac and luacheck where they are installed", () => {
    for (const [tool, path] of Object.entries(TOOLS)) {
      if (!existsSync(path)) {
        console.log(`The addon was not checked by ${tool}: it is not installed.`);
        continue;
      }
      const files = tocFiles().map(luaFile);
      const config = luaFile("../.luacheckrc");
      const args =
        tool === "luac" ? ["-p", ...files] : ["--no-color", "--config", config, ...files];
      expect(() => execFileSync(path, args, { encoding: "utf8" })).not.toThrow();
    }
  });
});
