import { describe, expect, test } from "vitest";
import { coveredRows } from "../support/covered-rows.ts";
import { ATTACKS, NOT_YET } from "./attack-table.ts";

describe("the attack table", () => {
  const tests = coveredRows("S");
  const rows = Object.keys(ATTACKS);

  test("has a test for each row, or a reason why there is none yet", () => {
    const lines = rows.map((row) => {
      const proofs = tests.get(row)?.length ?? 0;
      return `${row.padEnd(4)}${ATTACKS[row]}: ${proofs > 0 ? `${proofs} tests` : NOT_YET[row]}`;
    });
    const proved = rows.filter((row) => tests.has(row)).length;
    console.log([...lines, `${proved} rows proved, ${rows.length - proved} not yet`].join("\n"));
    expect(rows).toEqual(Array.from({ length: 105 }, (_, i) => `S${i + 1}`));
    expect(rows.filter((row) => !tests.has(row) && !(row in NOT_YET))).toEqual([]);
  });

  test("excuses no row that has a test, and names no row that does not exist", () => {
    expect(Object.keys(NOT_YET).filter((row) => tests.has(row) || !(row in ATTACKS))).toEqual([]);
    expect([...tests.keys()].filter((row) => !(row in ATTACKS))).toEqual([]);
  });
});
