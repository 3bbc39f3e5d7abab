import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DAY_MS, HOUR_MS } from "../../../src/kernel/time.ts";
import { limits } from "../../../src/limits.ts";
import { expirePlatform } from "../../../src/platform/guilds/retention.ts";
import { ApiUsage } from "../../../src/platform/usage/api-usage.ts";
import { type TestApp, type TestClient, type TestGuild, testApp } from "../../support/app.ts";
import { anOperator } from "../console/support.ts";

let t: TestApp;
let guild: TestGuild;
let other: TestGuild;
let operator: TestClient;
let key: string;
beforeAll(async () => {
  t = await testApp({ RATE_LIMITS: "read.address=off" });
  guild = await t.guild("iron-vow", { plan: "premium" });
  other = await t.guild("quiet-vow");
  operator = await anOperator(t, ["guilds", "accounts"]);
  const made = await guild.owner.post("/settings/keys", { name: "bot", scopes: ["query"] });
  key = made.body.key;
  await t.services.apiUsage.flush();
  t.advance(HOUR_MS);
});
afterAll(() => t.close());

const ask = async (path: string, headers = {}) =>
  await t.request(path, { headers: { authorization: `Bearer ${key}`, ...headers } });
const rows = async () => {
  await t.services.apiUsage.flush();
  return await t.services.platform.db.all<Record<string, number & string>>(
    "SELECT * FROM api_usage WHERE caller_type = 'key' ORDER BY hour, operation, query_hash",
  );
};

describe("the usage of the API", () => {
  test("is one row for each hour, caller, operation and set of query names", async () => {
    for (const limit of [1, 2, 3]) await ask(`/api/g/iron-vow/raids?limit=${limit}`);
    await ask("/api/g/iron-vow/raids");
    await ask("/api/g/iron-vow/settings/keys");
    const found = await rows();
    expect(found.map((one) => [one["operation"], one["requests"], one["failures"]])).toEqual([
      ["GET /api/g/:guild/raids", 1, 0],
      ["GET /api/g/:guild/raids", 3, 0],
      ["GET /api/g/:guild/settings/keys", 1, 1],
    ]);
    expect(found[0]!["query_hash"]).toBe("");
    expect(found[1]!["query_hash"]).toMatch(/^[0-9a-f]{16}$/);
    await ask("/api/g/iron-vow/raids");
    t.advance(HOUR_MS);
    await ask("/api/g/iron-vow/raids");
    const later = await rows();
    expect(later.map((one) => one["requests"])).toEqual([2, 3, 1, 1]);
  });

  // Only a platform in a file counts its writes.
  const isFile = process.env["GUILDHALL_TEST_HOST"] === undefined;
  test.runIf(isFile)("costs a request no write, whatever the number of requests", async () => {
    const writes = async () =>
      (await t.services.platform.db.first<{ count: number }>(
        "SELECT count FROM platform_writes WHERE id = 1",
      ))!.count;
    await ask("/api/g/iron-vow/raids");
    await t.services.apiUsage.flush();
    await t.services.keyUsage.flush();
    const before = await rows();
    const stored = await writes();
    for (let at = 0; at < 20; at++) await ask("/api/g/iron-vow/raids");
    expect(await writes()).toBe(stored);
    const after = await rows();
    expect(after.at(-1)!["requests"]).toBe(before.at(-1)!["requests"]! + 20);
  });

  test("holds no value of a query, no address of a guild and no stranger", async () => {
    await ask("/api/g/iron-vow/roster?search=Secretname");
    await t.anonymous.get("/api/plans");
    await t.services.apiUsage.flush();
    const all = await t.services.platform.db.all("SELECT * FROM api_usage");
    expect(JSON.stringify(all)).not.toMatch(/Secretname|iron-vow|search|anonymous/);
  });

  test("does not grow with made-up query strings", async () => {
    const usage = new ApiUsage(t.services.platform);
    for (let at = 0; at < 5 * limits.usage.rowsPerCallerMax; at++) {
      usage.count({
        callerType: "user",
        callerId: "someone",
        guildId: undefined,
        operation: "GET /api/guilds",
        queryNames: [`made-up-${at}`],
        status: 200,
        ms: 4,
      });
    }
    await usage.flush();
    const found = await t.services.platform.db.all<{ operation: string; requests: number }>(
      "SELECT operation, requests FROM api_usage WHERE caller_id = 'someone' ORDER BY requests",
    );
    expect(found).toHaveLength(limits.usage.rowsPerCallerMax + 1);
    expect(found.at(-1)).toEqual({
      operation: "other",
      requests: 4 * limits.usage.rowsPerCallerMax,
    });
  });

  test("of two processes is added, and that of a purged guild is not stored", async () => {
    const one = {
      callerType: "user",
      callerId: "both",
      guildId: guild.id,
      operation: "GET /api/guilds",
      queryNames: [],
      status: 304,
      ms: 30,
    } as const;
    const processes = [new ApiUsage(t.services.platform), new ApiUsage(t.services.platform)];
    for (const usage of processes) {
      usage.count(one);
      usage.count({ ...one, guildId: "01890a5d-ac96-774b-bcce-b302099a8057" as never });
      await usage.flush();
    }
    const found = await t.services.platform.db.all(
      `SELECT requests, cache_hits AS hits, total_ms AS ms, up_to_50 AS bucket FROM api_usage
       WHERE caller_id = 'both'`,
    );
    expect(found).toEqual([{ requests: 2, hits: 2, ms: 60, bucket: 2 }]);
  });
});

