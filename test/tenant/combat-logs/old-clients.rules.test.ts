import { describe, expect, test } from "vitest";
import { analyzeLog, playerOf } from "../../support/log-analysis.ts";

describe("logs without encounters", () => {
  const player = `0x0300000000000001,"Alpha",0x511`;
  const log = (...lines: readonly (readonly [second: number, text: string])[]) =>
    lines
      .map(([at, text]) => {
        const clock = new Date(at * 1_000).toISOString().slice(14, 19);
        return `3/28 20:${clock}.000  ${text}\n`;
      })
      .join("");
  const swing = (target: string, amount = 100) =>
    `SWING_DAMAGE,${player},${target},${amount},0,1,0,0,0,nil,nil,nil`;
  const died = (unit: string) => `UNIT_DIED,0x0000000000000000,nil,0x80000000,${unit}`;
  const unit = (guid: string, name: string) => `${guid},"${name}",0x10a48`;
  const fightsOf = (text: string) =>
    analyzeLog(text, { year: 2010 }).fights.map(({ kind, name, outcome, durationMs }) => [
      kind,
      name,
      outcome,
      durationMs,
    ]);

  test("L23 know raid bosses by number or name: a kill by their death, a wipe by the end of combat", () => {
    const lichKing = unit("0xF130008EF5000065", "El Rey Exánime");
    const whelp = unit("0xF130000123000066", "Whelp");
    const hits = [5, 10, 20].map((at) => [at, swing(lichKing)] as const);
    expect(
      fightsOf(log([0, swing(whelp)], [4, swing(whelp)], ...hits, [25, died(lichKing)])),
    ).toEqual([
      ["trash", "Whelp", "incomplete", 4_000],
      ["encounter", "The Lich King", "kill", 20_000],
    ]);
    const later = [59, swing(whelp)] as const;
    expect(fightsOf(log(...hits, later))).toEqual([["encounter", "The Lich King", "wipe", 15_000]]);
    const named = unit("0xF130FFFFFF000065", "Gruul the Dragonkiller");
    expect(fightsOf(log([0, swing(named)], [9, died(named)]))).toEqual([
      ["encounter", "Gruul the Dragonkiller", "kill", 9_000],
    ]);
  });

  test("L23 end a fight with several bosses at the last death, and hits on the dead begin none", () => {
    const [fjola, steel, molgeim, brundir] = [
      unit("0xF13086C100000001", "Fjola"),
      unit("0xF130008063000001", "Steelbreaker"),
      unit("0xF13000809F000001", "Molgeim"),
      unit("0xF130008059000001", "Brundir"),
    ];
    const text = log(
      [0, swing(steel!)],
      [3, died(steel!)],
      [4, swing(molgeim!)],
      [6, died(molgeim!)],
      [7, died(brundir!)],
      [8, swing(brundir!)],
      [9, swing(brundir!)],
    );
    expect(fightsOf(text)).toEqual([["encounter", "Steelbreaker", "kill", 7_000]]);
    expect(fightsOf(log([0, swing(fjola!)], [2, died(fjola!)]))).toEqual([
      ["encounter", "Fjola Lightbane", "kill", 2_000],
    ]);
  });
});

test("L25 a shield of an old log is credited when it is the only one, and the rest is said", () => {
  const [owner, tank, foe] = [
    `0x0300000000000001,"Mender",0x512`,
    `0x0300000000000002,"Tank",0x511`,
    `0xF130000123000066,"Foe",0x10a48`,
  ];
  const aura = (event: string, by: string, spell: string) =>
    `SPELL_AURA_${event},${by},${tank},${spell},0x2,BUFF`;
  const swing = (absorbed: number) =>
    `SWING_DAMAGE,${foe},${tank},100,0,1,0,0,${absorbed},nil,nil,nil`;
  const miss = `SWING_MISSED,${foe},${tank},ABSORB,25`;
  const shield = `48066,"Power Word: Shield"`;
  const barrier = `43039,"Ice Barrier"`;
  const lines = [
    swing(7),
    aura("APPLIED", owner!, shield),
    swing(50),
    miss,
    aura("APPLIED", tank!, barrier),
    swing(9),
    aura("REMOVED", tank!, barrier),
    aura("REMOVED", owner!, shield),
    aura("APPLIED", owner!, `48068,"Renew"`),
    swing(11),
  ];
  const text = lines.map((line, i) => `3/28 20:00:0${i}.000  ${line}\n`).join("");
  const { fights } = analyzeLog(text, { year: 2010 });
  expect(playerOf(fights[0], "Mender")).toMatchObject({ healing: 75, absorbsGranted: 75 });
  expect(fights[0]?.uncreditedAbsorbs).toBe(7 + 9 + 11);
});
