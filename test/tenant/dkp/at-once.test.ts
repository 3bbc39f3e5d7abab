import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestApp, type TestClient, type TestGuild, testApp } from "../../support/app.ts";
import { raiders } from "../auctions/support.ts";

let t: TestApp;
let guild: TestGuild;
let other: TestClient;
let people: Awaited<ReturnType<typeof raiders>>;

beforeAll(async () => {
  t = await testApp();
  guild = await t.guild("emberforge");
  other = await t.as("admin", guild);
  people = await raiders(t, guild, 2, 100);
});
afterAll(async () => await t.close());

/** The same request by two officers at once. Returns the statuses in ascending order. */
async function both(method: "post" | "put" | "patch", path: string, body: Record<string, unknown>) {
  const sent = await Promise.all([guild.owner, other].map((one) => one[method](path, body)));
  return sent.toSorted((a, b) => a.status - b.status);
}

const pointsOf = async (person: string | undefined) => {
  const { body } = await guild.owner.get(`/dkp/persons/${person}/statement`);
  return Number(body.account.points);
};
const poolId = async () => (await guild.owner.get("/dkp/pools")).body.items[0].id as string;

test("P28 two officers who give the same award at once give it once, and one of them is asked", async () => {
  const award = { personIds: people.personIds, points: 5, reason: "Boss" };
  const [given, asked] = await both("post", "/dkp/awards", award);
  expect([given!.status, asked!.status]).toEqual([201, 409]);
  expect(asked!.body.type).toBe("/problems/dkp/same-award");
  expect(await pointsOf(people.personIds[0])).toBe(105);
});

test("P28 an entry that two officers reverse at once is reversed once", async () => {
  const award = { personIds: people.personIds, points: 7, reason: "Wrong" };
  const { body: entry } = await guild.owner.post("/dkp/awards", award);
  const path = `/dkp/entries/${entry.id}/reversal`;
  const [done, refused] = await both("post", path, { reason: "Undo" });
  expect([done!.status, refused!.status]).toEqual([201, 409]);
  expect(await pointsOf(people.personIds[0])).toBe(105);
});

test("P28 a council that two officers decide at once gives its item to one person", async () => {
  const { body: council } = await guild.owner.post("/loot-councils", { itemName: "Ring" });
  const path = `/loot-councils/${council.id}/decision`;
  const [done, refused] = await Promise.all(
    [guild.owner, other].map((officer, at) =>
      officer.post(path, { personId: people.personIds[at], points: 10 }),
    ),
  ).then((sent) => sent.toSorted((a, b) => a.status - b.status));
  expect([done!.status, refused!.status]).toEqual([200, 409]);
  const points = await Promise.all(people.personIds.map(pointsOf));
  expect(points.toSorted()).toEqual([105, 95]);
});

test("P28 a decay that two officers run at once runs once", async () => {
  const pool = await poolId();
  await guild.owner.patch(`/dkp/pools/${pool}`, { decay: { percent: 10 } });
  const runs = await both("post", `/dkp/pools/${pool}/decays`, {});
  expect(runs.map(({ body }) => body.isNew).toSorted()).toEqual([false, true]);
});

test("P28 two officers who save the attendance of different people at once both have their effect", async () => {
  const startsAt = t.now().getTime();
  const { body: raid } = await guild.owner.post("/raids", { name: "Night", startsAt, minutes: 60 });
  await guild.owner.post(`/raids/${raid.id}/start`);
  await Promise.all(
    [guild.owner, other].map((officer, at) =>
      officer.put(`/raids/${raid.id}/attendance`, {
        people: [{ personId: people.personIds[at], presence: "present" }],
      }),
    ),
  );
  expect((await guild.owner.get(`/raids/${raid.id}`)).body.present).toBe(2);
});

test("P28 rules that two admins change at once keep one change, and the other one sees both values", async () => {
  const pool = await poolId();
  const { rulesVersion: version } = (await guild.owner.get("/dkp/pools")).body.items[0];
  const [saved, refused] = await both("patch", `/dkp/pools/${pool}`, { weeklyCap: 50, version });
  expect([saved!.status, refused!.status]).toEqual([200, 409]);
  expect(refused!.body).toMatchObject({
    type: "/problems/dkp/rules-changed",
    saved: { weeklyCap: 5_000 },
  });
  // The page was opened before that change, and saves another field.
  const form = { name: "Points", version: String(version), hardCap: "400", weeklyCap: "" };
  const page = await guild.owner.submit(`/g/emberforge/dkp/pools/${pool}`, form);
  expect(page.status).toBe(409);
  expect(page.text).toContain('value="400"');
  expect(page.text).toContain("Saved by another person: 50");
  expect((await guild.owner.get("/dkp/pools")).body.items[0]).toMatchObject({
    weeklyCap: 5_000,
    hardCap: null,
  });
});

test("P24 invisible and turned text is refused wherever officers and raiders write", async () => {
  const [anna] = people.personIds;
  const startsAt = t.now().getTime();
  const council = (await guild.owner.post("/loot-councils", { itemName: "Belt" })).body.id;
  const raid = (await guild.owner.post("/raids", { name: "N", startsAt, minutes: 60 })).body.id;
  for (const text of ["\u202etxt.exe", "\u200b", "a\u2066b", "\u3164", "x\u0000y"]) {
    const sent = await Promise.all([
      guild.owner.post("/dkp/awards", { personIds: [anna], points: 1, reason: text }),
      guild.owner.post("/dkp/adjustments", { personIds: [anna], points: 1, reason: text }),
      guild.owner.post("/dkp/spends", { personId: anna, points: 1, reason: text }),
      guild.owner.post("/dkp/pools", { name: text, kind: "dkp" }),
      guild.owner.post("/raids", { name: text, startsAt, minutes: 60 }),
      guild.owner.post("/raid-teams", { name: text }),
      guild.owner.post("/raid-series", {
        ...{ name: text, weekdays: [1], startsAt: "20:00", minutes: 60 },
      }),
      guild.owner.patch(`/raids/${raid}`, { note: `a${text}b` }),
      guild.owner.post("/loot", { itemName: text, fate: "bank" }),
      guild.owner.post("/loot-councils", { itemName: text }),
      guild.owner.post(`/loot-councils/${council}/decision`, { personId: anna, note: `a${text}` }),
      guild.owner.post("/auctions", { itemName: text, mode: "open", durationMs: 60_000 }),
      guild.owner.post("/roster/persons", { name: text }),
      people.clients[0]!.put("/loot/wishes", { items: [{ itemName: text }] }),
      people.clients[0]!.put(`/raids/${raid}/signup`, { status: "yes", note: `a${text}` }),
    ]);
    expect(sent.map(({ status }) => status)).toEqual(sent.map(() => 422));
  }
});
