import { cleanName, isVisible } from "../../kernel/names.ts";
import { limits } from "../../limits.ts";
import { type ClassId, classFrom, roleFrom, specFrom } from "./classes.ts";
import { foldName, foldWord, isReadable } from "./names.ts";
import type { RaidRole } from "./schema.ts";

export type LineProblem =
  | "no-name"
  | "name-too-long"
  | "name-unreadable"
  | "no-class"
  | "unknown-class"
  | "unknown-spec"
  | "unknown-role"
  | "twice"
  | "main-missing"
  | "too-many-lines";

/** One line of pasted text with its character, or with its problems. */
export interface PastedLine {
  /** Counted from 1. */
  readonly line: number;
  readonly text: string;
  readonly problems: readonly LineProblem[];
  readonly character?: PastedCharacter;
}

export interface PastedCharacter {
  readonly name: string;
  readonly realm: string;
  readonly class: ClassId;
  readonly spec: string;
  readonly role: RaidRole | null;
  /** The name of the person, if the sheet has a column for it. */
  readonly person?: string;
  /** For an alt: the name of its main, as the main's own line writes it. */
  readonly mainName?: string;
}

type Column = "name" | "class" | "spec" | "role" | "main" | "realm" | "person";

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
};
const PLAIN_ORDER: readonly Column[] = ["name", "class", "spec", "role", "main", "realm"];
const SEPARATORS = ["\t", ";", ","];

/**
 * Parses a pasted roster: commas, semicolons or tabs, with or without a header line, in English or
 * Spanish. Never throws. Returns every line that is not blank, valid or not. `isKnown` says whether a
 * character of this folded name is in the guild, so that an alt can name it as its main.
 */
export function parseRoster(
  text: string,
  isKnown: (nameKey: string) => boolean = () => false,
): readonly PastedLine[] {
  const filled = text
    .replace(/^\uFEFF/, "")
    .split(/\r\n|\r|\n/)
    .map((line, index) => ({ line: index + 1, text: line }))
    .filter((one) => one.text.trim() !== "")
    // Report a text that is far too long on its first lines only.
    .slice(0, limits.roster.pasteLinesMax + limits.roster.pasteLinesNamedMax);
  const first = filled[0]?.text ?? "";
  const separator = separatorOf(first);
  const columns = headerOf(cells(first, separator));
  const seen = new Set<string>();
  const read = (columns ? filled.slice(1) : filled).map((row, index): Reading => {
    if (index >= limits.roster.pasteLinesMax) return { ...row, problems: ["too-many-lines"] };
    return readLine(row, cells(row.text, separator), columns ?? PLAIN_ORDER, seen);
  });
  const mains = mainsOf(read, isKnown);
  return read.map((line) => attach(line, mains));
}

/** A parsed line, before alts are matched to their mains. */
type Reading = PastedLine & { readonly alt?: string };

function readLine(
  row: { line: number; text: string },
  values: readonly string[],
  columns: readonly (Column | undefined)[],
  seen: Set<string>,
): Reading {
  const value = (column: Column) => {
    const at = columns.indexOf(column);
    return at < 0 ? "" : cleanName(values[at] ?? "");
  };
  const name = value("name");
  const key = `${foldName(name)}\n${foldName(value("realm"))}`;
  const problems = nameProblems(name);
  if (!isVisible(value("realm"))) problems.push("name-unreadable");
  if (problems.length === 0 && seen.has(key)) problems.push("twice");
  seen.add(key);
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
  if (problems.length > 0 || !classId) return { ...row, problems };
  const alt = altOf(value("main"), name);
  return {
    ...row,
    problems,
    ...(alt !== undefined && { alt }),
    character: {
      name,
      realm: value("realm").slice(0, limits.roster.nameCharsMax),
      class: classId,
      spec: spec?.name ?? "",
      role: role ?? spec?.role ?? null,
      ...(nameProblems(value("person")).length === 0 && { person: value("person") }),
    },
  };
}

function nameProblems(name: string): LineProblem[] {
  if (name === "") return ["no-name"];
  if (name.length > limits.roster.nameCharsMax) return ["name-too-long"];
  return isReadable(name) ? [] : ["name-unreadable"];
}

/** Returns the main that a line names, "" for an alt that does not name its main, undefined for a main. */
function altOf(text: string, own: string): string | undefined {
  if (/^(alt|alter|no|twink|secundario)$/i.test(text)) return "";
  const name = text.replace(/^(alt of|alt de|alter de|alt:)\s*/i, "").trim();
  if (/^(|main|yes|si|sí|principal|x)$/i.test(name)) return undefined;
  return foldName(name) === foldName(own) ? undefined : name;
}

interface Mains {
  /** Is this the name of a character whose person is known, in the text or in the guild? */
  readonly hasName: (nameKey: string) => boolean;
  readonly byPerson: ReadonlyMap<string, string>;
}

function mainsOf(lines: readonly Reading[], isKnown: (nameKey: string) => boolean): Mains {
  const good = lines.flatMap(({ character, alt }) => (character ? [{ ...character, alt }] : []));
  const mains = good.filter(({ alt }) => alt === undefined);
  // The first main of a person is the main, as in the guild.
  const byPerson = new Map(
    mains.toReversed().flatMap(({ name, person }) => (person ? [[foldName(person), name]] : [])),
  );
  const names = new Set(mains.map(({ name }) => foldName(name)));
  const hasName = (key: string) => names.has(key) || isKnown(key);
  // An alt may name another alt as its main. They get the same person.
  const alts = Map.groupBy(
    good.flatMap(({ name, alt, person }) => {
      const main = alt === "" ? byPerson.get(foldName(person ?? "")) : alt;
      return main === undefined ? [] : [{ main: foldName(main), name: foldName(name) }];
    }),
    ({ main }) => main,
  );
  const found = [...alts.keys()].filter(hasName);
  // The loop adds to the list that it reads, so each name is read once.
  for (const main of found) {
    for (const { name } of alts.get(main) ?? []) {
      if (names.has(name)) continue;
      names.add(name);
      found.push(name);
    }
  }
  return { hasName, byPerson };
}

function attach({ alt, ...line }: Reading, mains: Mains): PastedLine {
  const { character, ...rest } = line;
  if (alt === undefined || !character) return line;
  const mainName = alt === "" ? mains.byPerson.get(foldName(character.person ?? "")) : alt;
  if (mainName !== undefined && mains.hasName(foldName(mainName))) {
    return { ...rest, character: { ...character, mainName } };
  }
  return { ...rest, problems: ["main-missing"] };
}

/** Returns the separator of the cells: the first known one outside quotes. */
function separatorOf(line: string): string {
  const bare = line.replace(/"(?:[^"]|"")*"/g, "");
  return SEPARATORS.find((separator) => bare.includes(separator)) ?? ",";
}

function headerOf(values: readonly string[]): readonly (Column | undefined)[] | undefined {
  const columns = values.map((value) => {
    const word = foldWord(value);
    return Object.hasOwn(HEADERS, word) ? HEADERS[word] : undefined;
  });
  return columns.includes("name") && columns.includes("class") ? columns : undefined;
}

/** Splits one line. A quoted cell may contain the separator, and a doubled quote is a quote. */
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
