import fc from "fast-check";
import { expect, test } from "vitest";
import { gini } from "../../../src/tenant/dkp/economy.ts";
import { testApp } from "../../support/app.ts";
import { raiders } from "../auctions/support.ts";

test("the Gini coefficient is 0 for equals, near 1 for one who has all, and the same in any unit", () => {
  expect(gini([])).toBeNull();
  expect(gini([0, 0])).toBeNull();
  expect(gini([5, 5, 5])).toBeCloseTo(0);
  expect(gini([0, 0, 0, 10])).toBeCloseTo(0.75);
  fc.assert(
    fc.property(
      fc.array(fc.nat(1_000), { minLength: 1 }),
      fc.integer({ min: 1, max: 50 }),
      (of, by) => {
        const found = gini(of);
        if (found === null) return;
        expect(found).toBeGreaterThanOrEqual(-1e-9);
        expect(found).toBeLessThan(1);
        expect(gini(of.map((one) => one * by))).toBeCloseTo(found);
      },
    ),
  );
});

test("a premium guild sees where points come from and go to; a free one sees how to get that", async () => {
  await using t = await testApp();
  const free = await t.guild("free-guild");
  const refused = await free.owner.get("/analytics");
  expect([refused.status, refused.body.type]).toEqual([402, "/problems/plan/analytics"]);
  const guild = await t.guild("rich-guild", { plan: "premium" });
  const { personIds } = await raiders(t, guild, 2, 40);
  await guild.owner.post("/loot", { itemName: "Helm", personId: personIds[0], points: 15 });
  const { body } = await guild.owner.get("/analytics");
  expect(body.weeks).toEqual([{ monday: "2026-01-12", minted: 8_000, spent: 1_500, decayed: 0 }]);
  expect(body.shares).toMatchObject([{ items: 1, percent: 100 }]);
  expect(body.gini).toBeCloseTo(7.5 / 65);
  const page = await guild.owner.page("/g/rich-guild/analytics");
  expect(page.status).toBe(200);
  expect(page.text).toContain("Analytics");
});
