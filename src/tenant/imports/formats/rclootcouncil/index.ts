import { DAY_MS } from "../../../../kernel/time.ts";
import { limits } from "../../../../limits.ts";
import { lootFileKeyIn } from "../../../loot/file-keys.ts";
import { classFrom } from "../../../roster/classes.ts";
import type { ImportDocument } from "../../document.ts";
import { DocumentBuilder } from "../builder.ts";
import { DateOrder, dateFrom, type ReadDate } from "../dates.ts";
import { type ImportFormat, type ReadContext, SourceRefused } from "../format.ts";
import { itemsOf, readJson } from "../json.ts";
import { askDateOrder } from "../order.ts";
import { columnName, hasColumns, tableRows } from "../table.ts";
import { itemFrom, lineFrom } from "../text.ts";

type Row = Readonly<Record<string, unknown>>;

/** The history of RCLootCouncil as CSV, as tab-separated values or as JSON, with the same names. */
export const rclootcouncil: ImportFormat = {
  detect: (text) =>
    hasColumns(text, "player", "itemid", "response") || isJson(text) || isPlayerExport(text),
  read: (text, context) => {
    if (isPlayerExport(text)) {
      throw new SourceRefused(
        "imports/unreadable",
        "This is the player export of RCLootCouncil, for the addon only. Export the history as CSV or JSON.",
      );
    }
    const rows = isJson(text)
      ? itemsOf(readJson(text)).map(folded)
      : tableRows(text).map(({ cells }) => cells);
    return documentOf(rows, context);
  },
};

function isPlayerExport(text: string): boolean {
  return /^\s*\^1\^T/.test(text);
}

function isJson(text: string): boolean {
  const start = text.slice(0, 4_000);
  return /^\s*\[/.test(start) && /"itemID"/i.test(start) && /"response(ID)?"/.test(start);
}

function documentOf(rows: readonly Row[], context: ReadContext): ImportDocument {
  const builder = new DocumentBuilder(context);
  const dates = rows.map((row) => dateOf(row, context));
  const order = new DateOrder();
  for (const date of dates) order.see(date);
  for (const [at, row] of rows.entries()) addRow(builder, row, dates[at], { order, context });
  askDateOrder(builder, order);
  return builder.document({ format: "rclootcouncil", source: "rclootcouncil" });
}

/** Files of a guild here tell the second in the id, whatever the zone of the reader. */
function dateOf(row: Row, context: ReadContext): ReadDate | undefined {
  const own = lootFileKeyIn(lineFrom(row["id"], 60));
  return own === undefined
    ? dateFrom(row["date"], context, lineFrom(row["time"], 20))
    : dateFrom(own.seconds, context);
}

/** Ids are not unique in long histories: the player, the id and the item together are. */
function addRow(
  builder: DocumentBuilder,
  row: Row,
  date: ReadDate | undefined,
  { order, context }: { readonly order: DateOrder; readonly context: ReadContext },
): void {
  const item = itemFrom(row["item"] ?? row["itemname"], row["itemid"]);
  const player = lineFrom(row["player"], 80);
  const id = lineFrom(row["id"], 60);
  if (player === "" && item.name === "") return;
  const fate = fateOf(row);
  const person = fate === "person" ? builder.player(player, { class: classOf(row) }) : undefined;
  const response = lineFrom(row["response"], 80);
  const isOwn = lootFileKeyIn(id) !== undefined;
  const key = id === "" ? builder.keyOf("loot", player, row["date"], row["time"], item.id) : null;
  const problem =
    item.name === ""
      ? "bad-item"
      : date === undefined
        ? "bad-date"
        : fate === "person" && person === undefined
          ? "bad-players"
          : undefined;
  const remark = date && isElsewhen(id, date.at, context) ? "date-differs" : undefined;
  builder.add(
    "loot",
    key ?? `${player} ${id} ${String(item.id ?? item.name)}`,
    `${item.name}: ${player}`,
    {
      itemName: item.name,
      itemId: item.id,
      fate,
      person: person ?? null,
      spec: /off\s*-?spec|\bos\b/i.test(response) ? "off" : "main",
      boss: lineFrom(row["boss"], limits.loot.noteCharsMax),
      note: isOwn
        ? lineFrom(row["note"], limits.loot.noteCharsMax)
        : [response, lineFrom(row["note"], 110)].filter((text) => text !== "").join(": "),
      ...(date ? order.of(date) : { at: 0 }),
      ...(isOwn && { fileKey: id }),
    },
    problem,
    remark,
  );
}

/** The id begins with the time of the award. A clock that was wrong gives another day. */
function isElsewhen(id: string, at: number, context: ReadContext): boolean {
  const seconds = /^(\d{9,10})-/.exec(id)?.[1];
  const award = seconds === undefined ? undefined : dateFrom(Number(seconds), context);
  return award !== undefined && Math.abs(award.at - at) > DAY_MS;
}

function fateOf(row: Row): "person" | "disenchanted" | "bank" {
  if (String(row["isawardreason"]) !== "true") return "person";
  const response = lineFrom(row["response"], 80);
  if (/disenchant|entzauber|desencant|désenchant/i.test(response)) return "disenchanted";
  return /\bbank(ing)?\b|banco/i.test(response) ? "bank" : "person";
}

function classOf(row: Row) {
  return classFrom(lineFrom(row["class"], 40));
}

function folded(row: Row): Row {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [columnName(name), value]));
}
