import { expect, test } from "vitest";
import { type TestApp, type TestGuild, testApp } from "../../support/app.ts";
import { raiders } from "../auctions/support.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

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

async function runningRaid(t: TestApp, guild: TestGuild, people: readonly string[], pool?: string) {
  const { body } = await guild.owner.post("/raids", {
    name: "Wednesday",
    startsAt: t.now().getTime(),
    minutes: 180,
    ...(pool !== undefined && { pool }),
  });
  await guild.owner.post(`/raids/${body.id}/start`);
  const present = people.map((personId) => ({ personId, presence: "present" }));
  const set = await guild.owner.put(`/raids/${body.id}/attendance`, { people: present });
  expect(set.status).toBe(200);
  return body.id as string;
}

const verified = async (guild: TestGuild) =>
  expect((await guild.owner.get("/dkp/verification")).body.differences).toEqual([]);

test("P6 a person who left stops neither an award nor the list of a raid, and can be taken off it", async () => {
  await using t = await testApp();
  const guild = await t.guild("emberforge");
  const { clients, personIds } = await raiders(t, guild, 3, 1);
  const [anna, bert, carl] = personIds;
  const { body: raid } = await guild.owner.post("/raids", {
    name: "Wednesday",
    startsAt: t.now().getTime(),
    minutes: 180,
  });
  for (const client of clients) await client.put(`/raids/${raid.id}/signup`, { status: "yes" });
  await guild.owner.put(`/roster/persons/${bert}/archival`);
  const { body: begun } = await guild.owner.post(`/raids/${raid.id}/start`);
  const presenceOf = (id: string | undefined) =>
    begun.people.find((one: { personId: string }) => one.personId === id).presence;
  expect([anna, bert, carl].map(presenceOf)).toEqual(["present", null, "present"]);
  // Carl leaves during the raid.
  await guild.owner.put(`/roster/persons/${carl}/archival`);
  const made = await guild.owner.post(`/raids/${raid.id}/awards`, {
    points: 15,
    reason: "On time",
  });
  expect(made.status).toBe(201);
  expect(await pointsOf(guild, anna)).toBe(16);
  expect(await pointsOf(guild, carl)).toBe(1);
  const saved = await guild.owner.put(`/raids/${raid.id}/attendance`, {
    people: [
      { personId: anna, presence: "bench" },
      { personId: bert, presence: "absent" },
      { personId: carl, presence: "present" },
    ],
  });
  expect(saved.status).toBe(200);
  const back = await guild.owner.put(`/raids/${raid.id}/attendance`, {
    people: [{ personId: bert, presence: "present" }],
  });
  expect(back.body).toMatchObject({ type: "/problems/raids/bad-people" });
});

test("P6 a person who left has no share in a price at a zero-sum raid", async () => {
  await using t = await testApp();
  const guild = await t.guild("emberforge");
  const { personIds } = await raiders(t, guild, 3, 1);
  const pool = await poolOf(guild, { kind: "zero-sum" });
  const raid = await runningRaid(t, guild, personIds, pool);
  await guild.owner.put(`/roster/persons/${personIds[2]}/archival`);
  await guild.owner.post("/loot", {
    itemName: "Axe",
    personId: personIds[0],
    points: 30,
    raidId: raid,
  });
  const points = await Promise.all(personIds.map((id) => pointsOf(guild, id, pool)));
  expect(points).toEqual([-15, 15, 0]);
});

