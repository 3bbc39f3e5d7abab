import { instantOf, offsetMs } from "./time-zone.ts";

const DAY_MS = 86_400_000;

/** A local day, such as "2026-03-29", and when its hour strikes, in Unix milliseconds. */
export interface LocalMoment {
  readonly localDate: string;
  readonly at: number;
}

/**
 * Every time that clocks in `timeZone` show this time on one of these weekdays (ISO, Monday is 1), on
 * the local days from that of `fromMs` to that of `toMs`. The hour stays across daylight saving; a
 * time that a change leaves out is an hour later.
 */
export function localMoments(
  weekdays: readonly number[],
  time: { readonly hour: number; readonly minute: number },
  timeZone: string,
  fromMs: number,
  toMs: number,
): readonly LocalMoment[] {
  const first = midnight(fromMs, timeZone);
  const days = Math.round((midnight(toMs, timeZone) - first) / DAY_MS);
  return Array.from({ length: Math.max(0, days + 1) }, (_, day) => first + day * DAY_MS)
    .filter((wall) => weekdays.includes(new Date(wall).getUTCDay() || 7))
    .map((wall) => ({
      localDate: new Date(wall).toISOString().slice(0, 10),
      at: instantOf(wall + (time.hour * 60 + time.minute) * 60_000, timeZone),
    }));
}

/** The ISO 8601 week of a local date: "2026-W03". Weeks begin on Monday; the first has a Thursday. */
export function isoWeek(localDate: string): string {
  const date = new Date(`${localDate}T00:00:00Z`);
  const thursday = new Date(date.getTime() + (4 - (date.getUTCDay() || 7)) * DAY_MS);
  const newYear = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  const week = Math.floor((thursday.getTime() - newYear) / (7 * DAY_MS)) + 1;
  return `${thursday.getUTCFullYear()}-W${String(week).padStart(2, "0")}`;
}

/** The local day of an instant: "2026-01-14". */
export function localDateOf(atMs: number, timeZone: string): string {
  return new Date(midnight(atMs, timeZone)).toISOString().slice(0, 10);
}

function midnight(atMs: number, timeZone: string): number {
  const wall = atMs + offsetMs(atMs, timeZone);
  return Math.floor(wall / DAY_MS) * DAY_MS;
}
