import fc from "fast-check";
import { expect, test } from "vitest";
import { isoWeek, momentOfLocal } from "../../../src/kernel/calendar.ts";
import { occurrences } from "../../../src/tenant/raids/calendar.ts";

const weekly = { weekdays: [3, 7], startsAt: "20:00", minutes: 180 };

test("a weekly raid keeps its local hour when the clocks change", () => {
  const found = occurrences(weekly, "Europe/Madrid", Date.UTC(2026, 2, 22, 12), 14);
  // Madrid goes from +01:00 to +02:00 in the night to Sunday, 29 March 2026.
  expect(found.map(({ startsAt }) => new Date(startsAt).toISOString().slice(0, 16))).toEqual([
    "2026-03-22T19:00",
    "2026-03-25T19:00",
    "2026-03-29T18:00",
    "2026-04-01T18:00",
    "2026-04-05T18:00",
  ]);
});

test("a time that the clock change skips is an hour later, and one that comes twice is used once", () => {
  const at = (startsAt: string, day: number, month: number) =>
    occurrences(
      { weekdays: [7], startsAt, minutes: 60 },
      "Europe/Madrid",
      Date.UTC(2026, month, day),
      0,
    ).map((one) => new Date(one.startsAt).toISOString().slice(11, 16));
  expect(at("02:30", 29, 2)).toEqual(["01:30"]);
  expect(at("02:30", 25, 9)).toHaveLength(1);
});

test("every raid of a series is on its weekday at its hour, in any time zone", () => {
  const zones = ["Europe/Madrid", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"];
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      fc.integer({ min: 0, max: 1_500 }),
      fc.integer({ min: 4, max: 23 }),
      (timeZone, day, hour) => {
        const nowMs = Date.UTC(2024, 0, 1) + day * 86_400_000;
        const startsAt = `${String(hour).padStart(2, "0")}:15`;
        const found = occurrences({ ...weekly, startsAt }, timeZone, nowMs, 28);
        expect(found.length).toBeGreaterThanOrEqual(7);
        const format = new Intl.DateTimeFormat("en-GB", {
          timeZone,
          weekday: "short",
          hour: "2-digit",
          minute: "2-digit",
        });
        for (const one of found) {
          expect(format.format(one.startsAt)).toMatch(new RegExp(`^(Wed|Sun),? ${startsAt}$`));
          expect(momentOfLocal(one.localDate, startsAt, timeZone)).toBe(one.startsAt);
        }
      },
    ),
    { numRuns: 200 },
  );
});

test("weeks are counted as ISO 8601 counts them", () => {
  expect(isoWeek("2026-01-01")).toBe("2026-W01");
  expect(isoWeek("2027-01-01")).toBe("2026-W53");
  expect(isoWeek("2024-12-30")).toBe("2025-W01");
  expect(isoWeek("2026-01-14")).toBe("2026-W03");
});
