import { type LuaTable, type LuaValue, recordOf } from "../../../../kernel/lua-data.ts";
import type { ImportDocument } from "../../document.ts";
import { DocumentBuilder } from "../builder.ts";
import { dateFrom } from "../dates.ts";
import type { ReadContext } from "../format.ts";
import { luaOf } from "../lua.ts";
import { askDatabase } from "../parts.ts";
import { shortHash } from "../text.ts";
import { type AddonRow, addHistory, addLoot, addPlayer } from "./rows.ts";

/** The names of the addons' tables: MonDKP_, CommDKP_ and others. */
export const SAVED_TABLES = /^\s*(\w+)_(DKPTable|DKPHistory)\s*=/m;

type Kind = "DKPTable" | "DKPHistory" | "Loot" | "Archive";

/** The tables of one guild and team. */
type Team = Partial<Record<Kind, LuaTable>>;

/** Successors keep a table for each realm, guild and team; the first addon has only one. */
export function readSavedVariables(text: string, context: ReadContext): ImportDocument {
  const data = luaOf(text);
  const prefix = SAVED_TABLES.exec(text)?.[1] ?? "MonDKP";
  const teams = new Map<string, Team>();
  for (const kind of ["DKPTable", "DKPHistory", "Loot", "Archive"] as const) {
    const table = data.get(`${prefix}_${kind}`);
    if (table instanceof Map) addTeams(teams, kind, table, []);
  }
  const filled = [...teams].filter(([, team]) => team.DKPTable ?? team.DKPHistory ?? team.Loot);
  const builder = new DocumentBuilder(context);
  for (const [part, team] of askDatabase(builder, filled, context)) {
    builder.part = part;
    addTeam(builder, team, context);
  }
  const names: Readonly<Record<string, string>> = {
    MonDKP: "MonolithDKP",
    CommDKP: "CommunityDKP",
  };
  return builder.document({
    format: "monolithdkp",
    edition: names[prefix] ?? prefix,
    source: prefix.toLowerCase(),
  });
}

/** Finds the rows of each team. A table of rows has entries with a player. */
function addTeams(
  teams: Map<string, Team>,
  kind: Kind,
  table: LuaTable,
  path: readonly string[],
): void {
  if (isRows(table, kind)) {
    const name = path.join(" / ");
    teams.set(name, { ...teams.get(name), [kind]: table });
    return;
  }
  if (path.length >= 3) return;
  for (const [key, value] of table) {
    if (value instanceof Map && key !== "__default") {
      addTeams(teams, kind, value, [...path, String(key)]);
    }
  }
}

function isRows(table: LuaTable, kind: Kind): boolean {
  const marks = kind === "Archive" ? ["lifetime_gained", "deleted"] : ["player", "players"];
  return [...table.values()].some(
    (row) => row instanceof Map && marks.some((mark) => row.has(mark)),
  );
}

function addTeam(builder: DocumentBuilder, team: Team, context: ReadContext): void {
  const table = rowsIn(team.DKPTable);
  for (const row of table) addPlayer(builder, row);
  const history = byTime(rowsIn(team.DKPHistory));
  const byIndex = indexed(history);
  for (const row of history) {
    const date = dateFrom(row["date"], context);
    if (date === undefined) continue;
    const key = `history ${indexOf(builder, row)}`;
    addHistory(builder, row, { key, date: { at: date.at }, deleted: byIndex.get(row["deletes"]) });
  }
  const loot = byTime(rowsIn(team.Loot));
  const lootByIndex = indexed(loot);
  for (const row of loot) {
    const date = dateFrom(row["date"], context);
    if (date === undefined) continue;
    addLoot(builder, row, {
      key: indexOf(builder, row),
      date: { at: date.at },
      deleted: lootByIndex.get(row["deletes"]),
      isDeleted: lootByIndex.has(row["deletedby"]),
    });
  }
  addFormer(builder, team.Archive, new Set(table.map(({ player }) => player)));
}

/** Players that were deleted in the addon keep their history, without points. */
function addFormer(
  builder: DocumentBuilder,
  archive: LuaTable | undefined,
  present: ReadonlySet<unknown>,
): void {
  for (const [name, row] of archive ?? []) {
    if (!(row instanceof Map) || row.get("deleted") !== true || present.has(name)) continue;
    const person = builder.player(name, { isArchived: true });
    if (person === undefined) continue;
    builder.add("balance", person, `${String(name)}: 0`, { person, points: "0" });
  }
}

function rowsIn(table: LuaTable | undefined): readonly AddonRow[] {
  const rows = [...(table?.values() ?? [])];
  return rows.filter((row): row is LuaTable & LuaValue => row instanceof Map).map(recordOf);
}

/** The oldest first: an entry comes before the one that deletes it. */
function byTime(rows: readonly AddonRow[]): readonly AddonRow[] {
  return rows.toSorted((a, b) => Number(a["date"] ?? 0) - Number(b["date"] ?? 0));
}

function indexed(rows: readonly AddonRow[]): ReadonlyMap<unknown, AddonRow> {
  const withIndex = rows.filter((row) => row["index"] !== undefined);
  return new Map(withIndex.map((row) => [row["index"], row]));
}

/** The addon's own number of a row. Old versions have none: then its contents are its key. */
function indexOf(builder: DocumentBuilder, row: AddonRow): string {
  const index = row["index"];
  if (typeof index === "string" && index !== "")
    return index.length > 80 ? shortHash(index) : index;
  return builder.keyOf(
    "entry",
    ...["players", "player", "dkp", "date", "reason", "loot"].map((name) => row[name]),
  );
}
