import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Analyzer } from "../../../src/tenant/combat-logs/parser/analyzer.ts";
import {
  analyzeLog,
  blockOf,
  END,
  HEADER,
  hit,
  playerOf,
  retailLine,
  retailLog,
  START,
  UNITS,
} from "../../support/log-analysis.ts";
import { GENERATIONS, generatedText, YEAR } from "../../support/log-generator.ts";
import { samplesFolder } from "../../support/samples.ts";

const { alpha, beta, gamma, boss, neutral } = UNITS;
const samples = samplesFolder("logs/cases");
const sample = (name: string) => {
  const file = readdirSync(samples!).find((one) => one.startsWith(name))!;
  return new Uint8Array(readFileSync(join(samples!, file)));
};

describe("clients with other fields", () => {
  const log = (...texts: readonly string[]) =>
    texts.map((text, i) => `3/28 16:22:4${i}.001  ${text}\n`).join("");
  const player = `0x0100000000009810,"Alpha",0x511`;
  const foe = `0xF1300F8900000065,"Inquisitor",0x10a48`;
  const raid = (unit: string) => `${unit},0x0`;

  test("L1 numbers as GUIDs with raid flags, as from 4.2 to 5.4, are read, and so are those without", () => {
    const both = [raid, (unit: string) => unit].map((form) => {
      const who = `${form(player)},${form(foe)}`;
      return log(
        `SPELL_DAMAGE,${who},12294,"Strike",0x1,5000,-1,1,0,0,0,nil,nil,nil`,
        `SWING_DAMAGE,${who},10172,-1,1,0,0,410,1,nil,nil`,
        `SPELL_MISSED,${who},133,"Bolt",0x4,ABSORB,30`,
        `SPELL_HEAL,${form(player)},${form(player)},2061,"Heal",0x2,2000,500,0,nil`,
        `SPELL_PERIODIC_DAMAGE,${who},772,"Rend",0x1,300,-1,1,0,0,0,nil,nil,nil`,
      );
    });
    for (const text of both) {
      const { fights, log: summary } = analyzeLog(text, { year: 2013 });
      expect(summary).toMatchObject({ lines: 5, unknown: 0, bad: 0 });
      expect(fights[0]?.players).toMatchObject([
        { name: "Alpha", damage: 15_912, healing: 1_500, overhealing: 500 },
      ]);
      expect(fights[0]?.enemies).toMatchObject([{ name: "Inquisitor", damageTaken: 15_912 }]);
    }
  });

  test("L1 a tenth figure after numbers as GUIDs is the hand, and no base", () => {
    const who = `${raid(player)},${raid(foe)}`;
    const swing = `SWING_DAMAGE,${who},100,40,1,0,0,7,nil,nil,nil,1`;
    const { fights } = analyzeLog(log(swing, swing, swing, swing), { year: 2013 });
    expect(fights[0]?.players).toMatchObject([{ damage: 4 * 67, overkill: 160 }]);
  });

  test("L2 a number is a player's when the lower bits of its third digit are zero", () => {
    const damageOf = (guid: string) => {
      const swing = `SWING_DAMAGE,${guid},"X",0x511,${foe},100,-1,1,0,0,0,nil,nil,nil`;
      return analyzeLog(log(swing, swing, swing, swing), { year: 2013 }).fights[0]?.players.length;
    };
    expect(
      ["0x0180000000000001", "0x0108000000000001", "0x0280000000000001"].map(damageOf),
    ).toEqual([1, 1, 1]);
    expect(
      ["0xF130000000000001", "0xF1B0000000000001", "0xF14000000000000F"].map(damageOf),
    ).toEqual([0, 0, 0]);
  });

  test("L4 L5 a hit with an advanced block is read whatever the block's length, before any cast too", () => {
    const lengths = [16, 17, 18, 19, 21];
    const lines = lengths.map(
      (block, i) => [i + 1, hit(500, { block, tag: i % 2 ? "" : ",AOE" })] as const,
    );
    const older = HEADER.replace(",22,", ",20,");
    const { fights, log: summary } = analyzeLog(
      retailLog(
        [0, older],
        [0, START],
        ...lines.slice(0, 2),
        [4, END],
        [5, HEADER],
        [6, START],
        ...lines,
        [10, END],
      ),
    );
    expect(summary).toMatchObject({ unknown: 0, bad: 0 });
    expect(fights.map((fight) => playerOf(fight, "Alpha-Realm")?.damage)).toEqual([1_000, 2_500]);
  });

  test("L4 a hit without its last figures is unreadable, and no figure is taken from elsewhere", () => {
    const cut = hit(500).split(",").slice(0, -2).join(",");
    const { fights, log: summary } = analyzeLog(retailLog([0, START], [1, cut], [2, END]));
    expect(summary).toMatchObject({ bad: 1, unknown: 0 });
    expect(fights[0]?.players).toEqual([]);
  });

  test("L13 a byte order mark hides no line, where files were joined too", () => {
    const { log: summary } = analyzeLog(
      `\u{feff}${retailLog([0, HEADER], [1, START], [9, END])}\u{feff}${retailLine(20, HEADER)}`,
    );
    expect(summary).toMatchObject({ logVersion: 22, lines: 4, bad: 0 });
  });
});

