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
