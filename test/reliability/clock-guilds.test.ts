import { expect, test } from "vitest";
import { limits } from "../../src/limits.ts";
import { type TestApp, type TestGuild, testApp } from "../support/app.ts";
import { times } from "../support/times.ts";
import { raiders } from "../tenant/auctions/support.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const WEEKLY = { percent: 10, weekly: { weekday: 5, hour: 6 } };

/** Checks the clock, and does what is due for the guilds. */
async function doAll({ services }: TestApp): Promise<void> {
  await services.clockWatch.look();
  await services.jobRunner.drain();
}

async function poolOf({ owner }: TestGuild): Promise<string> {
  return (await owner.get("/dkp/pools")).body.items[0].id;
}

async function pointsOf({ owner }: TestGuild, personId: string): Promise<string> {
  const { body } = await owner.get("/standings");
  return body.items.find((one: { personId: string }) => one.personId === personId).points;
}

async function openAuction({ owner }: TestGuild, durationMs: number): Promise<string> {
  const made = await owner.post("/auctions", { itemName: "Signet", mode: "open", durationMs });
  expect(made.status, made.text).toBe(201);
  return made.body.id;
}

test("R34 a clock that is 31 days ahead decays no balance and ends no auction: both come at their right time", async () => {
  const at = times();
  const t = await testApp({}, at);
  try {
    const guild = await t.guild("iron-vow");
    const { clients, personIds } = await raiders(t, guild, 1, 100);
    const id = await openAuction(guild, 2 * HOUR_MS);
    expect((await clients[0]!.post(`/auctions/${id}/bids`, { points: 40 })).status).toBe(201);
    const pool = await poolOf(guild);
    expect((await guild.owner.patch(`/dkp/pools/${pool}`, { decay: WEEKLY })).status).toBe(200);
    await doAll(t);
    at.jump(31 * DAY_MS);
    for (let i = 0; i < 3; i++) {
      await doAll(t);
      at.pass(limits.jobs.waitMs);
    }
    at.jump(-31 * DAY_MS);
    await doAll(t);
    expect((await guild.owner.get(`/auctions/${id}`)).body.status).toBe("open");
    expect(await pointsOf(guild, personIds[0]!)).toBe("100");
    at.pass(2 * HOUR_MS);
    await doAll(t);
    expect((await guild.owner.get(`/auctions/${id}`)).body.status).toBe("settled");
    expect(await pointsOf(guild, personIds[0]!)).toBe("60");
    at.pass(3 * DAY_MS);
    await doAll(t);
    expect(await pointsOf(guild, personIds[0]!)).toBe("54");
  } finally {
    await t.close();
  }
});

test("R34 an auction that is opened while the clock is ahead ends by that clock", async () => {
  const at = times();
  const t = await testApp({}, at);
  try {
    const guild = await t.guild("iron-vow");
    const { clients } = await raiders(t, guild, 1, 100);
    await doAll(t);
    at.jump(3 * DAY_MS);
    await doAll(t);
    const id = await openAuction(guild, MINUTE_MS);
    expect((await clients[0]!.post(`/auctions/${id}/bids`, { points: 40 })).status).toBe(201);
    await doAll(t);
    expect((await guild.owner.get(`/auctions/${id}`)).body.status).toBe("open");
    at.pass(2 * MINUTE_MS);
    await doAll(t);
    expect((await guild.owner.get(`/auctions/${id}`)).body.status).toBe("settled");
  } finally {
    await t.close();
  }
});

test("R34 rules and a decay that were saved while the clock was ahead hold up no later decay", async () => {
  const at = times();
  const t = await testApp({}, at);
  try {
    const guild = await t.guild("iron-vow");
    const { personIds } = await raiders(t, guild, 1, 100);
    const pool = await poolOf(guild);
    await doAll(t);
    at.jump(20 * DAY_MS);
    await doAll(t);
    expect((await guild.owner.patch(`/dkp/pools/${pool}`, { decay: WEEKLY })).status).toBe(200);
    expect((await guild.owner.post(`/dkp/pools/${pool}/decays`)).status).toBe(200);
    at.jump(-20 * DAY_MS);
    await doAll(t);
    const again = await guild.owner.patch(`/dkp/pools/${pool}`, { decay: WEEKLY });
    expect([again.status, again.text]).toEqual([200, expect.any(String)]);
    expect(await pointsOf(guild, personIds[0]!)).toBe("90");
    at.pass(8 * DAY_MS);
    await doAll(t);
    expect(await pointsOf(guild, personIds[0]!)).toBe("81");
  } finally {
    await t.close();
  }
});

test("R34 rules that were saved while the clock was ahead, and not again, leave out one week's decay", async () => {
  const at = times();
  const t = await testApp({}, at);
  try {
    const guild = await t.guild("iron-vow");
    const { personIds } = await raiders(t, guild, 1, 100);
    const pool = await poolOf(guild);
    await doAll(t);
    at.jump(20 * DAY_MS);
    await doAll(t);
    expect((await guild.owner.patch(`/dkp/pools/${pool}`, { decay: WEEKLY })).status).toBe(200);
    at.jump(-20 * DAY_MS);
    for (let week = 0; week < 2; week++) {
      await doAll(t);
      at.pass(7 * DAY_MS);
    }
    await doAll(t);
    expect(await pointsOf(guild, personIds[0]!)).toBe("90");
  } finally {
    await t.close();
  }
});
