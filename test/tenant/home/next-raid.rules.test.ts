import fc from "fast-check";
import { expect, test } from "vitest";
import { instantOf, offsetMs } from "../../../src/kernel/time-zone.ts";
import { nextRaid } from "../../../src/tenant/home/next-raid.ts";

const ZONES = ["UTC", "Europe/Madrid", "America/New_York", "Asia/Kolkata", "Pacific/Auckland"];
const DAY_MS = 86_400_000;

const zone = fc.constantFrom(...ZONES);
const now = fc.integer({ min: Date.UTC(2024, 0), max: Date.UTC(2028, 0) });
const weekdays = fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 });
// Clocks change at night. A separate test covers raids that begin then.
const hour = fc.integer({ min: 4, max: 23 });

test("the next raid is the first scheduled moment from now on, by local clocks", () => {
  fc.assert(
    fc.property(now, zone, weekdays, hour, (nowMs, timeZone, days, hours) => {
      const startsAt = `${String(hours).padStart(2, "0")}:30`;
      const found = nextRaid({ weekdays: days, startsAt, endsAt: "23:59" }, timeZone, nowMs)!;
      expect(found).toBeGreaterThanOrEqual(nowMs);
      const local = new Date(found + offsetMs(found, timeZone));
      expect(local.toISOString().slice(11, 16)).toBe(startsAt);
      expect(days).toContain(local.getUTCDay() || 7);
      const earlier = Array.from({ length: 8 }, (_, i) => found - (i + 1) * DAY_MS)
        .map((at) => new Date(at + offsetMs(found, timeZone)))
        .filter((at) => days.includes(at.getUTCDay() || 7))
        .map((at) => instantOf(at.getTime(), timeZone));
      expect(earlier.filter((at) => at >= nowMs)).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test("a raid at a time that the clock change skips begins an hour later, not never", () => {
  const schedule = { weekdays: [7], startsAt: "02:30", endsAt: "04:00" };
  const night = Date.UTC(2026, 2, 28, 20);
  const found = nextRaid(schedule, "Europe/Madrid", night)!;
  expect(new Date(found).toISOString()).toBe("2026-03-29T01:30:00.000Z");
});

test("the one raid night of a week is found on the evening after it, across the clock change", () => {
  const schedule = { weekdays: [7], startsAt: "23:00", endsAt: "23:59" };
  const after = Date.UTC(2026, 2, 22, 22, 45);
  const found = nextRaid(schedule, "Europe/Madrid", after)!;
  expect(new Date(found).toISOString()).toBe("2026-03-29T21:00:00.000Z");
});
