import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestApp, type TestGuild, testApp } from "../../support/app.ts";
import { raiders } from "./support.ts";

const MINUTE_MS = 60_000;
type Raiders = Awaited<ReturnType<typeof raiders>>;

let t: TestApp;
let guild: TestGuild;
let people: Raiders;

beforeAll(async () => {
  t = await testApp();
  guild = await t.guild("emberforge");
  people = await raiders(t, guild, 4, 1_000);
});
afterAll(async () => await t.close());

/** A running raid with the first `count` people present. */
async function raidOf(count: number) {
  const { body } = await guild.owner.post("/raids", {
    name: "Night",
    startsAt: t.now().getTime(),
    minutes: 180,
  });
  await guild.owner.post(`/raids/${body.id}/start`);
  const present = people.personIds.slice(0, count);
  await guild.owner.put(`/raids/${body.id}/attendance`, {
    people: present.map((personId) => ({ personId, presence: "present" })),
  });
  return body.id as string;
}

async function auctionOf(terms: Record<string, unknown>) {
  const { body } = await guild.owner.post("/auctions", {
    ...{ itemName: "Axe", durationMs: MINUTE_MS },
    ...terms,
  });
  return body.id as string;
}

const bid = (who: number, id: string, points: number) =>
  people.clients[who]!.post(`/auctions/${id}/bids`, { points });
const pass = (who: number, id: string) => people.clients[who]!.post(`/auctions/${id}/pass`);
const read = async (id: string) => (await guild.owner.get(`/auctions/${id}`)).body;

async function prices(id: string) {
  t.advance(MINUTE_MS * 10);
  await t.services.jobRunner.drain();
  const { loot } = await read(id);
  return loot.map((won: { price: number }) => won.price / 100);
}

test("G9 only people present at the raid may bid, and a bidder who was taken off it does not win", async () => {
  const raidId = await raidOf(2);
  const id = await auctionOf({ mode: "sealed", raidId, presentOnly: true });
  expect((await bid(2, id, 90)).body.type).toBe("/problems/auctions/not-present");
  expect((await bid(0, id, 50)).status).toBe(201);
  expect((await bid(1, id, 20)).status).toBe(201);
  await guild.owner.put(`/raids/${raidId}/attendance`, {
    people: [{ personId: people.personIds[0], presence: "absent" }],
  });
  expect(await prices(id)).toEqual([20]);
  const without = await guild.owner.post("/auctions", {
    ...{ itemName: "Axe", mode: "open", durationMs: MINUTE_MS, presentOnly: true },
  });
  expect(without.body.errors[0].pointer).toBe("/raidId");
});

test("G9 an auction ends as soon as everyone present has bid or passed, and not before", async () => {
  const raidId = await raidOf(3);
  const id = await auctionOf({ mode: "sealed", raidId, endsWhenPassed: true });
  await bid(0, id, 40);
  expect((await pass(1, id)).body).toMatchObject({ status: "open", hasPassed: true });
  // A secret auction does not show that another person passed.
  expect((await people.clients[0]!.get(`/auctions/${id}`)).body).toMatchObject({
    passCount: null,
    hasPassed: false,
  });
  expect((await pass(2, id)).body).toMatchObject({ status: "settled", passCount: 2 });
  expect((await read(id)).loot).toMatchObject([{ price: 4_000 }]);
  expect((await bid(1, id, 80)).body.type).toBe("/problems/auctions/closed");
});

test("G9 in an open auction everyone but the leader has to pass, and a bid takes a pass back", async () => {
  const raidId = await raidOf(2);
  const id = await auctionOf({ mode: "open", raidId, endsWhenPassed: true });
  await bid(0, id, 10);
  expect((await bid(1, id, 20)).status).toBe(201);
  expect((await read(id)).status).toBe("open");
  expect((await pass(1, id)).body.type).toBe("/problems/auctions/bid-stays");
  await bid(0, id, 30);
  expect((await pass(1, id)).body.status).toBe("settled");
  expect((await read(id)).loot).toMatchObject([{ price: 3_000 }]);
});

test("G9 a pass withdraws a bid that may be withdrawn, and frees its points", async () => {
  const id = await auctionOf({ mode: "fixed", minimum: 600 });
  await people.clients[3]!.post(`/auctions/${id}/bids`, {});
  expect((await pass(3, id)).body).toMatchObject({ hasPassed: true, passCount: 1 });
  expect((await people.clients[3]!.get(`/auctions/${id}`)).body.funds.heldHere).toBe(0);
  await people.clients[3]!.post(`/auctions/${id}/bids`, {});
  expect((await people.clients[3]!.get(`/auctions/${id}`)).body.hasPassed).toBe(false);
  expect(await prices(id)).toEqual([600]);
});

