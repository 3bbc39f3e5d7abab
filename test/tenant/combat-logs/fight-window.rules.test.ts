import { expect, test } from "vitest";
import { secondsIn, windowOf } from "../../../src/tenant/combat-logs/fight-window.ts";

test.each([
  ["the whole fight without limits", undefined, undefined, undefined],
  ["the whole fight when nothing is left out", 0, 99, undefined],
  ["a part to the end", 10, undefined, { from: 10, to: 31 }],
  ["a part from the pull", undefined, 5, { from: 0, to: 5 }],
  ["a second at least", 12, 3, { from: 12, to: 13 }],
  ["the last second, for a part after the end", 500, 600, { from: 30, to: 31 }],
])("a window of a fight of 30.5 seconds is %s", (_, from, to, expected) => {
  expect(windowOf(30_500, from, to)).toEqual(expected);
});

test.each([
  ["90", 90],
  ["1:30", 90],
  [" 0:05 ", 5],
  ["1:30:00", undefined],
  ["-5", undefined],
  ["soon", undefined],
  ["", undefined],
  [undefined, undefined],
])("the moment %s in an address is %s seconds", (text, seconds) => {
  expect(secondsIn(text)).toBe(seconds);
});
