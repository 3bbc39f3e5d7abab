/** A value of a foreign database, whose columns hold any type. */
export type LegacyValue = string | number | null;
/** One row of a foreign database by column. Columns that the file lacks are absent. */
export type LegacyRow = Readonly<Record<string, LegacyValue | undefined>>;

/** From here on, numbers are milliseconds; below, seconds. Seconds would be in the year 5138. */
const MILLISECONDS_FROM = 100_000_000_000;
const TIME =
  /^(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)? ?(Z|[+-]\d{2}:?\d{2})?$/i;

/** The text of a value: "" for null and for a missing column. */
export function legacyText(value: LegacyValue | undefined): string {
  return value === null || value === undefined ? "" : String(value).normalize("NFC").trim();
}

/** A finite number, also when it is stored as text. Undefined for everything else. */
export function legacyNumber(value: LegacyValue | undefined): number | undefined {
  if (typeof value === "string" && !/^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(value)) {
    return undefined;
  }
  if (value === null || value === undefined) return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

/** A whole number that JavaScript holds exactly. Undefined for everything else. */
export function legacyWhole(value: LegacyValue | undefined): number | undefined {
  const number = legacyNumber(value);
  return number !== undefined && Number.isSafeInteger(number) ? number : undefined;
}

/** Whether a flag is set: 1, or `true` as text. */
export function legacyFlag(value: LegacyValue | undefined): boolean {
  return legacyNumber(value) === 1 || /^(true|t|yes)$/i.test(legacyText(value));
}

/**
 * An instant in Unix milliseconds. Texts without a zone are UTC; numbers are epoch seconds, and from
 * 100,000,000,000 on milliseconds. Undefined for text that is no time: empty, zeros, 30 February.
 */
export function legacyTime(value: LegacyValue | undefined): number | undefined {
  const number = legacyNumber(value);
  if (number !== undefined) {
    if (number <= 0) return undefined;
    const ms = Math.round(number < MILLISECONDS_FROM ? number * 1_000 : number);
    return Number.isNaN(new Date(ms).getTime()) ? undefined : ms;
  }
  const found = TIME.exec(legacyText(value));
  if (found === null) return undefined;
  const [year, month, day, hour, minute, second] = found
    .slice(1, 7)
    .map((part) => Number(part ?? 0));
  const fraction = Number((found[7] ?? "").padEnd(3, "0").slice(0, 3));
  const ms = Date.UTC(year!, month! - 1, day, hour, minute, second, fraction);
  const date = new Date(ms);
  const isReal =
    date.getUTCFullYear() === year &&
    date.getUTCMonth() === month! - 1 &&
    date.getUTCDate() === day &&
    date.getUTCHours() === hour &&
    date.getUTCMinutes() === minute &&
    date.getUTCSeconds() === second;
  if (!isReal || ms <= 0) return undefined;
  const offset = offsetMs(found[8]);
  return offset === undefined ? undefined : ms - offset;
}

function offsetMs(text: string | undefined): number | undefined {
  if (text === undefined || text.toUpperCase() === "Z") return 0;
  const [hours, minutes] = [Number(text.slice(1, 3)), Number(text.slice(-2))];
  if (hours > 14 || minutes > 59) return undefined;
  return (text.startsWith("-") ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}
