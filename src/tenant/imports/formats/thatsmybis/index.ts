import { limits } from "../../../../limits.ts";
import { lootFileKeyIn } from "../../../loot/file-keys.ts";
import type { ImportDocument } from "../../document.ts";
import { DocumentBuilder } from "../builder.ts";
import { dateFrom } from "../dates.ts";
import type { ImportFormat, ReadContext } from "../format.ts";
import { hasColumns, tableRows } from "../table.ts";
import { itemFrom, lineFrom } from "../text.ts";
import { addAttendance } from "./attendance.ts";
import { isCharacters, readCharacters } from "./characters.ts";
import { playerOf } from "./player.ts";

type Cells = Readonly<Record<string, string>>;

/** Loot, wishes and attendance of thatsmybis, as CSV with today's and older headers, and as JSON. */
export const thatsmybis: ImportFormat = {
  detect: (text) => isLoot(text) || isAttendance(text) || isCharacters(text),
  read: (text, context): ImportDocument => {
    if (isCharacters(text)) return readCharacters(text, context);
    const builder = new DocumentBuilder(context);
    const isOfRaids = isAttendance(text);
    for (const { cells } of tableRows(text)) {
      if (isOfRaids) addAttendance(builder, cells, context);
      else addLootRow(builder, cells, context);
    }
    const edition = isOfRaids ? "attendance" : "loot";
    return builder.document({ format: "thatsmybis", edition, source: "thatsmybis" });
  },
};

function isLoot(text: string): boolean {
  return (
    hasColumns(text, "type", "charactername", "itemname") ||
    hasColumns(text, "charactername", "itemid", "receivedat")
  );
}

function isAttendance(text: string): boolean {
  return hasColumns(text, "raiddate", "charactername", "credit");
}

function addLootRow(builder: DocumentBuilder, cells: Cells, context: ReadContext): void {
  const person = playerOf(builder, cells);
  const item = itemFrom(cells["itemname"], cells["itemid"]);
  const type = cells["type"] || "received";
  const label = `${item.name}: ${cells["charactername"] ?? ""}`;
  const isOff = /^(1|true|yes)$/i.test(cells["isoffspec"] ?? "");
  if (type === "received") {
    const own = lootFileKeyIn(cells["importid"] ?? "");
    const date = own
      ? dateFrom(own.seconds, context)
      : dateFrom(cells["receivedat"] || cells["createdat"], context);
    const key = cells["importid"]
      ? `import ${cells["importid"]}`
      : builder.keyOf("loot", cells["charactername"], cells["itemid"] || item.name, date?.at);
    const problem =
      item.name === ""
        ? "bad-item"
        : date === undefined
          ? "bad-date"
          : person === undefined
            ? "bad-players"
            : undefined;
    const remark = item.id === null && item.name !== "" ? "no-item-id" : undefined;
    builder.add(
      "loot",
      key,
      label,
      {
        itemName: item.name,
        itemId: item.id,
        fate: "person",
        person: person ?? null,
        spec: isOff ? "off" : "main",
        boss: lineFrom(cells["sourcename"], limits.loot.noteCharsMax),
        note: lineFrom(cells["note"], limits.loot.noteCharsMax),
        at: date?.at ?? 0,
        ...(own !== undefined && { fileKey: cells["importid"]! }),
      },
      problem,
      remark,
    );
    return;
  }
  if (type !== "wishlist" && type !== "prio") return;
  const words = [type === "prio" ? "Prio" : "", isOff ? "OS" : "", lineFrom(cells["note"], 120)];
  builder.add(
    "wish",
    builder.keyOf("wish", cells["charactername"], cells["itemid"] || item.name, type),
    label,
    {
      person: person ?? "",
      itemName: item.name,
      ...(item.id !== null && { itemId: item.id }),
      rank: Math.min(Math.max(1, Number(cells["sortorder"]) || 1), limits.loot.wishesMax),
      note: words.filter((word) => word !== "").join(" · "),
    },
    item.name === "" ? "bad-item" : person === undefined ? "bad-players" : undefined,
  );
}
