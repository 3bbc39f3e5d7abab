import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestApp, testApp } from "../../support/app.ts";
import { raiders } from "../auctions/support.ts";

const DAY_MS = 86_400_000;

let t: TestApp;
beforeAll(async () => {
  t = await testApp();
});
afterAll(async () => await t.close());

async function guildOf(slug: string, people: number) {
  const guild = await t.guild(slug);
  const { clients, personIds } = await raiders(t, guild, people, 1);
  const { owner } = guild;
  /** An ended raid of now with some people present. */
  const raid = async (present: readonly (string | undefined)[], more = {}) => {
    const startsAt = t.now().getTime();
    const { body } = await owner.post("/raids", { name: "Night", startsAt, minutes: 60, ...more });
    await owner.post(`/raids/${body.id}/start`);
    if (present.length > 0) {
      const rows = present.map((personId) => ({ personId, presence: "present" }));
      await owner.put(`/raids/${body.id}/attendance`, { people: rows });
    }
    await owner.post(`/raids/${body.id}/end`);
    return body.id as string;
  };
  const attendanceOf = async (personId: string | undefined, query = "") => {
    const { body } = await owner.get(`/raids/attendance${query}`);
    const row = body.items.find((one: { personId: string }) => one.personId === personId);
    return row && { raids: row.raids, all: row.all };
  };
  return { owner, clients, personIds, raid, attendanceOf };
}

test("G7 a raid that does not count leaves attendance as it was, until it counts again", async () => {
  const { owner, personIds, raid, attendanceOf } = await guildOf("counts", 1);
  await raid(personIds);
  const alts = await raid([], { counts: false });
  expect(await attendanceOf(personIds[0])).toEqual({ raids: 1, all: 100 });
  expect((await owner.patch(`/raids/${alts}`, { counts: true })).body.counts).toBe(true);
  expect(await attendanceOf(personIds[0])).toEqual({ raids: 2, all: 50 });
  const moved = await owner.patch(`/raids/${alts}`, { name: "Other" });
  expect(moved.body.type).toBe("/problems/raids/begun");
});

test("G7 a team's raid counts for its members, and for a guest who was there", async () => {
  const { owner, personIds, raid, attendanceOf } = await guildOf("teams", 3);
  const [anna, bert, carl] = personIds;
  const made = await owner.post("/raid-teams", { name: "Blue", personIds: [anna, bert] });
  expect(made.status).toBe(201);
  const teamId = made.body.id as string;
  await raid([anna, carl], { teamId });
  expect(await attendanceOf(anna)).toEqual({ raids: 1, all: 100 });
  expect(await attendanceOf(bert)).toEqual({ raids: 1, all: 0 });
  expect(await attendanceOf(carl)).toEqual({ raids: 1, all: 100 });
  await raid([bert], { teamId });
  expect(await attendanceOf(carl)).toEqual({ raids: 1, all: 100 });
  await raid([anna, bert, carl]);
  expect(await attendanceOf(bert, `?team=${teamId}`)).toEqual({ raids: 2, all: 50 });
  expect(await attendanceOf(carl, `?team=${teamId}`)).toBeUndefined();
  const twice = await owner.post("/raid-teams", { name: "blue" });
  expect(twice.body.type).toBe("/problems/raids/team-name-taken");
  const changed = await owner.patch(`/raid-teams/${teamId}`, { personIds: [carl] });
  expect(changed.body.members).toMatchObject([{ personId: carl }]);
  const page = "/g/teams/raids/teams";
  const green = { name: "Green", personIds: [anna!, bert!] };
  expect((await owner.submit(page, green)).status).toBe(303);
  expect((await owner.submit(page, green)).status).toBe(409);
  expect((await owner.page(page, { "accept-language": "es" })).text).toContain("2 personas");
  const [, second] = (await owner.get("/raid-teams")).body.items;
  expect(second.name).toBe("Green");
  // Members are in the order of their names, which are random here.
  const members = second.members.map(({ personId }: { personId: string }) => personId);
  expect(members.toSorted()).toEqual([anna!, bert!].toSorted());
  expect((await owner.submit(`${page}/${second.id}/deletion`, {})).status).toBe(303);
  const planned = { name: "Off", date: "2026-02-01", startsAt: "20:00", minutes: "60", teamId };
  const sent = await owner.submit("/g/teams/raids/new", { ...planned, countsNot: "on" });
  const raidPage = sent.headers.get("location")!;
  expect((await owner.page(raidPage)).text).toContain("does not count");
  expect((await owner.delete(`/raid-teams/${teamId}`)).status).toBe(204);
  expect((await owner.get("/raid-teams")).body.items).toEqual([]);
  expect((await owner.get(`/raids/attendance?team=${teamId}`)).status).toBe(404);
});

