import { z } from "@hono/zod-openapi";
import type { WeekStart } from "../../kernel/calendar.ts";
import { limits } from "../../limits.ts";
import { CLASS_IDS, type ClassId } from "../roster/classes.ts";

/** Places of items that have prices of their own in a price list. */
export const SLOTS = [
  "head",
  "neck",
  "shoulder",
  "back",
  "chest",
  "wrist",
  "hands",
  "waist",
  "legs",
  "feet",
  "finger",
  "trinket",
  "weapon",
  "two-hand",
  "off-hand",
  "ranged",
  "token",
] as const;
export type Slot = (typeof SLOTS)[number];

/** ISO weekday and hour by the guild's clock. */
export const weekStart = z.object({
  weekday: z.number().int().min(1).max(7),
  hour: z.number().int().min(0).max(23),
});

/** A percentage with at most one digit after the point. */
export const decayPercent = z
  .number()
  .min(0.1)
  .max(100)
  .refine((percent) => Number.isInteger(Math.round(percent * 1e6) / 1e5), {
    message: "Use at most one digit after the point.",
  });

const percent = z.number().int().min(0).max(100);

/** A price of items of one slot, from an item level on. Minor units. */
const price = z.object({
  slot: z.enum(SLOTS),
  itemLevel: z.number().int().min(0),
  price: z.number().int().min(0),
});

/** A pool's rules; all amounts in minor units. Unknown rules are stored but not used. */
const poolRules = z.looseObject({
  /** The lowest balance that spending may leave; null for none. */
  floor: z.number().int().nullable().optional(),
  /** EPGP: the minimum gear points for computing the priority. */
  minGearPoints: z.number().int().positive().optional(),
  /** EPGP: who has fewer effort points is sorted last and gets no items. */
  minEffortPoints: z.number().int().positive().nullable().optional(),
  /** Awards do not raise a balance above this. */
  hardCap: z.number().int().positive().nullable().optional(),
  /** The most that a person can earn between two weekly resets. */
  weeklyCap: z.number().int().positive().nullable().optional(),
  /** When the weeks of the weekly cap begin; null for the game's reset in the guild's region. */
  week: weekStart.nullable().optional(),
  decay: z
    .object({
      percent: decayPercent,
      /** Debts do not decay: moving them towards zero would give points away. */
      positivesOnly: z.boolean(),
      /** When it runs; null when officers run it by hand. */
      weekly: weekStart.nullable(),
      /** Only the part of a balance above this decays. */
      above: z.number().int().min(0).default(0),
    })
    .nullable()
    .optional(),
  /** Zero-sum: the part of a share that people on the bench get, in percent. */
  benchSharePct: percent.optional(),
  /** The part of a price that an item for the off spec costs, in percent. */
  offSpecPct: percent.optional(),
  /** The part of a price that a class pays, in percent. Other classes pay all. */
  classPct: z.partialRecord(z.enum(CLASS_IDS), percent).optional(),
  /** The part of a price that goes to the guild's tax account, in percent. */
  taxPct: percent.optional(),
  prices: z.array(price).max(limits.dkp.pricesMax).optional(),
});

/** How a pool's balances decay. */
export interface Decay {
  /** With tenths, such as 12.5. */
  readonly percent: number;
  readonly positivesOnly: boolean;
  readonly weekly: WeekStart | null;
  /** Only the part of a balance above this decays. Minor units. */
  readonly above: number;
}

/** The price of items of a slot from an item level on, in minor units. */
export interface Price {
  readonly slot: Slot;
  readonly itemLevel: number;
  readonly price: number;
}

/** The rules of a pool in effect. Amounts in minor units. */
export interface Rules {
  readonly floor: number | null;
  readonly minGearPoints: number;
  readonly minEffortPoints: number | null;
  readonly hardCap: number | null;
  readonly weeklyCap: number | null;
  readonly week: WeekStart | null;
  readonly decay: Decay | null;
  readonly benchSharePct: number;
  readonly offSpecPct: number;
  readonly classPct: Readonly<Partial<Record<ClassId, number>>>;
  readonly taxPct: number;
  readonly prices: readonly Price[];
}

/** The rules of a pool, with the usual ones for those that are not set. */
export function rulesFrom(
  stored: unknown,
  pool: { readonly kind: string; readonly decimals: number },
): Rules {
  const rules = poolRules.safeParse(stored).data ?? {};
  // In a zero-sum pool, one balance must fall below zero before another can rise.
  const usualFloor = pool.kind === "dkp" ? 0 : null;
  return {
    floor: rules.floor === undefined ? usualFloor : rules.floor,
    minGearPoints: rules.minGearPoints ?? 10 ** pool.decimals,
    minEffortPoints: rules.minEffortPoints ?? null,
    hardCap: rules.hardCap ?? null,
    weeklyCap: rules.weeklyCap ?? null,
    week: rules.week ?? null,
    decay: rules.decay ?? null,
    benchSharePct: rules.benchSharePct ?? 0,
    offSpecPct: rules.offSpecPct ?? 100,
    classPct: rules.classPct ?? {},
    taxPct: rules.taxPct ?? 0,
    prices: rules.prices ?? [],
  };
}

/** The price of an item by the pool's list: of the highest item level that it reaches. */
export function listedPrice(
  prices: readonly Price[],
  slot: string | undefined,
  itemLevel = 0,
): number | undefined {
  return prices
    .filter((one) => one.slot === slot && one.itemLevel <= itemLevel)
    .toSorted((a, b) => b.itemLevel - a.itemLevel)[0]?.price;
}

/** What a person pays of a price: less for the off spec, and for some classes. Rounded half up. */
export function pricePart(
  rules: Pick<Rules, "offSpecPct" | "classPct">,
  price: number,
  buyer: { readonly spec: "main" | "off"; readonly class: string | null },
): number {
  const ofSpec = buyer.spec === "off" ? rules.offSpecPct : 100;
  const ofClass = rules.classPct[buyer.class as ClassId] ?? 100;
  return Math.floor((price * ofSpec * ofClass) / 10_000 + 0.5);
}
