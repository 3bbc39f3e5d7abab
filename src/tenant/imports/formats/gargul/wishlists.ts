import { limits } from "../../../../limits.ts";
import type { DocumentBuilder } from "../builder.ts";
import { objectOf } from "../json.ts";
import { itemFrom, lineFrom } from "../text.ts";

/** Wishes by item, each as `name(OS)|order|1 for prio, 2 for wish|group`. Names are in lower case. */
export function addWishlists(
  builder: DocumentBuilder,
  data: Readonly<Record<string, unknown>>,
): void {
  const notes = objectOf(data["notes"]) ?? {};
  for (const [itemId, list] of Object.entries(objectOf(data["wishlists"]) ?? {})) {
    const item = itemFrom("", itemId);
    for (const text of Array.isArray(list) ? (list as readonly unknown[]) : []) {
      const [who = "", order, kind] = lineFrom(text, 200).split("|");
      const isOff = /\(os\)/i.test(who);
      const person = builder.player(capitalized(who.replace(/\(os\)/i, "")));
      if (person === undefined || item.name === "") continue;
      const words = [kind === "1" ? "Prio" : "", isOff ? "OS" : "", lineFrom(notes[itemId], 100)];
      builder.add("wish", `${person} ${itemId} ${kind ?? ""}`, `${item.name}: ${who}`, {
        person,
        itemName: item.name,
        ...(item.id !== null && { itemId: item.id }),
        rank: Math.min(Math.max(1, Number(order) || 1), limits.loot.wishesMax),
        note: words.filter((word) => word !== "").join(" · "),
      });
    }
  }
}

function capitalized(name: string): string {
  const trimmed = name.trim();
  return trimmed.slice(0, 1).toUpperCase() + trimmed.slice(1);
}