test("S46 any harm to any log leaves sums that hold, and no length below zero", () => {
  const runs = process.env["GUILDHALL_SCALE"] === "full" ? 2_000 : 110;
  const logs = GENERATIONS.map((generation) =>
    generatedText({ seed: 12, generation, events: 40 }).text.split("\r\n"),
  );
  const harm = fc.tuple(
    fc.nat(),
    fc.nat(400),
    fc.string({ unit: "binary", maxLength: 12 }),
    fc.nat(3),
  );
  fc.assert(
    fc.property(fc.nat(), fc.array(harm, { minLength: 1, maxLength: 20 }), (which, harms) => {
      const lines = [...logs[which % logs.length]!];
      for (const [at, column, text, kind] of harms) {
        const index = at % lines.length;
        const line = lines[index]!;
        if (kind === 0) lines.splice(index, 1);
        else if (kind === 1) lines.splice(index, 0, lines[(at * 7) % lines.length]!);
        else if (kind === 2) lines[index] = line.slice(0, column);
        else
          lines[index] =
            line.slice(0, column) + text.replaceAll(/[\r\n]/g, " ") + line.slice(column + 3);
      }
      const { fights, log } = analyzeLog(lines.join("\n"), { year: YEAR });
      expect(log.parsed + log.unknown + log.bad).toBe(log.lines);
      for (const { durationMs, players, enemies, unattributedDamage } of fights) {
        expect(durationMs).toBeGreaterThanOrEqual(0);
        const done = players.reduce((sum, { damage }) => sum + damage, unattributedDamage);
        expect(done).toBe(enemies.reduce((sum, { damageTaken }) => sum + damageTaken, 0));
      }
    }),
    { numRuns: runs },
  );
});

