import { describe, expect, test } from "vitest";
import { limits } from "../../../src/limits.ts";
import { raidBuffs } from "../../../src/tenant/combat-logs/fight-utility.ts";
import { consumableOf } from "../../../src/tenant/combat-logs/parser/consumables.ts";
import {
  analyzeLog,
  HEADER,
  hit,
  playerOf,
  retailLog,
  START,
  UNITS,
} from "../../support/log-analysis.ts";
import { GENERATIONS, generatedText } from "../../support/log-generator.ts";

const { alpha, beta, boss } = UNITS;
const END = `ENCOUNTER_END,3000,"Boss",16,20,1,30000`;
type Line = readonly [seconds: number, text: string];

/** The figures of a pull of 30 seconds with these lines. Their times are seconds since the pull. */
function pull(lines: readonly Line[], header = HEADER) {
  const inside = lines.map(([at, text]): Line => [1 + at, text]);
  const log = retailLog([0, header], [1, START], [1, hit(10)], ...inside, [31, END]);
  const { fights, log: summary } = analyzeLog(log);
  expect([summary.bad, summary.unknown]).toEqual([0, 0]);
  return fights[0]!;
}

const aura = (kind: string, spell: string, source: string = alpha, target: string = alpha) =>
  `SPELL_AURA_${kind},${source},${target},${spell},BUFF`;
const RENEW = `139,"Renew",0x2`;
const buffsOf = (lines: readonly Line[]) =>
  playerOf(pull(lines), "Alpha-Realm")!.buffs.map(({ spellName, uptimeMs, count }) => [
    spellName,
    uptimeMs,
    count,
  ]);

describe("the uptime of a buff", () => {
  test.each<readonly [string, readonly Line[], readonly [number, number]]>([
    [
      "is the time between its beginnings and ends",
      [
        [2, aura("APPLIED", RENEW)],
        [5, aura("REFRESH", RENEW)],
        [10, aura("REMOVED", RENEW)],
        [20, aura("APPLIED", RENEW)],
        [22, aura("REMOVED", RENEW)],
      ],
      [10_000, 2],
    ],
    ["reaches to the end of the fight", [[25, aura("APPLIED", RENEW)]], [5_000, 1]],
    ["begins at the pull when the log has only its end", [[4, aura("REMOVED", RENEW)]], [4_000, 0]],
    [
      "begins at the pull when the log refreshes it first",
      [[4, aura("REFRESH", RENEW)]],
      [30_000, 0],
    ],
    [
      "goes on while the same buff of another player is up",
      [
        [0, aura("APPLIED", RENEW)],
        [5, aura("APPLIED", RENEW, beta)],
        [10, aura("REMOVED", RENEW)],
        [15, aura("REMOVED", RENEW, beta)],
      ],
      [15_000, 2],
    ],
    [
      "of a shield counts, whose line ends with an amount",
      [[10, `SPELL_AURA_APPLIED,${alpha},${alpha},${RENEW},BUFF,5000`]],
      [20_000, 1],
    ],
  ])("%s", (_, lines, [uptimeMs, count]) => {
    expect(buffsOf(lines)).toEqual([["Renew", uptimeMs, count]]);
  });

  test("is not counted of debuffs, of other units and outside of fights", () => {
    const outside = retailLog(
      [0, HEADER],
      [1, aura("APPLIED", RENEW)],
      [2, START],
      [3, hit(10)],
      [3, aura("APPLIED", RENEW, boss, boss)],
      [4, `SPELL_AURA_APPLIED,${boss},${alpha},1,"Curse",0x20,DEBUFF`],
      [32, END],
    );
    expect(playerOf(analyzeLog(outside).fights[0], "Alpha-Realm")!.buffs).toEqual([]);
  });

  test("includes the buffs that the log lists at the pull, by name where it names them later", () => {
    const gear = `[(1,600,(),(),())]`;
    const guid = "Player-1-0000000A";
    const listed = `[${guid},1459,1,Player-1-0000000B,139,1,${guid},432021,1]`;
    const info = `COMBATANT_INFO,${guid},1,1,1,1,1,0,0,0,0,1,1,1,0,0,1,1,1,0,1,1,1,1,1,62,[(1,2,1)],(0,0,0,0),${gear},${listed},1,0,0,0`;
    const fight = pull([
      [0, info],
      [6, aura("REMOVED", RENEW, beta)],
    ]);
    const player = playerOf(fight, "Alpha-Realm")!;
    expect(player.buffs.map(({ spellName, uptimeMs }) => [spellName, uptimeMs])).toEqual([
      ["Arcane Intellect", 30_000],
      ["Flask of Alchemical Chaos", 30_000],
      ["Renew", 6_000],
    ]);
    expect(player.consumables).toEqual([
      {
        kind: "flask",
        spellId: 432_021,
        spellName: "Flask of Alchemical Chaos",
        uses: 0,
        uptimeMs: 30_000,
      },
    ]);
  });
});

