import { expect, test } from "vitest";
import { type TestGuild, testApp } from "../../support/app.ts";
import { raiders } from "../auctions/support.ts";

async function poolOf(guild: TestGuild, input: Record<string, unknown> = {}) {
  if (Object.keys(input).length === 0) {
    return (await guild.owner.get("/dkp/pools")).body.items[0].id as string;
  }
  const made = await guild.owner.post("/dkp/pools", { name: "Other", kind: "dkp", ...input });
  expect(made.status).toBe(201);
  return made.body.id as string;
}

async function pointsOf(guild: TestGuild, personId: string | undefined, pool?: string) {
  const query = pool === undefined ? "" : `?pool=${pool}`;
  const { body } = await guild.owner.get(`/dkp/persons/${personId}/statement${query}`);
  return Number(body.account.points);
}

async function award(guild: TestGuild, personIds: readonly string[], points: number, more = {}) {
  const input = { personIds, points, reason: "Boss", ...more };
  return await guild.owner.post("/dkp/awards", input);
}

test("P21 an item whose payment was reversed is undone everywhere", async () => {
  await using t = await testApp();
  const guild = await t.guild("emberforge");
  const { clients, personIds } = await raiders(t, guild, 1, 100);
  await clients[0]!.put("/loot/wishes", { items: [{ itemName: "Axe" }] });
  const { body: loot } = await guild.owner.post("/loot", {
    itemName: "Axe",
    personId: personIds[0],
    points: 10,
  });
  const hasIt = async () =>
    (await guild.owner.get(`/loot/wishes?person=${personIds[0]}`)).body.items[0].hasIt;
  expect(await hasIt()).toBe(true);
  await guild.owner.post(`/dkp/entries/${loot.txId}/reversal`, { reason: "Wrong item" });
  expect(await hasIt()).toBe(false);
  expect((await guild.owner.get("/loot")).body.items[0].isReverted).toBe(true);
});

test("P23 the odd unit of a shared price goes to another person each time", async () => {
  await using t = await testApp();
  const guild = await t.guild("emberforge");
  const { personIds } = await raiders(t, guild, 4, 1);
  const pool = await poolOf(guild, { kind: "zero-sum" });
  const [buyer, ...sharedWith] = personIds;
  for (let i = 0; i < 30; i++) {
    const spent = { personId: buyer, points: 0.01, reason: `Item ${i}`, pool, sharedWith };
    expect((await guild.owner.post("/dkp/spends", spent)).status).toBe(201);
  }
  const shares = await Promise.all(sharedWith.map((id) => pointsOf(guild, id, pool)));
  expect(shares).toEqual([0.1, 0.1, 0.1]);
});

test("P25 a refused number is told its own reason", async () => {
  await using t = await testApp();
  const guild = await t.guild("emberforge");
  const pool = await poolOf(guild, { kind: "epgp" });
  const detail = async (change: Record<string, unknown>) =>
    (await guild.owner.patch(`/dkp/pools/${pool}`, change)).body.errors[0].detail;
  expect(await detail({ minGearPoints: 0 })).toBe("Enter a number above zero.");
  expect(await detail({ minGearPoints: "1.234" })).toBe("Enter a number with at most 2 decimals.");
  expect(await detail({ hardCap: "many" })).toBe("Enter a number.");
  const { body } = await guild.owner.post("/loot", { itemName: "Axe", fate: "bank", points: -1 });
  expect(body.errors[0].detail).toBe("Enter a number of zero or more.");
});

test("G1 G2 G3 tenths of a percent decay, gear points are corrected by hand, and a minimum of effort holds", async () => {
  await using t = await testApp();
  const guild = await t.guild("emberforge");
  const { personIds } = await raiders(t, guild, 2, 1);
  const [anna, bert] = personIds;
  const pool = await poolOf(guild, { kind: "epgp" });
  await guild.owner.patch(`/dkp/pools/${pool}`, { decay: { percent: 12.5 }, minEffortPoints: 50 });
  await award(guild, [anna!], 80, { pool });
  await award(guild, [bert!], 30, { pool });
  const gear = { personIds: [anna], points: 8, reason: "Imported", pool, unit: "gp" };
  expect((await guild.owner.post("/dkp/adjustments", gear)).status).toBe(201);
  const { body: standings } = await guild.owner.get(`/standings?pool=${pool}`);
  const [first, ...others] = standings.items;
  expect(first).toMatchObject({ personId: anna, priority: 10, isBelowMinimum: false });
  expect(others.every((one: { isBelowMinimum: boolean }) => one.isBelowMinimum)).toBe(true);
  const refused = await guild.owner.post("/loot", {
    itemName: "Axe",
    personId: bert,
    points: 5,
    pool,
  });
  expect(refused.body.type).toBe("/problems/dkp/below-minimum");
  await guild.owner.post(`/dkp/pools/${pool}/decays`);
  expect(await pointsOf(guild, anna, pool)).toBe(70);
});

test("G15 a second officer who gives the same award is asked to confirm it", async () => {
  await using t = await testApp();
  const guild = await t.guild("emberforge");
  const { personIds } = await raiders(t, guild, 1, 1);
  const officer = await t.as("officer", guild);
  const input = { personIds, points: 5, reason: "Boss" };
  expect((await guild.owner.post("/dkp/awards", input)).status).toBe(201);
  const second = await officer.post("/dkp/awards", input);
  expect(second.body).toMatchObject({ status: 409, type: "/problems/dkp/same-award" });
  expect((await officer.post("/dkp/awards", { ...input, confirm: true })).status).toBe(201);
});

test("G17 a council decides again after its item was taken back", async () => {
  await using t = await testApp();
  const guild = await t.guild("emberforge");
  const { personIds } = await raiders(t, guild, 2, 100);
  const { body: council } = await guild.owner.post("/loot/councils", { itemName: "Ring" });
  const decide = async (personId: string | undefined) =>
    await guild.owner.post(`/loot/councils/${council.id}/decision`, { personId, points: 30 });
  const first = await decide(personIds[0]);
  expect((await decide(personIds[1])).body.type).toBe("/problems/loot/council-over");
  await guild.owner.post(`/loot/${first.body.lootId}/reversal`, { reason: "Wrong person" });
  expect((await decide(personIds[1])).status).toBe(200);
  expect(await pointsOf(guild, personIds[0])).toBe(100);
  expect(await pointsOf(guild, personIds[1])).toBe(70);
});

test("G18 a change of the rules shows what it would do to each person, and saves nothing", async () => {
  await using t = await testApp();
  const guild = await t.guild("emberforge");
  const { personIds } = await raiders(t, guild, 1, 80);
  const pool = await poolOf(guild);
  const { body } = await guild.owner.post(`/dkp/pools/${pool}/preview`, {
    decay: { percent: 25 },
    hardCap: 60,
  });
  const row = body.items.find((one: { personId: string }) => one.personId === personIds[0]);
  expect(row).toMatchObject({ decayedNow: 8_000, decayedThen: 6_000, isCappedThen: true });
  expect((await guild.owner.get("/dkp/pools")).body.items[0].decay).toBeNull();
});
