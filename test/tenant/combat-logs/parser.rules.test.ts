import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { limits } from "../../../src/limits.ts";
import { Analyzer } from "../../../src/tenant/combat-logs/parser/analyzer.ts";
import type {
  Fight,
  FightOutline,
  LogSummary,
} from "../../../src/tenant/combat-logs/parser/types.ts";
import { GENERATIONS, type Generation, generatedText, YEAR } from "../../support/log-generator.ts";

const encoder = new TextEncoder();

function analyze(
  bytes: Uint8Array,
  options: { cuts?: readonly number[]; year?: number; timeZone?: string; trash?: boolean } = {},
): { fights: Fight[]; log: LogSummary } {
  const { cuts = [], ...rest } = options;
  const fights: Fight[] = [];
  const analyzer = new Analyzer({
    year: YEAR,
    writtenBefore: 0,
    ...rest,
    onFight: (fight) => fights.push(fight),
  });
  let from = 0;
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    analyzer.push(bytes.subarray(from, cut));
    from = cut;
  }
  analyzer.push(bytes.subarray(from));
  return { log: analyzer.end(), fights };
}

const encounters = (fights: readonly Fight[]) => fights.filter(({ kind }) => kind === "encounter");
const line = (at: string, text: string) => `2/3/2026 20:15:${at}.0000  ${text}\n`;

describe.each(GENERATIONS)("logs of generation %s", (generation: Generation) => {
  test("give exactly the figures of their known answer", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), fc.boolean(), (seed, advanced) => {
        const { bytes, answer } = generatedText({ seed, generation, advanced });
        const { fights, log } = analyze(bytes);
        expect(log).toMatchObject({
          bytes: bytes.length,
          lines: answer.lines,
          unknown: answer.unknown,
          bad: answer.bad,
          parsed: answer.lines - answer.unknown - answer.bad,
        });
        expect(encounters(fights)).toHaveLength(answer.fights.length);
        encounters(fights).forEach((fight, index) => {
          const { players, bossLost, bossHp, ...facts } = answer.fights[index]!;
          expect(fight).toMatchObject({ ...facts, durationMs: facts.endMs - facts.startMs });
          for (const { damageOwn, damagePets, healing, absorbsGranted, ...known } of players) {
            expect(fight.players.find(({ guid }) => guid === known.guid)).toMatchObject({
              ...known,
              damageOwn,
              damagePets,
              damage: damageOwn + damagePets,
              absorbsGranted,
              healing: healing + absorbsGranted,
            });
          }
        });
      }),
      { numRuns: 15 },
    );
  });

  test("count as the boss's loss what players and unnamed sources did to it, and all its health in a kill", () => {
    const { bytes, answer } = generatedText({ seed: 7, generation, events: 600 });
    const { fights } = analyze(bytes);
    encounters(fights).forEach((fight, index) => {
      const done = fight.players.reduce((sum, { damage }) => sum + damage, 0);
      const [boss] = fight.enemies;
      expect(done + fight.unattributedDamage).toBe(boss!.damageTaken);
      const absorbed = fight.players.reduce((sum, one) => sum + one.absorbedByTarget, 0);
      expect(boss!.damageTaken - absorbed).toBe(answer.fights[index]!.bossLost);
      if (fight.outcome !== "kill") return;
      expect(boss!.damageTaken - absorbed).toBe(answer.fights[index]!.bossHp);
      if (boss!.hpMax !== null) expect(boss!.hp).toBe(0);
    });
  });
});

