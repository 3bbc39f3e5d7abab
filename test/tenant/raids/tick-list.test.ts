import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestApp, testApp } from "../../support/app.ts";
import { generatedText } from "../../support/log-generator.ts";

const HOUR_MS = 3_600_000;

let t: TestApp;
beforeAll(async () => {
  t = await testApp();
});
afterAll(async () => await t.close());

/** A guild with people by name, each with a main of the same name, and a raid that runs. */
async function nightOf(slug: string, names: readonly string[]) {
  const guild = await t.guild(slug);
  const { owner } = guild;
  const ids: Record<string, string> = {};
  for (const name of names) {
    const { body } = await owner.post("/roster/persons", { name });
    ids[name] = body.id;
    const main = { name, realm: "Area 52", class: "mage" };
    expect((await owner.post(`/roster/persons/${body.id}/characters`, main)).status).toBe(201);
  }
  const startsAt = t.now().getTime() + HOUR_MS;
  const made = await owner.post("/raids", { name: "Night", startsAt, minutes: 180 });
  const raid = made.body.id as string;
  expect((await owner.post(`/raids/${raid}/start`)).status).toBe(200);
  const read = async () => (await owner.get(`/raids/${raid}`)).body;
  const presences = async () =>
    Object.fromEntries(
      (await read()).people.map((one: { name: string; presence: string }) => [
        one.name,
        one.presence,
      ]),
    );
  const page = `/g/${slug}/raids/${raid}/attendance`;
  const send = (fields: Record<string, string | readonly string[]>) =>
    owner.submit(`${page}/list`, fields);
  return { guild, owner, ids, raid, read, presences, page, send };
}

test("a raid's attendance is taken in one act, and who has no tick is not there", async () => {
  const { owner, ids, page, send, presences, read } = await nightOf("ticks", [
    "Anna",
    "Bert",
    "Carl",
  ]);
  const shown = (await owner.page(page)).text;
  for (const name of ["Anna", "Bert", "Carl"]) expect(shown).toContain(name);
  const { attendanceVersion: version } = await read();
  const both = [ids["Anna"]!, ids["Bert"]!];
  expect((await send({ act: "save", version, others: both })).status).toBe(303);
  expect(await presences()).toEqual({ Anna: "present", Bert: "present" });
  const next = (await read()).attendanceVersion;
  expect(next).not.toBe(version);
  const second = await send({
    act: "save",
    version: next,
    signed: [ids["Bert"]!],
    others: [ids["Carl"]!],
  });
  expect(second.status).toBe(303);
  expect(await presences()).toEqual({ Anna: "absent", Bert: "present", Carl: "present" });
  const { body } = await owner.get("/audit?limit=5");
  const rows = body.items.filter((one: { action: string }) => one.action === "raid.presence");
  expect(rows).toHaveLength(2);
});

test("all are ticked or cleared by one press, and nothing is saved before the save", async () => {
  const { send, presences, ids, read } = await nightOf("all-none", ["Anna", "Bert"]);
  const { attendanceVersion: version } = await read();
  await send({ act: "save", version, others: [ids["Anna"]!, ids["Bert"]!] });
  const ticks = (text: string) => text.match(/name="(?:signed|others)"[^>]*checked/g)?.length ?? 0;
  expect(ticks((await send({ act: "none", signed: [ids["Anna"]!] })).text)).toBe(0);
  expect(ticks((await send({ act: "all" })).text)).toBe(2);
  expect(await presences()).toEqual({ Anna: "present", Bert: "present" });
});

test("pasted names tick their people, and names without one person are named and block the save", async () => {
  const { owner, ids, raid, send, presences, read } = await nightOf("pasted", ["Anna", "Bert"]);
  await owner.post(`/roster/persons/${ids["Bert"]}/characters`, {
    ...{ name: "Anna", realm: "Illidan", class: "rogue" },
  });
  const names = "Anna-Area52\nAnna\nGhost";
  const found = await owner.post(`/raids/${raid}/attendance/matches`, { names });
  expect(found.status).toBe(200);
  expect(found.body).toMatchObject({
    people: [{ name: "Anna" }],
    unknown: ["Ghost"],
    ambiguous: [{ name: "Anna", people: [{ name: "Anna" }, { name: "Bert" }] }],
  });
  const { attendanceVersion: version } = await read();
  const blocked = await send({ act: "save", version, names });
  expect(blocked.status).toBe(422);
  expect(blocked.text).toContain("Not on the roster, not ticked: Ghost.");
  expect(await presences()).toEqual({});
  // The matched name has its tick, and only the others are left to correct.
  expect(blocked.text).toMatch(/<textarea[^>]*>Ghost\nAnna<\/textarea>/);
  expect((await send({ act: "save", version, names: "Anna-Area52" })).status).toBe(303);
  expect(await presences()).toEqual({ Anna: "present" });
  const spanish = await owner.submit(
    `/g/pasted/raids/${raid}/attendance/list`,
    { act: "names", version, names: "Ghost" },
    { "accept-language": "es" },
  );
  expect(spanish.text).toContain("No están en la plantilla");
});

