import { describe, expect, test } from "vitest";
import { testApp } from "../../support/app.ts";
import { raiders } from "../auctions/support.ts";

describe("loot", () => {
  test("given by hand is paid at once, once per key, and never below the floor", async () => {
    await using t = await testApp();
    const guild = await t.guild("emberforge");
    const { personIds } = await raiders(t, guild, 1, 40);
    const item = { itemName: "[Regent's  Signet]", personId: personIds[0], points: 15 };
    const headers = { "idempotency-key": "night-7-signet" };
    const made = await Promise.all([1, 2, 3].map(() => guild.owner.post("/loot", item, headers)));
    expect(made.filter(({ status }) => status === 201).length).toBeGreaterThan(0);
    const { body } = await guild.owner.get("/loot?item=regent's signet");
    expect(body.items).toHaveLength(1);
    const poor = await guild.owner.post("/loot", { ...item, points: 30 });
    expect(poor.body.type).toBe("/problems/dkp/insufficient-balance");
    expect((await guild.owner.get("/loot")).body.items).toHaveLength(1);
  });

  test("taken back returns the price, stays in the history, and cannot be taken back twice", async () => {
    await using t = await testApp();
    const guild = await t.guild("emberforge");
    const { personIds } = await raiders(t, guild, 1, 40);
    const { body: item } = await guild.owner.post("/loot", {
      itemName: "Helm",
      personId: personIds[0],
      points: 15,
    });
    const undone = await guild.owner.post(`/loot/${item.id}/reversal`, { reason: "Wrong person" });
    expect(undone.body.isReverted).toBe(true);
    const again = await guild.owner.post(`/loot/${item.id}/reversal`, { reason: "Again" });
    expect(again.body.type).toBe("/problems/loot/reverted-already");
    const { body } = await guild.owner.get(`/dkp/persons/${personIds[0]}/statement`);
    expect(body.account.points).toBe("40");
  });

  test("that no member wants is disenchanted or banked, and costs no points", async () => {
    await using t = await testApp();
    const guild = await t.guild("emberforge");
    const dust = await guild.owner.post("/loot", { itemName: "Helm", fate: "disenchanted" });
    expect(dust.body).toMatchObject({ personId: null, price: 0, fate: "disenchanted" });
    const paid = await guild.owner.post("/loot", { itemName: "Helm", fate: "bank", points: 5 });
    expect(paid.status).toBe(422);
  });

  test("with wishes shows who wants it most, and who has it already", async () => {
    await using t = await testApp();
    const guild = await t.guild("emberforge");
    const { clients, personIds } = await raiders(t, guild, 2, 40);
    await clients[0]!.put("/loot/wishes", { items: [{ itemName: "Wand" }, { itemName: "Helm" }] });
    await clients[1]!.put("/loot/wishes", { items: [{ itemName: "HELM" }] });
    await guild.owner.post("/loot", { itemName: "helm", personId: personIds[0] });
    const { body } = await guild.owner.get("/loot/wishes?item=Helm");
    expect(body.items).toMatchObject([
      { personId: personIds[1], rank: 1, hasIt: false },
      { personId: personIds[0], rank: 2, hasIt: true },
    ]);
  });
});

describe("a loot council", () => {
  test("takes every member's answer, counts each officer once, decides once, and then shows the votes", async () => {
    await using t = await testApp();
    const guild = await t.guild("emberforge");
    const { clients, personIds } = await raiders(t, guild, 2, 40);
    const officers = [await t.as("officer", guild), await t.as("officer", guild), guild.owner];
    const { body: council } = await guild.owner.post("/loot-councils", { itemName: "Wand" });
    const path = `/loot-councils/${council.id}`;
    for (const [i, response] of ["best", "upgrade"].entries()) {
      expect((await clients[i]!.put(`${path}/response`, { response })).status).toBe(200);
    }
    for (const officer of officers) await officer.page("/g/emberforge");
    await officers[0]!.put(`${path}/vote`, { personId: personIds[0] });
    await officers[0]!.put(`${path}/vote`, { personId: personIds[1] });
    await officers[1]!.put(`${path}/vote`, { personId: personIds[1] });
    await officers[2]!.put(`${path}/vote`, { personId: personIds[0] });
    const during = await clients[0]!.get(path);
    expect(during.body.candidates.every((one: { voters: unknown }) => one.voters === null)).toBe(
      true,
    );
    expect((await clients[0]!.put(`${path}/vote`, { personId: personIds[0] })).status).toBe(403);
    const decided = await Promise.all(
      [0, 1].map((i) =>
        guild.owner.post(`${path}/decision`, { personId: personIds[i], points: 10 }),
      ),
    );
    expect(decided.map(({ status }) => status).sort()).toEqual([200, 409]);
    const after = (await clients[0]!.get(path)).body;
    const votes = Object.fromEntries(
      after.candidates.map((one: { personId: string; voters: string[] }) => [
        one.personId,
        one.voters.length,
      ]),
    );
    expect(votes).toEqual({ [personIds[0]!]: 1, [personIds[1]!]: 2 });
    const { body: loot } = await guild.owner.get("/loot");
    expect(loot.items).toMatchObject([{ source: "council", price: 1_000 }]);
    expect((await guild.owner.get("/dkp/verification")).body.isRight).toBe(true);
    const page = await clients[0]!.page(`/g/emberforge/loot/councils/${council.id}`);
    expect(page.text).toContain("Best in slot");
  });
});
