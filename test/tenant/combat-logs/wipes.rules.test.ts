import { describe, expect, test } from "vitest";
import { lossOf } from "../../../src/tenant/combat-logs/wipes.ts";
import { analyzeLog, HEADER, hit, retailLog, START, UNITS } from "../../support/log-analysis.ts";

const PULL = { startAt: 1_000, playerCount: 6 };

/** A death of this player at so many seconds after the pull. */
function death(name: string, seconds: number, spellName: string | null = "Slam") {
  const killedBy = spellName === null ? null : { sourceName: "Boss", spellName };
  return { guid: name, name, atMs: PULL.startAt + seconds * 1_000, killedBy };
}

describe("the loss of a pull", () => {
  test("names the killing blow of the most players until half of them were dead", () => {
    const late = ["d", "e", "f"].map((name) => death(name, 95, "Enrage"));
    const loss = lossOf([...late, death("b", 61, "Bolt"), death("a", 60), death("c", 90)], PULL);
    expect(loss).toEqual({
      firstDeaths: [death("a", 60), death("b", 61, "Bolt"), death("c", 90)],
      cause: { sourceName: "Boss", spellName: "Slam", deaths: 2, of: 3 },
      collapseMs: 90_000,
    });
  });

  test("is no collapse when a player dies again after a resurrection", () => {
    const again = [death("a", 1), death("a", 2), death("a", 3), death("b", 4)];
    expect(lossOf(again, PULL)).toMatchObject({ collapseMs: null, cause: { deaths: 4, of: 4 } });
  });

  test("takes the earlier of two killing blows with as many deaths", () => {
    const both = [death("a", 1, "Bolt"), death("b", 2, "Slam")];
    expect(lossOf(both, PULL).cause).toMatchObject({ spellName: "Bolt", deaths: 1, of: 2 });
  });

  test("has no cause where the log has no killing blow, or no death", () => {
    expect(lossOf([death("a", 1, null)], PULL)).toMatchObject({ cause: null });
    expect(lossOf([], PULL)).toEqual({ firstDeaths: [], cause: null, collapseMs: null });
  });
});

/** A block of retail with health, for the unit of this line. */
const block = (unit: string, hp: number, hpMax: number) =>
  [
    unit.split(",", 1)[0],
    "0000000000000000",
    hp,
    hpMax,
    ...Array.from({ length: 15 }, () => 9),
  ].join();
const figures = (amount: number, overkill: number, absorbed: number) =>
  `${amount},${amount},${overkill},4,0,0,${absorbed},nil,nil,nil`;

test("the recap of a death has the health after each hit and heal where the log says it", () => {
  const { alpha, beta, boss, nobody } = UNITS;
  const { fights } = analyzeLog(
    retailLog(
      [0, HEADER],
      [1, START],
      [2, hit(10)],
      [
        3,
        `SPELL_DAMAGE,${boss},${alpha},1,"Slam",0x1,${block(alpha, 600, 1_000)},${figures(400, -1, 50)},ST`,
      ],
      // A swing's block describes the attacker.
      [4, `SWING_DAMAGE,${boss},${alpha},${block(boss, 5, 10)},${figures(100, -1, 0)}`],
      [
        5,
        `SPELL_HEAL,${beta},${alpha},2061,"Flash Heal",0x2,${block(alpha, 700, 1_000)},200,200,0,0,nil`,
      ],
      [
        6,
        `SPELL_DAMAGE,${boss},${alpha},1,"Slam",0x1,${block(alpha, 0, 1_000)},${figures(900, 200, 0)},ST`,
      ],
      [6, `UNIT_DIED,${nobody},${alpha},0`],
      [9, `ENCOUNTER_END,3000,"Boss",16,20,0,8000`],
    ),
  );
  const [found] = fights[0]!.deaths;
  expect(found).toMatchObject({
    name: "Alpha-Realm",
    killedBy: { sourceName: "Boss", spellName: "Slam" },
    events: [
      { kind: "damage", amount: 400, absorbed: 50, overkill: 0, health: 60 },
      { kind: "damage", spellName: "Melee", amount: 100, absorbed: 0, health: null },
      { kind: "heal", sourceName: "Beta-Realm", amount: 200, health: 70 },
      { kind: "damage", amount: 900, overkill: 200, health: 0 },
    ],
  });
});
