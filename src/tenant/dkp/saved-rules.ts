import type { View } from "../../http/view.ts";
import type { FormState } from "../../web/forms.tsx";
import { formatPoints } from "./points.ts";
import { priceLines } from "./pool-form.ts";
import type { Pool } from "./pools.ts";

/** The form with what another person saved since it was opened, beside each field that differs. */
export function withSaved(pool: Pool, view: View, form: FormState): FormState {
  const t = view.messages.dkp;
  const amount = (minor: number | null) =>
    minor === null ? "" : formatPoints(minor, pool.decimals);
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
    percent: pool.decay === null ? "" : String(pool.decay.percent),
    above: pool.decay?.above ? amount(pool.decay.above) : "",
    prices: priceLines(pool.prices, pool.decimals, view.messages.poolRules.slots),
    weekStart: pool.week ? String(pool.week.weekday) : "",
    weekday: pool.decay?.weekly ? String(pool.decay.weekly.weekday) : "",
  };
  const differing = Object.entries(saved).filter(([name, value]) => {
    const typed = form.values[name];
    return typeof typed === "string" && isOther(typed.trim().replaceAll("\r\n", "\n"), value);
  });
  const told = differing.map(([name, value]) => [name, t.savedByOther(value || "–")]);
  return { ...form, errors: { ...form.errors, ...Object.fromEntries(told) } };
}

/** "50" and "50.00" are the same rule. */
function isOther(typed: string, saved: string): boolean {
  if (typed === saved) return false;
  return typed === "" || saved === "" || Number(typed.replace(",", ".")) !== Number(saved);
}
