import { Temporal } from "temporal-polyfill";

/** A local date, such as "2026-03-29", and an instant on it in Unix milliseconds. */
export interface LocalMoment {
  readonly localDate: string;
  readonly at: number;
}

/**
 * Every instant at which clocks in `timeZone` show this time on one of these weekdays (ISO, Monday is
 * 1), from the local date of `fromMs` to that of `toMs`. If daylight saving skips the time, the instant
 * is an hour later. If daylight saving repeats it, the first one counts (RFC 5545).
 */
export function localMoments(
  weekdays: readonly number[],
  time: { readonly hour: number; readonly minute: number },
  timeZone: string,
  fromMs: number,
  toMs: number,
): readonly LocalMoment[] {
  const first = localDay(fromMs, timeZone);
  const { days } = first.until(localDay(toMs, timeZone), { largestUnit: "day" });
  const plainTime = Temporal.PlainTime.from(time);
  return Array.from({ length: Math.max(0, days + 1) }, (_, day) => first.add({ days: day }))
    .filter((date) => weekdays.includes(date.dayOfWeek))
    .map((date) => ({
      localDate: date.toString(),
      at: date.toZonedDateTime({ timeZone, plainTime }).epochMilliseconds,
    }));
}

/**
 * The ISO 8601 week of a local date: "2026-W03". Weeks begin on Monday. The first week contains a
 * Thursday.
 */
export function isoWeek(localDate: string): string {
  const { yearOfWeek, weekOfYear } = Temporal.PlainDate.from(localDate);
  return `${yearOfWeek}-W${String(weekOfYear).padStart(2, "0")}`;
}

/** The local date of an instant: "2026-01-14". */
export function localDateOf(atMs: number, timeZone: string): string {
  return localDay(atMs, timeZone).toString();
}

/** The first instant of a local date, or of the date `daysLater` days after it, in Unix milliseconds. */
export function startOfDay(localDate: string, timeZone: string, daysLater = 0): number {
  return Temporal.PlainDate.from(localDate).add({ days: daysLater }).toZonedDateTime(timeZone)
    .epochMilliseconds;
}

function localDay(atMs: number, timeZone: string): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(timeZone).toPlainDate();
}
