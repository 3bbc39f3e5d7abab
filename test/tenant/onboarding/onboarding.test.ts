import { expect, test } from "vitest";
import { type TestClient, type TestGuild, testApp } from "../../support/app.ts";

const at = (guild: TestGuild, path: string) => `/g/${guild.slug}${path}`;

async function states(client: TestClient): Promise<Record<string, string>> {
  const { body } = await client.get("/onboarding");
  const steps = body.steps as { step: string; state: string }[];
  return Object.fromEntries(steps.map(({ step, state }) => [step, state]));
}

test("the wizard can be left, found again, skipped step by step and hidden", async () => {
  await using t = await testApp();
  const guild = await t.guild("stepwise");
  const { owner } = guild;
  const open = {
    loot: "open",
    schedule: "open",
    history: "open",
    roster: "open",
    invitations: "open",
  };
  expect(await states(owner)).toEqual(open);
  await owner.submit(at(guild, "/onboarding/loot"), { skip: "yes" });
  expect(await states(owner)).toEqual({ ...open, loot: "skipped" });
  expect((await owner.page(at(guild, ""))).text).toContain("Getting started");
  await owner.submit(at(guild, "/onboarding/loot"), { kind: "epgp" });
  expect(await states(owner)).toEqual({ ...open, loot: "done" });
  expect((await owner.get("/standings")).body.pool.kind).toBe("epgp");
  const hidden = await owner.submit(at(guild, "/onboarding/dismissal"), {});
  expect(hidden.headers.get("location")).toBe(at(guild, ""));
  expect((await owner.page(at(guild, ""))).text).not.toContain("Getting started");
});

test("a step is done when its subject exists; looking at a page marks nothing", async () => {
  await using t = await testApp();
  const guild = await t.guild("bydoing");
  const { owner } = guild;
  await owner.page(at(guild, "/onboarding/roster"));
  await owner.page(at(guild, "/onboarding/invitations"));
  expect(await states(owner)).toMatchObject({ roster: "open", invitations: "open" });
  await owner.post("/roster/imports", { text: "Anvil,Warrior" });
  expect(await states(owner)).toMatchObject({ roster: "done", invitations: "open" });
  await t.as("raider", guild);
  expect(await states(owner)).toMatchObject({ roster: "done", invitations: "done" });
});

test("steps marked at the same moment are all kept", async () => {
  await using t = await testApp();
  const guild = await t.guild("atonce");
  const steps = ["loot", "schedule", "history", "roster", "invitations"];
  await Promise.all(
    steps.map((step) => guild.owner.put(`/onboarding/steps/${step}`, { state: "skipped" })),
  );
  expect(Object.values(await states(guild.owner))).toEqual(Array(5).fill("skipped"));
});

test("the schedule keeps invalid input, and names the next raid when it is valid", async () => {
  await using t = await testApp();
  const guild = await t.guild("raidnights");
  const { owner } = guild;
  const path = at(guild, "/onboarding/schedule");
  const night = { timeZone: "Europe/Madrid", weekdays: ["3", "7"], startsAt: "22:15" };
  const wrong = await owner.submit(path, { ...night, endsAt: "25:00" });
  expect(wrong.status).toBe(422);
  expect(wrong.text).toContain('value="22:15"');
  expect(wrong.text).toContain("Enter a time, such as 23:00.");
  const noDays = await owner.submit(path, { ...night, weekdays: [], endsAt: "23:00" });
  expect(noDays.text).toContain("Choose at least one day.");

  expect((await owner.submit(path, { ...night, endsAt: "23:30" })).status).toBe(303);
  // The clock of the tests is at Wednesday, 21:00 in Madrid.
  expect((await owner.page(at(guild, ""))).text).toContain('datetime="2026-01-14T21:15:00.000Z"');
  // A raid in progress is the next one until it is over.
  t.advance(2 * 3_600_000);
  expect((await owner.page(at(guild, ""))).text).toContain('datetime="2026-01-14T21:15:00.000Z"');
  t.advance(3_600_000);
  expect((await owner.page(at(guild, ""))).text).toContain('datetime="2026-01-18T21:15:00.000Z"');
  const { body } = await owner.get("/audit?action=onboarding");
  expect(body.items[0].after).toMatchObject({ timeZone: "Europe/Madrid", weekdays: [3, 7] });
});

test("the loot rules cannot change once points were given, and the page says so", async () => {
  await using t = await testApp();
  const guild = await t.guild("firmrules");
  const { owner } = guild;
  const { body } = await owner.post("/roster/persons", { name: "Ash" });
  await owner.post("/dkp/awards", { personIds: [body.id], points: 5, reason: "Raid" });
  const refused = await owner.submit(at(guild, "/onboarding/loot"), { kind: "epgp" });
  expect(refused.status).toBe(409);
  expect(refused.text).toContain("Points were already awarded");
  expect(await states(owner)).toMatchObject({ loot: "open" });
});

test("the example is made once however often it is requested, and is removed without a trace", async () => {
  await using t = await testApp();
  const guild = await t.guild("examples");
  const { owner } = guild;
  const before = (await owner.get("/roster")).body;
  const standings = (await owner.get("/standings")).body;
  const asked = await Promise.all(
    Array.from({ length: 5 }, () => owner.put("/onboarding/example")),
  );
  expect(asked.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  expect((await owner.get("/roster")).body.items.length).toBe(before.items.length + 8);
  expect((await owner.get("/standings")).body).toEqual(standings);
  expect(await states(owner)).toMatchObject({ roster: "open" });
  const pools = (await owner.get("/dkp/pools")).body.items as { id: string; isExample: boolean }[];
  const pool = pools.find(({ isExample }) => isExample)!;
  const verified = await owner.get(`/dkp/verification?pool=${pool.id}`);
  expect(verified.body.isRight).toBe(true);

  const gone = await owner.submit(at(guild, "/onboarding/example"), { remove: "yes" });
  expect(gone.status).toBe(303);
  expect((await owner.get("/roster")).body).toEqual(before);
  expect((await owner.get("/dkp/pools")).body.items.length).toBe(pools.length - 1);
  expect((await owner.delete("/onboarding/example")).body.hasExample).toBe(false);
});

test("example people never mix with real ones: no points, no member, so that all of it can be removed", async () => {
  await using t = await testApp();
  const guild = await t.guild("realpoints");
  const { owner } = guild;
  await owner.put("/onboarding/example");
  const [person] = (await owner.get("/roster?q=anvil")).body.items;
  const [me] = (await owner.get("/roster")).body.items.filter(
    (one: { isMember: boolean }) => one.isMember,
  );
  const award = { personIds: [person.id], points: 5, reason: "Raid" };
  expect((await owner.post("/dkp/awards", award)).status).toBe(422);
  const linked = await owner.put(`/roster/persons/${person.id}/member`, { personId: me.id });
  expect(linked.status).toBe(409);
  expect((await owner.delete("/onboarding/example")).body.hasExample).toBe(false);
  expect((await owner.get("/roster")).body.items).toMatchObject([{ id: me.id, isMember: true }]);
});
