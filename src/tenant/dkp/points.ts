import { limits } from "../../limits.ts";

const DECIMAL = /^([+-]?)(\d{1,15})(?:\.(\d{1,15}))?$/;

/** The digits of a decimal text, split at the point; undefined for any other text. */
function digitsOf(text: string): { negative: boolean; whole: string; part: string } | undefined {
  const match = DECIMAL.exec(text.trim());
  if (match === null) return undefined;
  return { negative: match[1] === "-", whole: match[2]!, part: match[3] ?? "" };
}

/**
 * Converts shown points such as "12.5" to minor units, exactly and without floating point. Returns
 * undefined for anything but a plain decimal number, for more digits than the pool stores, and for numbers
 * above the maximum.
 */
export function parsePoints(input: string | number, decimals: number): number | undefined {
  const digits = digitsOf(String(input));
  if (digits === undefined || digits.part.replace(/0+$/, "").length > decimals) return undefined;
  return bounded(digits.negative, digits.whole + padded(digits.part, decimals));
}

/**
 * Like `parsePoints`, but rounds half up, towards the larger number: -0.005 becomes 0, 0.005 becomes 0.01.
 * For imported values with more digits than the pool stores.
 */
export function roundPoints(input: string | number, decimals: number): number | undefined {
  const digits = digitsOf(String(input));
  if (digits === undefined) return undefined;
  const kept = bounded(digits.negative, digits.whole + padded(digits.part, decimals));
  if (kept === undefined) return undefined;
  const rest = digits.part.slice(decimals);
  const half = `5${"0".repeat(Math.max(0, rest.length - 1))}`;
  if (rest === "" || /^0*$/.test(rest)) return kept;
  if (digits.negative) return rest > half ? kept - 1 : kept;
  return rest >= half ? kept + 1 : kept;
}

/** Minor units as a decimal text without needless zeros: 1250 with two decimals is "12.5". */
export function formatPoints(amount: number, decimals: number): string {
  const digits = String(Math.abs(amount)).padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals);
  const part = digits.slice(digits.length - decimals).replace(/0+$/, "");
  return `${amount < 0 ? "-" : ""}${whole}${part === "" ? "" : `.${part}`}`;
}

/**
 * Splits `total` by `weights` so that the shares sum to it exactly: each share gets its whole part, and the
 * rest goes one by one to the largest remainders, earlier ones first.
 *
 * @throws {RangeError} without weights, or when all of them are zero.
 */
export function splitExactly(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((a, b) => a + b, 0);
  if (!(sum > 0) || total < 0) throw new RangeError("A split needs a weight above zero.");
  const exact = weights.map((weight) => BigInt(total) * BigInt(weight));
  const shares = exact.map((value) => Number(value / BigInt(sum)));
  const left = total - shares.reduce((a, b) => a + b, 0);
  const byRemainder = exact
    .map((value, index) => ({ rest: value % BigInt(sum), index }))
    .sort((a, b) => (a.rest === b.rest ? a.index - b.index : a.rest > b.rest ? -1 : 1));
  for (const { index } of byRemainder.slice(0, left)) shares[index]! += 1;
  return shares;
}

/** Which numbers a field takes. */
export type PointsRange = "any" | "above zero" | "zero or more" | "other than zero";

/**
 * Why a text is no valid number of points for this field, as a sentence for its own reason. Undefined for
 * a valid number.
 */
export function amountFault(
  input: string | number,
  decimals: number,
  range: PointsRange,
): string | undefined {
  const digits = digitsOf(String(input));
  if (digits === undefined) return "Enter a number.";
  if (digits.part.replace(/0+$/, "").length > decimals) {
    return decimals === 0
      ? "Enter a whole number."
      : `Enter a number with at most ${decimals} decimals.`;
  }
  const amount = parsePoints(input, decimals);
  if (amount === undefined) {
    return `Enter a number of at most ${formatPoints(limits.dkp.amountMax, decimals)}.`;
  }
  if (range === "above zero" && amount <= 0) return "Enter a number above zero.";
  if (range === "zero or more" && amount < 0) return "Enter a number of zero or more.";
  if (range === "other than zero" && amount === 0) return "Enter a number other than zero.";
  return undefined;
}

function padded(part: string, decimals: number): string {
  return part.slice(0, decimals).padEnd(decimals, "0");
}

function bounded(negative: boolean, digits: string): number | undefined {
  const amount = Number(digits);
  if (amount > limits.dkp.amountMax) return undefined;
  return negative && amount !== 0 ? -amount : amount;
}

type Language = "en" | "es";

const GROUP_SPACE = "[ \\u00a0\\u202f]";

/** A number with its thousands in groups, or in one piece, and a fraction after the decimal sign. */
const numberIn = (group: string, decimal: string) =>
  new RegExp(
    `^([+-]?)([1-9]\\d{0,2}(?:${group}\\d{3})+|[1-9]\\d{0,2}(?:${GROUP_SPACE}\\d{3})+|\\d+)` +
      `(?:${decimal}(\\d+))?$`,
  );

const NUMBERS: Readonly<Record<Language, RegExp>> = {
  en: numberIn(",", "\\."),
  es: numberIn("\\.", ","),
};

/**
 * A number as typed in a form of this language, as a plain decimal text. "1,000.5" in English is "1.000,5"
 * in Spanish, and spaces may separate thousands in both. In Spanish a point that cannot separate thousands
 * is the decimal sign, as in "12.5". Other texts come back as they are, and no reader takes them for numbers.
 */
export function typedPoints(text: string, locale: Language): string {
  const typed = text.trim().replace(/^\u2212/, "-");
  const found = NUMBERS[locale].exec(typed);
  if (found === null) return typed;
  const [, sign, whole, part] = found;
  return `${sign}${whole!.replace(/\D/g, "")}${part === undefined ? "" : `.${part}`}`;
}

/** Minor units as a field of a form shows them: in the decimal sign of the language, without groups. */
export function fieldPoints(amount: number, decimals: number, locale: Language): string {
  return fieldNumber(formatPoints(amount, decimals), locale);
}

/** A plain decimal text as a field of a form shows it. */
export function fieldNumber(plain: string, locale: Language): string {
  return locale === "es" ? plain.replace(".", ",") : plain;
}
