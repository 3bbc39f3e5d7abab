import { describe, expect, test } from "vitest";
import { type TestApp, type TestGuild, testApp } from "../../support/app.ts";
import { raiders } from "../auctions/support.ts";

const HOUR_MS = 3_600_000;

async function raidOf(t: TestApp, guild: TestGuild) {
  const made = await guild.owner.post("/raids", {
    name: "Wednesday",
    startsAt: t.now().getTime() + 2 * HOUR_MS,
    minutes: 180,
  });
  expect(made.status).toBe(201);
  return made.body.id as string;
}

describe("a raid", () => {
  test("is signed up for, begun, paid and ended, and every point belongs to a person, not a character", async () => {
    await using t = await testApp();
    const guild = await t.guild("emberforge");
    const { clients, personIds } = await raiders(t, guild, 4, 1);
    const raid = await raidOf(t, guild);
    for (const [i, status] of ["yes", "yes", "late", "no"].entries()) {
      const { status: answer } = await clients[i]!.put(`/raids/${raid}/signup`, { status });
      expect(answer).toBe(200);
    }
    const begun = await guild.owner.post(`/raids/${raid}/start`);
    const presenceOf = (body: { people: { personId: string; presence: string | null }[] }) =>
      personIds.map((id) => body.people.find((one) => one.personId === id)?.presence ?? null);
    expect(presenceOf(begun.body)).toEqual(["present", "present", null, null]);
    const seen = await guild.owner.put(`/raids/${raid}/attendance`, {
      people: [
        { personId: personIds[2], presence: "present", remark: "late", creditPct: 75 },
        { personId: personIds[3], presence: "bench" },
      ],
    });
    expect(presenceOf(seen.body)).toEqual(["present", "present", "present", "bench"]);
    await guild.owner.post(`/raids/${raid}/awards`, {
      points: 15,
      reason: "On time",
      benchPct: 50,
      exceptLate: true,
    });
    await guild.owner.post(`/raids/${raid}/awards`, { points: 5, reason: "Boss", benchPct: 50 });
    const { body: standings } = await guild.owner.get("/standings");
    const points = personIds.map(
      (id) => standings.items.find((one: { personId: string }) => one.personId === id).points,
    );
    expect(points).toEqual(["21", "21", "6", "11"]);
    await guild.owner.post(`/raids/${raid}/end`);
    const { body: table } = await guild.owner.get("/raids/attendance");
    const attended = personIds.map(
      (id) => table.items.find((one: { personId: string }) => one.personId === id).days30,
    );
    expect(attended).toEqual([100, 100, 75, 100]);
  });

  test("puts those who are ready on the bench from an hour before, and not earlier", async () => {
    await using t = await testApp();
    const guild = await t.guild("emberforge");
    const { clients } = await raiders(t, guild, 1, 1);
    const raid = await raidOf(t, guild);
    const early = await clients[0]!.post(`/raids/${raid}/bench`);
    expect([early.status, early.body.type]).toEqual([409, "/problems/raids/bench-closed"]);
    t.advance(HOUR_MS);
    expect((await clients[0]!.post(`/raids/${raid}/bench`)).status).toBe(200);
    await guild.owner.post(`/raids/${raid}/start`);
    await guild.owner.post(`/raids/${raid}/end`);
    expect((await clients[0]!.post(`/raids/${raid}/bench`)).status).toBe(409);
  });

  test("that does not count for a person leaves their attendance as it was", async () => {
    await using t = await testApp();
    const guild = await t.guild("emberforge");
    const { personIds } = await raiders(t, guild, 1, 1);
    for (const isExempt of [false, true]) {
      const raid = await raidOf(t, guild);
      await guild.owner.post(`/raids/${raid}/start`);
      const presence = isExempt ? "absent" : "present";
      await guild.owner.put(`/raids/${raid}/attendance`, {
        people: [{ personId: personIds[0], presence, isExempt }],
      });
      await guild.owner.post(`/raids/${raid}/end`);
    }
    const { body } = await guild.owner.get("/raids/attendance");
    const row = body.items.find((one: { personId: string }) => one.personId === personIds[0]);
    expect(row).toMatchObject({ days30: 100, raids: 1 });
  });

  test("of a weekly series is planned once, however often the calendar is filled", async () => {
    await using t = await testApp();
    const guild = await t.guild("emberforge");
    const made = await guild.owner.post("/raid-series", {
      name: "Progress",
      weekdays: [3, 7],
      startsAt: "20:00",
      minutes: 180,
    });
    expect(made.status).toBe(201);
    const { body } = await guild.owner.get("/raids");
    expect(body.items.length).toBeGreaterThan(14);
    await guild.owner.post(`/raids/${body.items[0].id}/start`);
    const again = await guild.owner.get("/raids");
    expect(again.body.items).toHaveLength(body.items.length);
    await guild.owner.delete(`/raid-series/${made.body.id}`);
    const after = await guild.owner.get("/raids");
    expect(after.body.items).toHaveLength(1);
  });
});
