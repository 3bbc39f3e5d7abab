import type { Region } from "../../../src/kernel/game/editions.ts";

// A second implementation of the guild's calendar: it looks at clocks a quarter of an hour at a time.

/** Zones with a change of an hour, of half an hour and of none, and the region of each. */
export const ZONES = {
  "Europe/Madrid": "eu",
  "America/New_York": "us",
  "Australia/Lord_Howe": "us",
  "Asia/Kolkata": "eu",
  "Asia/Seoul": "kr",
} as const satisfies Readonly<Record<string, Region>>;
export type Zone = keyof typeof ZONES;

/** Weekdays are ISO: Monday is 1. */
export interface Start {
  readonly weekday: number;
  readonly hour: number;
}

/** When the game's week begins in a region: the zone of its clock, the weekday and the hour. */
const RESETS: Readonly<Record<string, readonly [string, number, number]>> = {
  us: ["UTC", 2, 15],
  eu: ["UTC", 3, 7],
  kr: ["Asia/Seoul", 4, 8],
};

const QUARTER_MS = 15 * 60_000;
const DAY_MS = 24 * 3_600_000;
const formats = new Map<string, Intl.DateTimeFormat>();

/** What clocks in a zone show: a date and minutes since midnight. */
export function clockIn(at: number, zone: string): { date: string; minutes: number } {
  const format =
    formats.get(zone) ??
    new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      ...{ year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" },
    });
  formats.set(zone, format);
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
  const date = `${parts.get("year")}-${parts.get("month")}-${parts.get("day")}`;
  return { date, minutes: Number(parts.get("hour")) * 60 + Number(parts.get("minute")) };
}

export function weekdayOf(date: string): number {
  return new Date(`${date}T00:00:00Z`).getUTCDay() || 7;
}

export function plusDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** The first instant with this clock. A skipped one counts by the clock before the change (RFC 5545). */
export function momentAt(date: string, minutes: number, zone: string): number {
  const asUtc = Date.parse(`${date}T00:00:00Z`) + minutes * 60_000;
  for (let at = asUtc - 15 * 3_600_000; at <= asUtc + 15 * 3_600_000; at += QUARTER_MS) {
    const clock = clockIn(at, zone);
    if (clock.date === date && clock.minutes === minutes) return at;
  }
  const before = asUtc - DAY_MS;
  const clock = clockIn(before, zone);
  const shown = Date.parse(`${clock.date}T00:00:00Z`) + clock.minutes * 60_000;
  return asUtc - (shown - before);
}

/** The beginning of the week of an instant, and the beginning of the next one. */
export function weekAround(at: number, zone: Zone, start: Start | null) {
  const [clock, weekday, hour] = start ? [zone, start.weekday, start.hour] : RESETS[ZONES[zone]]!;
  const today = clockIn(at, clock).date;
  const starts = Array.from({ length: 17 }, (_, day) => plusDays(today, day - 8))
    .filter((date) => weekdayOf(date) === weekday)
    .map((date) => momentAt(date, hour * 60, clock));
  return { from: starts.findLast((one) => one <= at)!, until: starts.find((one) => one > at)! };
}

/** The ISO week of a date: that of its Thursday. */
export function isoWeekOf(date: string): string {
  const thursday = plusDays(date, 4 - weekdayOf(date));
  const year = thursday.slice(0, 4);
  const days = (Date.parse(thursday) - Date.parse(`${year}-01-01`)) / DAY_MS;
  return `${year}-W${String(Math.floor(days / 7) + 1).padStart(2, "0")}`;
}

/** The next change of clocks after an instant. Zones without one get those of Madrid. */
export function changeAfter(at: number, zone: Zone): number {
  const clock = zone === "Asia/Kolkata" || zone === "Asia/Seoul" ? "Europe/Madrid" : zone;
  const ahead = (one: number) => {
    const { date, minutes } = clockIn(one, clock);
    return Date.parse(`${date}T00:00:00Z`) + minutes * 60_000 - one;
  };
  const first = Math.ceil(at / QUARTER_MS) * QUARTER_MS;
  let low = first;
  while (ahead(low + DAY_MS) === ahead(first)) low += DAY_MS;
  let one = low;
  while (ahead(one) === ahead(first)) one += QUARTER_MS;
  return one;
}
