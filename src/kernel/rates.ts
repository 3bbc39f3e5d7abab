import { limits } from "../limits.ts";

/** At most this many uses in any window of this length. */
export interface RateLimit {
  readonly max: number;
  readonly windowMs: number;
}

export type RateCategory = keyof typeof limits.rates;
export type RateSubject = "account" | "key" | "guild" | "address";

/** Limits by action and subject. A pair without an entry is not limited. */
export type Rates = Readonly<
  Record<RateCategory, Readonly<Partial<Record<RateSubject, RateLimit>>>>
>;

/** Uses in one slot of a window. */
export interface SlotUses {
  readonly slot: number;
  readonly uses: number;
}

/**
 * A window is counted in slots. The usual estimate of two windows, of which the older one fades out,
 * admits twice the limit to a caller who spends it at the end of a window and then continues slowly.
 * Slots that count in full until they have passed never admit more than the limit.
 */
const SLOTS = 20;

/** The slot that contains the window's beginning counts in full. */
export const COUNTED_SLOTS = SLOTS + 1;

/** The number of the slot that contains `nowMs`. */
export function slotOf(nowMs: number, { windowMs }: RateLimit): number {
  return Math.floor((nowMs * SLOTS) / windowMs);
}

/** When a slot begins, in Unix milliseconds. */
export function startOf(slot: number, { windowMs }: RateLimit): number {
  return Math.ceil((slot * windowMs) / SLOTS);
}

/**
 * Uses that a process may count before it tells the others, so that most requests ask no database. It
 * is a fortieth of the limit. Each process but one may exceed the limit by this much. Small limits are
 * exact.
 */
export function unsharedMax({ max }: RateLimit): number {
  return Math.floor(max / 40);
}

/** The first moment at which one more use is free, if no other use happens until then. */
export function freeAt(taken: readonly SlotUses[], limit: RateLimit, nowMs: number): number {
  const newest = slotOf(nowMs, limit) + 1;
  const oldest = newest - COUNTED_SLOTS;
  const counted = taken
    .filter(({ slot }) => slot >= oldest && slot <= newest)
    .sort((a, b) => a.slot - b.slot);
  let left = limit.max - counted.reduce((sum, { uses }) => sum + uses, 0);
  if (left > 0) return nowMs;
  for (const { slot, uses } of counted) {
    left += uses;
    if (left > 0) return startOf(slot + COUNTED_SLOTS, limit);
  }
  return nowMs + limit.windowMs;
}

const UNITS_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const RULE = /^([a-z-]+)\.([a-z]+)=(?:(off)|(\d+)\/(\d*)([smhd]))$/;

/**
 * The limits with a deployment's overrides: `read.account=6000/m, sign-up.address=off`.
 * @throws {Error} naming the rule that cannot be parsed.
 */
export function ratesWith(text: string, rates: Rates = limits.rates): Rates {
  const changed: Record<string, Record<string, RateLimit | undefined>> = structuredClone(rates);
  for (const rule of text.split(",").map((one) => one.trim())) {
    if (rule === "") continue;
    const [, category, subject, off, max, count, unit] = RULE.exec(rule) ?? [];
    const known = category === undefined ? undefined : changed[category];
    if (known === undefined || !isSubject(subject) || (off === undefined && Number(max) < 1)) {
      throw new Error(
        `RATE_LIMITS: "${rule}" is no rule. Write category.subject=uses/time, such as ` +
          `read.account=6000/m, with one of ${Object.keys(rates).join(", ")}, or =off.`,
      );
    }
    const windowMs = Number(count || 1) * UNITS_MS[unit as keyof typeof UNITS_MS];
    known[subject] = off ? undefined : { max: Number(max), windowMs };
  }
  return changed as Rates;
}

function isSubject(text: string | undefined): text is RateSubject {
  return text === "account" || text === "key" || text === "guild" || text === "address";
}
