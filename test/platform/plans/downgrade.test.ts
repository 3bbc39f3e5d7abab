import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { endPastGrants } from "../../../src/platform/plans/subscriptions.ts";
import { type TestApp, TestClient, type TestGuild, testApp } from "../../support/app.ts";
import { anOperator } from "../console/support.ts";
import { crowd, DAY_MS, newGuild, tally } from "../guilds/support.ts";

let t: TestApp;
let guild: TestGuild;
let operator: TestClient;
let first: TestClient;
let last: TestClient;
let keys: readonly string[];

const grant = (until: number | null) =>
  operator.put(`/api/operator/guilds/${guild.id}/grant`, {
    plan: "premium",
    until,
    reason: "They test for us",
  });
const planOf = async (id = guild.id) => (await t.services.platform.guild(id))!.plan.name;
const asKey = (key: string, path: string, body?: object) =>
  t.request(path, {
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    ...(body && { method: "POST", body: JSON.stringify(body) }),
  });

beforeAll(async () => {
  t = await testApp();
  operator = await anOperator(t, ["plans", "audit"]);
  guild = await t.guild("grown");
});
afterAll(() => t.close());

describe("a plan given by an operator", () => {
  test("lifts the limits at once, until its day", async () => {
    const until = t.now().getTime() + DAY_MS;
    expect((await grant(until)).status).toBe(204);
    expect(await planOf()).toBe("premium");
    const people = await crowd(t, 33);
    for (const [at, person] of people.entries()) {
      await t.join(person.userId, guild, "raider");
      if (at === 0) t.advance(1);
    }
    [first, last] = [people[0]!.within("grown"), people.at(-1)!.within("grown")];
    const made = await Promise.all(
      Array.from({ length: 7 }, () =>
        guild.owner.post("/settings/keys", { name: "k", scopes: ["query", "upload"] }),
      ),
    );
    expect(tally(made)).toEqual({ 201: 7 });
    keys = made
      .map(({ body }) => body as { id: string; key: string })
      .toSorted((a, b) => (a.id < b.id ? -1 : 1))
      .map(({ key }) => key);
    const log = { fileName: "old.txt", sizeBytes: 10 };
    expect((await guild.owner.post("/logs", log)).status).toBe(201);
    const owner = new TestClient(t.request, guild.owner.identity);
    const second = await owner.post("/api/guilds", newGuild("Second of mine", { slug: "second" }));
    expect([second.status === 201 || second.status === 202]).toEqual([true]);
  });

  test("at its end deletes nothing: what exceeds the limits can be read, and not added to", async () => {
    t.advance(DAY_MS);
    expect(await endPastGrants(t.services)).toBe(1);
    expect(await planOf()).toBe("free");
    expect(await endPastGrants(t.services)).toBe(0);
    // The second guild was on the free plan before: its latest members exceed the limit.
    const add = (client: TestClient, name: string) => client.post("/roster/persons", { name });
    const over = await add(guild.owner, "Anvil");
    expect([over.status, over.body]).toMatchObject([
      402,
      { type: "/problems/plan/read-only", over: "guilds", limit: 1, plan: "free" },
    ]);
    expect((await guild.owner.get("/roster")).status).toBe(200);
    expect((await guild.owner.get("/members?limit=200")).body.items).toHaveLength(34);
    expect((await guild.owner.get("/settings/keys")).body.items).toHaveLength(7);
    expect((await guild.owner.get("/logs")).body.items).toHaveLength(1);
    expect((await guild.owner.patch("/settings", { description: "x" })).status).toBe(200);
    expect((await add(guild.owner.within("second"), "Cinder")).status).toBe(201);
    const page = await guild.owner.page("/g/grown/settings/plan");
    expect(page.text).toContain("34 / 30");
    expect(page.text).toContain("Nothing was deleted");
  });

  test("makes the latest members and keys beyond the limit read-only", async () => {
    // The plan has room for both guilds, so only members and keys exceed it.
    const free = (await operator.get("/api/operator/plans")).body.items[0];
    const { name: _n, features: _f, guilds: _g, ...limits } = free;
    const changed = { ...limits, guildsPerAccountMax: 2 };
    expect((await operator.put("/api/operator/plans/free", changed)).status).toBe(403);
    const fresh = await anOperator(t, ["plans"]);
    expect((await fresh.put("/api/operator/plans/free", changed)).status).toBe(204);
    operator = fresh;
    const signUp = (client: TestClient) => client.get("/raids");
    expect([(await signUp(first)).status, (await signUp(last)).status]).toEqual([200, 200]);
    const wish = (client: TestClient) => client.put("/loot/wishes", { wishes: [] });
    expect((await wish(first)).body.type).not.toBe("/problems/plan/read-only");
    const refused = await wish(last);
    expect([refused.status, refused.body.type, refused.body.limit]).toEqual([
      402,
      "/problems/plan/read-only",
      30,
    ]);
    const upload = { fileName: "new.txt", sizeBytes: 10 };
    const answers = await Promise.all(
      keys.map(async (key) => [
        (await asKey(key, "/api/roster")).status,
        (await asKey(key, "/api/logs", upload)).status,
      ]),
    );
    expect(answers).toEqual([
      ...Array.from({ length: 5 }, () => [200, 201]),
      ...Array.from({ length: 2 }, () => [200, 403]),
    ]);
  });

  test("given again restores everything", async () => {
    expect((await grant(null)).status).toBe(204);
    expect((await last.put("/loot/wishes", { wishes: [] })).status).not.toBe(402);
    expect((await asKey(keys[6]!, "/api/logs", { fileName: "n", sizeBytes: 9 })).status).toBe(201);
    const taken = await operator.delete(`/api/operator/guilds/${guild.id}/grant`);
    expect([taken.status, await planOf()]).toEqual([204, "free"]);
    const again = await operator.delete(`/api/operator/guilds/${guild.id}/grant`);
    expect(again.body.type).toBe("/problems/plan/no-grant");
  });

  test("is refused for a past day, an unknown plan or an unknown guild, and says so", async () => {
    const put = (id: string, body: object) =>
      operator.put(`/api/operator/guilds/${id}/grant`, { reason: "x", ...body });
    const nobody = "01890a5d-ac96-774b-bcce-b302099a8057";
    expect((await put(guild.id, { plan: "premium", until: 1 })).body.type).toBe(
      "/problems/plan/past",
    );
    expect((await put(guild.id, { plan: "gold", until: null })).body.type).toBe(
      "/problems/plan/not-found",
    );
    expect((await put(nobody, { plan: "premium", until: null })).status).toBe(404);
    expect((await put(guild.id, { plan: "premium" })).status).toBe(422);
    expect(await planOf()).toBe("free");
  });

  test("is in the log with who gave it and why", async () => {
    const auditor = await anOperator(t, ["audit"]);
    const { body } = await auditor.get("/api/operator/audit?action=plan.&guild=grown&limit=10");
    expect(body.items.map((row: { action: string }) => row.action)).toEqual([
      "plan.revoke",
      "plan.grant",
      "plan.end",
      "plan.grant",
    ]);
    expect(body.items[3].after).toMatchObject({ reason: "They test for us", plan: "premium" });
    expect(body.items[2]).toMatchObject({ actorType: "system", actorName: "plans" });
  });
});

test("S15 50 logs at once into room for ten: ten are accepted, 40 get the limit's error", async () => {
  const full = await t.guild("full-of-logs");
  await t.services.platform.db.client.execute({
    sql: "UPDATE plans SET log_bytes_max = 1000 WHERE name = 'free'",
    args: [],
  });
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, at) =>
      full.owner.post("/logs", { fileName: `${at}.txt`, sizeBytes: 100 }),
    ),
  );
  expect(tally(answers)).toEqual({ 201: 10, 402: 40 });
  const refused = answers.find(({ status }) => status === 402)!;
  expect(refused.body).toMatchObject({ type: "/problems/plan/log-storage", limit: 1_000 });
});

test("S14 no field of a request sets a guild's plan", async () => {
  for (const body of [{ plan: "premium" }, { planSince: 0 }, { isOverLimit: false }]) {
    expect((await guild.owner.patch("/settings", body)).status).toBe(422);
  }
  const founder = (await crowd(t, 1))[0]!;
  const made = await founder.post("/api/guilds", { ...newGuild("Gilded"), plan: "premium" });
  expect(made.status).toBe(422);
});
