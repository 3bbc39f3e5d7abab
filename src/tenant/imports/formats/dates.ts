import { instantOf } from "../../../kernel/time-zone.ts";
import { limits } from "../../../limits.ts";

/** A date of a file. `other` is the same with day and month exchanged, if both readings are dates. */
export interface ReadDate {
  readonly at: number;
  readonly other?: number;
  /** Which order the date itself proves. */
  readonly order?: "dmy" | "mdy";
}

const NUMBERS =
  /^\s*(\d{1,4})[./-](\d{1,2})[./-](\d{1,4})(?:[ T,]+(\d{1,2}):(\d{2})(?::(\d{2}))?.*)?\s*$/;

/**
 * Reads a date as tools write it: `2023-10-06 20:00:00`, `2025/9/18`, `16/9/18`, Unix seconds or
 * milliseconds. Dates without a zone are in the guild's. Undefined if it is no date of the game's time.
 */
export function dateFrom(
  value: unknown,
  context: { readonly timeZone: string; readonly nowMs: number },
  time = "",
): ReadDate | undefined {
  if (
    typeof value === "number" ||
    (typeof value === "string" && /^\d{9,13}(\.\d+)?$/.test(value))
  ) {
    return unixDate(Number(value), context.nowMs);
  }
  if (typeof value !== "string") return undefined;
  if (/^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:?\d\d)$/.test(value.trim())) {
    return plausible(Date.parse(value.trim()), context.nowMs);
  }
  const parts = NUMBERS.exec(`${value} ${time}`.trim());
  if (parts === null) return undefined;
  const [first, second, third] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  const clock = [Number(parts[4] ?? 0), Number(parts[5] ?? 0), Number(parts[6] ?? 0)] as const;
  const at = (year: number, month: number, day: number) =>
    instant(year, month, day, clock, context)?.at;
  if (parts[1]!.length === 4) {
    const found = at(first, second, third);
    return found === undefined ? undefined : { at: found };
  }
  const year = third < 100 ? 2_000 + third : third;
  const [dmy, mdy] = [at(year, second, first), at(year, first, second)];
  if (dmy !== undefined && mdy !== undefined) {
    return dmy === mdy ? { at: dmy } : { at: dmy, other: mdy };
  }
  if (dmy !== undefined) return { at: dmy, order: "dmy" };
  return mdy === undefined ? undefined : { at: mdy, order: "mdy" };
}

/**
 * Applies the order that some dates of a file prove to the ones that can be read both ways. `isOpen` is
 * true if no date proves it.
 */
export class DateOrder {
  readonly #proved = new Set<"dmy" | "mdy">();
  #hasBoth = false;

  see(date: ReadDate | undefined): void {
    if (date?.order) this.#proved.add(date.order);
    if (date?.other !== undefined) this.#hasBoth = true;
  }

  get isOpen(): boolean {
    return this.#hasBoth && this.#proved.size !== 1;
  }

  /** The members `at` and, while it is open, `atOther` of a row. */
  of(date: ReadDate): { at: number; atOther?: number } {
    if (date.other === undefined) return { at: date.at };
    if (this.isOpen) return { at: date.at, atOther: date.other };
    return { at: this.#proved.has("mdy") ? date.other : date.at };
  }
}

function unixDate(value: number, nowMs: number): ReadDate | undefined {
  return plausible(value < 1e11 ? value * 1_000 : value, nowMs);
}

function plausible(at: number, nowMs: number): ReadDate | undefined {
  const isInGame = at >= Date.UTC(limits.imports.yearMin, 0, 1) && at <= nowMs + FUTURE_MS;
  return isInGame ? { at: Math.round(at) } : undefined;
}

/** Calendars hold raids of the next year. */
const FUTURE_MS = 400 * 24 * 3_600_000;

function instant(
  year: number,
  month: number,
  day: number,
  [hour, minute, second]: readonly [number, number, number],
  { timeZone, nowMs }: { readonly timeZone: string; readonly nowMs: number },
): ReadDate | undefined {
  const wall = Date.UTC(year, month - 1, day, hour, minute, second);
  const date = new Date(wall);
  const isReal =
    date.getUTCFullYear() === year &&
    date.getUTCMonth() === month - 1 &&
    date.getUTCDate() === day &&
    hour < 24 &&
    minute < 60 &&
    second < 61;
  return isReal ? plausible(instantOf(wall, timeZone), nowMs) : undefined;
}
