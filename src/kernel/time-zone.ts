import { Temporal } from "temporal-polyfill";

/** A name that clocks can be set by, such as Europe/Madrid. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    // A bare offset such as +02:00 knows no summer time.
    return /^[A-Za-z]/.test(name);
  } catch {
    return false;
  }
}

/** How far the clocks of `timeZone` are ahead of UTC at this instant, in milliseconds. */
export function offsetMs(atMs: number, timeZone: string): number {
  const { offsetNanoseconds } = Temporal.Instant.fromEpochMilliseconds(
    Math.floor(atMs),
  ).toZonedDateTimeISO(timeZone);
  return offsetNanoseconds / 1_000_000;
}

/**
 * The instant at which clocks in `timeZone` show the time that `wallMs` would be in UTC. A time that
 * daylight saving skips is an hour later; of a time that it repeats, the first one counts.
 */
export function instantOf(wallMs: number, timeZone: string): number {
  const wholeMs = Math.floor(wallMs);
  const instant = Temporal.Instant.fromEpochMilliseconds(wholeMs)
    .toZonedDateTimeISO("UTC")
    .toPlainDateTime()
    .toZonedDateTime(timeZone);
  return instant.epochMilliseconds + (wallMs - wholeMs);
}
