import { limits } from "../../../../limits.ts";
import { classFrom } from "../../../roster/classes.ts";
import type { DocumentBuilder } from "../builder.ts";
import { itemsOf } from "../json.ts";
import { itemFrom, lineFrom } from "../text.ts";

/** Reserves as softres.it gives them: each player with items, as ids or as objects with an id. */
export function addReserves(builder: DocumentBuilder, reserves: unknown): void {
  for (const row of itemsOf(reserves)) {
    const items = Array.isArray(row["items"]) ? (row["items"] as readonly unknown[]) : [];
    const ids = items.map((one) => (typeof one === "object" && one ? Object.values(one)[0] : one));
    addReserve(builder, row, ids);
  }
}

/** The items that one player reserves, the first one wanted most. */
export function addReserve(
  builder: DocumentBuilder,
  row: Readonly<Record<string, unknown>>,
  ids: readonly unknown[],
): void {
  const person = builder.player(row["name"], { class: classFrom(lineFrom(row["class"], 40)) });
  const note = lineFrom(row["note"], limits.loot.noteCharsMax);
  ids.forEach((id, at) => {
    const item = itemFrom("", id);
    if (person === undefined || item.name === "") return;
    const rank = Math.min(at + 1, limits.loot.wishesMax);
    const label = `${item.name}: ${lineFrom(row["name"], 40)}`;
    const key = builder.keyOf("wish", person, item.id);
    builder.add("wish", key, label, { person, itemName: item.name, rank, note });
  });
}
