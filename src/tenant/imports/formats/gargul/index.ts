import { type LuaTable, tableAt } from "../../../../kernel/lua-data.ts";
import { limits } from "../../../../limits.ts";
import { lootFileKeyIn } from "../../../loot/file-keys.ts";
import type { ImportDocument } from "../../document.ts";
import { isPackedText, unpackedText } from "../base64.ts";
import { DocumentBuilder } from "../builder.ts";
import { classOfNumber } from "../clm/guid.ts";
import { DateOrder, dateFrom } from "../dates.ts";
import { type ImportFormat, type ReadContext, unreadable } from "../format.ts";
import { objectOf, readJson } from "../json.ts";
import { luaOf } from "../lua.ts";
import { askDateOrder } from "../order.ts";
import { addReserves } from "../softres/reserves.ts";
import { headerOf, tableRows } from "../table.ts";
import { itemFrom, lineFrom } from "../text.ts";
import { addWishlists } from "./wishlists.ts";

/**
 * Gargul: the award history in SavedVariables, lines of its award template, and what other tools paste
 * into it as base64 (wishes of thatsmybis, reserves of softres).
 */
export const gargul: ImportFormat = {
  detect: (text) => isSaved(text) || isLines(text) || isPackedText(text),
  read: (text, context) => {
    if (isSaved(text)) return readSaved(text, context);
    return isLines(text) ? readLines(text, context) : readPacked(text, context);
  },
};

const DISENCHANTED = /^(\|\|de\|\||_disenchanted)$/;

function isSaved(text: string): boolean {
  return /^\s*GargulDB\s*=/m.test(text);
}

function isLines(text: string): boolean {
  const { names } = headerOf(text.slice(0, 2_000));
  return /^\ufeff?\s*@\w+/.test(text) && names.includes("winner") && names.includes("id");
}

function readSaved(text: string, context: ReadContext): ImportDocument {
  const root = luaOf(text).get("GargulDB");
  const awards = root instanceof Map ? tableAt(root, "AwardHistory") : undefined;
  const builder = new DocumentBuilder(context);
  const rows = [...(awards?.values() ?? [])].filter((row): row is LuaTable => row instanceof Map);
  const time = (row: LuaTable) => Number(row.get("timestamp") ?? 0);
  for (const row of rows.toSorted((a, b) => time(a) - time(b))) {
    if (row.get("received") === false) continue;
    const winner = lineFrom(row.get("awardedTo"), 80);
    addAward(builder, {
      key: lineFrom(row.get("checksum"), 80),
      winner,
      item: itemFrom(row.get("itemLink"), row.get("itemID")),
      date: dateFrom(row.get("timestamp"), context),
      isOff: row.get("OS") === true,
      note: row.get("SR") === true ? "Soft reserve" : "",
      class: classOfNumber(row.get("winnerClass")),
    });
  }
  return builder.document({ format: "gargul", edition: "SavedVariables", source: "gargul" });
}

function readLines(text: string, context: ReadContext): ImportDocument {
  const builder = new DocumentBuilder(context);
  const order = new DateOrder();
  const rows = tableRows(text).map(({ cells }) => {
    const own = lootFileKeyIn(cells["checksum"] ?? "");
    const date = own
      ? dateFrom(own.seconds, context)
      : dateFrom(cells["yearmonthday"] || cells["date"], context, cells["time"] ?? "");
    return { cells, date };
  });
  for (const { date } of rows) order.see(date);
  for (const { cells, date } of rows) {
    const [winner = "", id, name] = [cells["winner"], cells["id"], cells["item"]];
    addAward(builder, {
      key: cells["checksum"] || builder.keyOf("loot", id, winner, date?.at, cells["time"]),
      winner: cells["realm"] ? `${winner}-${cells["realm"]}` : winner,
      item: itemFrom(name, id),
      date: date && order.of(date),
      isOff: /^(1|true|yes)$/i.test(cells["os"] ?? ""),
      note: "",
      class: undefined,
    });
  }
  askDateOrder(builder, order);
  return builder.document({ format: "gargul", edition: "lines", source: "gargul" });
}

interface Award {
  readonly key: string;
  readonly winner: string;
  readonly item: { readonly name: string; readonly id: number | null };
  readonly date: { readonly at: number; readonly atOther?: number } | undefined;
  readonly isOff: boolean;
  readonly note: string;
  readonly class: ReturnType<typeof classOfNumber>;
}

function addAward(builder: DocumentBuilder, award: Award): void {
  const { item, date, winner } = award;
  const isDisenchanted = DISENCHANTED.test(winner);
  const person = isDisenchanted ? undefined : builder.player(winner, { class: award.class });
  const problem =
    date === undefined
      ? "bad-date"
      : item.name === ""
        ? "bad-item"
        : person === undefined && !isDisenchanted
          ? "bad-players"
          : undefined;
  builder.add(
    "loot",
    award.key,
    `${item.name}: ${winner}`,
    {
      itemName: item.name,
      itemId: item.id,
      fate: isDisenchanted ? "disenchanted" : "person",
      person: person ?? null,
      spec: award.isOff ? "off" : "main",
      note: lineFrom(award.note, limits.loot.noteCharsMax),
      ...(date ?? { at: 0 }),
      ...(lootFileKeyIn(award.key) !== undefined && { fileKey: award.key }),
    },
    problem,
  );
}

function readPacked(text: string, context: ReadContext): ImportDocument {
  const data = objectOf(readJson(unpackedText(text)));
  const builder = new DocumentBuilder(context);
  if (data?.["softreserves"] !== undefined) {
    addReserves(builder, data["softreserves"]);
    return builder.document({ format: "softres", edition: "Gargul", source: "softres" });
  }
  if (data?.["wishlists"] === undefined) {
    throw unreadable("The pasted text has no wishes and no reserves. Copy the export again.");
  }
  addWishlists(builder, data);
  return builder.document({ format: "gargul", edition: "thatsmybis", source: "thatsmybis" });
}
