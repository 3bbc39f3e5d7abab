import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { IN_USE, slugIsFree } from "../../../src/platform/guilds/slug-guard.ts";
import { slugLooks, slugProblem } from "../../../src/platform/guilds/slugs.ts";
import { type TestApp, testApp } from "../../support/app.ts";
import { runs } from "../../support/scale.ts";
import { crowd, newGuild } from "./support.ts";

let t: TestApp;
beforeAll(async () => {
  t = await testApp();
});
afterAll(async () => {
  await t.close();
});

test("the database folds look-alikes exactly as the rule does", async () => {
  const [owner] = await crowd(t, 1);
  const { body } = await owner!.post("/api/guilds", newGuild("Any Name", { slug: "any-name" }));
  const { db } = t.services.platform;
  const letters = fc.array(fc.constantFrom(..."rnmvwoil01-ab"), { minLength: 3, maxLength: 12 });
  const slug = letters
    .map((all) => `a${all.join("").replace(/-+/g, "-")}b`)
    .filter((text) => slugProblem(text) === undefined);
  await fc.assert(
    fc.asyncProperty(slug, slug, async (taken, wished) => {
      await db.client.execute({
        sql: "UPDATE guilds SET slug = ? WHERE id = ?",
        args: [taken, body.id],
      });
      const isAlike = slugLooks(taken) === slugLooks(wished);
      expect(await slugIsFree(t.services.platform, wished)).toBe(!isAlike);
      expect(await slugIsFree(t.services.platform, taken)).toBe(false);
    }),
    runs(300),
  );
});

test("the search for look-alikes reads an index, not every guild", async () => {
  const { client } = t.services.platform.db;
  const plan = await client.execute({ sql: `EXPLAIN QUERY PLAN ${IN_USE}`, args: ["a", 1, ""] });
  const steps = plan.rows.map((row) => String(row.at(-1))).join("\n");
  expect(steps).toMatch(/SEARCH guilds USING INDEX guilds_by_slug_looks/);
  expect(steps).toMatch(/SEARCH slug_history USING INDEX slug_history_by_looks/);
});