test("P9 each way to give loot at a zero-sum raid shares its price among the people there", async () => {
  await using t = await testApp();
  const guild = await t.guild("emberforge");
  const { personIds } = await raiders(t, guild, 2, 1);
  const [anna, bert] = personIds;
  const pool = await poolOf(guild, { kind: "zero-sum" });
  const raid = await runningRaid(t, guild, personIds, pool);
  const given = await guild.owner.post("/loot", {
    itemName: "Helm",
    personId: anna,
    points: 30,
    raidId: raid,
  });
  expect(given.status).toBe(201);
  expect(await pointsOf(guild, anna, pool)).toBe(-15);
  expect(await pointsOf(guild, bert, pool)).toBe(15);
  const { body: council } = await guild.owner.post("/loot/councils", {
    itemName: "Ring",
    raidId: raid,
  });
  const decided = await guild.owner.post(`/loot/councils/${council.id}/decision`, {
    personId: bert,
    points: 30,
  });
  expect(decided.status).toBe(200);
  expect(await pointsOf(guild, anna, pool)).toBe(0);
  expect(await pointsOf(guild, bert, pool)).toBe(0);
  await verified(guild);
});

test("P10 what happens at a raid is paid in the raid's pool, and another pool is refused", async () => {
  await using t = await testApp();
  const guild = await t.guild("emberforge");
  const { personIds } = await raiders(t, guild, 1, 100);
  const [anna] = personIds;
  const pool = await poolOf(guild, { name: "Second" });
  await award(guild, personIds, 100, { pool });
  const raid = await runningRaid(t, guild, personIds, pool);
  const { body: council } = await guild.owner.post("/loot/councils", {
    itemName: "Ring",
    raidId: raid,
  });
  await guild.owner.post(`/loot/councils/${council.id}/decision`, { personId: anna, points: 30 });
  expect([await pointsOf(guild, anna), await pointsOf(guild, anna, pool)]).toEqual([100, 70]);
  await guild.owner.post("/loot", { itemName: "Axe", personId: anna, points: 10, raidId: raid });
  expect([await pointsOf(guild, anna), await pointsOf(guild, anna, pool)]).toEqual([100, 60]);
  const auction = { itemName: "Bow", mode: "open", durationMs: MINUTE_MS, raidId: raid };
  expect((await guild.owner.post("/auctions", auction)).body.poolId).toBe(pool);
  const usual = await poolOf(guild);
  const refused = await Promise.all([
    guild.owner.post("/auctions", { ...auction, pool: usual }),
    guild.owner.post("/loot", { itemName: "Axe", personId: anna, raidId: raid, pool: usual }),
    guild.owner.post("/loot/councils", { itemName: "Axe", raidId: raid, pool: usual }),
  ]);
  expect(refused.map(({ body }) => body.type)).toEqual(Array(3).fill("/problems/raids/other-pool"));
});

test("P11 a weekly cap counts points in the week in which they were earned", async () => {
  await using t = await testApp();
  const guild = await t.guild("emberforge");
  const { personIds } = await raiders(t, guild, 2, 1);
  const pool = await poolOf(guild, { name: "Capped" });
  await guild.owner.patch(`/dkp/pools/${pool}`, { weeklyCap: 100 });
  const [anna, bert] = personIds;
  const { body: first } = await award(guild, [anna!], 80, { pool });
  const lastWeek = t.now().getTime();
  t.advance(7 * DAY_MS);
  await guild.owner.post(`/dkp/entries/${first.id}/reversal`, { reason: "Wrong night" });
  await award(guild, [anna!], 500, { pool });
  expect(await pointsOf(guild, anna, pool)).toBe(100);
  await award(guild, [bert!], 100, { pool, effectiveAt: lastWeek });
  await award(guild, [bert!], 100, { pool, effectiveAt: lastWeek, reason: "Again" });
  expect(await pointsOf(guild, bert, pool)).toBe(100);
  await award(guild, [bert!], 100, { pool });
  expect(await pointsOf(guild, bert, pool)).toBe(200);
});

