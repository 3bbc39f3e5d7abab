import { expect, test } from "vitest";
import { UpstreamBudget } from "../../../src/platform/upstreams/budget.ts";
import { testApp } from "../../support/app.ts";

/** The most moments that any window of this length contains. */
function mostWithin(moments: readonly number[], windowMs: number): number {
  let first = 0;
  let most = 0;
  for (const [last, at] of moments.entries()) {
    while (moments[first]! <= at - windowMs) first++;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

test("no second has more than 100 requests to Blizzard, and no hour more than 36,000, over all processes", async () => {
  await using t = await testApp();
  const budgets = [1, 2, 3].map(
    () =>
      new UpstreamBudget(t.services.platform, async (ms) => {
        t.advance(ms);
      }),
  );
  const moments: number[] = [];
  for (let request = 0; request < 1_500; request++) {
    expect(await budgets[request % 3]!.take("blizzard", "client", 120_000)).toBe(true);
    moments.push(t.now().getTime());
  }
  expect(mostWithin(moments, 1_000)).toBeLessThanOrEqual(100);
  // An hour is at most 61 minute slots.
  const inMinute = mostWithin(moments, 60_000);
  expect(moments.at(-1)! - moments[0]!).toBeGreaterThan(2 * 60_000);
  expect(inMinute).toBeLessThanOrEqual(2 * 590);
  const minutes = Map.groupBy(moments, (at) => Math.floor(at / 60_000));
  for (const [, some] of minutes) expect(some.length * 61).toBeLessThanOrEqual(36_000);
}, 60_000);

test("a client that has used its budget does not take that of another, and is refused after its patience", async () => {
  await using t = await testApp();
  const waited: number[] = [];
  const budget = new UpstreamBudget(t.services.platform, async (ms) => {
    waited.push(ms);
    t.advance(ms);
  });
  for (let use = 0; use < 590; use++) await budget.take("blizzard", "busy", 60_000);
  expect(await budget.take("blizzard", "busy", 100)).toBe(false);
  waited.length = 0;
  expect(await budget.take("blizzard", "other", 0)).toBe(true);
  expect(waited).toEqual([]);
});
