import type { View } from "../../../http/view.ts";
import { formatPoints as localized } from "../../../web/components.tsx";
import type { Decay, Rules } from "../pool-rules.ts";
import type { Pool } from "../pools.ts";
import { classLabel } from "./parts.tsx";

/** What each rule of a pool does, one sentence for each. */
export function ruleSentences(view: View, pool: Pool, rules: Rules = pool): readonly string[] {
  const t = view.messages.poolRules.does;
  const points = (amount: number) => localized(amount, pool.decimals, view.locale);
  const isEpgp = pool.kind === "epgp";
  const { floor, hardCap, weeklyCap, week, minEffortPoints } = rules;
  return [
    ...(isEpgp
      ? [
          t.minGear(points(rules.minGearPoints)),
          minEffortPoints === null ? t.noMinEffort : t.minEffort(points(minEffortPoints)),
        ]
      : [floor === null ? t.noFloor : t.floor(points(floor))]),
    hardCap === null ? t.noHardCap : t.hardCap(points(hardCap)),
    weeklyCap === null ? t.noWeeklyCap : t.weeklyCap(points(weeklyCap)),
    ...(weeklyCap === null
      ? []
      : [week === null ? t.gameWeek : t.week(dayName(view, week.weekday), clock(week.hour))]),
    ...decaySentences(view, rules.decay, points),
    t.offSpec(rules.offSpecPct),
    ...(pool.kind === "zero-sum" ? [t.bench(rules.benchSharePct)] : []),
    ...(isEpgp ? [] : [rules.taxPct === 0 ? t.noTax : t.tax(rules.taxPct)]),
    classSentence(view, rules),
    rules.prices.length === 0 ? t.noPrices : t.prices(rules.prices.length),
  ];
}

function decaySentences(
  view: View,
  decay: Decay | null,
  points: (amount: number) => string,
): readonly string[] {
  const t = view.messages.poolRules.does;
  if (decay === null) return [t.noDecay];
  const percent = decay.percent.toLocaleString(view.locale);
  const { weekly } = decay;
  return [
    weekly === null
      ? t.decayByHand(percent)
      : t.decay(percent, dayName(view, weekly.weekday), clock(weekly.hour)),
    decay.positivesOnly ? t.positivesOnly : t.debtsToo,
    ...(decay.above > 0 ? [t.decayAbove(points(decay.above))] : []),
  ];
}

function classSentence(view: View, { classPct }: Rules): string {
  const t = view.messages.poolRules.does;
  const parts = Object.entries(classPct).map(([id, percent]) =>
    t.classPart(classLabel(view, id), percent),
  );
  const list = new Intl.ListFormat(view.locale, { type: "conjunction" });
  return parts.length === 0 ? t.noClasses : t.classes(list.format(parts));
}

function dayName(view: View, day: number): string {
  return (view.messages.raids.weekdays as Readonly<Record<string, string>>)[`d${day}`]!;
}

const clock = (hour: number): string => `${String(hour).padStart(2, "0")}:00`;