describe("what counts", () => {
  test("L3 every event of support counts, a swing that is logged twice once", () => {
    const support = (event: string, amount: number) =>
      hit(amount, { spell: `395152,"Might",0xc`, tag: ",Player-1-0000000B" }).replace(
        "SPELL_DAMAGE",
        `${event}_SUPPORT`,
      );
    const events = ["SPELL_DAMAGE", "SPELL_PERIODIC_DAMAGE", "RANGE_DAMAGE", "DAMAGE_SHIELD"];
    const { fights } = analyzeLog(
      retailLog(
        [0, START],
        ...events.map((event, i) => [i + 1, support(event, 100)] as const),
        [6, support("SWING_DAMAGE_LANDED", 20)],
        [7, support("SWING_DAMAGE", 30)],
        [7.02, support("SWING_DAMAGE_LANDED", 30)],
        [9, END],
      ),
    );
    expect(fights[0]?.players).toMatchObject([{ supportDamage: 450 }]);
  });

  test("L11 what enemies do to each other's players is no friendly fire; a friend's hit is", () => {
    const { fights } = analyzeLog(
      retailLog(
        [11, hit(500, { target: gamma })],
        [13, hit(300, { source: gamma, target: alpha })],
        [14, hit(40, { source: beta, target: alpha })],
        [15, hit(500, { target: gamma })],
      ),
    );
    const figures = ["Alpha-Realm", "Beta-Realm", "Gamma-Realm"].map((name) => {
      const { damage, friendlyFire } = playerOf(fights[0], name)!;
      return [damage, friendlyFire];
    });
    expect(figures).toEqual([
      [1_000, 0],
      [0, 40],
      [0, 0],
    ]);
  });

  test("L15 hits of players on neutral units count, those of enemies on them do not", () => {
    const { fights } = analyzeLog(
      retailLog(
        [0, START],
        [1, hit(700, { target: neutral })],
        [2, hit(500)],
        [3, hit(90, { source: boss, target: neutral })],
        [9, END],
      ),
    );
    expect(playerOf(fights[0], "Alpha-Realm")?.damage).toBe(1_200);
    expect(fights[0]?.unattributedDamage).toBe(0);
    expect(fights[0]?.enemies.reduce((sum, { damageTaken }) => sum + damageTaken, 0)).toBe(1_200);
  });

  test("L16 a delayed hit counts once, and is no healing; another shield's is", () => {
    const shield = (spell: string) =>
      `SPELL_ABSORBED,${boss},${beta},${beta},${spell},0x1,4000,9000,nil`;
    const swing = `SWING_DAMAGE,${boss},${beta},${blockOf("Creature-0-1-1-1-100-0000000001", 19)},5000,5000,-1,1,0,0,4000,nil,nil,nil`;
    const tick = hit(2_000, { source: beta, target: beta, spell: `124255,"Stagger",0x4` }).replace(
      "SPELL_DAMAGE",
      "SPELL_PERIODIC_DAMAGE",
    );
    const taken = (spell: string) => {
      const { fights } = analyzeLog(
        retailLog([0, START], [1, shield(spell)], [1, swing], [2, tick], [3, tick], [9, END]),
      );
      const { damageTaken, healing } = playerOf(fights[0], "Beta-Realm")!;
      return [damageTaken, healing];
    };
    expect(taken(`115069,"Stagger"`)).toEqual([9_000, 0]);
    expect(taken(`17,"Shield"`)).toEqual([9_000, 4_000]);
  });

  test("L21 only the word ABSORB is an absorbed hit, and only ST and AOE are tags", () => {
    const miss = (text: string) => `SPELL_MISSED,${alpha},${boss},133,"Fireball",0x4,${text}`;
    const { fights, log } = analyzeLog(
      retailLog(
        [0, START],
        [1, miss("RESIST,nil,888,ST")],
        [2, miss("RESIST,nil,ST")],
        [3, miss("INSULT,nil,777,ST")],
        [4, miss("ABSORB,nil,60,80,nil,AOE")],
        [5, hit(500)],
        [6, hit(400, { tag: ",SELF" })],
        [9, END],
      ),
    );
    expect(playerOf(fights[0], "Alpha-Realm")).toMatchObject({ damage: 560, absorbedByTarget: 60 });
    expect(log).toMatchObject({ bad: 1, unknown: 0 });
  });

  test("L21 an event counts by its whole name, not by the part that a hash keeps", () => {
    const log = retailLog([0, START], [1, hit(5).replace("SPELL_", "SPFML_")], [9, END]);
    expect(analyzeLog(log).log).toMatchObject({ unknown: 1 });
  });

  test("L24 lines that two loggers wrote into one file count once", () => {
    const once = [
      retailLine(0, START),
      ...Array.from({ length: 20 }, (_, i) => retailLine(1 + i, hit(100))),
      retailLine(30, END),
    ];
    const alternating = once.flatMap((line) => [line, line]).join("");
    const inBlocks = [once.slice(0, 6), once.slice(0, 6), once.slice(6), once.slice(6)]
      .flat()
      .join("");
    for (const text of [alternating, inBlocks]) {
      const { fights } = analyzeLog(text);
      expect(fights.map(({ outcome, players }) => [outcome, players[0]?.damage])).toEqual([
        ["kill", 2_000],
      ]);
    }
  });

  test("L24 two equal hits of one logger both count", () => {
    const { fights } = analyzeLog(retailLog([0, START], [1, hit(100)], [1, hit(100)], [9, END]));
    expect(fights[0]?.players).toMatchObject([{ damage: 200 }]);
  });
});

