import { parseRows, SEPARATORS, type Separator, type SourceRow } from "../../kernel/csv.ts";
import { cleanName, isVisible } from "../../kernel/names.ts";
import { limits } from "../../limits.ts";
import { type ClassId, classFrom, roleFrom, specFrom } from "./classes.ts";
import { foldLetters, foldWord, isReadable, type Place, placeFrom, placeKey } from "./names.ts";
import type { RaidRole } from "./schema.ts";

/** Why a line is not imported. The texts say what to do. */
export type LineProblem =
  | "no-name"
  | "name-too-long"
  | "name-unreadable"
  | "realm-too-long"
  | "two-realms"
  | "no-class"
  | "unknown-class"
  | "unknown-spec"
  | "unknown-role"
  | "other-separator"
  | "twice"
  | "realm-missing"
  | "main-missing"
  | "main-loop"
  | "two-mains"
  | "bad-person"
  | "other-person"
  | "person-taken"
  | "archived"
  | "status"
  | "too-many-lines";

/** One line of pasted text with its character, or with its problems. */
export interface PastedLine {
  /** The first line of the record, counted from 1. */
  readonly line: number;
  readonly text: string;
  readonly problems: readonly LineProblem[];
  readonly character?: PastedCharacter;
  /** On a line without a character: the name of a person who has none. */
  readonly person?: string;
}

export interface PastedCharacter {
  readonly name: string;
  readonly realm: string;
  readonly class: ClassId;
  readonly spec: string;
  readonly role: RaidRole | null;
  /** The name of the person, if the sheet has a column for it. */
  readonly person?: string;
  /** For an alt: the name of its main, `Name-Realm` for a main on a realm. Empty if the line names none. */
  readonly mainName?: string;
  /** The line says that this is the person's main. */
  readonly isMain?: true;
}

type Column = "name" | "class" | "spec" | "role" | "main" | "realm" | "person" | "status";

const HEADERS: Readonly<Record<string, Column>> = {
  name: "name",
  character: "name",
  charactername: "name",
  nombre: "name",
  personaje: "name",
  class: "class",
  clase: "class",
  spec: "spec",
  specialisation: "spec",
  specialization: "spec",
  especializacion: "spec",
  role: "role",
  raidrole: "role",
  rol: "role",
  funcion: "role",
  main: "main",
  mainalt: "main",
  altof: "main",
  principal: "main",
  realm: "realm",
  server: "realm",
  reino: "realm",
  servidor: "realm",
  person: "person",
  player: "person",
  member: "person",
  discord: "person",
  persona: "person",
  jugador: "person",
  miembro: "person",
  status: "status",
  estado: "status",
  charakter: "name",
  nom: "name",
  personnage: "name",
  nome: "name",
  personaggio: "name",
  personagem: "name",
  имя: "name",
  персонаж: "name",
  이름: "name",
  캐릭터: "name",
  名字: "name",
  名称: "name",
  角色: "name",
  klasse: "class",
  classe: "class",
  класс: "class",
  직업: "class",
  职业: "class",
  spezialisierung: "spec",
  specializzazione: "spec",
  especializacao: "spec",
  специализация: "spec",
  전문화: "spec",
  专精: "spec",
  專精: "spec",
  rolle: "role",
  ruolo: "role",
  funcao: "role",
  роль: "role",
  역할: "role",
  职责: "role",
  職責: "role",
  職業: "class",
};

/** The columns by their folded names: Cyrillic and Korean letters are taken apart like accents. */
const BY_HEADER = new Map(
  Object.entries(HEADERS).map(([name, column]) => [foldLetters(name), column]),
);
const PLAIN_ORDER: readonly Column[] = ["name", "class", "spec", "role", "main", "realm"];

type Columns = readonly (Column | undefined)[];

/**
 * Parses a pasted roster: CSV (RFC 4180) with commas, semicolons or tabs, with or without a header line,
 * in the languages of the game's clients. Never throws. Returns every line that is not blank, valid or
 * not. `isKnown` says whether the guild has a character at this `placeKey`. It keeps stored names that
 * contain a hyphen.
 */
export function parseRoster(
  text: string,
  isKnown: (key: string) => boolean = () => false,
): readonly PastedLine[] {
  const { rows, separator } = tableOf(text);
  const columns = headerOf(rows[0]?.cells ?? []);
  const seen = new Set<string>();
  return (columns ? rows.slice(1) : rows).map((row, index): PastedLine => {
    const { line, text: source } = row;
    if (index >= limits.roster.pasteLinesMax) {
      return { line, text: source, problems: ["too-many-lines"] };
    }
    const read = readLine(row, columns ?? PLAIN_ORDER, seen, isKnown);
    const isForeign = read.problems.length > 0 && hasOtherSeparator(row, separator, columns);
    return isForeign ? { line, text: source, problems: ["other-separator"] } : read;
  });
}

/** Parses the text with the separator that fits its beginning. */
function tableOf(text: string): { rows: readonly SourceRow[]; separator: Separator } {
  // Report a text that is far too long on its first lines only.
  const rowsMax = limits.roster.pasteLinesMax + limits.roster.pasteLinesNamedMax;
  const separator = separatorOf(text.slice(0, limits.roster.pasteSampleChars), rowsMax);
  return { rows: parseRows(text, separator, rowsMax), separator };
}

