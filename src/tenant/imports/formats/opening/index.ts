import { parseRows, SEPARATORS, type Separator } from "../../../../kernel/csv.ts";
import { classFrom } from "../../../roster/classes.ts";
import { DocumentBuilder } from "../builder.ts";
import { type ImportFormat, SourceRefused } from "../format.ts";
import { columnName } from "../table.ts";
import { lineFrom, pointsFrom } from "../text.ts";

const NAMES = [
  "name",
  "player",
  "character",
  "charactername",
  "person",
  "nombre",
  "personaje",
  "jugador",
];
const POINTS = ["points", "dkp", "balance", "total", "current", "puntos", "saldo", "ep"];
const GEAR = ["gp", "gearpoints"];

/**
 * Opening balances: lines of a name and points, with or without a header. Each balance is posted once
 * against the account of openings.
 */
export const openingBalances: ImportFormat = {
  detect: (text) => {
    const rows = parsed(text.slice(0, 20_000));
    if (rows.length === 0) return false;
    if (columnsOf(rows[0]!.cells)) return true;
    const sample = rows.slice(0, 20);
    return sample.every(({ cells }) => isLine(cells.filter((cell) => cell.trim() !== "")));
  },
  read: (text, context) => {
    const rows = parsed(text);
    const header = rows[0] && columnsOf(rows[0].cells);
    const columns = header ?? { name: 0, points: 1 };
    const builder = new DocumentBuilder(context);
    for (const { line, cells } of header ? rows.slice(1) : rows) {
      const points = pointsFrom(cells[columns.points]?.trim());
      const name = cells[columns.name]?.trim();
      const classId =
        columns.class === undefined ? undefined : classFrom(cells[columns.class] ?? "");
      const person = builder.player(name, { class: classId });
      const problem =
        person === undefined ? "bad-players" : points === undefined ? "bad-points" : undefined;
      const label = `${lineFrom(name, 60)}: ${lineFrom(cells[columns.points], 20)}`;
      const key = person ?? `line ${line}`;
      const data = { person: person ?? "", points: points ?? "0" };
      builder.add("balance", key, label, data, problem);
      const gear = columns.gear === undefined ? undefined : pointsFrom(cells[columns.gear]?.trim());
      if (person === undefined || gear === undefined) continue;
      builder.add("balance", `${person} gp`, label, { person, points: gear, unit: "gp" });
    }
    if (rows.length === 0) throw new SourceRefused("imports/no-rows", "The list is empty.");
    return builder.document({ format: "opening-balances", source: "opening-balances" });
  },
};

interface Columns {
  readonly name: number;
  readonly points: number;
  readonly class?: number;
  readonly gear?: number;
}

function parsed(text: string) {
  const first = /^\ufeff?\s*([^\r\n]*)/.exec(text)![1]!;
  const separator = [...SEPARATORS, "=" as const].find((one) => first.includes(one)) ?? ",";
  // "Name = 5" and "Name: 5" are lists that people write by hand.
  const plain = separator === "=" ? text.replaceAll("=", ",") : text;
  return parseRows(plain, separator === "=" ? "," : (separator as Separator));
}

function columnsOf(cells: readonly string[]): Columns | undefined {
  const names = cells.map(columnName);
  const at = (words: readonly string[]) => names.findIndex((name) => words.includes(name));
  const [name, points, gear, classAt] = [at(NAMES), at(POINTS), at(GEAR), at(["class", "clase"])];
  if (name < 0 || points < 0) return undefined;
  // A column that other formats have says that the file is one of theirs.
  if (names.some((one) => ["itemid", "itemname", "date", "response", "reason"].includes(one)))
    return undefined;
  return { name, points, ...(gear >= 0 && { gear }), ...(classAt >= 0 && { class: classAt }) };
}

function isLine(cells: readonly string[]): boolean {
  return (
    cells.length === 2 && /\p{L}/u.test(cells[0]!) && pointsFrom(cells[1]!.trim()) !== undefined
  );
}
