import type { ImportDocument } from "../../document.ts";
import type { ImportFormat, ReadContext } from "../format.ts";
import { hasColumns } from "../table.ts";
import { readSavedVariables, SAVED_TABLES } from "./saved-variables.ts";
import { readTables } from "./tables.ts";
import { readMonolithXml } from "./xml.ts";

/**
 * MonolithDKP and its successors CommunityDKP and EssentialDKP: SavedVariables, and their exports as
 * CSV and XML.
 */
export const monolithdkp: ImportFormat = {
  detect: (text) => SAVED_TABLES.test(text) || isXml(text) || isTable(text),
  read: (text: string, context: ReadContext): ImportDocument => {
    if (isXml(text)) return readMonolithXml(text, context);
    return isTable(text) ? readTables(text, context) : readSavedVariables(text, context);
  },
};

/** Core Loot Manager has a `lootHistory` too, but no `lootentry`. */
function isXml(text: string): boolean {
  return /<(dkptable|dkphistory|lootentry)[\s/>]/i.test(text.slice(0, 20_000));
}

function isTable(text: string): boolean {
  return (
    hasColumns(text, "player", "dkp", "lifetimegained") ||
    hasColumns(text, "player", "dkp", "date", "reason") ||
    hasColumns(text, "player", "itemname", "cost", "date")
  );
}
