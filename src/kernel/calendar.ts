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

/** When weeks begin: an ISO weekday (Monday is 1) and an hour of the local clock. */
export interface WeekStart {
  readonly weekday: number;
  readonly hour: number;
}

/** Instants from `from` until before `until`, in Unix milliseconds. */
export interface Span {
  readonly from: number;
  readonly until: number;
}

/**
 * The week of an instant, by the clock of `timeZone`. A week with a change of the clock is an hour longer or
 * shorter. If daylight saving skips the hour of the start, the week begins an hour later. If it repeats the
 * hour, the first one counts.
 */
export function weekOf(atMs: number, start: WeekStart, timeZone: string): Span {
  const day = localDay(atMs, timeZone);
  const plainTime = Temporal.PlainTime.from({ hour: start.hour });
  const begin = (date: Temporal.PlainDate) =>
    date.toZonedDateTime({ timeZone, plainTime }).epochMilliseconds;
  const latest = day.subtract({ days: (day.dayOfWeek - start.weekday + 7) % 7 });
  const first = begin(latest) > atMs ? latest.subtract({ days: 7 }) : latest;
  return { from: begin(first), until: begin(first.add({ days: 7 })) };
}

/** How far local clocks are ahead of UTC, from an instant on until the next row. */
export interface ZoneOffset {
  readonly from: number;
  readonly offsetMs: number;
}

/** The offsets of a time zone between two instants, the first one in effect at `fromMs`. */
export function zoneOffsets(timeZone: string, fromMs: number, untilMs: number): ZoneOffset[] {
  const found: ZoneOffset[] = [];
  let at = Temporal.Instant.fromEpochMilliseconds(fromMs).toZonedDateTimeISO(timeZone);
  for (;;) {
    found.push({ from: at.epochMilliseconds, offsetMs: at.offsetNanoseconds / 1_000_000 });
    const next = at.getTimeZoneTransition("next");
    if (next === null || next.epochMilliseconds > untilMs) return found;
    at = next;
  }
}

/** The clock of `timeZone` at an instant: its local date, and its time as "20:00". */
export function localClock(atMs: number, timeZone: string): { date: string; time: string } {
  const local = Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(timeZone);
  return {
    date: local.toPlainDate().toString(),
    time: local.toPlainTime().toString({ smallestUnit: "minute" }),
  };
}

/**
 * The instant at which clocks in `timeZone` show a local date and a time such as "20:00", as RFC 5545 says:
 * a skipped time is an hour later, and of a repeated time the first counts. Undefined for other texts.
 */
export function momentOfLocal(date: string, time: string, timeZone: string): number | undefined {
  try {
    const plainTime = Temporal.PlainTime.from(time);
    return Temporal.PlainDate.from(date, { overflow: "reject" }).toZonedDateTime({
      timeZone,
      plainTime,
    }).epochMilliseconds;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** The local date of an instant: "2026-01-14". */
export function localDateOf(atMs: number, timeZone: string): string {
  return localDay(atMs, timeZone).toString();
}

/** The local date some days after another one, or before it for a negative number. */
export function nextDate(localDate: string, days: number): string {
  return Temporal.PlainDate.from(localDate).add({ days }).toString();
}

/** The first instant of a local date, or of the date `daysLater` days after it, in Unix milliseconds. */
export function startOfDay(localDate: string, timeZone: string, daysLater = 0): number {
  return Temporal.PlainDate.from(localDate).add({ days: daysLater }).toZonedDateTime(timeZone)
    .epochMilliseconds;
}

function localDay(atMs: number, timeZone: string): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(timeZone).toPlainDate();
}
