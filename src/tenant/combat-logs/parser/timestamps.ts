import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../../kernel/time.ts";
import { instantOf } from "../../../kernel/time-zone.ts";
import { COLON, DOT, isDigit, MINUS, PLUS, SLASH, SPACE, TAB, ZERO } from "./bytes.ts";

const HALF_YEAR_MS = 180 * DAY_MS;

/** Values that a log may omit: logs from before 2024 have neither a year nor an offset from UTC. */
export interface TimeDefaults {
  /** The year of the first line; by default the latest year that is not after `writtenBefore`. */
  readonly year?: number | undefined;
  /** A time at which the log already existed, such as its upload, in Unix milliseconds. */
  readonly writtenBefore: number;
  /** The IANA time zone of the clock that wrote the log. */
  readonly timeZone: string;
}

/**
 * Parses `M/D HH:MM:SS.mmm` and `M/D/YYYY HH:MM:SS.mmm±H` to Unix milliseconds. The offset directly follows
 * exactly three digits of milliseconds, and a positive one has no sign: `.5370` is 537 ms at UTC+0.
 */
export class Timestamps {
  readonly #defaults: TimeDefaults;
  /** The position of the text after the timestamp, once `read` has succeeded. */
  next = 0;
  /** The year of dates without one. It increases when the dates jump back by half a year. */
  #year: number | undefined;
  #lastMs = Number.NEGATIVE_INFINITY;
  // Caches the midnight of the day, because nearly every line has the same date as the one before.
  #dayKey = -1;
  #dayMs = 0;
  #hourKey = -1;
  #hourShiftMs = 0;

  constructor(defaults: TimeDefaults) {
    this.#defaults = defaults;
    this.#year = defaults.year;
  }

  /** Unix milliseconds, or NaN when the line does not begin with a timestamp. */
  read(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    const two = (after: number): number => {
      const first = bytes[at]! - ZERO;
      if (!(first >= 0 && first <= 9)) return -1;
      const second = bytes[at + 1]! - ZERO;
      if (second >= 0 && second <= 9) {
        at += 2;
        if (bytes[at++] !== after) return -1;
        return first * 10 + second;
      }
      at++;
      return bytes[at++] === after ? first : -1;
    };
    const month = two(SLASH);
    if (month < 1 || month > 12) return Number.NaN;
    let year = 0;
    let day = bytes[at]! - ZERO;
    if (!(day >= 0 && day <= 9)) return Number.NaN;
    at++;
    if (isDigit(bytes[at])) day = day * 10 + bytes[at++]! - ZERO;
    if (bytes[at] === SLASH) {
      at++;
      while (isDigit(bytes[at])) year = year * 10 + bytes[at++]! - ZERO;
      if (year < 100) year += 2000;
    }
    if (day < 1 || day > 31 || bytes[at++] !== SPACE) return Number.NaN;
    const hour = two(COLON);
    const minute = two(COLON);
    const second = two(DOT);
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) {
      return Number.NaN;
    }
    let ms = 0;
    for (let i = 0; i < 3; i++) {
      const digit = bytes[at++]! - ZERO;
      if (!(digit >= 0 && digit <= 9)) return Number.NaN;
      ms = ms * 10 + digit;
    }
    const clockMs = hour * HOUR_MS + minute * MINUTE_MS + second * 1_000 + ms;
    let shiftMs = Number.NaN;
    const byte = bytes[at];
    if (byte === MINUS || byte === PLUS || isDigit(byte)) {
      const from = at++;
      while (at < end && (isDigit(bytes[at]) || bytes[at] === DOT)) at++;
      shiftMs = hoursMs(bytes, from, at);
    }
    const blank = at;
    while (at < end && (bytes[at] === SPACE || bytes[at] === TAB)) at++;
    if (at === blank) return Number.NaN;
    this.next = at;
    return this.#instant(year, month, day, clockMs, shiftMs);
  }

  #instant(year: number, month: number, day: number, clockMs: number, shiftMs: number): number {
    if (year === 0) return this.#withoutYear(month, day, clockMs, shiftMs);
    const wallMs = this.#midnight(year, month, day) + clockMs;
    return Number.isNaN(shiftMs) ? this.#local(wallMs) : wallMs - shiftMs;
  }

  #withoutYear(month: number, day: number, clockMs: number, shiftMs: number): number {
    const at = (year: number) => this.#midnight(year, month, day) + clockMs;
    this.#year ??= this.#firstYear(at);
    let wallMs = at(this.#year);
    // January follows December. Several loggers and daylight saving cause smaller jumps.
    if (wallMs < this.#lastMs - HALF_YEAR_MS) wallMs = at(++this.#year);
    else if (wallMs > this.#lastMs + HALF_YEAR_MS && this.#lastMs > 0) wallMs = at(this.#year - 1);
    else this.#lastMs = wallMs;
    return Number.isNaN(shiftMs) ? this.#local(wallMs) : wallMs - shiftMs;
  }

  #firstYear(at: (year: number) => number): number {
    const { writtenBefore } = this.#defaults;
    const year = new Date(writtenBefore).getUTCFullYear();
    // One day of tolerance for time zones that are ahead.
    return at(year) > writtenBefore + DAY_MS ? year - 1 : year;
  }

  #midnight(year: number, month: number, day: number): number {
    const key = (year * 16 + month) * 32 + day;
    if (key !== this.#dayKey) {
      this.#dayKey = key;
      this.#dayMs = Date.UTC(year, month - 1, day);
    }
    return this.#dayMs;
  }

  /** Wall-clock time of the configured time zone. Cached per hour, since offsets change on the hour. */
  #local(wallMs: number): number {
    const { timeZone } = this.#defaults;
    if (timeZone === "UTC") return wallMs;
    const hour = Math.floor(wallMs / 1_800_000);
    if (hour !== this.#hourKey) {
      this.#hourKey = hour;
      this.#hourShiftMs = wallMs - instantOf(wallMs, timeZone);
    }
    return wallMs - this.#hourShiftMs;
  }
}

function hoursMs(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  const isNegative = bytes[at] === MINUS;
  if (isNegative || bytes[at] === PLUS) at++;
  let whole = 0;
  let fraction = 0;
  let scale = 1;
  let isFraction = false;
  for (; at < end; at++) {
    if (bytes[at] === DOT) isFraction = true;
    else if (isFraction) {
      scale /= 10;
      fraction += (bytes[at]! - ZERO) * scale;
    } else whole = whole * 10 + bytes[at]! - ZERO;
  }
  const hours = whole + fraction;
  return Math.round((isNegative ? -hours : hours) * HOUR_MS);
}
