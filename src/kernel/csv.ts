/**
 * Rows as CSV (RFC 4180). A byte order mark comes first, because spreadsheets need it to recognize
 * UTF-8. Text that a spreadsheet would run as a formula gets an apostrophe in front. Plain numbers stay
 * numbers.
 */
export function toCsv(rows: readonly (readonly string[])[]): string {
  return `\ufeff${rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("")}`;
}

function cell(text: string): string {
  const isNumber = /^-?\d+(\.\d+)?$/.test(text);
  const safe = !isNumber && /^\s*[=+\-@]|^[\t\r\n]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** One row of a CSV text. */
export interface CsvRow {
  /** The line on which the row begins, counted from 1. A quoted cell may contain line breaks. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** The cell separators. A text uses the one that is most frequent in its header. */
const SEPARATORS = [",", ";", "\t"] as const;

/**
 * Parses CSV (RFC 4180) with commas, semicolons or tabs, any line breaks, and with or without a byte
 * order mark. Empty lines are skipped. An unclosed quote ends with the text.
 */
export function parseCsv(text: string): readonly CsvRow[] {
  const body = text.replace(/^\ufeff/, "");
  const header = /^[^\r\n]*/.exec(body)![0];
  const separator = SEPARATORS.reduce((best, one) =>
    header.split(one).length > header.split(best).length ? one : best,
  );
  const rows: CsvRow[] = [];
  let cells: string[] = [];
  let line = 1;
  let start = 1;
  for (let at = 0; at <= body.length; ) {
    const { value, end } = body[at] === '"' ? quotedCell(body, at) : plainCell(body, at, separator);
    cells.push(value);
    line += lineEnds(body.slice(at, end));
    at = end + 1;
    if (body[end] === separator) continue;
    if (body[end] === "\r" && body[end + 1] === "\n") at++;
    if (cells.some((one) => one.trim() !== "")) rows.push({ line: start, cells });
    cells = [];
    line++;
    start = line;
  }
  return rows;

  function plainCell(source: string, from: number, stop: string) {
    let end = from;
    while (end < source.length && source[end] !== stop && !/[\r\n]/.test(source[end]!)) end++;
    return { value: source.slice(from, end), end };
  }

  /** Text after the closing quote belongs to the cell, as spreadsheets read it. */
  function quotedCell(source: string, from: number) {
    const parts: string[] = [];
    for (let at = from + 1; ; ) {
      const close = source.indexOf('"', at);
      parts.push(source.slice(at, close < 0 ? source.length : close));
      if (close < 0) return { value: parts.join(""), end: source.length };
      if (source[close + 1] !== '"') {
        const rest = plainCell(source, close + 1, separator);
        return { value: parts.join("") + rest.value, end: rest.end };
      }
      parts.push('"');
      at = close + 2;
    }
  }
}

function lineEnds(text: string): number {
  return text.match(/\r\n?|\n/g)?.length ?? 0;
}
