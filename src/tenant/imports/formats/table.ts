import { parseRows, SEPARATORS, type Separator } from "../../../kernel/csv.ts";
import { limits } from "../../../limits.ts";
import { SourceRefused } from "./format.ts";

/** A line of a table by the names of its columns: lower case, letters and digits only. */
export interface TableRow {
  readonly line: number;
  readonly cells: Readonly<Record<string, string>>;
}

/** What a format looks at to recognise a header. */
export const HEADER_CHARS = 4_000;

/** Blank lines and remarks before a header, such as `# made by`. */
const REMARKS = /^\ufeff?(?:[ \t]*(?:#[^\r\n]*)?(?:\r\n|\r|\n))*/;

/** Folds the name of a column: `Item ID`, `itemId` and `item_id` are one. */
export function columnName(text: string): string {
  return text
    .replace(/^\ufeff/, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");
}

/** The folded names of the columns in the first line that is not empty, and its separator. */
export function headerOf(text: string): { names: readonly string[]; separator: Separator } {
  const line = /^[^\r\n]*/.exec(text.replace(REMARKS, ""))![0];
  const separator = SEPARATORS.reduce<Separator>(
    (best, one) => (line.split(one).length > line.split(best).length ? one : best),
    ",",
  );
  const [first] = parseRows(line, separator, 1);
  return { names: (first?.cells ?? []).map(columnName), separator };
}

/**
 * The rows of a table with a header. Columns may be missing, more or in another order. Trailing empty
 `separator` is found in the header if it is not given.
 */
export function tableRows(text: string, separator?: Separator): readonly TableRow[] {
  const header = headerOf(text);
  const table = text.replace(REMARKS, "");
  const rows = parseRows(table, separator ?? header.separator, limits.imports.rowsMax + 2);
  if (rows.length > limits.imports.rowsMax + 1) {
    throw new SourceRefused(
      "imports/too-large",
      `The table has more than ${limits.imports.rowsMax} rows. Export a part of it at a time.`,
    );
  }
  const names = (rows[0]?.cells ?? []).map(columnName);
  return rows.slice(1).map(({ line, cells }) => ({
    line,
    cells: Object.fromEntries(
      names.flatMap((name, at) => (name === "" ? [] : [[name, plainCell(cells[at])] as const])),
    ),
  }));
}

/** The text of a cell, without the apostrophe that files have before text like a formula. */
function plainCell(cell = ""): string {
  return cell.trim().replace(/^'(?=\s*[=+\-@])/, "");
}

/** Whether the header has all of these columns. */
export function hasColumns(text: string, ...wanted: readonly string[]): boolean {
  const { names } = headerOf(text.slice(0, HEADER_CHARS));
  return wanted.every((name) => names.includes(name));
}