test("G7 G8 attendance leaves out who does not raid, and begins on the day a person became a member", async () => {
  const { owner, personIds, raid, attendanceOf } = await guildOf("since", 2);
  const [anna, bert] = personIds;
  await raid([anna]);
  t.advance(2 * DAY_MS);
  await raid([anna, bert]);
  expect(await attendanceOf(bert)).toEqual({ raids: 2, all: 50 });
  const day = new Date(t.now().getTime()).toISOString().slice(0, 10);
  const changed = await owner.patch(`/roster/persons/${bert}`, { memberSince: day });
  expect(changed.body.memberSince).toBe(day);
  expect(await attendanceOf(bert)).toEqual({ raids: 1, all: 100 });
  // A later date than a raid keeps the raid in which the person was there.
  const later = new Date(t.now().getTime() + 9 * DAY_MS).toISOString().slice(0, 10);
  await owner.patch(`/roster/persons/${bert}`, { memberSince: later });
  expect(await attendanceOf(bert)).toEqual({ raids: 1, all: 100 });
  await owner.patch(`/roster/persons/${anna}`, { isRaider: false });
  expect(await attendanceOf(anna)).toBeUndefined();
  const form = { personName: "Berta", note: "", memberSince: "", isRaider: "on", hasRaids: "yes" };
  expect((await owner.submit(`/g/since/roster/${bert}`, form)).status).toBe(303);
  expect((await owner.get(`/roster/persons/${bert}`)).body).toMatchObject({
    ...{ name: "Berta", memberSince: null, isRaider: true },
  });
});

test("G11 a series moves from a date on, and its planned raids keep their sign-ups", async () => {
  const { owner, clients } = await guildOf("series", 1);
  await owner.patch("/settings", { timeZone: "Europe/Madrid" });
  const series = { name: "Progress", weekdays: [3, 7], startsAt: "20:00", minutes: 180 };
  const { body: made } = await owner.post("/raid-series", series);
  const local = (at: number) =>
    new Intl.DateTimeFormat("en-GB", {
      ...{ timeZone: "Europe/Madrid", weekday: "short", hour: "2-digit", minute: "2-digit" },
    }).format(at);
  const planned = async () => {
    const { body } = await owner.get("/raids?limit=200");
    return body.items as { id: string; startsAt: number; seriesId: string; coming: number }[];
  };
  const before = await planned();
  const wednesdays = before.filter(({ startsAt }) => local(startsAt).startsWith("Wed"));
  const signed = wednesdays[3]!;
  await clients[0]!.put(`/raids/${signed.id}/signup`, { status: "yes" });
  // From the week of that raid on, Wednesday becomes Thursday, and Sunday stays.
  const monday = new Date(signed.startsAt - 2 * DAY_MS).toISOString().slice(0, 10);
  const change = { weekdays: [4, 7], startsAt: "19:30", from: monday };
  const changed = await owner.patch(`/raid-series/${made.id}`, change);
  expect(changed.status).toBe(200);
  const after = await planned();
  const moved = after.find(({ id }) => id === signed.id)!;
  expect(local(moved.startsAt)).toBe("Thu 19:30");
  expect(moved.startsAt - signed.startsAt).toBe(DAY_MS - 1_800_000);
  expect(moved).toMatchObject({ coming: 1, seriesId: changed.body.id });
  expect(new Set(after.map(({ startsAt }) => startsAt)).size).toBe(after.length);
  const clocks = (from: boolean) =>
    new Set(
      after
        .filter(({ startsAt }) => startsAt >= Date.parse(monday) === from)
        .map(({ startsAt }) => local(startsAt)),
    );
  expect(clocks(false)).toEqual(new Set(["Wed 20:00", "Sun 20:00"]));
  expect(clocks(true)).toEqual(new Set(["Thu 19:30", "Sun 19:30"]));
  // From today on, the same series changes. A day less cancels its raids.
  const now = await owner.patch(`/raid-series/${changed.body.id}`, { weekdays: [7] });
  expect(now.body).toEqual({ id: changed.body.id });
  const rest = (await planned()).filter(({ seriesId }) => seriesId === changed.body.id);
  expect(new Set(rest.map(({ startsAt }) => local(startsAt).slice(0, 3)))).toEqual(
    new Set(["Sun"]),
  );
});

test("G11 a series that was changed from a date on ends there, whatever changes before that date", async () => {
  const { owner } = await guildOf("segments", 1);
  await owner.patch("/settings", { timeZone: "Europe/Madrid" });
  const series = { name: "Progress", weekdays: [1], startsAt: "20:00", minutes: 180 };
  const { body: first } = await owner.post("/raid-series", series);
  const dayAfter = (days: number) =>
    new Date(t.now().getTime() + days * DAY_MS).toISOString().slice(0, 10);
  const planned = async () => {
    const { body } = await owner.get("/raids?limit=200");
    return body.items as { startsAt: number; seriesId: string }[];
  };
  const later = await owner.patch(`/raid-series/${first.id}`, { from: dayAfter(20) });
  // A part in between begins, and ends where the later one begins.
  const middle = await owner.patch(`/raid-series/${first.id}`, {
    ...{ from: dayAfter(8), weekdays: [1, 2, 3, 4, 5, 6, 7] },
  });
  expect(new Set([first.id, later.body.id, middle.body.id]).size).toBe(3);
  const starts = (await planned()).map(({ startsAt }) => startsAt);
  expect(new Set(starts).size).toBe(starts.length);
  const ofMiddle = (await planned()).filter(({ seriesId }) => seriesId === middle.body.id);
  expect(ofMiddle).toHaveLength(12);
  const ended = await owner.patch(`/raid-series/${first.id}`, {
    ...{ from: dayAfter(9), weekdays: [2] },
  });
  expect(ended.body.type).toBe("/problems/raids/series-not-found");
});