describe("a log", () => {
  test("gives the same however it is cut into chunks", () => {
    const made = GENERATIONS.map((generation) => {
      const { bytes } = generatedText({ seed: 11, generation, events: 60 });
      return { bytes, whole: analyze(bytes) };
    });
    fc.assert(
      fc.property(fc.constantFrom(...made), fc.array(fc.nat(), { maxLength: 30 }), (one, cuts) => {
        const inside = cuts.map((cut) => cut % one.bytes.length);
        expect(analyze(one.bytes, { cuts: inside })).toEqual(one.whole);
      }),
      { numRuns: 500 },
    );
  });

  test("cut after every single byte gives the same", () => {
    const { bytes } = generatedText({ seed: 3, generation: 22, events: 30, fights: 1 });
    const cuts = Array.from(bytes, (_, index) => index);
    expect(analyze(bytes, { cuts })).toEqual(analyze(bytes));
  });

  test("shows a fight in progress, and its last state is the result", () => {
    const { bytes, text } = generatedText({ seed: 5, generation: 22, fights: 1 });
    const fights: Fight[] = [];
    const analyzer = new Analyzer({ writtenBefore: 0, onFight: (fight) => fights.push(fight) });
    const end = text.lastIndexOf("\r\n", text.lastIndexOf("ENCOUNTER_END")) + 2;
    const cut = encoder.encode(text.slice(0, end)).length;
    analyzer.push(bytes.subarray(0, cut));
    const live = analyzer.current();
    expect(live).toMatchObject({ outcome: "in-progress", kind: "encounter" });
    analyzer.push(bytes.subarray(cut));
    analyzer.end();
    const figures = (fight: Pick<FightOutline, "players">) =>
      fight.players.map(({ guid, damage, healing, damageTaken }) => [
        guid,
        damage,
        healing,
        damageTaken,
      ]);
    expect(figures(live!)).toEqual(figures(encounters(fights)[0]!));
  });

  test("S46 is never rejected as a whole, and every line of it counts", () => {
    const { text } = generatedText({ seed: 9, generation: 22, events: 40, fights: 1 });
    const lines = text.split("\r\n");
    const harm = fc.array(
      fc.tuple(fc.nat(lines.length - 1), fc.nat(400), fc.string({ unit: "binary", maxLength: 12 })),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(harm, (harms) => {
        const harmed = [...lines];
        for (const [index, at, text_] of harms) {
          const one = harmed[index]!;
          harmed[index] = one.slice(0, at) + text_.replaceAll(/[\r\n]/g, " ") + one.slice(at + 3);
        }
        const { log } = analyze(encoder.encode(harmed.join("\n")));
        expect(log.parsed + log.unknown + log.bad).toBe(log.lines);
        expect(Math.abs(log.lines - lines.length)).toBeLessThanOrEqual(1);
      }),
      { numRuns: 300 },
    );
  });

  test("with one line of a wrong year costs no memory for the years in between", () => {
    const { text } = generatedText({ seed: 9, generation: 22, events: 40, fights: 1 });
    const lines = text.split("\r\n");
    const hit = lines.findIndex((one, i) => i > 20 && one.includes("SPELL_DAMAGE"));
    lines[hit] = lines[hit]!.replace(`/${YEAR} `, "/9026 ");
    const { fights } = analyze(encoder.encode(lines.join("\n")));
    const longest = Math.max(
      ...fights.flatMap(({ players }) => players.map((one) => one.damageBySecond.length)),
    );
    expect(longest).toBeLessThanOrEqual(limits.logs.fightSecondsMax);
  });

  test("of any bytes at all is read to its end", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        const { log } = analyze(bytes);
        expect(log.parsed + log.unknown + log.bad).toBe(log.lines);
      }),
    );
  });
});

describe("times", () => {
  const startOf = (text: string, options = {}) =>
    analyze(encoder.encode(text), options).log.startMs;

  test.each([
    ["9/26/2025 23:59:30.500-4", Date.UTC(2025, 8, 27, 3, 59, 30, 500)],
    ["9/26/2025 23:59:30.5370", Date.UTC(2025, 8, 26, 23, 59, 30, 537)],
    ["9/26/2025 23:59:30.26612", Date.UTC(2025, 8, 26, 11, 59, 30, 266)],
    ["9/26/2025 23:59:30.50110", Date.UTC(2025, 8, 26, 13, 59, 30, 501)],
    ["9/26/2025 03:00:30.107-11", Date.UTC(2025, 8, 26, 14, 0, 30, 107)],
    ["9/26/2025 03:00:30.1075.5", Date.UTC(2025, 8, 25, 21, 30, 30, 107)],
  ])("%s is read with the offset glued to it", (text, instant) => {
    expect(startOf(`${text}  ZONE_CHANGE,1,"x",8\n`)).toBe(instant);
  });

  test("without a year take the given one, and the next one from January on", () => {
    const text = `12/31 23:59:59.000  ZONE_CHANGE,1,"x",8\n1/1 00:00:01.000  ZONE_CHANGE,1,"x",8\n`;
    const { log } = analyze(encoder.encode(text), { year: 2019 });
    expect(log).toMatchObject({
      startMs: Date.UTC(2019, 11, 31, 23, 59, 59),
      endMs: Date.UTC(2020, 0, 1, 0, 0, 1),
    });
  });

  test("without a year lie before the moment of the upload", () => {
    const read = (writtenBefore: number) => {
      const analyzer = new Analyzer({ writtenBefore, onFight: () => {} });
      analyzer.push(encoder.encode(`12/30 20:00:00.000  ZONE_CHANGE,1,"x",8\n`));
      return analyzer.end().startMs;
    };
    expect(read(Date.UTC(2021, 0, 4))).toBe(Date.UTC(2020, 11, 30, 20));
    expect(read(Date.UTC(2021, 11, 31))).toBe(Date.UTC(2021, 11, 30, 20));
  });

  test("without an offset are in the named zone, with daylight saving", () => {
    const text = `7/1 20:00:00.000  ZONE_CHANGE,1,"x",8\n12/1 20:00:00.000  ZONE_CHANGE,1,"x",8\n`;
    const { log } = analyze(encoder.encode(text), { year: 2024, timeZone: "Europe/Berlin" });
    expect(log.startMs).toBe(Date.UTC(2024, 6, 1, 18));
    expect(log.endMs).toBe(Date.UTC(2024, 11, 1, 19));
  });
});