test("P13 a reversed award leaves nothing of itself, also after decays", async () => {
  await using t = await testApp();
  const guild = await t.guild("emberforge");
  const { personIds } = await raiders(t, guild, 1, 1);
  const pool = await poolOf(guild, { name: "Decaying" });
  await guild.owner.patch(`/dkp/pools/${pool}`, { decay: { percent: 50 } });
  const { body: entry } = await award(guild, personIds, 100, { pool });
  const { body: run } = await guild.owner.post(`/dkp/pools/${pool}/decays`);
  expect(await pointsOf(guild, personIds[0], pool)).toBe(50);
  await guild.owner.post(`/dkp/entries/${entry.id}/reversal`, { reason: "Wrong night" });
  expect(await pointsOf(guild, personIds[0], pool)).toBe(0);
  // The other order: the decay is reversed after the award.
  await guild.owner.post(`/dkp/entries/${run.txId}/reversal`, { reason: "Too early" });
  expect(await pointsOf(guild, personIds[0], pool)).toBe(0);
  await verified(guild);
});

test("P13 an item that is taken back after a decay gives back what decay would have left", async () => {
  await using t = await testApp();
  const guild = await t.guild("emberforge");
  const { personIds } = await raiders(t, guild, 1, 1);
  const pool = await poolOf(guild, { name: "Decaying" });
  await guild.owner.patch(`/dkp/pools/${pool}`, { decay: { percent: 50 } });
  await award(guild, personIds, 100, { pool });
  const { body: loot } = await guild.owner.post("/loot", {
    itemName: "Axe",
    personId: personIds[0],
    points: 60,
    pool,
  });
  await guild.owner.post(`/dkp/pools/${pool}/decays`);
  expect(await pointsOf(guild, personIds[0], pool)).toBe(20);
  await guild.owner.post(`/loot/${loot.id}/reversal`, { reason: "Wrong person" });
  expect(await pointsOf(guild, personIds[0], pool)).toBe(50);
});

test("P14 a backdated award is told what the decays that ran would have left", async () => {
  await using t = await testApp();
  const guild = await t.guild("emberforge");
  const { personIds } = await raiders(t, guild, 1, 1);
  const pool = await poolOf(guild);
  await guild.owner.patch(`/dkp/pools/${pool}`, { decay: { percent: 10 } });
  const effectiveAt = t.now().getTime();
  t.advance(1_000);
  await guild.owner.post(`/dkp/pools/${pool}/decays`);
  t.advance(7 * DAY_MS);
  const { body: second } = await guild.owner.post(`/dkp/pools/${pool}/decays`);
  await guild.owner.patch(`/dkp/pools/${pool}`, { decay: { percent: 50 } });
  const late = await award(guild, personIds, 100, { effectiveAt });
  expect(late.body).toMatchObject({
    type: "/problems/dkp/behind-decay",
    proposal: { points: "81" },
  });
  // A decay that was reversed does not count.
  await guild.owner.post(`/dkp/entries/${second.txId}/reversal`, { reason: "Too early" });
  const once = await award(guild, personIds, 100, { effectiveAt });
  expect(once.body).toMatchObject({ proposal: { points: "90" } });
});

test("P15 a decay that was reversed can run again in its week", async () => {
  await using t = await testApp();
  const guild = await t.guild("emberforge");
  const { personIds } = await raiders(t, guild, 1, 100);
  const pool = await poolOf(guild);
  await guild.owner.patch(`/dkp/pools/${pool}`, { decay: { percent: 20 } });
  const { body: run } = await guild.owner.post(`/dkp/pools/${pool}/decays`);
  await guild.owner.post(`/dkp/entries/${run.txId}/reversal`, { reason: "Wrong rule" });
  await guild.owner.patch(`/dkp/pools/${pool}`, { decay: { percent: 10 } });
  const again = await guild.owner.post(`/dkp/pools/${pool}/decays`);
  expect(again.body).toMatchObject({ isNew: true, percent: 10 });
  expect(await pointsOf(guild, personIds[0])).toBe(90);
  expect((await guild.owner.post(`/dkp/pools/${pool}/decays`)).body.isNew).toBe(false);
  await verified(guild);
});