test("interrupts and dispels are listed by both spells, and a pet's count for its player", () => {
  const pet = `Pet-0-1-1-1-1-0000000001,"Imp",0x1111,0x0`;
  const kick = `1766,"Kick",0x1,9000,"Shadow Bolt Volley",0x20`;
  const fight = pull([
    [1, `SPELL_SUMMON,${alpha},${pet},688,"Summon Imp",0x20`],
    [2, `SPELL_INTERRUPT,${alpha},${boss},${kick}`],
    [3, `SPELL_INTERRUPT,${alpha},${boss},${kick}`],
    [4, `SPELL_INTERRUPT,${pet},${boss},19647,"Spell Lock",0x20,9001,"Heal",0x2`],
    [5, `SPELL_DISPEL,${alpha},${beta},527,"Purify",0x2,9002,"Curse of Ash",0x20,DEBUFF`],
    [6, `SPELL_STOLEN,${alpha},${boss},30449,"Spellsteal",0x40,9003,"Haste",0x40,BUFF`],
  ]);
  const player = playerOf(fight, "Alpha-Realm")!;
  const of = (list: typeof player.interrupted) =>
    list.map(({ spellName, stoppedName, count }) => [spellName, stoppedName, count]);
  expect(of(player.interrupted)).toEqual([
    ["Kick", "Shadow Bolt Volley", 2],
    ["Spell Lock", "Heal", 1],
  ]);
  expect(of(player.dispelled)).toEqual([
    ["Purify", "Curse of Ash", 1],
    ["Spellsteal", "Haste", 1],
  ]);
  expect(player).toMatchObject({ interrupts: 3, dispels: 2 });
});

test("a potion that is used twice counts twice, with the time of its buff", () => {
  const potion = `431932,"Tempered Potion",0x1`;
  const use = (at: number): Line[] => [
    [at, `SPELL_CAST_SUCCESS,${alpha},${alpha},${potion}`],
    [at, aura("APPLIED", potion)],
    [at + 3, aura("REMOVED", potion)],
  ];
  const player = playerOf(pull([...use(2), ...use(20)]), "Alpha-Realm")!;
  expect(player.consumables).toMatchObject([
    { kind: "potion", spellName: "Tempered Potion", uses: 2, uptimeMs: 6_000 },
  ]);
});

test.each([
  [0, "Tempered Potion", "potion"],
  [0, "Heiltrank", "potion"],
  [0, "Зелье силы", "potion"],
  [43_186, "Restore Mana", "potion"],
  [0, "Flask of the Titans", "flask"],
  [0, "Phial of Tepid Versatility", "flask"],
  [0, "Fläschchen der Macht", "flask"],
  [0, "Frasco de poder", "flask"],
  [0, "Elixir of the Mongoose", "elixir"],
  [0, "Healthstone", "healthstone"],
  [0, "Gesundheitsstein", "healthstone"],
  [0, "Well Fed", "food"],
  [0, "Satt", "food"],
  [0, "Draconic Augmentation", "rune"],
  [0, "Drums of Battle", "drums"],
  [0, "Satter Hieb", null],
  [428_439, "Healing Elixir", null],
  [0, "Fireball", null],
  [17, "Power Word: Shield", null],
])("the spell %i %s is a consumable of the kind %s", (id, name, kind) => {
  expect(consumableOf(id, name)).toBe(kind);
});

test("buffs, interrupts and consumables of a fight are bounded, and what is left out is counted", () => {
  const { buffsPerPlayerMax } = limits.logs.fight;
  const many = Array.from(
    { length: buffsPerPlayerMax + 7 },
    (_, i): Line => [i % 20, aura("APPLIED", `${5_000 + i},"Buff ${i}",0x1`)],
  );
  const fight = pull(many);
  expect(playerOf(fight, "Alpha-Realm")!.buffs).toHaveLength(buffsPerPlayerMax);
  expect(fight.leftOut.rows).toBe(7);
  const kept = { ...limits.logs.fight };
  Object.assign(limits.logs.fight, { aurasMax: 5, stoppedSpellsMax: 1 });
  try {
    const kicks = [1, 2].map(
      (i): Line => [i, `SPELL_INTERRUPT,${alpha},${boss},1766,"Kick",0x1,${i},"Bolt ${i}",0x20`],
    );
    const small = pull([...many.slice(0, 8), ...kicks]);
    const player = playerOf(small, "Alpha-Realm")!;
    expect([player.buffs.length, player.interrupted.length]).toEqual([5, 1]);
    expect([small.leftOut.rows, player.interrupts]).toEqual([4, 2]);
  } finally {
    Object.assign(limits.logs.fight, kept);
  }
});

test.each(GENERATIONS)("no buff of a log of %s is up longer than its fight", (generation) => {
  const { bytes } = generatedText({ seed: 91, generation, events: 400 });
  const { fights } = analyzeLog(bytes);
  const buffs = fights.flatMap(({ players, durationMs }) =>
    players.flatMap((player) => player.buffs.map(({ uptimeMs }) => ({ uptimeMs, durationMs }))),
  );
  expect(buffs.length).toBeGreaterThan(0);
  expect(buffs.filter(({ uptimeMs, durationMs }) => uptimeMs < 0 || uptimeMs > durationMs)).toEqual(
    [],
  );
});

test("the raid's buffs are averaged over the players who had them", () => {
  const buff = (uptimeMs: number) => ({ spellId: 1, spellName: "Renew", uptimeMs, count: 1 });
  const facts = { guid: "a", name: "a", class: null, spec: null };
  const none = { interrupted: [], dispelled: [], consumables: [] };
  const players = [
    { ...facts, ...none, buffs: [buff(1_000)] },
    { ...facts, ...none, buffs: [buff(3_000), { ...buff(500), spellId: 2, spellName: "Shield" }] },
    { ...facts, ...none, buffs: [] },
  ];
  expect(raidBuffs(players, 4_000)).toEqual([
    { spellId: 1, spellName: "Renew", players: 2, uptime: 0.5 },
    { spellId: 2, spellName: "Shield", players: 1, uptime: 0.125 },
  ]);
});