describe("fights", () => {
  const START = `ENCOUNTER_START,7,"Ash",16,20,2657`;
  const END = (success: number) => `ENCOUNTER_END,7,"Ash",16,20,${success},5000`;
  const HEADER = "COMBAT_LOG_VERSION,22,ADVANCED_LOG_ENABLED,1,BUILD_VERSION,12.0.0,PROJECT_ID,1";
  const PLAYER = `Player-1-A,"Anvil-North",0x511,0x0`;
  const FOE = `Creature-0-1-1-1-9-00000000FF,"Ash",0x10a48,0x0`;
  const outcomes = (...lines: readonly string[]) =>
    encounters(analyze(encoder.encode(lines.join(""))).fights).map(({ outcome }) => outcome);

  test("end as kill, as wipe, or incomplete by another start, a new header or the end of the log", () => {
    expect(outcomes(line("01", START), line("06", END(1)))).toEqual(["kill"]);
    expect(outcomes(line("01", START), line("06", END(0)))).toEqual(["wipe"]);
    expect(outcomes(line("01", START), line("03", START), line("06", END(0)))).toEqual([
      "incomplete",
      "wipe",
    ]);
    expect(outcomes(line("01", START), line("03", HEADER), line("06", END(1)))).toEqual([
      "incomplete",
    ]);
    expect(outcomes(line("01", START))).toEqual(["incomplete"]);
    expect(outcomes(line("06", END(1)))).toEqual([]);
    const other = `ENCOUNTER_END,8,"Else",16,20,1,5000`;
    expect(outcomes(line("01", START), line("02", other), line("06", END(1)))).toEqual(["kill"]);
  });

  test("between encounters are trash when they last three seconds, and five quiet seconds separate them", () => {
    const hit = (at: string) =>
      line(at, `SWING_DAMAGE,${PLAYER},${FOE},10,10,-1,1,0,0,0,nil,nil,nil`);
    const { fights } = analyze(
      encoder.encode([hit("01"), hit("03"), hit("05"), hit("11"), hit("20"), hit("24")].join("")),
    );
    expect(fights.map(({ kind, name, durationMs }) => [kind, name, durationMs])).toEqual([
      ["trash", "Ash", 4_000],
      ["trash", "Ash", 4_000],
    ]);
  });

  test("of a keystone belong to it; the zeros that the game writes before it end no fight", () => {
    const { fights, log } = analyze(
      encoder.encode(
        [
          line("00", "CHALLENGE_MODE_END,2660,0,0,0,0.000000,0.000000"),
          line("01", `CHALLENGE_MODE_START,"Ara-Kara, City of Echoes",2660,503,12,[9,10]`),
          line("02", `ENCOUNTER_START,7,"Ash",8,5,2660`),
          line("08", END(1)),
          line("09", "CHALLENGE_MODE_END,2660,1,12,1800000,0.000000,0.000000"),
        ].join(""),
      ),
    );
    expect(log.keystones).toMatchObject([
      { name: "Ara-Kara, City of Echoes", mapId: 503, level: 12, affixes: [9, 10], success: true },
    ]);
    expect(fights.map(({ keystone }) => keystone)).toEqual([0]);
  });

  test("in an arena count what both sides do to each other", () => {
    const rival = `Player-2-B,"Rival-South",0x548,0x0`;
    const { fights } = analyze(
      encoder.encode(
        [
          line("00", "ARENA_MATCH_START,1552,30,2v2,1"),
          line("01", `SWING_DAMAGE,${PLAYER},${rival},10,10,-1,1,0,0,0,nil,nil,nil`),
          line("02", `SWING_DAMAGE,${rival},${PLAYER},25,25,-1,1,0,0,0,nil,nil,nil`),
          line("09", "ARENA_MATCH_END,1,9,1440,1437"),
        ].join(""),
      ),
    );
    expect(fights).toMatchObject([{ kind: "arena", name: "2v2", outcome: "kill" }]);
    expect(fights[0]!.players.map(({ damage }) => damage).sort()).toEqual([10, 25]);
  });

  test("count a pet's hits before its owner is known for that owner, through other pets too", () => {
    const pet = `Pet-0-1-1-1-5-01,"Fang",0x1111,0x0`;
    const totem = `Creature-0-1-1-1-6-02,"Totem",0x2112,0x0`;
    const hit = (who: string) => `SWING_DAMAGE,${who},${FOE},40,40,-1,1,0,0,0,nil,nil,nil`;
    const { fights } = analyze(
      encoder.encode(
        [
          line("01", START),
          line("02", hit(totem)),
          line("06", END(1)),
          line("30", `SPELL_SUMMON,${pet},${totem},1,"Call",0x8`),
          line("31", `SPELL_SUMMON,${PLAYER},${pet},1,"Call",0x8`),
        ].join(""),
      ),
    );
    expect(fights[0]).toMatchObject({
      unattributedDamage: 0,
      players: [{ name: "Anvil-North", damage: 40, damageOwn: 0, damagePets: 40 }],
    });
  });

  test("show what led to a death, and the killing blow", () => {
    const victim = `Player-2-B,"Cinder-South",0x514,0x0`;
    const { fights } = analyze(
      encoder.encode(
        [
          line("01", START),
          line("02", `SPELL_DAMAGE,${FOE},${victim},900,"Slam",0x1,70,70,-1,1,0,0,0,nil,nil,nil`),
          line("03", `SPELL_HEAL,${PLAYER},${victim},17,"Mend",0x2,5,5,0,0,nil`),
          line("04", `UNIT_DIED,0000000000000000,nil,0x80000000,0x80000000,${victim},0`),
          line("05", `UNIT_DIED,0000000000000000,nil,0x80000000,0x80000000,${PLAYER},1`),
          line("06", END(0)),
        ].join(""),
      ),
    );
    expect(fights[0]!.deaths).toMatchObject([
      {
        name: "Cinder-South",
        killedBy: { sourceName: "Ash", spellName: "Slam" },
        events: [
          { kind: "damage", amount: 70 },
          { kind: "heal", amount: 5, sourceName: "Anvil-North" },
        ],
      },
    ]);
  });

  test("know class, specialisation and item level from the combatant's own line", () => {
    const gear = "[(1,100,(),(),()),(2,200,(),(),()),(0,0,(),(),()),(3,1,(),(),())]";
    const info = `COMBATANT_INFO,Player-1-A,1,1,1,251,[(1,2,1),(3,4,1)],(0,1,2,3),${gear},[],1,0`;
    const { fights } = analyze(
      encoder.encode([line("01", START), line("01", info), line("06", END(1))].join("")),
    );
    expect(fights[0]!.players).toMatchObject([
      { class: "Death Knight", spec: "Frost", itemLevel: 150 },
    ]);
  });

  test("leave half a last line to the next upload, and read a whole one without its line end", () => {
    const whole = [line("01", START), line("06", END(1)).trimEnd()].join("");
    expect(outcomes(whole)).toEqual(["kill"]);
    const half = [line("01", START), line("06", END(1)).slice(0, 40)].join("");
    const { log } = analyze(encoder.encode(half));
    expect(log).toMatchObject({ lines: 1, bad: 0, unknown: 0 });
  });

  test("count a line of unknown width, and guess nothing from it", () => {
    const wide = `SPELL_DAMAGE,${PLAYER},${FOE},1,"x",0x1,1,2,3,4,5,6,7,8,9,10,11,12,13`;
    const { fights, log } = analyze(
      encoder.encode([line("01", START), line("02", wide), line("06", END(1))].join("")),
    );
    expect(log).toMatchObject({ unknown: 1, bad: 0, parsed: 2 });
    expect(Object.keys(log.unknownEvents)).toEqual(["SPELL_DAMAGE/25"]);
    expect(fights[0]!.players).toEqual([]);
  });
});
