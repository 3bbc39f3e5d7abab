import { Temporal } from "temporal-polyfill";

/** True for an IANA time zone name, such as Europe/Madrid. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    // A plain offset such as +02:00 has no daylight saving time.
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
 * The instant at which clocks in `timeZone` show the time that `wallMs` is in UTC. If daylight saving
 * skips the time, the instant is an hour later. If daylight saving repeats it, the first one counts.
 */
export function instantOf(wallMs: number, timeZone: string): number {
  const wholeMs = Math.floor(wallMs);
  const instant = Temporal.Instant.fromEpochMilliseconds(wholeMs)
    .toZonedDateTimeISO("UTC")
    .toPlainDateTime()
    .toZonedDateTime(timeZone);
  return instant.epochMilliseconds + (wallMs - wholeMs);
}
