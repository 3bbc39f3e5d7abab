import { type LuaTable, listOf, tableAt } from "../../../../kernel/lua-data.ts";
import type { ImportDocument } from "../../document.ts";
import { DocumentBuilder } from "../builder.ts";
import type { ReadContext } from "../format.ts";
import { luaOf } from "../lua.ts";
import { askDatabase } from "../parts.ts";
import { entryTime, LedgerReplay, uidOf } from "./replay.ts";

/**
 * The ledger of the addon. A file has one database per faction, realm and guild, and a database may have
 * several rosters, each with its own points. They are never merged.
 */
export function readClmLedger(text: string, context: ReadContext): ImportDocument {
  const data = luaOf(text);
  const parts = [...data.values()]
    .flatMap((root) => (root instanceof Map ? [...root] : []))
    .flatMap(([name, database]) =>
      database instanceof Map ? partsOf(String(name), entriesOf(database)) : [],
    );
  const builder = new DocumentBuilder(context);
  for (const [part, { entries, roster }] of askDatabase(builder, parts, context)) {
    builder.part = part;
    const replay = new LedgerReplay(builder, roster);
    for (const entry of entries) replay.apply(entry);
    replay.finish();
  }
  return builder.document({ format: "clm", edition: "SavedVariables", source: "clm" });
}

/** The entries of a database in their order, without the ones that a later entry ignores. */
function entriesOf(database: LuaTable): readonly LuaTable[] {
  const ledger = tableAt(database, "ledger") ?? new Map();
  const entries = listOf(ledger).filter((entry): entry is LuaTable => entry instanceof Map);
  const ignored = new Set(
    entries.map((entry) => entry.get("ref")).filter((ref) => ref !== undefined),
  );
  return entries
    .filter((entry) => !ignored.has(uidOf(entry)) && !entry.has("ref"))
    .toSorted((a, b) => entryTime(a) - entryTime(b));
}

interface Part {
  readonly entries: readonly LuaTable[];
  /** The roster whose points count; undefined for a database with one. */
  readonly roster: unknown;
}

function partsOf(
  name: string,
  entries: readonly LuaTable[],
): readonly (readonly [name: string, part: Part])[] {
  if (entries.length === 0) return [];
  const rosters = entries.filter((entry) => entry.get("_d") === "R0");
  if (rosters.length < 2) return [[name, { entries, roster: undefined }]];
  return rosters.map((entry) => [
    `${name} / ${String(entry.get("n") ?? entry.get("r"))}`,
    { entries, roster: entry.get("r") },
  ]);
}
