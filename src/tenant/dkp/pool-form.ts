import { limits } from "../../limits.ts";
import type { Fields } from "../page-forms.ts";
import { CLASS_IDS } from "../roster/classes.ts";
import { foldLetters } from "../roster/names.ts";
import { fieldPoints, typedPoints } from "./points.ts";
import { type Price, SLOTS, type Slot } from "./pool-rules.ts";

type Language = "en" | "es";
type SlotNames = Readonly<Record<Slot, string>>;

/**
 * The change of the rules that a form means. An empty amount removes its rule. A rule without a field in the
 * form stays unchanged.
 */
export function changeOf(fields: Fields, locale: Language, slots: SlotNames) {
  const rule = (name: string) => {
    const text = fields[name];
    if (typeof text !== "string") return {};
    return { [name]: text.trim() === "" ? null : typedPoints(text, locale) };
  };
  return {
    name: fields["name"],
    ...(fields["version"] && { version: Number(fields["version"]) }),
    ...rule("floor"),
    ...rule("hardCap"),
    ...rule("weeklyCap"),
    ...rule("minEffortPoints"),
    ...(fields["minGearPoints"] && rule("minGearPoints")),
    ...percentages(fields),
    ...weekIn(fields),
    ...classesIn(fields),
    ...pricesIn(fields, locale, slots),
    ...decayIn(fields, locale),
  };
}

/** An empty percentage removes the decay. A form without the field leaves it as it was. */
function decayIn(fields: Fields, locale: Language) {
  const { percent, weekday, hour } = fields;
  if (typeof percent !== "string") return {};
  if (percent.trim() === "") return { decay: null };
  const decay = {
    percent: Number(typedPoints(percent, locale)),
    positivesOnly: fields["positivesOnly"] === "on",
    above: typedPoints(String(fields["above"] ?? "") || "0", locale),
    weekly: weekday ? { weekday: Number(weekday), hour: Number(hour) } : null,
  };
  return { decay };
}

/** An empty field of a percentage stays as it was. */
function percentages(fields: Fields) {
  return Object.fromEntries(
    ["offSpecPct", "benchSharePct", "taxPct"].flatMap((name) => {
      const text = fields[name];
      return typeof text === "string" && text.trim() !== "" ? [[name, Number(text)]] : [];
    }),
  );
}

/** No day means the game's own reset. */
function weekIn({ weekStart: day, weekHour: hour }: Fields) {
  if (typeof day !== "string") return {};
  return { week: day === "" ? null : { weekday: Number(day), hour: Number(hour || 0) } };
}

/** Classes without a number, or with 100, pay the whole price. */
function classesIn(fields: Fields) {
  if (typeof fields[classField("mage")] !== "string") return {};
  const typed = CLASS_IDS.flatMap((id) => {
    const text = String(fields[classField(id)] ?? "").trim();
    return text === "" || text === "100" ? [] : [[id, Number(text)]];
  });
  return { classPct: Object.fromEntries(typed) };
}

export const classField = (id: string): string => `class-${id}`;

/** Lines of slot, item level and points. The slot is named in the reader's language or as the API does. */
function pricesIn({ prices }: Fields, locale: Language, slots: SlotNames) {
  if (typeof prices !== "string") return {};
  const known = new Map(
    SLOTS.flatMap((slot) => [slot, slots[slot]].map((name) => [foldLetters(name), slot] as const)),
  );
  const lines = prices.split(/\r?\n/).filter((line) => line.trim() !== "");
  return {
    prices: lines.slice(0, limits.dkp.pricesMax + 1).map((line) => {
      const [, slot = line, level = "0", points = ""] =
        /^\s*(.*?)[\s;,:]+(\d+)[\s;:]+([\d.,]+)\s*$/.exec(line) ?? [];
      return {
        slot: known.get(foldLetters(slot)) ?? slot,
        itemLevel: Number(level),
        points: typedPoints(points, locale),
      };
    }),
  };
}

/** The price list as its field shows it. */
export function priceLines(
  prices: readonly Price[],
  decimals: number,
  { locale, slots }: { readonly locale: Language; readonly slots: SlotNames },
): string {
  return prices
    .map(
      ({ slot, itemLevel, price }) =>
        `${slots[slot]} ${itemLevel} ${fieldPoints(price, decimals, locale)}`,
    )
    .join("\n");
}
