/**
 * An error message without the parts that differ between guilds (numbers, quoted values, ids, paths), so
 * that a thousand failures with one cause are one line.
 */
export function causeOf(message: string): string {
  return message
    .replace(/\b[0-9a-f]{8}-[0-9a-f-]{27,}\b/gi, "…")
    .replace(/(?:\/[\w.@-]+){2,}/g, "…")
    .replace(/"[^"]*"|'[^']*'/g, "…")
    .replace(/\d+/g, "…")
    .trim();
}