describe("a live log", () => {
  const fang = `Pet-0-1-1-1-5-0000000001,"Fang",0x1111,0x0`;

  test("L12 stores each fight when it ends, and corrects it once a pet's owner is named", () => {
    const seen: (readonly [name: string, damage: number, isCorrection: boolean])[] = [];
    const analyzer = new Analyzer({
      writtenBefore: 0,
      live: true,
      onFight: ({ name, players }, isCorrection) =>
        seen.push([name, players[0]?.damage ?? 0, isCorrection]),
    });
    const push = (...lines: (readonly [seconds: number, text: string])[]) =>
      analyzer.push(new TextEncoder().encode(retailLog(...lines)));
    const other = START.replace("3000", "3001").replace("Boss", "Other");
    push([0, START], [1, hit(40, { source: fang })], [2, END]);
    push([10, other], [11, hit(7)], [12, END.replace("3000", "3001")]);
    expect(seen).toEqual([
      ["Boss", 0, false],
      ["Other", 7, false],
    ]);
    push([30, `SPELL_SUMMON,${alpha},${fang},1,"Call",0x8`]);
    expect(seen.slice(2)).toEqual([["Boss", 40, true]]);
    analyzer.end();
    expect(seen).toHaveLength(3);
  });

  test.each(GENERATIONS)(
    "L12 of generation %s has the same fights as the whole log",
    (generation) => {
      const { bytes } = generatedText({ seed: 41, generation, events: 120 });
      expect(analyzeLog(bytes, { year: YEAR, live: true })).toEqual(
        analyzeLog(bytes, { year: YEAR }),
      );
    },
  );
});

describe.skipIf(samples === undefined)("the samples beside the checkout", () => {
  test.each([
    ["01", { year: 2013 }, { lines: 5, unknown: 0 }, [{ damage: 15_882 }, { healing: 1_500 }]],
    ["03", {}, { unknown: 0 }, [{ damage: 52_000 }, { supportDamage: 520 }]],
    ["05", {}, { unknown: 0 }, [{ damage: 2_070 }]],
    ["07", {}, { keystones: [{ success: false }] }, [{ damage: 500 }]],
    ["08", {}, {}, [{ damage: 500 }]],
    ["11", {}, {}, [{ friendlyFire: 0 }, { friendlyFire: 0 }]],
    ["13", {}, { logVersion: 22, bad: 0 }, [{ damage: 500 }, { damage: 300 }]],
    ["16", {}, {}, [{ damage: 1_200 }]],
    ["17", {}, {}, [{}, { damageTaken: 9_000, healing: 0 }]],
    ["28", {}, {}, [{ damage: 500, absorbedByTarget: 0, damageTaken: 0 }]],
  ])("give the figures of sample %s", (name, options, log, players) => {
    const found = analyzeLog(sample(name), options);
    expect(found.log).toMatchObject(log);
    expect(found.fights[0]?.players).toMatchObject(players);
  });

  test("L4 give both pulls of a log whose version changes", () => {
    const { fights, log } = analyzeLog(sample("04"), { year: 2026 });
    expect(log.unknown).toBe(0);
    expect(fights.map(({ players }) => players[0]?.damage)).toEqual([500, 1_000]);
  });
});
