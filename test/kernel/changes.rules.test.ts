import { expect, test } from "vitest";
import { changesOf } from "../../src/kernel/changes.ts";

test("a change shows only what differs, field by field", () => {
  const before = JSON.stringify({ name: "Ash", note: "", role: "tank" });
  const after = JSON.stringify({ name: "Ash", note: "late", class: ["mage"] });
  expect(changesOf(before, after)).toEqual([
    { field: "note", before: "", after: "late" },
    { field: "role", before: "tank", after: undefined },
    { field: "class", before: undefined, after: '["mage"]' },
  ]);
  expect(changesOf(null, '"done"')).toEqual([{ field: "", before: undefined, after: "done" }]);
  expect(changesOf(null, null)).toEqual([]);
});
