import { expect, test } from "vitest";
import { testApp } from "../support/app.ts";

test("programs that use the addresses of weekly raids and loot councils before the change go on working", async () => {
  await using t = await testApp();
  const guild = await t.guild("emberforge");
  const series = await guild.owner.post("/raids/series", {
    name: "Progress",
    weekdays: [3],
    startsAt: "20:00",
    minutes: 180,
  });
  expect(series.status).toBe(201);
  const council = await guild.owner.post("/loot/councils", { itemName: "Wand" });
  expect(council.status).toBe(201);

  const present = await guild.owner.get(`/loot-councils/${council.body.id}`);
  expect(present.body).toMatchObject({ id: council.body.id, itemName: "Wand" });
  expect((await guild.owner.get(`/loot/councils/${council.body.id}`)).body).toEqual(present.body);
  expect((await guild.owner.get("/raids/series")).body).toEqual(
    (await guild.owner.get("/raid-series")).body,
  );
  expect((await guild.owner.delete(`/raids/series/${series.body.id}`)).status).toBe(204);
  expect((await guild.owner.get("/raid-series")).body.items).toEqual([]);
});