describe("those who manage keys", () => {
  test("see requests, failures and response times of their keys, and of no other guild", async () => {
    const { body } = await guild.owner.get("/settings/keys/usage?days=2");
    expect(body.days).toHaveLength(2);
    expect(body.callers).toEqual([
      expect.objectContaining({ callerType: "key", name: "bot", slug: "iron-vow" }),
    ]);
    const roster = body.operations.find(
      (one: { operation: string }) => one.operation === "GET /api/g/:guild/raids",
    );
    expect(roster).toMatchObject({ queries: 2, failures: 0 });
    expect(body.total.requests).toBe(body.callers[0].requests);
    expect(body.total.failures).toBeGreaterThan(0);
    expect(body.total.p95Ms).toBeGreaterThanOrEqual(body.total.p50Ms);
    expect((await other.owner.get("/settings/keys/usage")).body.total.requests).toBe(0);
    const viewer = await t.as("viewer", guild);
    expect((await viewer.get("/settings/keys/usage")).status).toBe(403);
    for (const days of ["0", "91"]) {
      expect((await guild.owner.get(`/settings/keys/usage?days=${days}`)).status).toBe(422);
    }
  });

  test("see it as charts and tables in both languages", async () => {
    const { text } = await guild.owner.page("/g/iron-vow/settings/keys/usage?days=30");
    for (const part of ["Requests by day", 'class="plot"', "bot", "GET /api/g/:guild/raids"]) {
      expect(text).toContain(part);
    }
    const spanish = await guild.owner.page("/g/iron-vow/settings/keys/usage", {
      "accept-language": "es",
    });
    expect(spanish.text).toContain("Peticiones por día");
    expect((await guild.owner.page("/g/iron-vow/settings/keys")).text).toContain("/keys/usage");
  });
});

describe("an operator", () => {
  test("sees keys and people, filtered by guild and by kind", async () => {
    await guild.owner.get("/raids");
    await t.services.apiUsage.flush();
    const all = await operator.get("/api/operator/usage?days=7");
    const kinds = new Set(all.body.callers.map((one: { callerType: string }) => one.callerType));
    expect([...kinds].toSorted()).toEqual(["key", "user"]);
    const keys = await operator.get(`/api/operator/usage?guild=${guild.id}&caller=key`);
    expect(keys.body.callers.map((one: { name: string }) => one.name)).toEqual(["bot"]);
    const none = await operator.get("/api/operator/usage?guild=no-vow");
    expect(none.body.total).toMatchObject({ requests: 0, p95Ms: null });
    const page = await operator.page("/operator/usage?days=7&caller=key");
    expect(page.text).toContain(`/operator/guilds/${guild.id}/statistics`);
  });

  test("sees which guilds are nearest to a limit of their plan", async () => {
    const { body } = await operator.get("/api/operator/limits");
    const quiet = body.items.find(({ slug }: { slug: string }) => slug === "quiet-vow");
    expect(quiet).toMatchObject({ members: { used: 1, limit: 30 }, share: 1 / 30 });
    const shares = body.items.map(({ share }: { share: number }) => share);
    expect(shares).toEqual(shares.toSorted((a: number, b: number) => b - a));
    expect(body.items.map(({ slug }: { slug: string }) => slug)).toContain("iron-vow");
    const page = await operator.page("/operator/limits", { "accept-language": "es" });
    expect(page.text).toContain("Uso de los límites");
  });

  test("sees the rate limits of this moment with their identifier and window", async () => {
    for (let at = 0; at < 40; at++) await guild.owner.get("/raids");
    const { body } = await operator.get("/api/operator/rate-limits");
    const own = body.items.find(
      (one: { category: string; identifier: string }) =>
        one.category === "read" && one.identifier === guild.owner.userId,
    );
    expect(own).toMatchObject({ subject: "account", max: 1_200, windowMs: 60_000 });
    expect(own.uses).toBeGreaterThan(0);
    expect((await operator.page("/operator/rate-limits")).text).toContain(guild.owner.userId);
  });
});

test("usage is deleted after 90 days", async () => {
  const { platform, auditAnchors } = t.services;
  t.advance(limits.usage.keptMs - 2 * DAY_MS);
  await expirePlatform(platform, auditAnchors);
  expect((await rows()).length).toBeGreaterThan(0);
  t.advance(3 * DAY_MS);
  await expirePlatform(platform, auditAnchors);
  expect(await rows()).toEqual([]);
});
