import { expect, test } from "vitest";
import { standingOf } from "../../../src/tenant/combat-logs/comparison.ts";

test("a figure stands at its percentile among the guild's, and an equal one counts half", () => {
  expect(standingOf(30, [10, 20, 30, 40])).toEqual({
    own: 30,
    best: 40,
    median: 25,
    percentile: 63,
  });
  expect(standingOf(5, [7])).toEqual({ own: 5, best: 7, median: 7, percentile: 0 });
  expect(standingOf(7, [7, 7, 7])).toMatchObject({ median: 7, percentile: 50 });
});