test("G10 a first bid of the minimum is accepted below the leading bid, if the auction says so", async () => {
  const terms = { mode: "open", minimum: 5, increment: 10 };
  const usual = await auctionOf(terms);
  await bid(0, usual, 50);
  expect((await bid(1, usual, 5)).body.type).toBe("/problems/auctions/outbid");
  const id = await auctionOf({ ...terms, allowsMinimum: true });
  await bid(0, id, 50);
  expect((await bid(1, id, 5)).status).toBe(201);
  expect((await bid(1, id, 6)).body.type).toBe("/problems/auctions/outbid");
  expect(await prices(id)).toEqual([50]);
});

test("G9 copies have one uniform price, or the second price and a step, and never more than the bid", async () => {
  const uniform = await auctionOf({ mode: "sealed", copies: 2, price: "uniform", minimum: 1 });
  for (const [who, points] of [50, 40, 30, 20].entries()) await bid(who, uniform, points);
  expect(await prices(uniform)).toEqual([30, 30]);
  const second = await auctionOf({ mode: "sealed", price: "second-plus", increment: 5 });
  await bid(0, second, 50);
  await bid(1, second, 40);
  expect(await prices(second)).toEqual([45]);
  const close = await auctionOf({ mode: "sealed", price: "second-plus", increment: 5 });
  await bid(0, close, 42);
  await bid(1, close, 40);
  expect(await prices(close)).toEqual([42]);
});

test("G16 an item costs what the pool's list says for its slot and item level, and less for the off spec", async () => {
  const { body: pool } = await guild.owner.post("/dkp/pools", { name: "Listed", kind: "epgp" });
  const rules = {
    offSpecPct: 50,
    prices: [
      { slot: "head", itemLevel: 0, points: 10 },
      { slot: "head", itemLevel: 480, points: 25 },
      { slot: "legs", itemLevel: 0, points: 40 },
    ],
  };
  expect((await guild.owner.patch(`/dkp/pools/${pool.id}`, rules)).status).toBe(200);
  const priceOf = async (itemLevel: number, spec: string) => {
    const { body } = await guild.owner.post("/loot", {
      ...{ itemName: "Helm", personId: people.personIds[0], pool: pool.id, spec },
      ...{ slot: "head", itemLevel },
    });
    return body.price / 100;
  };
  expect(await priceOf(470, "main")).toBe(10);
  expect(await priceOf(480, "main")).toBe(25);
  expect(await priceOf(600, "off")).toBe(12.5);
});

test("G16 a class pays its part of a price, and the tax of a price leaves the players' sum", async () => {
  const { body: pool } = await guild.owner.post("/dkp/pools", { name: "Taxed", kind: "zero-sum" });
  await guild.owner.patch(`/dkp/pools/${pool.id}`, { taxPct: 10, benchSharePct: 50 });
  const raid = await guild.owner.post("/raids", {
    ...{ name: "Night", startsAt: t.now().getTime(), minutes: 60, pool: pool.id },
  });
  await guild.owner.post(`/raids/${raid.body.id}/start`);
  const [anna, bert, carl] = people.personIds;
  await guild.owner.put(`/raids/${raid.body.id}/attendance`, {
    people: [
      { personId: anna, presence: "present" },
      { personId: bert, presence: "present" },
      { personId: carl, presence: "bench" },
    ],
  });
  await guild.owner.post("/loot", {
    ...{ itemName: "Axe", personId: anna, points: 100, raidId: raid.body.id },
  });
  const pointsOf = async (id: string | undefined) => {
    const { body } = await guild.owner.get(`/dkp/persons/${id}/statement?pool=${pool.id}`);
    return Number(body.account.points);
  };
  // 90 of 100 are shared: 36 for each person present, half of it for the bench.
  expect(await Promise.all([anna, bert, carl].map(pointsOf))).toEqual([-64, 36, 18]);
  expect((await guild.owner.get("/dkp/verification")).body.differences).toEqual([]);
});

test("the page of an auction has a button to pass, and the form says each rule in both languages", async () => {
  const raidId = await raidOf(1);
  const form = await guild.owner.page("/g/emberforge/auctions/new", { "accept-language": "es" });
  expect(form.text).toContain("Cada ganador paga su puja.");
  const fields = { itemName: "Bow", mode: "sealed", minutes: "2", raidId, endsWhenPassed: "on" };
  const sent = await guild.owner.submit("/g/emberforge/auctions/new", fields);
  const page = sent.headers.get("location")!;
  expect((await people.clients[1]!.page(page)).text).toContain("End early once everyone present");
  expect((await people.clients[1]!.submit(`${page}/pass`, {})).status).toBe(303);
  expect((await people.clients[1]!.page(page)).text).toContain("You passed.");
});
