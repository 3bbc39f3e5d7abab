import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../../kernel/time.ts";
import { instantOf } from "../../../kernel/time-zone.ts";
import { COLON, DOT, isDigit, MINUS, PLUS, SLASH, SPACE, TAB, ZERO } from "./bytes.ts";

const HALF_YEAR_MS = 180 * DAY_MS;
/** Lines around New Year may be in the wrong order by so much. */
const SHUFFLED_MS = 2 * DAY_MS;
/** A raid has no longer pause while clocks go back. */
const QUIET_MS = 10 * MINUTE_MS;
/** Daylight saving ends in the night, before this hour. */
const NIGHT_HOURS = 4;

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
  /** The time that the clock showed before. */
  #wallMs = Number.NEGATIVE_INFINITY;
  /** Whether the clock shows an hour for the second time. */
  #isSecondPass = false;
  /** How much an unknown time zone went back since the beginning of the log. */
  #wentBackMs = 0;

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
    if (month === 2 && day === 29 && !isLeap(this.#year)) this.#leapYear();
    let wallMs = at(this.#year);
    if (Number.isNaN(wallMs)) return Number.NaN;
    // January follows December. Several loggers and daylight saving cause smaller jumps.
    if (wallMs < this.#lastMs - HALF_YEAR_MS) wallMs = at(++this.#year);
    const isAhead = wallMs > this.#lastMs + HALF_YEAR_MS && this.#lastMs > 0;
    const ofLastYear = isAhead ? at(this.#year - 1) : Number.NaN;
    // A line of December that another logger wrote after New Year. Any other jump is a long silence.
    if (Math.abs(ofLastYear - this.#lastMs) <= SHUFFLED_MS) wallMs = ofLastYear;
    else this.#lastMs = wallMs;
    return Number.isNaN(shiftMs) ? this.#local(wallMs) : wallMs - shiftMs;
  }

  /** 29 February exists in leap years only: the next year after a winter, else the last leap year. */
  #leapYear(): void {
    const year = this.#year!;
    if (Date.UTC(year + 1, 1, 29) - this.#lastMs < HALF_YEAR_MS && isLeap(year + 1))
      this.#year = year + 1;
    else {
      this.#year = leapYearUpTo(year);
      this.#lastMs = Number.NEGATIVE_INFINITY;
    }
  }

  #firstYear(at: (year: number) => number): number {
    const { writtenBefore } = this.#defaults;
    const year = new Date(writtenBefore).getUTCFullYear();
    // 29 February exists in leap years only.
    const known = Number.isNaN(at(year)) ? leapYearUpTo(year) : year;
    // One day of tolerance for time zones that are ahead.
    if (at(known) <= writtenBefore + DAY_MS) return known;
    return Number.isNaN(at(known - 1)) ? leapYearUpTo(known - 1) : known - 1;
  }

  /** Midnight in Unix milliseconds; NaN for a date that does not exist. */
  #midnight(year: number, month: number, day: number): number {
    const key = (year * 16 + month) * 32 + day;
    if (key !== this.#dayKey) {
      this.#dayKey = key;
      const ms = Date.UTC(year, month - 1, day);
      this.#dayMs = new Date(ms).getUTCDate() === day ? ms : Number.NaN;
    }
    return this.#dayMs;
  }

  /** Wall-clock time of the configured time zone. Cached per half hour, since offsets change on the hour. */
  #local(wallMs: number): number {
    const slot = Math.floor(wallMs / SLOT_MS);
    if (slot !== this.#hourKey) {
      if (slot < this.#hourKey) this.#wentBack(wallMs);
      this.#hourKey = slot;
      this.#hourShiftMs = this.#shiftAt(wallMs);
    }
    this.#wallMs = wallMs;
    return wallMs - this.#hourShiftMs;
  }

  /** The clock shows an earlier time than before: lines of several loggers, or the end of daylight saving. */
  #wentBack(wallMs: number): void {
    const backMs = this.#wallMs - wallMs;
    if (backMs > HOUR_MS || backMs < SLOT_MS) return;
    if (this.#defaults.timeZone !== "UTC") this.#isSecondPass = true;
    // Logs of unknown zones are read as UTC, which has no daylight saving.
    else if (backMs > HOUR_MS - QUIET_MS && (wallMs % DAY_MS) / HOUR_MS < NIGHT_HOURS) {
      this.#wentBackMs += HOUR_MS;
    }
  }

  #shiftAt(wallMs: number): number {
    const { timeZone } = this.#defaults;
    if (timeZone === "UTC") return -this.#wentBackMs;
    const first = instantOf(wallMs, timeZone);
    // The next hour on the clock is two hours later: this one comes twice.
    const isRepeated = instantOf(wallMs + HOUR_MS, timeZone) - first > HOUR_MS;
    if (!isRepeated) this.#isSecondPass = false;
    return wallMs - (isRepeated && this.#isSecondPass ? first + HOUR_MS : first);
  }
}

const SLOT_MS = HOUR_MS / 2;

function isLeap(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

function leapYearUpTo(year: number): number {
  let leap = year;
  while (!isLeap(leap)) leap--;
  return leap;
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
