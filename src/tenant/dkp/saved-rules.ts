import type { View } from "../../http/view.ts";
import type { FormState } from "../../web/forms.tsx";
import { fieldNumber, fieldPoints, typedPoints } from "./points.ts";
import { priceLines } from "./pool-form.ts";
import type { Pool } from "./pools.ts";

/** The form with what another person saved since it was opened, beside each field that differs. */
export function withSaved(pool: Pool, view: View, form: FormState): FormState {
  const t = view.messages.dkp;
  const { slots } = view.messages.poolRules;
  const amount = (minor: number | null) =>
    minor === null ? "" : fieldPoints(minor, pool.decimals, view.locale);
  const saved: Readonly<Record<string, string>> = {
    name: pool.name,
    floor: amount(pool.floor),
    hardCap: amount(pool.hardCap),
    weeklyCap: amount(pool.weeklyCap),
    minEffortPoints: amount(pool.minEffortPoints),
    minGearPoints: amount(pool.minGearPoints),
    offSpecPct: String(pool.offSpecPct),
    benchSharePct: String(pool.benchSharePct),
    taxPct: String(pool.taxPct),
    percent: pool.decay === null ? "" : fieldNumber(String(pool.decay.percent), view.locale),
    above: pool.decay?.above ? amount(pool.decay.above) : "",
    prices: priceLines(pool.prices, pool.decimals, { locale: view.locale, slots }),
    weekStart: pool.week ? String(pool.week.weekday) : "",
    weekday: pool.decay?.weekly ? String(pool.decay.weekly.weekday) : "",
  };
  const differing = Object.entries(saved).filter(([name, value]) => {
    const typed = form.values[name];
    return (
      typeof typed === "string" &&
      isOther(typed.trim().replaceAll("\r\n", "\n"), value, view.locale)
    );
  });
  const told = differing.map(([name, value]) => [name, t.savedByOther(value || "–")]);
  return { ...form, errors: { ...form.errors, ...Object.fromEntries(told) } };
}

/** "50" and "50.00" are the same rule. */
function isOther(typed: string, saved: string, locale: View["locale"]): boolean {
  if (typed === saved) return false;
  const [mine, theirs] = [typed, saved].map((text) => Number(typedPoints(text, locale)));
  return typed === "" || saved === "" || mine !== theirs;
}
