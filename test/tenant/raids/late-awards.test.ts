import { expect, test } from "vitest";
import { type TestGuild, testApp } from "../../support/app.ts";
import { raiders } from "../auctions/support.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

async function pointsOf(guild: TestGuild, personId: string | undefined) {
  const { body } = await guild.owner.get(`/dkp/persons/${personId}/statement`);
  return Number(body.account.points);
}

const poolOf = async (guild: TestGuild) =>
  (await guild.owner.get("/dkp/pools")).body.items[0].id as string;

/** A raid with one person, from now until its end in some hours. */
async function endedRaid(
  t: { advance(ms: number): void; now(): Date },
  guild: TestGuild,
  personId: string,
) {
  const startsAt = t.now().getTime();
  const { body } = await guild.owner.post("/raids", { name: "Night", startsAt, minutes: 60 });
  await guild.owner.post(`/raids/${body.id}/start`);
  await guild.owner.put(`/raids/${body.id}/attendance`, {
    people: [{ personId, presence: "present" }],
  });
  await guild.owner.post(`/raids/${body.id}/end`);
  return body.id as string;
}

test("P11 points of a raid that ended before the reset count in that week, also an hour after the reset", async () => {
  await using t = await testApp();
  const guild = await t.guild("emberforge");
  const { personIds } = await raiders(t, guild, 1, 1);
  await guild.owner.patch(`/dkp/pools/${await poolOf(guild)}`, { weeklyCap: 100 });
  // The next reset in Europe is Wednesday the 21st, 07:00 UTC.
  t.advance(6 * DAY_MS + 10 * HOUR_MS);
  const raid = await endedRaid(t, guild, personIds[0]!);
  t.advance(2 * HOUR_MS);
  const award = { points: 99, reason: "Boss" };
  expect((await guild.owner.post(`/raids/${raid}/awards`, award)).status).toBe(201);
  const now = { personIds, points: 100, reason: "New week" };
  expect((await guild.owner.post("/dkp/awards", now)).status).toBe(201);
  expect(await pointsOf(guild, personIds[0])).toBe(200);
});

test("P14 a late award is told what would be left, by the balances at the time of each decay", async () => {
  await using t = await testApp();
  const guild = await t.guild("emberforge");
  const { personIds } = await raiders(t, guild, 1, 40);
  const pool = await poolOf(guild);
  // Half of what is above 50 decays, so 60 more points would have become 35 of 40 + 60.
  await guild.owner.patch(`/dkp/pools/${pool}`, { decay: { percent: 50, above: 50 } });
  t.advance(1_000);
  const raid = await endedRaid(t, guild, personIds[0]!);
  t.advance(2 * DAY_MS);
  await guild.owner.post(`/dkp/pools/${pool}/decays`);
  const award = { points: 60, reason: "Boss" };
  const refused = await guild.owner.post(`/raids/${raid}/awards`, award);
  expect(refused.body).toMatchObject({
    type: "/problems/dkp/behind-decay",
    proposal: { points: "35", effectiveAt: null },
  });
  // The officer follows the advice on the page of the raid.
  const page = `/g/emberforge/raids/${raid}`;
  expect((await guild.owner.page(page)).text).toContain('name="asOfNow"');
  const form = { points: "35", reason: "Boss", asOfNow: "on" };
  expect((await guild.owner.submit(`${page}/awards`, form)).status).toBe(303);
  expect(await pointsOf(guild, personIds[0])).toBe(75);
});

test("P17 each coming and overdue raid is on one page of the list, however many there are", async () => {
  await using t = await testApp();
  const guild = await t.guild("emberforge");
  await guild.owner.post("/raids", { name: "Old", startsAt: t.now().getTime(), minutes: 60 });
  t.advance(3 * DAY_MS);
  const weekdays = [1, 2, 3, 4, 5, 6, 7];
  const series = { name: "Daily", weekdays, startsAt: "20:00", minutes: 60 };
  await guild.owner.post("/raid-series", series);
  const found: { id: string; name: string; startsAt: number }[] = [];
  let next: string | undefined;
  do {
    const cursor = next === undefined ? "" : `&cursor=${encodeURIComponent(next)}`;
    const { body } = await guild.owner.get(`/raids?limit=20${cursor}`);
    found.push(...body.items);
    next = body.next;
  } while (next !== undefined);
  expect(new Set(found.map(({ id }) => id)).size).toBe(found.length);
  expect(found.length).toBeGreaterThan(56);
  expect(found.at(-1)!.name).toBe("Old");
  const starts = found.slice(0, -1).map(({ startsAt }) => startsAt);
  expect(starts).toEqual(starts.toSorted((a, b) => a - b));
  // The page shows the first ones, and links to the others.
  const pages = [(await guild.owner.page("/g/emberforge/raids")).text];
  for (let link = laterOn(pages[0]!); link !== undefined; link = laterOn(pages.at(-1)!)) {
    pages.push((await guild.owner.page(link)).text);
  }
  for (const { id } of found) {
    expect(pages.filter((text) => text.includes(`/raids/${id}`)).length).toBeGreaterThan(0);
  }
});

const laterOn = (text: string) => /href="([^"]*\/raids\?coming=[^"]+)"/.exec(text)?.[1];
