import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { createApp } from "../../src/app.ts";
import { readConfig } from "../../src/config.ts";
import { buildNodeServices } from "../../src/node/services.ts";
import { type TestApp, TestClient, testApp } from "../support/app.ts";

const MINUTE_MS = 60_000;

/** Records the database's statements that concern limits, from now on. */
function questions(t: TestApp): string[] {
  const asked: string[] = [];
  const { client } = t.services.platform.db;
  const execute = client.execute.bind(client);
  client.execute = (statement) => {
    if (statement.sql.includes("rate_slots")) asked.push(statement.sql);
    return execute(statement);
  };
  return asked;
}

const passed = (answers: readonly { status: number }[]) =>
  answers.filter(({ status }) => status !== 429).length;

describe("a caller who sends too many requests", () => {
  test("sees how much is left, is refused beyond it, and learns when to come back", async () => {
    await using t = await testApp({ RATE_LIMITS: "read.account=5/m" });
    const person = await t.signUp();
    const first = await person.get("/api/session");
    expect(first.headers.get("ratelimit-policy")).toBe("5;w=60");
    expect(first.headers.get("ratelimit-limit")).toBe("5");
    expect(first.headers.get("ratelimit-remaining")).toBe("4");
    for (let n = 0; n < 4; n++) expect((await person.get("/api/session")).status).toBe(200);
    const refused = await person.get("/api/session");
    expect([refused.status, refused.body.type]).toEqual([429, "/problems/rate/too-many"]);
    expect(refused.headers.get("ratelimit-remaining")).toBe("0");
    const waitMs = Number(refused.headers.get("retry-after")) * 1_000;
    expect(waitMs).toBeGreaterThan(MINUTE_MS / 2);
    t.advance(waitMs);
    expect((await person.get("/api/session")).status).toBe(200);
  });

  test("affects no other callers, no writes and no other guilds", async () => {
    await using t = await testApp({ RATE_LIMITS: "read.account=5/m" });
    const [loud, quiet] = [await t.signUp(), await t.signUp()];
    for (let n = 0; n < 9; n++) await loud.get("/api/session");
    expect((await loud.get("/api/session")).status).toBe(429);
    expect((await quiet.get("/api/session")).status).toBe(200);
    expect((await loud.patch("/api/account", { name: "Still here" })).status).toBe(200);
  });

  test("does not reach the database: a flood of thousands makes a handful of queries", async () => {
    await using t = await testApp({ RATE_LIMITS: "read.account=100/m" });
    const person = await t.signUp();
    const asked = questions(t);
    const answers = await Promise.all(
      Array.from({ length: 2_000 }, () => person.get("/api/session")),
    );
    expect(passed(answers)).toBe(100);
    expect(asked.length).toBeLessThan(60);
    const before = asked.length;
    await Promise.all(Array.from({ length: 500 }, () => person.get("/api/session")));
    expect(asked.length).toBe(before);
  });

  test("gets a page in words, in the language of the page", async () => {
    await using t = await testApp({ RATE_LIMITS: "read.account=1/m" });
    const person = await t.signUp();
    await person.page("/guilds");
    const page = await person.page("/guilds", { "accept-language": "es" });
    expect(page.status).toBe(429);
    expect(page.text).toContain("Espera");
  });
});

