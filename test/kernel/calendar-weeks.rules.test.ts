import fc from "fast-check";
import { expect, test } from "vitest";
import { momentOfLocal, weekOf } from "../../src/kernel/calendar.ts";
import { capWeek } from "../../src/tenant/dkp/caps.ts";

const RUNS = process.env["GUILDHALL_SCALE"] === "full" ? 3_000 : 100;
const WEEK_MS = 7 * 86_400_000;
const ZONES = [
  "Europe/Madrid",
  "America/New_York",
  "Australia/Lord_Howe",
  "Asia/Kolkata",
  "Asia/Seoul",
] as const;

test("P12 the week of a cap begins at the game's reset of the guild's own region", () => {
  const starts = {
    us: "2026-01-13T15:00Z",
    eu: "2026-01-14T07:00Z",
    // Thursday morning, by the clocks of Seoul, Taipei and Shanghai.
    kr: "2026-01-14T23:00Z",
    tw: "2026-01-14T23:00Z",
    cn: "2026-01-14T23:00Z",
  } as const;
  for (const [region, start] of Object.entries(starts)) {
    const calendar = { region: region as keyof typeof starts, timeZone: "UTC" };
    const from = Date.parse(start);
    expect([region, capWeek(from, calendar, null).from]).toEqual([region, from]);
    expect([region, capWeek(from - 1, calendar, null).until]).toEqual([region, from]);
  }
});

test("P12 a week that the pool chose begins by the guild's clock, also across a clock change", () => {
  const calendar = { region: "eu", timeZone: "Europe/Madrid" } as const;
  const monday = { weekday: 1, hour: 6 };
  // Clocks go forward on Sunday, 2026-03-29: that week has an hour less.
  const week = capWeek(Date.parse("2026-03-25T12:00Z"), calendar, monday);
  expect(week.from).toBe(Date.parse("2026-03-23T05:00Z"));
  expect(week.until).toBe(Date.parse("2026-03-30T04:00Z"));
});

test("P19 of a time that comes twice the first counts, and a skipped one is an hour later, in any zone", () => {
  const cases = [
    ["Europe/Madrid", "2027-10-31", "02:30", "2027-10-31T00:30Z"],
    ["America/New_York", "2027-11-07", "01:30", "2027-11-07T05:30Z"],
    ["Australia/Lord_Howe", "2027-04-04", "01:45", "2027-04-03T14:45Z"],
    ["Europe/Madrid", "2027-03-28", "02:30", "2027-03-28T01:30Z"],
    ["America/New_York", "2027-03-14", "02:30", "2027-03-14T07:30Z"],
    // Lord Howe's clocks change by half an hour.
    ["Australia/Lord_Howe", "2027-10-03", "02:15", "2027-10-02T15:45Z"],
    ["Asia/Kolkata", "2027-03-28", "02:30", "2027-03-27T21:00Z"],
    ["Asia/Seoul", "2027-10-31", "02:30", "2027-10-30T17:30Z"],
  ] as const;
  for (const [zone, date, time, moment] of cases) {
    expect([zone, momentOfLocal(date, time, zone)]).toEqual([zone, Date.parse(moment)]);
  }
  for (const [date, time] of [
    ["2027-02-30", "20:00"],
    ["2027-02-03", "25:00"],
    ["tomorrow", "20:00"],
  ]) {
    expect(momentOfLocal(date!, time!, "Europe/Madrid")).toBeUndefined();
  }
});

test("P12 P20 every moment is in one week, and weeks follow each other without a gap, in any zone", () => {
  const moment = fc.integer({
    min: Date.parse("2024-01-01T00:00Z"),
    max: Date.parse("2030-01-01T00:00Z"),
  });
  const start = fc.record({
    weekday: fc.integer({ min: 1, max: 7 }),
    hour: fc.integer({ min: 0, max: 23 }),
  });
  const result = fc.check(
    fc.property(moment, start, fc.constantFrom(...ZONES), (at, begin, zone) => {
      const week = weekOf(at, begin, zone);
      expect(week.from).toBeLessThanOrEqual(at);
      expect(week.until).toBeGreaterThan(at);
      expect(weekOf(week.from, begin, zone)).toEqual(week);
      expect(weekOf(week.until - 1, begin, zone)).toEqual(week);
      expect(weekOf(week.until, begin, zone).from).toBe(week.until);
      expect(Math.abs(week.until - week.from - WEEK_MS)).toBeLessThanOrEqual(3_600_000);
    }),
    { numRuns: RUNS },
  );
  console.log(`${result.numRuns} weeks, seed ${result.seed}`);
  if (result.failed) throw new Error(fc.defaultReportMessage(result));
});
