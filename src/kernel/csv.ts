// The build without `Buffer`, because Workers have none.
import { CsvError, parse } from "csv-parse/browser/esm/sync";
import { encodedInTurns } from "./turns.ts";

/**
 * Rows as CSV (RFC 4180). A byte order mark comes first, because spreadsheets need it to recognize
 * UTF-8. Text that a spreadsheet would run as a formula gets an apostrophe in front. Plain numbers stay
 * numbers.
 */
export function toCsv(rows: readonly (readonly string[])[]): string {
  return `\ufeff${rows.map(lineOf).join("")}`;
}

/** As `toCsv`, encoded, for thousands of rows: yields to other work in between. */
export async function toCsvInTurns(
  rows: Iterable<readonly string[]>,
): Promise<Uint8Array<ArrayBuffer>> {
  return await encodedInTurns(partsOf(rows));
}

function* partsOf(rows: Iterable<readonly string[]>): Generator<string> {
  yield "\ufeff";
  for (const row of rows) yield lineOf(row);
}

function lineOf(row: readonly string[]): string {
  return `${csvLine(row)}\r\n`;
}

/** One row without its line break. Text that a spreadsheet would run as a formula gets an apostrophe. */
export function csvLine(row: readonly string[], separator: "," | ";" = ","): string {
  return row.map((text) => cell(text, separator)).join(separator);
}

function cell(text: string, separator: string): string {
  const isNumber = /^-?\d+(\.\d+)?$/.test(text);
  const safe = !isNumber && /^\s*[=+\-@]|^[\t\r\n]/.test(text) ? `'${text}` : text;
  const isQuoted = safe.includes(separator) || /["\r\n]/.test(safe);
  return isQuoted ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** One row of a CSV text. */
export interface CsvRow {
  /** The line on which the row begins, counted from 1. A quoted cell may contain line breaks. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** A row with its source: all its lines, joined by `\n`. */
export interface SourceRow extends CsvRow {
  readonly text: string;
}

/** The cell separators. */
export const SEPARATORS = ["\t", ";", ","] as const;
export type Separator = (typeof SEPARATORS)[number];

/**
 * Parses CSV (RFC 4180) with commas, semicolons or tabs, any line breaks, and with or without a byte
 * order mark. The separator is the one that is most frequent in the header. Empty lines are skipped.
 * A quote that is never closed is a letter of its line. Returns at most `rowsMax` rows.
 */
export function parseCsv(text: string, rowsMax = Number.POSITIVE_INFINITY): readonly CsvRow[] {
  const header = /^[^\r\n]*/.exec(text.replace(/^\ufeff/, ""))![0];
  const separator = ([",", ";", "\t"] as const).reduce((best, one) =>
    header.split(one).length > header.split(best).length ? one : best,
  );
  return parseRows(text, separator, rowsMax)
    .filter(({ cells }) => cells.some((one) => one.trim() !== ""))
    .map(({ line, cells }) => ({ line, cells }));
}

/**
 * Parses CSV (RFC 4180) with one separator. Never throws. Returns at most `rowsMax` rows that are not
 * blank. A line break in a quoted cell is `\n`. Half of a surrogate pair becomes U+FFFF, which no name
 * may contain.
 */
export function parseRows(
  text: string,
  separator: Separator,
  rowsMax = Number.POSITIVE_INFINITY,
): readonly SourceRow[] {
  const lines = text
    .replace(/^\ufeff/, "")
    .replace(/[\ud800-\udfff]/gu, "\uffff")
    .split(/\r\n|\r|\n/);
  const rows: SourceRow[] = [];
  for (let first = 0; first < lines.length && rows.length < rowsMax; ) {
    const { records, isWhole } = recordsOf(lines.slice(first), separator, rowsMax - rows.length);
    const start = first;
    for (const { record, info } of records) {
      const end = start + info.lines;
      while (first < end - 1 && lines[first]!.trim() === "") first++;
      add(first, end, record);
      first = end;
    }
    if (isWhole) break;
    while (lines[first]?.trim() === "") first++;
    if (first < lines.length) add(first, first + 1, lines[first]!.split(separator));
    first++;
  }
  return rows;

  function add(from: number, to: number, cells: readonly string[]): void {
    const source = lines.slice(from, to).join("\n");
    if (source.trim() !== "") rows.push({ line: from + 1, cells, text: source });
  }
}

interface Parsed {
  readonly records: readonly { readonly record: string[]; readonly info: { lines: number } }[];
  /** False if a quote after these records is never closed. */
  readonly isWhole: boolean;
}

function recordsOf(lines: readonly string[], delimiter: Separator, to: number): Parsed {
  if (!lines.some((line) => line.includes('"'))) return plainRecordsOf(lines, delimiter, to);
  const parsed = (count: number) =>
    parse(lines.join("\n"), {
      delimiter,
      record_delimiter: "\n",
      info: true,
      ltrim: true,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      ...(Number.isFinite(count) && { to: count }),
    }) as unknown as Parsed["records"];
  try {
    return { records: parsed(to), isWhole: true };
  } catch (error) {
    if (!(error instanceof CsvError && error.code === "CSV_QUOTE_NOT_CLOSED")) throw error;
    const count = Number(error["records"]);
    return { records: count === 0 ? [] : parsed(count), isWhole: false };
  }
}

/** What the parser reads from lines without quotes, many times faster. */
function plainRecordsOf(lines: readonly string[], delimiter: Separator, to: number): Parsed {
  const records: Parsed["records"][number][] = [];
  for (const [at, line] of lines.entries()) {
    if (records.length >= to) break;
    const record = line.split(delimiter).map((cell) => cell.trimStart());
    if (record.length === 1 && record[0] === "") continue;
    records.push({ record, info: { lines: at + 1 } });
  }
  return { records, isWhole: true };
}
