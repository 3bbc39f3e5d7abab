import { describe, expect, test } from "vitest";
import { analyzeLog, END, hit, retailLog, START } from "../../support/log-analysis.ts";

describe("places", () => {
  const zone = (id: number) => `ZONE_CHANGE,${id},"Somewhere",16`;
  const KEY = `CHALLENGE_MODE_START,"Ara-Kara, City of Echoes",2660,503,12,[10]`;

  test("L7 a dungeon run ends without success when its zone is left, and takes no fight of another place", () => {
    const { fights, log } = analyzeLog(
      retailLog([2, KEY], [5, zone(2769)], [10, START], [40, END]),
    );
    expect(fights.map(({ keystone }) => keystone)).toEqual([null]);
    expect(log.keystones).toMatchObject([
      { success: false, endMs: log.keystones[0]!.startMs + 3_000 },
    ]);
    const without = analyzeLog(retailLog([2, KEY], [10, START], [40, END]));
    expect(without.fights.map(({ keystone }) => keystone)).toEqual([null]);
  });

  test("L7 a run goes on when its dungeon is entered again, and its end counts", () => {
    const dungeonBoss = `ENCOUNTER_START,7,"Ash",8,5,2660`;
    const end = "CHALLENGE_MODE_END,2660,1,12,1800000,0.0,0.0";
    const back = analyzeLog(
      retailLog([2, KEY], [5, zone(1)], [9, zone(2660)], [10, dungeonBoss], [40, end]),
    );
    expect(back.log.keystones).toMatchObject([{ success: true, gameMs: 1_800_000 }]);
    expect(back.fights.map(({ keystone }) => keystone)).toEqual([0]);
  });

  test("L8 a fight without an end ends where its zone is left, an arena too; a reload of the zone ends none", () => {
    const rest = [
      [20, zone(2444)],
      [900, hit(9_000)],
    ] as const;
    const { fights } = analyzeLog(retailLog([10, START], [11, hit(500)], ...rest));
    expect(fights[0]).toMatchObject({ outcome: "incomplete", durationMs: 10_000 });
    expect(fights[0]?.players).toMatchObject([{ damage: 500 }]);
    const arena = analyzeLog(retailLog([10, "ARENA_MATCH_START,1552,30,2v2,1"], ...rest));
    expect(arena.fights[0]).toMatchObject({ kind: "arena", durationMs: 10_000 });
    const reload = analyzeLog(retailLog([10, START], [15, zone(2769)], [40, END]));
    expect(reload.fights).toMatchObject([{ outcome: "kill", durationMs: 30_000 }]);
  });
});

describe("clocks", () => {
  const fightAt = (start: string, end: string, options = {}) =>
    analyzeLog(`${start}  ${START}\n${end}  ${END}\n`, { year: 2025, ...options }).fights[0];

  test("L6 a fight while clocks go back has its true length, and no length is negative", () => {
    const [start, end] = ["10/26 02:59:50.000", "10/26 02:00:20.000"];
    expect(fightAt(start, end)?.durationMs).toBe(30_000);
    expect(fightAt(start, end, { timeZone: "Europe/Berlin" })).toMatchObject({
      startMs: Date.UTC(2025, 9, 26, 0, 59, 50),
      durationMs: 30_000,
    });
    expect(
      fightAt("11/2 01:59:30.000", "11/2 01:01:00.000", { timeZone: "America/New_York" })
        ?.durationMs,
    ).toBe(90_000);
    expect(fightAt("10/26 20:59:50.000", "10/26 20:30:20.000")?.durationMs).toBe(0);
  });

  test("L14 a silence of more than half a year stays in the year, and a late line of December does not", () => {
    const years = (...days: readonly string[]) =>
      days.map((_, i) => {
        const text = days
          .slice(0, i + 1)
          .map((day) => `${day} 20:00:00.000  ZONE_CHANGE,1,"x",8\n`)
          .join("");
        return new Date(analyzeLog(text, { year: 2025 }).log.endMs!).toISOString().slice(0, 10);
      });
    expect(years("1/5", "8/1", "12/31", "1/1")).toEqual([
      "2025-01-05",
      "2025-08-01",
      "2025-12-31",
      "2026-01-01",
    ]);
    expect(years("12/31", "1/1", "12/31", "1/2")).toEqual([
      "2025-12-31",
      "2026-01-01",
      "2025-12-31",
      "2026-01-02",
    ]);
  });

  test("L14 29 February without a year is of a leap year, and a date that does not exist is unreadable", () => {
    const startOf = (day: string, options = {}) => {
      const { log } = analyzeLog(`${day} 20:00:00.000  ZONE_CHANGE,1,"x",8\n`, options);
      return log.startMs === null ? log.bad : new Date(log.startMs).toISOString().slice(0, 10);
    };
    expect(startOf("2/29")).toBe("2024-02-29");
    expect(startOf("2/29", { year: 2023 })).toBe("2020-02-29");
    expect(startOf("2/29", { writtenBefore: Date.UTC(2028, 1, 1) })).toBe("2024-02-29");
    expect(startOf("2/29", { writtenBefore: Date.UTC(2028, 2, 1) })).toBe("2028-02-29");
    expect(startOf("2/29/2025")).toBe(1);
    expect(startOf("4/31")).toBe(1);
  });
});
