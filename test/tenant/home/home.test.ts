import { expect, test } from "vitest";
import { testApp } from "../../support/app.ts";

test("a visitor of a public guild sees standings and raids, and no internal data", async () => {
  await using t = await testApp();
  const guild = await t.guild("openhouse", { isPublic: true });
  const { body } = await guild.owner.post("/roster/persons", {
    name: "Ash",
    character: { name: "Ash", class: "mage", role: "ranged" },
  });
  await guild.owner.post("/dkp/awards", { personIds: [body.id], points: 7, reason: "First kill" });
  const people = (await guild.owner.get("/roster")).body.items.length;
  for (const visitor of [t.anonymous, await t.signUp()]) {
    const { status, text } = await visitor.page("/g/openhouse");
    expect(status).toBe(200);
    expect(text).toContain("Ash");
    for (const inner of ["First kill", "Getting started", "My points", "Award points"]) {
      expect([inner, text.includes(inner)]).toEqual([inner, false]);
    }
  }
  expect((await guild.owner.get("/roster")).body.items.length).toBe(people);
  expect((await t.anonymous.page("/g/openhouse/audit")).status).toBe(401);
});

test("a member finds their own points, however far down the standings they are", async () => {
  await using t = await testApp();
  const guild = await t.guild("farbelow");
  const text = Array.from({ length: 250 }, (_, i) => `Raider${i},Mage`).join("\n");
  await guild.owner.post("/roster/imports", { text });
  const first = (await guild.owner.get("/roster?limit=200")).body;
  const { body } = await guild.owner.get(`/roster?limit=200&cursor=${first.next}`);
  const people = body.items as { id: string; isMember: boolean }[];
  const me = people.find(({ isMember }) => isMember)!;
  await guild.owner.post("/dkp/adjustments", { personIds: [me.id], points: -3, reason: "Late" });
  const page = await guild.owner.page("/g/farbelow");
  expect(page.text).toContain("-3.00");
  expect(page.text).toContain("251 people");
});

test("twenty first visits of one member at once make one person", async () => {
  await using t = await testApp();
  const guild = await t.guild("firstvisit");
  const raider = await t.as("raider", guild);
  const pages = await Promise.all(Array.from({ length: 20 }, () => raider.page("/g/firstvisit")));
  expect(pages.map(({ status }) => status)).toEqual(Array(20).fill(200));
  expect((await guild.owner.get("/roster")).body.items.length).toBe(2);
});

test("the home page is in Spanish for Spanish readers", async () => {
  await using t = await testApp();
  const guild = await t.guild("hermandad");
  const page = await guild.owner.page("/g/hermandad", { "accept-language": "es-ES,es;q=0.9" });
  expect(page.text).toContain("Primeros pasos");
  expect(page.text).toContain("Mis puntos");
});

test("the next raid is on the home page, and one button answers without losing the note of the answer before", async () => {
  await using t = await testApp();
  const guild = await t.guild("tonight", { isPublic: true });
  const raider = await t.as("raider", guild);
  const startsAt = t.now().getTime() + 3 * 3_600_000;
  const raid = (await guild.owner.post("/raids", { name: "Throne", startsAt, minutes: 180 })).body;
  expect((await raider.page("/g/tonight")).text).toContain("Are you coming?");
  await raider.put(`/raids/${raid.id}/signup`, { status: "yes", note: "Ten minutes late" });
  const action = `/g/tonight/raids/${raid.id}/signup?from=home`;
  const { text } = await raider.page("/g/tonight");
  expect(text).toContain("Your answer: Yes");
  const note = /name="note" value="([^"]*)"/.exec(text)![1]!;
  const sent = await raider.submit(action, { status: "late", note });
  expect([sent.status, sent.headers.get("location")]).toEqual([303, "/g/tonight?done=saved"]);
  const { people } = (await guild.owner.get(`/raids/${raid.id}`)).body;
  expect(people).toMatchObject([{ signup: "late", signupNote: "Ten minutes late" }]);
  const officer = (await guild.owner.page("/g/tonight")).text;
  expect(officer).toContain("1 person has not answered.");
  const visitor = (await t.anonymous.page("/g/tonight")).text;
  expect(visitor).not.toMatch(/Are you coming|not answered/);
});