test("P16 a raid that was never started or never ended stays in a list, and can be closed", async () => {
  await using t = await testApp();
  const guild = await t.guild("emberforge");
  const startsAt = t.now().getTime();
  const raid = async (name: string) =>
    (await guild.owner.post("/raids", { name, startsAt, minutes: 60 })).body.id as string;
  const [planned, begun] = [await raid("Planned"), await raid("Begun")];
  await guild.owner.post(`/raids/${begun}/start`);
  t.advance(3 * DAY_MS);
  for (const path of ["/raids", "/raids?when=overdue"]) {
    const { body } = await guild.owner.get(path);
    const ids = body.items.map((one: { id: string }) => one.id);
    expect(ids).toEqual(expect.arrayContaining([planned, begun]));
  }
  const page = await guild.owner.page("/g/emberforge/raids");
  expect(page.text).toContain(`/raids/${planned}`);
  expect((await guild.owner.post(`/raids/${planned}/cancellation`)).status).toBe(200);
  expect((await guild.owner.post(`/raids/${begun}/end`)).status).toBe(200);
  expect((await guild.owner.get("/raids?when=overdue")).body.items).toEqual([]);
});

test("P17 a raid of next week does not count before its day, even if it was ended", async () => {
  await using t = await testApp();
  const guild = await t.guild("emberforge");
  const { personIds } = await raiders(t, guild, 1, 1);
  const { body: raid } = await guild.owner.post("/raids", {
    name: "Next week",
    startsAt: t.now().getTime() + 7 * DAY_MS,
    minutes: 60,
  });
  await guild.owner.post(`/raids/${raid.id}/start`);
  await guild.owner.post(`/raids/${raid.id}/end`);
  const nights = async () => {
    const { body } = await guild.owner.get("/raids/attendance");
    return body.items.find((one: { personId: string }) => one.personId === personIds[0]).raids;
  };
  expect(await nights()).toBe(0);
  t.advance(7 * DAY_MS);
  expect(await nights()).toBe(1);
});

test("P18 planned raids of a series keep their local time when the guild's time zone changes", async () => {
  await using t = await testApp();
  const guild = await t.guild("emberforge");
  await guild.owner.patch("/settings", { timeZone: "Europe/Madrid" });
  await guild.owner.post("/raids/series", {
    name: "Progress",
    weekdays: [3],
    startsAt: "20:00",
    minutes: 180,
  });
  const local = async (timeZone: string) => {
    const { body } = await guild.owner.get("/raids");
    const clock = new Intl.DateTimeFormat("en-GB", { timeZone, timeStyle: "short" });
    return new Set(body.items.map((one: { startsAt: number }) => clock.format(one.startsAt)));
  };
  expect(await local("Europe/Madrid")).toEqual(new Set(["20:00"]));
  const changed = await guild.owner.patch("/settings", { timeZone: "America/New_York" });
  expect(changed.status).toBe(200);
  expect(await local("America/New_York")).toEqual(new Set(["20:00"]));
});

test("P20 points of Sunday night and of Monday morning belong to two weeks of the guild's calendar", async () => {
  await using t = await testApp();
  const guild = await t.guild("emberforge", { plan: "premium" });
  await guild.owner.patch("/settings", { timeZone: "America/New_York" });
  const { personIds } = await raiders(t, guild, 1, 1);
  const pool = await poolOf(guild, { name: "Weeks" });
  // New York is five hours behind UTC in January: Sunday 23:30 and Monday 00:30.
  await award(guild, personIds, 7, { pool, effectiveAt: Date.UTC(2026, 0, 12, 4, 30) });
  await award(guild, personIds, 5, { pool, effectiveAt: Date.UTC(2026, 0, 12, 5, 30) });
  const { body } = await guild.owner.get(`/analytics?pool=${pool}`);
  const weeks = body.weeks.map((one: { monday: string; minted: number }) => [
    one.monday,
    one.minted,
  ]);
  expect(weeks).toEqual([
    ["2026-01-05", 700],
    ["2026-01-12", 500],
  ]);
});
