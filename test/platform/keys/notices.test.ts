import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DAY_MS } from "../../../src/kernel/time.ts";
import { limits } from "../../../src/limits.ts";
import { remindOfRotation, tellOfVolume } from "../../../src/platform/keys/notices.ts";
import type { Mail } from "../../../src/services.ts";
import { type TestApp, TestClient, type TestGuild, testApp } from "../../support/app.ts";

let t: TestApp;
let guild: TestGuild;
beforeAll(async () => {
  t = await testApp({ TRUSTED_PROXY_HOPS: "1" });
  guild = await t.guild("keyed", { plan: "premium" });
  await t.services.platform.db.client.execute({
    sql: "UPDATE users SET email_verified_at = 1",
    args: [],
  });
});
afterAll(() => t.close());

/** The owner in a new session, because a session ends after a month without use. */
async function owner() {
  const { email, password } = guild.owner.identity;
  const { body } = await t.anonymous.post("/api/session", { email, password });
  return new TestClient(t.request, { ...guild.owner.identity, token: body.token }).within("keyed");
}

async function newKey(name: string) {
  const made = await (await owner()).post("/settings/keys", { name, scopes: ["query"] });
  expect(made.status).toBe(201);
  return made.body as { id: string; key: string };
}

const emails = async (subject: RegExp): Promise<readonly Mail[]> => {
  await t.services.messageRunner.drain();
  const folder = join(t.dir, "outbox");
  const texts = await Promise.all(
    (await readdir(folder)).map((name) => readFile(join(folder, name), "utf8")),
  );
  return texts.map((text) => JSON.parse(text) as Mail).filter((mail) => subject.test(mail.subject));
};
const audited = async (action: string) =>
  await t.services.platform.db.all<{ subject: string; after: string }>(
    "SELECT subject, after FROM audit_log WHERE action = ?",
    action,
  );

test("the maker of a key is reminded once after a month, and again a month after a rotation", async () => {
  const { id } = await newKey("monthly");
  t.advance(limits.keys.rotateAfterMs - 1);
  expect(await remindOfRotation(t.services)).toBe(0);
  t.advance(1);
  expect(await remindOfRotation(t.services)).toBe(1);
  expect(await remindOfRotation(t.services)).toBe(0);
  const [email, ...more] = await emails(/^Time to rotate/);
  expect(more).toEqual([]);
  expect(email!.text).toMatch(/"monthly"[\s\S]*30 days[\s\S]*\/g\/keyed\/settings\/keys/);
  expect((await (await owner()).post(`/settings/keys/${id}/rotations`)).status).toBe(201);
  expect(await remindOfRotation(t.services)).toBe(0);
  t.advance(limits.keys.rotateAfterMs);
  expect(await remindOfRotation(t.services)).toBe(1);
});

test("a key that is used from a new network is reported at most once a day, the first network is not", async () => {
  const { id, key } = await newKey("roamer");
  const askFrom = async (address: string) => {
    const headers = { authorization: `Bearer ${key}`, "x-forwarded-for": address };
    expect((await t.request("/api/g/keyed/raids", { headers })).status).toBe(200);
    await t.services.keyNetworks.flush();
  };
  await askFrom("203.0.113.7");
  await askFrom("203.0.113.99");
  expect(await audited("key.new-network")).toEqual([]);
  t.advance(DAY_MS);
  await askFrom("198.51.100.1");
  await askFrom("192.0.2.1");
  await askFrom("198.51.100.2");
  const found = await audited("key.new-network");
  expect(found.map(({ subject }) => subject)).toEqual([id]);
  expect(found[0]!.after).toContain("198.51.100.0/24");
  const [email, ...more] = await emails(/new network/);
  expect(more).toEqual([]);
  expect(email!.text).toContain("198.51.100.0/24");
});

test("a key with many more requests than usual is reported once, a busy one is not", async () => {
  const { volumeDays, volumeMin, volumeTimes } = limits.keys;
  const [sudden, busy] = [await newKey("sudden"), await newKey("busy")];
  t.advance((volumeDays + 1) * DAY_MS);
  const today = Math.floor(t.now().getTime() / DAY_MS);
  const requests = volumeMin * volumeTimes;
  const { client } = t.services.platform.db;
  const add = (keyId: string, day: number, count: number) =>
    client.execute({
      sql: "INSERT INTO api_key_usage (key_id, day, endpoint, requests) VALUES (?, ?, 'GET raids', ?)",
      args: [keyId, day, count],
    });
  for (let back = 2; back <= volumeDays + 1; back++) {
    await add(busy.id, today - back, requests);
    await add(sudden.id, today - back, 10);
  }
  await add(busy.id, today - 1, requests);
  await add(sudden.id, today - 1, requests);
  expect(await tellOfVolume(t.services)).toBe(1);
  expect(await tellOfVolume(t.services)).toBe(0);
  expect((await audited("key.volume")).map(({ subject }) => subject)).toEqual([sudden.id]);
  const [email] = await emails(/Unusually many/);
  expect(email!.text).toMatch(new RegExp(`${requests} requests[\\s\\S]*"sudden"`));
});

test("the form offers an end after 90 days first, and a key without end when asked", async () => {
  const client = await owner();
  const page = await client.page("/g/keyed/settings/keys");
  expect(page.text).toMatch(/name="expires"[\s\S]*?<option value="90"/);
  for (const [expires, days] of [
    ["90", 90],
    ["never", null],
  ] as const) {
    const fields = { name: `ends ${expires}`, scopes: ["query"], expires };
    expect((await client.submit("/g/keyed/settings/keys", fields)).status).toBe(201);
    const { body } = await client.get("/settings/keys");
    const made = body.items.find((one: { name: string }) => one.name === `ends ${expires}`);
    expect(made.expiresAt).toBe(days && t.now().getTime() + days * DAY_MS);
  }
});
