import { expect, test } from "vitest";
import { testApp } from "./support/app.ts";

test("from sign-up to a row in a guild's own database", async () => {
  await using t = await testApp();
  const guild = await t.guild("ironforge");
  const standings = await guild.owner.get("/standings");
  expect(standings.status).toBe(200);
  console.log(standings.text);
  const person = standings.body.items[0]?.personId;
  const award = await guild.owner.post("/dkp/awards", {
    personIds: [person],
    points: 15,
    reason: "On time",
  });
  console.log(award.status, award.text);
  const page = await guild.owner.page("/g/ironforge/members");
  console.log(page.status, page.text.slice(0, 300));
  for (const p of [
    "/",
    "/guilds",
    "/guilds/new",
    "/account",
    "/sign-in",
    "/g/ironforge/settings",
    "/g/ironforge/standings",
    "/g/ironforge/ledger",
    "/g/nope",
  ]) {
    const r = await guild.owner.page(p);
    console.log(p, r.status);
  }
  console.log(t.services.tenants.gauges());
});
