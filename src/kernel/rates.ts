import { limits } from "../limits.ts";

/** So many uses in any stretch of time this long. */
export interface RateLimit {
  readonly max: number;
  readonly windowMs: number;
}

export type RateCategory = keyof typeof limits.rates;
export type RateSubject = "account" | "key" | "guild" | "address";

/** Who may do how much. A pair that is not there is not limited. */
export type Rates = Readonly<
  Record<RateCategory, Readonly<Partial<Record<RateSubject, RateLimit>>>>
>;

/** Uses that were taken in one slot of a window. */
export interface SlotUses {
  readonly slot: number;
  readonly uses: number;
}

/**
 * A window is counted in slots. The classic estimate, two windows of which the older one fades out,
 * admits twice the limit to whoever spends it at the end of a window and trickles from then on; slots
 * that count whole until they are past admit no more than the limit, whatever comes when.
 */
const SLOTS = 20;

/** The slot that the window's beginning lies in counts whole. */
export const COUNTED_SLOTS = SLOTS + 1;

/** Which slot of a window of this length it is. */
export function slotOf(nowMs: number, { windowMs }: RateLimit): number {
  return Math.floor((nowMs * SLOTS) / windowMs);
}

/** When a slot begins, in Unix milliseconds. */
export function startOf(slot: number, { windowMs }: RateLimit): number {
  return Math.ceil((slot * windowMs) / SLOTS);
}

/**
 * Uses that a process may have counted without telling the others, so that most requests ask no
 * database: a fortieth, by which each process but one may go beyond the limit. Small limits are exact.
 */
export function untoldMax({ max }: RateLimit): number {
  return Math.floor(max / 40);
}

/** The first moment at which one more use is free, if nobody takes any until then. */
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
 * The limits with what a deployment sets differently: `read.account=6000/m, sign-up.address=off`.
 * @throws {Error} naming the rule that says nothing sensible.
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