test("P24 of two officers who take the attendance at once, the second is told what the first saved", async () => {
  const { owner, ids, raid, send, presences, read } = await nightOf("twice", [
    "Anna",
    "Bert",
    "Carl",
  ]);
  const { attendanceVersion: version } = await read();
  expect((await send({ act: "save", version, others: [ids["Anna"]!] })).status).toBe(303);
  const late = await send({ act: "save", version, others: [ids["Bert"]!] });
  expect(late.status).toBe(409);
  expect(late.text).toContain("Saved by another person: present are Anna.");
  expect(late.text).toMatch(new RegExp(`value="${ids["Bert"]}"[^>]*checked`));
  expect(await presences()).toEqual({ Anna: "present" });
  const put = (more: object) =>
    owner.put(`/raids/${raid}/attendance`, {
      people: [{ personId: ids["Bert"], presence: "bench" }],
      ...more,
    });
  const outdated = await put({ version });
  expect([outdated.status, outdated.body.type]).toEqual([
    409,
    "/problems/raids/attendance-changed",
  ]);
  expect((await put({ mode: "replace" })).status).toBe(422);
  const now = (await read()).attendanceVersion;
  const answers = await Promise.all([
    put({ mode: "replace", version: now }),
    owner.put(`/raids/${raid}/attendance`, {
      ...{ mode: "replace", version: now },
      people: [{ personId: ids["Carl"], presence: "present" }],
    }),
  ]);
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
  const winner = answers.find(({ status }) => status === 200)!;
  expect((await read()).attendanceVersion).toBe(winner.body.attendanceVersion);
  expect(Object.keys(await presences())).toHaveLength(1);
});

test("a person who has left keeps an earlier presence, and is not ticked again by name", async () => {
  const { owner, ids, raid, send, presences, read } = await nightOf("left", ["Anna", "Bert"]);
  const { attendanceVersion: version } = await read();
  await send({ act: "save", version, others: [ids["Anna"]!, ids["Bert"]!] });
  await owner.put(`/roster/persons/${ids["Bert"]}/archival`);
  const next = (await read()).attendanceVersion;
  const same = await send({ act: "save", version: next, signed: [ids["Anna"]!, ids["Bert"]!] });
  expect(same.status).toBe(303);
  expect(await presences()).toEqual({ Anna: "present", Bert: "present" });
  const found = await owner.post(`/raids/${raid}/attendance/matches`, { names: "Bert" });
  expect(found.body).toMatchObject({ people: [], unknown: ["Bert"] });
});

test("the players of a combat log of that time are ticked, and strangers in it are named", async () => {
  const { owner, ids, presences } = await nightOf("from-log", ["Anna"]);
  const { bytes } = generatedText({ seed: 21, generation: 22, events: 120 });
  const begun = await owner.post("/logs", {
    fileName: "WoWCombatLog.txt",
    sizeBytes: bytes.length,
  });
  const logId = begun.body.id as string;
  await owner.putBytes(`/logs/${logId}/content`, bytes, { "upload-offset": "0" });
  await t.services.logIngest.drain();
  const { fights } = (await owner.get(`/logs/${logId}`)).body;
  const { players } = (await owner.get(`/fights/${fights[0].id}`)).body;
  const [name, realm] = players[0].name.split("-");
  await owner.post(`/roster/persons/${ids["Anna"]}/characters`, { name, realm, class: "rogue" });
  const raidAt = async (startsAt: number) => {
    const made = await owner.post("/raids", { name: "Logged", startsAt, minutes: 60 });
    await owner.post(`/raids/${made.body.id}/start`);
    return made.body.id as string;
  };
  const raid = await raidAt(fights[0].startAt);
  const found = await owner.post(`/raids/${raid}/attendance/matches`, { logId });
  expect(found.body).toMatchObject({ people: [{ name: "Anna" }], reports: [{ id: logId }] });
  expect(found.body.unknown.length).toBeGreaterThan(0);
  const page = `/g/from-log/raids/${raid}/attendance`;
  const ticked = await owner.submit(`${page}/list`, { act: "log", logId });
  expect(ticked.text).toMatch(new RegExp(`value="${ids["Anna"]}"[^>]*checked`));
  expect(await presences()).toEqual({});
  const { attendanceVersion: version } = (await owner.get(`/raids/${raid}`)).body;
  const others = [ids["Anna"]!];
  expect((await owner.submit(`${page}/list`, { act: "save", version, others })).status).toBe(303);
  const later = await raidAt(fights[0].startAt + 30 * 24 * HOUR_MS);
  const none = await owner.post(`/raids/${later}/attendance/matches`, { logId });
  expect(none.body).toMatchObject({ people: [], unknown: [], reports: [] });
});