describe("S34 a limit is the same", () => {
  test("for two processes on one platform: together they let through what one would", async () => {
    await using t = await testApp({ RATE_LIMITS: "read.account=200/m" });
    const person = await t.signUp();
    const other = await buildNodeServices(readConfig(t.env), { now: t.now });
    try {
      const app = createApp(other);
      const there = new TestClient(
        (path, init) => app.request(`http://localhost${path}`, init),
        person.identity,
      );
      const answers = await Promise.all(
        Array.from({ length: 600 }, (_, n) => (n % 2 ? person : there).get("/api/session")),
      );
      expect(passed(answers)).toBeGreaterThan(190);
      expect(passed(answers)).toBeLessThanOrEqual(210);
    } finally {
      await other.close();
    }
  });

  test("across the edge of a window: a burst before and one after it make one limit", async () => {
    await using t = await testApp({ RATE_LIMITS: "read.account=60/m" });
    const person = await t.signUp();
    const burst = () => Promise.all(Array.from({ length: 100 }, () => person.get("/api/session")));
    t.advance(MINUTE_MS - 1);
    expect(passed(await burst())).toBe(60);
    for (const waitMs of [2, 20_000, 20_000, 19_000]) {
      t.advance(waitMs);
      expect(passed(await burst())).toBe(0);
    }
    t.advance(10_000);
    expect(passed(await burst())).toBe(60);
  });

  test("for a forged address, and for one that moves within its /64", async () => {
    await using t = await testApp({ TRUSTED_PROXY_HOPS: "1", RATE_LIMITS: "read.address=40/m" });
    const from = (address: string) => t.anonymous.get("/api/plans", { "x-forwarded-for": address });
    const spoofed = await Promise.all(
      Array.from({ length: 100 }, (_, n) => from(`10.0.0.${n}, 203.0.113.1`)),
    );
    expect(passed(spoofed)).toBe(40);
    const rotated = await Promise.all(
      Array.from({ length: 100 }, (_, n) => from(`2001:db8:1:2::${n.toString(16)}`)),
    );
    expect(passed(rotated)).toBe(40);
    expect((await from("2001:db8:1:3::1")).status).toBe(200);
  });

  test("for a guild whose plan limits its requests, and absent where the plan has none", async () => {
    await using t = await testApp({ RATE_LIMITS: "" });
    const guild = await t.guild("small-vow");
    const set = { sql: "UPDATE plans SET requests_per_minute_max = ? WHERE name = 'free'" };
    await t.services.platform.db.client.execute({ ...set, args: [20] });
    const member = await t.as("raider", guild);
    const ask = (n: number) => (n % 2 ? member : guild.owner).get("/roster");
    const answers = [];
    for (let n = 0; n < 30; n++) answers.push(await ask(n));
    expect(passed(answers)).toBe(20);
    expect(answers.at(-1)!.headers.get("ratelimit-limit")).toBe("20");
    expect((await guild.owner.platform().get("/api/session")).status).toBe(200);
    await t.services.platform.db.client.execute({ ...set, args: [null] });
    expect((await ask(0)).status).toBe(200);
  });

  test("for a guild, however many keys it makes itself", async () => {
    await using t = await testApp({ RATE_LIMITS: "read.key=40/m,read.guild=100/m" });
    const guild = await t.guild("keyring", { plan: "premium" });
    const answers: Response[] = [];
    for (let n = 0; n < 6; n++) {
      const made = await guild.owner.post("/settings/keys", { name: `k${n}`, scopes: ["query"] });
      const headers = { authorization: `Bearer ${made.body.key}` };
      for (let i = 0; i < 50; i++) answers.push(await t.request("/api/roster", { headers }));
    }
    expect(passed(answers)).toBeGreaterThan(95);
    expect(passed(answers)).toBeLessThanOrEqual(100);
  });
});

test("S22 an owner whose account strangers try to guess can sign in from a known network", async () => {
  await using t = await testApp({ TRUSTED_PROXY_HOPS: "1" });
  const { email, password } = { email: "owner@example.test", password: `long ${randomUUID()}` };
  const home = { "x-forwarded-for": "203.0.113.7" };
  await t.anonymous.post("/api/users", { email, password, name: "Owner" }, home);
  expect((await t.anonymous.post("/api/session", { email, password }, home)).status).toBe(201);
  t.advance(2 * MINUTE_MS);
  for (let n = 0; n < 20; n++) {
    const from = { "x-forwarded-for": `198.51.100.${n}` };
    await t.anonymous.post("/api/session", { email, password: `guess ${n}` }, from);
  }
  const elsewhere = { "x-forwarded-for": "192.0.2.1" };
  expect((await t.anonymous.post("/api/session", { email, password }, elsewhere)).status).toBe(429);
  expect((await t.anonymous.post("/api/session", { email, password }, home)).status).toBe(201);
});
