import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = new URL("..", import.meta.url).pathname;

/**
 * The rows of a table that tests name at the beginning of their title, or of their group's title:
 * `test("S12 S13 a validator …")` covers S12 and S13. Returns each row with its tests.
 */
export function coveredRows(letter: "S" | "R"): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  const title = /(?:test|describe|\])[^"'`\n]*\(\s*["'`]((?:[SR]\d+ )+[^"'`]*)/g;
  for (const path of readdirSync(root, { recursive: true, encoding: "utf8" })) {
    const isTest = /\.test\.tsx?$/.test(path) || path === "support/hosts.ts";
    if (!isTest || /(attack|fault)-table/.test(path)) continue;
    for (const [, name] of readFileSync(join(root, path), "utf8").matchAll(title)) {
      const [rows] = /^([SR]\d+ )+/.exec(name!) ?? [""];
      for (const row of rows.split(" ").filter((one) => one.startsWith(letter))) {
        found.set(row, [...(found.get(row) ?? []), `${path}: ${name!.slice(rows.length)}`]);
      }
    }
  }
  return found;
}
