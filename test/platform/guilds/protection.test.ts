import { afterAll, beforeAll, expect, test } from "vitest";
import { protectGuild } from "../../../src/platform/guilds/protection.ts";
import { type TestApp, testApp } from "../../support/app.ts";
import { crowd, newGuild } from "./support.ts";

let t: TestApp;
beforeAll(async () => {
  t = await testApp();
});
afterAll(async () => {
  await t.close();
});

test("a protected guild refuses its owner's deletion and every purge until it is unlocked", async () => {
  const [founder] = await crowd(t, 1);
  const made = await founder!.post("/api/guilds", newGuild("Iron Vow", { slug: "iron-vow" }));
  const owner = founder!.within("iron-vow");
  const { platform, provisioner } = t.services;
  const guild = (await platform.guild(made.body.id))!;
  const operator = { type: "operator", name: "test" } as const;
  const ctx = { services: t.services, caller: operator, requestId: "", address: "", agent: "" };
  await protectGuild(ctx, guild, true);
  const refused = await owner.post("/settings/deletion", { name: "Iron Vow" });
  expect([refused.status, refused.body.type]).toEqual([409, "/problems/guild/protected"]);
  await expect(provisioner.deprovision(guild.id)).rejects.toMatchObject({
    code: "guild/protected",
  });
  expect((await owner.get("/members?limit=5")).status).toBe(200);
  await protectGuild(ctx, guild, false);
  expect((await owner.post("/settings/deletion", { name: "Iron Vow" })).status).toBeLessThan(300);
});
