import { localMoments } from "../../kernel/calendar.ts";
import { DAY_MS, MINUTE_MS } from "../../kernel/time.ts";

/** A weekly raid: ISO weekdays (Monday is 1) and a local time such as "20:00". */
export interface Weekly {
  readonly weekdays: readonly number[];
  readonly startsAt: string;
  readonly minutes: number;
}

/** One raid of a series. `localDate`, such as "2026-03-29", is its permanent key. */
export interface Occurrence {
  readonly localDate: string;
  readonly startsAt: number;
  readonly endsAt: number;
}

/** The raids of a series from today on for `days` local days, without those that are over. */
export function occurrences(
  weekly: Weekly,
  timeZone: string,
  nowMs: number,
  days: number,
): readonly Occurrence[] {
  const [hour, minute] = weekly.startsAt.split(":").map(Number) as [number, number];
  const until = nowMs + days * DAY_MS;
  return localMoments(weekly.weekdays, { hour, minute }, timeZone, nowMs, until)
    .map(({ localDate, at }) => ({
      localDate,
      startsAt: at,
      endsAt: at + weekly.minutes * MINUTE_MS,
    }))
    .filter(({ endsAt }) => endsAt > nowMs);
}
