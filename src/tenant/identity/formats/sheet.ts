import { type CsvRow, parseCsv } from "../../../kernel/csv.ts";
import { splitName } from "../../../kernel/game/characters.ts";
import { realmKey } from "../../../kernel/game/realms.ts";
import { cleanName, foldName } from "../../../kernel/names.ts";
import { limits } from "../../../limits.ts";
import type { GameCharacter } from "../matching/world.ts";

type SheetName = "characters" | "discordIds";

/**
 * `no-column`: the header lacks a column. `no-name`: the cell is empty or no name. `bad-id`: no
 * Discord id. `rounded-id`: a spreadsheet turned the id into a number and lost its last digits.
 * `twice`: the line says something else than an earlier one. `no-id`: the other sheet has no id for
 * this name. `no-character`: the guild has no such character. `ambiguous`: it has several.
 */
type SheetFault =
  | "no-column"
  | "no-name"
  | "bad-id"
  | "rounded-id"
  | "twice"
  | "no-id"
  | "no-character"
  | "ambiguous"
  | "too-many-lines";

export interface SheetProblem {
  readonly sheet: SheetName;
  /** Counted from 1, as spreadsheets count. */
  readonly line: number;
  readonly fault: SheetFault;
  /** The cell or the column that is meant. */
  readonly text: string;
}

/** A row of the sheet that becomes a link with the source `migrated_sheet`. */
export interface SheetLink {
  readonly line: number;
  readonly characterId: string;
  readonly discordId: string;
  /** What the sheet calls the person. */
  readonly personName: string;
  readonly isMain: boolean;
}

export interface SheetResult {
  readonly links: readonly SheetLink[];
  /** The first ones, at most `limits.identity.sheetProblemsMax`. */
  readonly problems: readonly SheetProblem[];
  readonly problemCount: number;
}

const COLUMNS = {
  discord: ["discord", "discordname", "person", "player"],
  discordId: ["discordid", "id", "snowflake"],
  character: ["character", "charactername", "name"],
  realm: ["realm", "server"],
  main: ["mainalt", "main"],
} as const;

/**
 * Reads the two sheets of the old system: `Discord,Character,…,MainAlt` and `Discord,DiscordID`.
 * Columns are found by name, in any order; others are left alone. Names of people are compared
 * without case. The characters are those of the guild.
 */
export function readSheets(
  sheets: { readonly characters: string; readonly discordIds: string },
  known: readonly GameCharacter[],
): SheetResult {
  const problems: SheetProblem[] = [];
  const ids = idsOf(new Sheet("discordIds", sheets.discordIds, problems));
  const byName = Map.groupBy(known, (one) => foldName(one.name));
  const links = new Map<string, SheetLink>();
  for (const row of new Sheet("characters", sheets.characters, problems).rows(
    "discord",
    "character",
  )) {
    const person = row.cell("discord");
    const found = characterOf(byName, row.cell("character"), row.cell("realm"));
    const discordId = ids.get(foldName(person));
    if (person === "") row.fault("no-name", "");
    else if (typeof found === "string") row.fault(found, row.cell("character"));
    else if (discordId === undefined) row.fault("no-id", person);
    else if ((links.get(found.id)?.discordId ?? discordId) !== discordId)
      row.fault("twice", found.name);
    else if (!links.has(found.id)) {
      const isMain = /^(main|yes|x|true|1|s[ií])$/i.test(row.cell("main"));
      const { line } = row;
      links.set(found.id, { line, characterId: found.id, discordId, personName: person, isMain });
    }
  }
  return {
    links: [...links.values()],
    problems: problems.slice(0, limits.identity.sheetProblemsMax),
    problemCount: problems.length,
  };
}

function idsOf(sheet: Sheet): ReadonlyMap<string, string> {
  const ids = new Map<string, string>();
  for (const row of sheet.rows("discord", "discordId")) {
    const name = foldName(row.cell("discord"));
    const id = row.cell("discordId").replace(/^['"<@!]+|[>'"]+$/g, "");
    if (name === "") row.fault("no-name", "");
    else if (/^\d(?:[.,]\d+)?e\+?\d+$/i.test(id)) row.fault("rounded-id", id);
    else if (!/^[1-9]\d{0,19}$/.test(id)) row.fault("bad-id", id);
    else if ((ids.get(name) ?? id) !== id) row.fault("twice", row.cell("discord"));
    else ids.set(name, id);
  }
  return ids;
}

function characterOf(
  byName: ReadonlyMap<string, readonly GameCharacter[]>,
  text: string,
  realm: string,
): GameCharacter | "no-name" | "no-character" | "ambiguous" {
  const split = splitName("retail", text);
  if (split === undefined) return "no-name";
  const wanted = realmKey(split.realm ?? realm);
  const named = (byName.get(foldName(split.name)) ?? []).filter(
    (one) => wanted === "" || one.realmKey === wanted,
  );
  const present = named.filter((one) => one.isPresent);
  const [found, second] = present.length > 0 ? present : named;
  if (found === undefined) return "no-character";
  return second === undefined ? found : "ambiguous";
}

type Column = keyof typeof COLUMNS;

interface SheetRow {
  readonly line: number;
  readonly cell: (column: Column) => string;
  readonly fault: (fault: SheetFault, text: string) => void;
}

/** A sheet with its header. What is wrong with it goes into `problems`. */
class Sheet {
  readonly #name: SheetName;
  readonly #header: readonly string[];
  readonly #rows: readonly CsvRow[];
  readonly #problems: SheetProblem[];

  constructor(name: SheetName, text: string, problems: SheetProblem[]) {
    // The header, the lines, and one more that says that there are too many.
    const [header, ...rows] = parseCsv(text, limits.identity.sheetLinesMax + 2);
    this.#name = name;
    this.#header = (header?.cells ?? []).map((cell) => cell.toLowerCase().replace(/[^a-z]/g, ""));
    this.#rows = rows;
    this.#problems = problems;
  }

  *rows(...needed: readonly Column[]): Generator<SheetRow> {
    const missing = needed.filter((column) => this.#column(column) < 0);
    for (const column of missing) this.#fault(1, "no-column", COLUMNS[column][0]);
    if (missing.length > 0) return;
    for (const [index, { line, cells }] of this.#rows.entries()) {
      if (index >= limits.identity.sheetLinesMax) return this.#fault(line, "too-many-lines", "");
      yield {
        line,
        cell: (column) => cleanName(cells[this.#column(column)] ?? ""),
        fault: (fault, text) => this.#fault(line, fault, text),
      };
    }
  }

  #column(column: Column): number {
    const names: readonly string[] = COLUMNS[column];
    return this.#header.findIndex((name) => names.includes(name));
  }

  #fault(line: number, fault: SheetFault, text: string): void {
    this.#problems.push({ sheet: this.#name, line, fault, text: [...text].slice(0, 60).join("") });
  }
}
