import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ATTACKS, NOT_YET } from "./attack-table.ts";

const root = new URL("..", import.meta.url).pathname;

/** Which tests carry which rows' numbers at the beginning of their name, or of their group's. */
function covered(): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const path of readdirSync(root, { recursive: true, encoding: "utf8" })) {
    if (
      !(/\.test\.tsx?$/.test(path) || path === "support/hosts.ts") ||
      path.includes("attack-table")
    )
      continue;
    const text = readFileSync(join(root, path), "utf8");
    for (const [, name] of text.matchAll(/(?:test|describe|\])[^"'`\n]*\(\s*["'`](S\d[^"'`]*)/g)) {
      const [rows] = /^(S\d+ )+/.exec(name!) ?? [""];
      for (const row of rows.split(" ").filter((one) => one !== "")) {
        found.set(row, [...(found.get(row) ?? []), `${path}: ${name!.slice(rows.length)}`]);
      }
    }
  }
  return found;
}

describe("the attack table", () => {
  const tests = covered();
  const rows = Object.keys(ATTACKS);

  test("has a test for each row, or says why there is nothing to attack yet", () => {
    const lines = rows.map((row) => {
      const proofs = tests.get(row)?.length ?? 0;
      return `${row.padEnd(4)}${ATTACKS[row]}: ${proofs > 0 ? `${proofs} tests` : NOT_YET[row]}`;
    });
    const proved = rows.filter((row) => tests.has(row)).length;
    console.log([...lines, `${proved} rows proved, ${rows.length - proved} not yet`].join("\n"));
    expect(rows).toEqual(Array.from({ length: 64 }, (_, i) => `S${i + 1}`));
    expect(rows.filter((row) => !tests.has(row) && !(row in NOT_YET))).toEqual([]);
  });

  test("gives no excuse for a row that has a test, and names no row that is not there", () => {
    expect(Object.keys(NOT_YET).filter((row) => tests.has(row) || !(row in ATTACKS))).toEqual([]);
    expect([...tests.keys()].filter((row) => !(row in ATTACKS))).toEqual([]);
  });
});
