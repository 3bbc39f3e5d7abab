import { desc, gt, max, sql } from "drizzle-orm";
import { asNumber, prepare, type Values } from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import type { RateCategory, RateSubject, Rates } from "../../kernel/rates.ts";
import { limits } from "../../limits.ts";
import { rateSlots } from "../schema.ts";
import type { PlatformStore } from "../store.ts";

/** The uses of one limited action in the current window, as far as processes have shared them. */
export interface SharedRate {
  readonly category: string;
  /** An account, a key, a guild or an address. */
  readonly subject: string;
  readonly identifier: string;
  readonly uses: number;
  /** The general limit. A guild's plan may have a smaller one. Null if it was turned off since. */
  readonly max: number | null;
  readonly windowMs: number | null;
  /** When the last of these uses does not count any more, in Unix milliseconds. */
  readonly endsAt: number;
}

const USES = prepare(({ nowMs }: Values<{ readonly nowMs: number }>) => {
  const uses = asNumber(sql`sum(${rateSlots.uses})`);
  return build
    .select({ name: rateSlots.subject, uses, endsAt: max(rateSlots.expiresAt) })
    .from(rateSlots)
    .where(gt(rateSlots.expiresAt, nowMs))
    .groupBy(rateSlots.subject)
    .orderBy(desc(uses), rateSlots.subject)
    .limit(limits.usage.ranked);
});

/** The most used limits of the current windows. */
export async function sharedRates(
  platform: PlatformStore,
  rates: Rates,
): Promise<readonly SharedRate[]> {
  const rows = await USES.all(platform.db, { nowMs: platform.now().getTime() });
  return rows.map(({ name, uses, endsAt }) => {
    const [category = "", subject = "", ...rest] = name.split(":");
    const limit = rates[category as RateCategory]?.[subject as RateSubject];
    return {
      ...{ category, subject, identifier: rest.join(":"), uses },
      max: limit?.max ?? null,
      windowMs: limit?.windowMs ?? null,
      endsAt: endsAt ?? 0,
    };
  });
}
