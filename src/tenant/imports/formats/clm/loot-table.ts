import type { ImportDocument } from "../../document.ts";
import { DocumentBuilder } from "../builder.ts";
import { DateOrder, dateFrom } from "../dates.ts";
import type { ReadContext } from "../format.ts";
import { askDateOrder } from "../order.ts";
import { tableRows } from "../table.ts";
import { itemFrom } from "../text.ts";

/** The loot list for thatsmybis: `date,name,itemID,id`. The id begins with the time of the award. */
export function readClmLoot(text: string, context: ReadContext): ImportDocument {
  const builder = new DocumentBuilder(context);
  const rows = tableRows(text).map(({ cells }) => {
    const seconds = /^\d{9,10}/.exec(cells["id"] ?? "")?.[0];
    const exact = seconds === undefined ? undefined : dateFrom(Number(seconds), context);
    return { cells, date: exact ?? dateFrom(cells["date"], context) };
  });
  const order = new DateOrder();
  for (const { date } of rows) order.see(date);
  for (const { cells, date } of rows) {
    const item = itemFrom("", cells["itemid"]);
    const person = builder.player(cells["name"]);
    if (date === undefined || item.name === "") continue;
    const key = cells["id"] || builder.keyOf("loot", cells["date"], cells["name"], cells["itemid"]);
    const loot = { itemName: item.name, itemId: item.id, fate: "person" } as const;
    builder.add(
      "loot",
      `${key} ${person ?? ""}`,
      `${item.name}: ${cells["name"] ?? ""}`,
      { ...loot, person: person ?? null, ...order.of(date) },
      person === undefined ? "bad-players" : undefined,
    );
  }
  askDateOrder(builder, order);
  return builder.document({ format: "clm", edition: "CSV", source: "clm-loot" });
}
