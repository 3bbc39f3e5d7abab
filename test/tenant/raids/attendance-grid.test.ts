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
  const { personIds } = await raiders(t, guild, people, 1);
  const { owner } = guild;
  /** An ended raid of now, with how each person was there. */
  const raid = async (rows: readonly Record<string, unknown>[], more = {}) => {
    const startsAt = t.now().getTime();
    const { body } = await owner.post("/raids", { name: "Night", startsAt, minutes: 60, ...more });
    await owner.post(`/raids/${body.id}/start`);
    const sent = rows.map((row, at) => ({ personId: personIds[at], ...row }));
    const people = sent.filter((row) => "presence" in row);
    if (people.length > 0) await owner.put(`/raids/${body.id}/attendance`, { people });
    await owner.post(`/raids/${body.id}/end`);
    t.advance(DAY_MS);
    return body.id as string;
  };
  const grid = async (query = "") => {
    const { status, body } = await owner.get(`/raids/attendance/grid${query}`);
    expect(status).toBe(200);
    return body;
  };
  const lineOf = (body: { items: { personId: string }[] }, at: number) =>
    body.items.find(({ personId }) => personId === personIds[at]);
  return { owner, personIds, raid, grid, lineOf };
}

const PRESENT = { presence: "present" };

test("G7 G8 the grid marks each raid of each person, and its shares are those of the attendance list", async () => {
  const { owner, personIds, raid, grid, lineOf } = await guildOf("marks", 3);
  const team = await owner.post("/raid-teams", { name: "Blue", personIds: [personIds[0]] });
  await raid([PRESENT, { presence: "present", remark: "late", creditPct: 75 }]);
  await raid([{ presence: "bench" }, { presence: "absent", isExempt: true }, PRESENT]);
  await raid([PRESENT], { teamId: team.body.id });
  await raid([{}, PRESENT], { counts: false });
  const since = new Date(t.now().getTime() - 3 * DAY_MS - 3_600_000).toISOString().slice(0, 10);
  await owner.patch(`/roster/persons/${personIds[2]}`, { memberSince: since });
  const body = await grid();
  expect(body.raids).toHaveLength(3);
  expect(body.raidCount).toBe(3);
  // The latest raid comes first.
  expect(lineOf(body, 0)).toMatchObject({ marks: ["present", "bench", "present"], percent: 100 });
  expect(lineOf(body, 1)).toMatchObject({ marks: ["none", "exempt", "late"], percent: 75 });
  expect(lineOf(body, 2)).toMatchObject({ marks: ["none", "present", "none"], percent: 100 });
  const list = (await owner.get("/raids/attendance")).body.items;
  for (const row of list) {
    const line = body.items.find((one: { personId: string }) => one.personId === row.personId);
    expect([line.percent, line.nights]).toEqual([row.all, row.raids]);
  }
  const blue = await grid(`?team=${team.body.id}`);
  expect(blue.items).toMatchObject([{ personId: personIds[0], marks: ["present"], percent: 100 }]);
  expect((await owner.get(`/raids/attendance/grid?team=${crypto.randomUUID()}`)).status).toBe(404);
});

test("the grid is paged by people and by raids, and a period limits both marks and shares", async () => {
  const { owner, raid, grid, lineOf } = await guildOf("pages", 2);
  const first = new Date(t.now().getTime()).toISOString().slice(0, 10);
  for (let night = 0; night < 14; night++) await raid(night === 0 ? [{}, PRESENT] : [PRESENT]);
  const latest = await grid();
  expect([latest.raids.length, latest.raidCount]).toEqual([12, 14]);
  expect(lineOf(latest, 0)).toMatchObject({ percent: 93, nights: 14 });
  const older = await grid("?skip=12");
  expect(older.raids).toHaveLength(2);
  expect(lineOf(older, 1)).toMatchObject({ marks: ["absent", "present"], percent: 7 });
  const one = await grid("?limit=1");
  const two = await grid(`?limit=1&cursor=${one.next}`);
  expect(new Set([one.items[0].personId, two.items[0].personId]).size).toBe(2);
  const day = await grid(`?from=${first}&until=${first}`);
  expect([day.raids.length, day.raidCount]).toEqual([1, 1]);
  expect(lineOf(day, 1)).toMatchObject({ marks: ["present"], percent: 100, nights: 1 });
  const page = (await owner.page("/g/pages/raids/attendance/grid")).text;
  expect(page).toContain("Raids 1 to 12 of 14");
  expect(page).toContain("Earlier raids");
  const spanish = await owner.page("/g/pages/raids/attendance/grid", { "accept-language": "es" });
  expect(spanish.text).toContain("Bandas 1 a 12 de 14");
  const bad = await owner.page("/g/pages/raids/attendance/grid?from=yesterday");
  expect(bad.status).toBe(422);
});

test("the files of the grid have every person and every raid of the period", async () => {
  const { owner, raid } = await guildOf("files", 2);
  for (let night = 0; night < 13; night++) await raid([PRESENT]);
  const csv = await owner.page("/g/files/raids/attendance/grid.csv");
  const lines = csv.text
    .trim()
    .split("\r\n")
    .map((line) => line.split(","));
  expect(lines[0]!.slice(0, 4)).toEqual(["name", "class", "%", "nights"]);
  for (const line of lines) expect(line).toHaveLength(4 + 13);
  const json = await owner.page("/g/files/raids/attendance/grid.json");
  const { raids, items } = JSON.parse(json.text);
  expect(raids).toHaveLength(13);
  expect(items).toHaveLength(lines.length - 1);
  expect(items.every((one: { marks: string[] }) => one.marks.length === 13)).toBe(true);
});