/** The separator with which the first row is a header, or with which most rows have as many cells. */
function separatorOf(text: string, rowsMax: number): Separator {
  const tables = SEPARATORS.filter((one) => one === "," || text.includes(one)).map((separator) => {
    const rows = parseRows(text, separator, rowsMax);
    const widths = Map.groupBy(rows, ({ cells }) => cells.length);
    widths.delete(1);
    const fitting = Math.max(0, ...[...widths.values()].map((same) => same.length));
    const hasHeader = headerOf(rows[0]?.cells ?? []) !== undefined;
    return { separator, fit: hasHeader ? Number.POSITIVE_INFINITY : fitting };
  });
  return tables.reduce((best, one) => (one.fit > best.fit ? one : best)).separator;
}

/** True for a line that has one cell, or no known class, but has both with another separator. */
function hasOtherSeparator(
  row: SourceRow,
  separator: Separator,
  columns: Columns | undefined,
): boolean {
  return SEPARATORS.some((other) => {
    if (other === separator || !row.text.includes(other)) return false;
    const cells = row.text.split(other).map((cell) => cell.trim().replace(/^"(.*)"$/, "$1"));
    const at = (columns ?? PLAIN_ORDER).indexOf("class");
    return classFrom(cells[at] ?? "") !== undefined || (row.cells.length === 1 && cells.length > 1);
  });
}

/** Whether these are the names of columns of a roster. */
export function isRosterHeader(names: readonly string[]): boolean {
  return headerOf(names) !== undefined;
}

type Value = (column: Column) => string;

function readLine(
  row: SourceRow,
  columns: Columns,
  seen: Set<string>,
  isKnown: (key: string) => boolean,
): PastedLine {
  const value: Value = (column) => {
    const at = columns.indexOf(column);
    return at < 0 ? "" : cleanName(withoutGuard(row.cells[at] ?? ""));
  };
  const { line, text } = row;
  if (isPersonLine(value, columns)) {
    const person = value("person");
    const problems = personProblems(value);
    return { line, text, problems, ...(problems.length === 0 && { person }) };
  }
  const place = placeFrom(value("name"), value("realm"), isKnown);
  const problems = placeProblems(place, value);
  if (place && problems.length === 0) {
    const key = placeKey(place);
    if (seen.has(key)) problems.push("twice");
    seen.add(key);
  }
  const classId = classFrom(value("class"));
  if (value("class") === "") problems.push("no-class");
  else if (!classId) problems.push("unknown-class");
  const spec = classId && specFrom(classId, value("spec"));
  if (classId && value("spec") !== "" && !spec) problems.push("unknown-spec");
  const role = roleFrom(value("role"));
  // "DPS" is melee or ranged. The specialisation decides.
  if (value("role") !== "" && !role && foldWord(value("role")) !== "dps") {
    problems.push("unknown-role");
  }
  problems.push(...personProblems(value));
  if (problems.length > 0 || !classId || !place) return { line, text, problems };
  return {
    line,
    text,
    problems,
    character: {
      ...place,
      class: classId,
      spec: spec?.name ?? "",
      role: role ?? spec?.role ?? null,
      ...mainOf(value("main"), place),
      ...(value("person") !== "" && { person: value("person") }),
    },
  };
}

/** A line of the export for a person without a character. Only the cells of the person are filled. */
function isPersonLine(value: Value, columns: Columns): boolean {
  const isEmpty = columns.every(
    (column) =>
      column === undefined || column === "person" || column === "status" || value(column) === "",
  );
  return isEmpty && value("person") !== "";
}

function placeProblems(place: Place | undefined, value: Value): LineProblem[] {
  if (!place) return ["two-realms"];
  if (place.name === "") return ["no-name"];
  if (place.name.length > limits.roster.nameCharsMax) return ["name-too-long"];
  if (place.realm.length > limits.roster.nameCharsMax) return ["realm-too-long"];
  return isReadable(place.name) && isVisible(value("realm")) && isVisible(place.realm)
    ? []
    : ["name-unreadable"];
}

function personProblems(value: Value): LineProblem[] {
  const person = value("person");
  const isBad = person.length > limits.roster.nameCharsMax || !isReadable(person);
  const isInactive = /^(archived|inactive|archivad[oa]|inactiv[oa])$/i.test(value("status"));
  return [
    ...(person !== "" && isBad ? (["bad-person"] as const) : []),
    ...(isInactive ? (["status"] as const) : []),
  ];
}

/** What the cell for the main says: nothing, that this is the main, or the name of the main. */
function mainOf(text: string, own: Place): Pick<PastedCharacter, "mainName" | "isMain"> {
  if (text === "") return {};
  if (/^(alt|alter|no|twink|secundario)$/i.test(text)) return { mainName: "" };
  const name = text.replace(/^(alt of|alt de|alter de|alt:)\s*/i, "").trim();
  if (/^(main|yes|si|sí|principal|x)$/i.test(name)) return { isMain: true };
  const main = placeFrom(name, own.realm);
  return main && placeKey(main) === placeKey(own) ? { isMain: true } : { mainName: name };
}

function headerOf(values: readonly string[]): Columns | undefined {
  const found = values.map((value) => BY_HEADER.get(foldLetters(value)));
  // A list of "Player,Class" names characters.
  const isOfPlayers = !found.includes("name");
  const columns = found.map((one) => (isOfPlayers && one === "person" ? ("name" as const) : one));
  return columns.includes("name") && columns.includes("class") ? columns : undefined;
}

/** Removes the apostrophe that `toCsv` puts before text that a spreadsheet would run. */
function withoutGuard(cell: string): string {
  return /^'(\s*[=+\-@]|[\t\r\n])/.test(cell) ? cell.slice(1) : cell;
}
