import { describe, expect, test } from "vitest";
import { RULES } from "./house/rules.ts";
import { Tree } from "./house/tree.ts";

describe("the house rules", () => {
  const tree = Tree.ofProject();

  for (const [promise, { find, left }] of Object.entries(RULES)) {
    test(promise, () => {
      const found = find(tree);
      if (found.length > left) expect(found).toEqual(left === 0 ? [] : `at most ${left}`);
    });
  }
});
