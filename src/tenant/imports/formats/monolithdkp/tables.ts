import type { ImportDocument } from "../../document.ts";
import { DocumentBuilder } from "../builder.ts";
import { DateOrder, dateFrom } from "../dates.ts";
import type { ReadContext } from "../format.ts";
import { askDateOrder } from "../order.ts";
import { tableRows } from "../table.ts";
import { type AddonRow, addHistory, addLoot, addPlayer, type RowDate } from "./rows.ts";

/** An export as CSV: the table of points, the history, or the loot. Rows have no ids. */
export function readTables(text: string, context: ReadContext): ImportDocument {
  return documentOf(
    tableRows(text).map(({ cells }) => cells),
    context,
    "CSV",
  );
}

/** Rows of any of the three tables. A row's members say which table it belongs to. */
export function documentOf(
  rows: readonly AddonRow[],
  context: ReadContext,
  edition: string,
): ImportDocument {
  const builder = new DocumentBuilder(context);
  const dates = rows.map((row) => dateFrom(row["date"] ?? row["timestamp"], context));
  const order = new DateOrder();
  for (const date of dates) order.see(date);
  for (const [at, row] of rows.entries()) addRow(builder, row, dates[at] && order.of(dates[at]));
  askDateOrder(builder, order);
  return builder.document({ format: "monolithdkp", edition, source: "mondkp-export" });
}

function addRow(builder: DocumentBuilder, row: AddonRow, date: RowDate | undefined): void {
  const time = row["date"] ?? row["timestamp"];
  if (row["itemname"] !== undefined) {
    if (date === undefined) return;
    const contents = [row["player"], row["itemnumber"], row["itemname"], time, row["cost"]];
    const key = builder.keyOf("loot", ...contents);
    addLoot(builder, row, { date, deleted: undefined, key, isDeleted: false });
    return;
  }
  if (row["reason"] === undefined) {
    addPlayer(builder, row);
    return;
  }
  if (date === undefined) return;
  const players = row["player"] ?? row["playerstring"] ?? row["players"];
  const key = builder.keyOf("entry", players, row["dkp"], time, row["reason"]);
  addHistory(builder, row, { date, deleted: undefined, key });
}
