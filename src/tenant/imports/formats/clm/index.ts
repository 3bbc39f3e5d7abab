import type { ImportFormat, ReadContext } from "../format.ts";
import { hasColumns } from "../table.ts";
import { readClmExport } from "./export.ts";
import { readClmLedger } from "./ledger.ts";
import { readClmLoot } from "./loot-table.ts";

/** Core Loot Manager: its ledger in SavedVariables, exports as XML and JSON, and its loot list. */
export const clm: ImportFormat = {
  detect: (text) => isLedger(text) || isLoot(text) || isExport(text),
  read: (text: string, context: ReadContext) => {
    if (isLedger(text)) return readClmLedger(text, context);
    return isLoot(text) ? readClmLoot(text, context) : readClmExport(text, context);
  },
};

function isLedger(text: string): boolean {
  return /^\s*CLM2?_DB\s*=/m.test(text);
}

function isLoot(text: string): boolean {
  return hasColumns(text, "date", "name", "itemid", "id");
}

function isExport(text: string): boolean {
  const start = text.slice(0, 4_000);
  return /[<"](standings|lootHistory|pointHistory)[>"\s]/.test(start) && !/multidkp/.test(start);
}
