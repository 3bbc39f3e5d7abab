import { DocumentBuilder } from "../builder.ts";
import { type ImportFormat, unreadable } from "../format.ts";
import { objectOf, readJson } from "../json.ts";
import { hasColumns, tableRows } from "../table.ts";
import { addReserve, addReserves } from "./reserves.ts";

/** A sheet of softres.it: the answer of its API, older and newer, or its CSV. Reserves become wishes. */
export const softres: ImportFormat = {
  detect: (text) => isTable(text) || isJson(text),
  read: (text, context) => {
    const builder = new DocumentBuilder(context);
    if (isTable(text)) {
      for (const { cells } of tableRows(text)) addReserve(builder, cells, [cells["itemid"]]);
    } else {
      const data = objectOf(readJson(text));
      if (data === undefined) throw unreadable("The JSON is no sheet of softres.it.");
      addReserves(builder, data["reserved"] ?? data["reserves"]);
    }
    return builder.document({ format: "softres", source: "softres" });
  },
};

function isTable(text: string): boolean {
  return hasColumns(text, "itemid", "name", "class", "plus");
}

function isJson(text: string): boolean {
  return /^\s*\{/.test(text) && /"reserve[ds]"\s*:/.test(text.slice(0, 100_000));
}
