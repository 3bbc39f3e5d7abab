import { limits } from "../../limits.ts";
import { type ClassId, classFrom, foldName, roleFrom, roleOfSpec } from "./classes.ts";
import type { RaidRole } from "./schema.ts";

export type LineProblem =
  | "no-name"
  | "name-too-long"
  | "no-class"
  | "unknown-class"
  | "unknown-spec"
  | "unknown-role"
  | "twice"
  | "main-missing"
  | "too-many-lines";

/** One line of pasted text: what it says, or what is wrong with it. */
export interface PastedLine {
  /** Counted from 1, as people count. */
  readonly line: number;
  readonly text: string;
  readonly problems: readonly LineProblem[];
  readonly character?: PastedCharacter;
}

export interface PastedCharacter {
  readonly name: string;
  readonly class: ClassId;
  readonly spec: string;
  readonly role: RaidRole | null;
  /** For an alt: the name of its main, as written on the main's own line. */
  readonly mainName?: string;
}

const HEADERS: Readonly<Record<string, string>> = {
  name: "name",
  character: "name",
  nombre: "name",
  personaje: "name",
  class: "class",
  clase: "class",
  spec: "spec",
  specialization: "spec",
  especialización: "spec",
  role: "role",
  rol: "role",
  main: "main",
  "main/alt": "main",
  "alt of": "main",
  principal: "main",
};
const PLAIN_ORDER = ["name", "class", "spec", "role", "main"];

/**
 * Reads a roster from pasted text: commas, semicolons or tabs, with or without a header line, in
 * English or Spanish. Never throws; every line that is not blank comes back, good or not.
 */
export function parseRoster(text: string): readonly PastedLine[] {
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\r|\n/);
  const filled = lines
    .map((line, index) => ({ line: index + 1, text: line.trim() }))
    .filter((one) => one.text !== "");
  const separator = separatorOf(filled[0]?.text ?? "");
  const columns = headerOf(cells(filled[0]?.text ?? "", separator));
  const rows = columns ? filled.slice(1) : filled;
  const seen = new Set<string>();
  const read = rows.map((row, index) => {
    if (index >= limits.roster.pasteLinesMax)
      return { ...row, problems: ["too-many-lines"] as const };
    return readLine(row, cells(row.text, separator), columns ?? PLAIN_ORDER, seen);
  });
  return read.map((line) => checkMain(line, read));
}

function readLine(
  row: { line: number; text: string },
  values: readonly string[],
  columns: readonly string[],
  seen: Set<string>,
): PastedLine {
  const value = (column: string) => values[columns.indexOf(column)]?.trim() ?? "";
  const problems: LineProblem[] = [];
  const name = value("name");
  if (name === "") problems.push("no-name");
  else if (name.length > limits.roster.nameCharsMax) problems.push("name-too-long");
  else if (seen.has(foldName(name))) problems.push("twice");
  seen.add(foldName(name));
  const classId = classFrom(value("class"));
  if (value("class") === "") problems.push("no-class");
  else if (!classId) problems.push("unknown-class");
  const spec = value("spec");
  const specRole = classId && spec !== "" ? roleOfSpec(classId, spec) : undefined;
  if (classId && spec !== "" && !specRole) problems.push("unknown-spec");
  const writtenRole = roleFrom(value("role"));
  if (value("role") !== "" && !writtenRole) problems.push("unknown-role");
  if (problems.length > 0 || !classId) return { ...row, problems };
  const mainName = mainOf(value("main"), name);
  return {
    ...row,
    problems,
    character: {
      name,
      class: classId,
      spec,
      role: writtenRole ?? specRole ?? null,
      ...(mainName !== undefined && { mainName }),
    },
  };
}

/** "main", "yes" or the own name say main; "alt of X" and "X" name the main. */
function mainOf(text: string, own: string): string | undefined {
  const name = text.replace(/^(alt of|alt de|alt:)\s*/i, "").trim();
  if (/^(|main|yes|si|sí|principal|x)$/i.test(name)) return undefined;
  return foldName(name) === foldName(own) ? undefined : name;
}

function checkMain(line: PastedLine, all: readonly PastedLine[]): PastedLine {
  const mainName = line.character?.mainName;
  if (mainName === undefined) return line;
  const isThere = all.some(
    ({ character }) =>
      character && !character.mainName && foldName(character.name) === foldName(mainName),
  );
  if (isThere) return line;
  const { character: _, ...rest } = line;
  return { ...rest, problems: ["main-missing"] };
}

function separatorOf(line: string): string {
  return ["\t", ";", ","].find((separator) => line.includes(separator)) ?? ",";
}

function headerOf(values: readonly string[]): readonly string[] | undefined {
  const names = values.map((value) => HEADERS[value.trim().toLowerCase()] ?? "");
  return names.includes("name") && names.includes("class") ? names : undefined;
}

/** Splits one line; a quoted cell may hold the separator, and a doubled quote is a quote. */
function cells(line: string, separator: string): readonly string[] {
  const found: string[] = [];
  let cell = "";
  let quoted = false;
  for (let i = 0; i < line.length; i++) {
    const letter = line[i]!;
    if (quoted && letter === '"' && line[i + 1] === '"') {
      cell += '"';
      i++;
    } else if (letter === '"' && (quoted || cell.trim() === "")) quoted = !quoted;
    else if (letter === separator && !quoted) {
      found.push(cell);
      cell = "";
    } else cell += letter;
  }
  return [...found, cell];
}
