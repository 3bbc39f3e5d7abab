import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { limits } from "../../../src/limits.ts";
import { parseKey } from "../../../src/platform/keys/secrets.ts";
import { type TestApp, type TestGuild, testApp } from "../../support/app.ts";

let t: TestApp;
let ours: TestGuild;
let theirs: TestGuild;
beforeAll(async () => {
  t = await testApp();
  ours = await t.guild("keyed", { plan: "premium" });
  theirs = await t.guild("stranger");
});
afterAll(() => t.close());

/** A key of our guild, and requests of a program that uses it. */
async function keyWith(scopes: readonly string[], more = {}) {
  const made = await ours.owner.post("/settings/keys", { name: "follower", scopes, ...more });
  expect(made.status).toBe(201);
  const { id, key } = made.body as { id: string; key: string };
  const ask = async (path: string, init: RequestInit = {}, headers = {}) => {
    const response = await t.request(path, {
      ...init,
      headers: { authorization: `Bearer ${key}`, ...headers },
    });
    return { status: response.status, body: await response.json() };
  };
  return { id, key, ask };
}

describe("a guild's key", () => {
  test("S2 S3 opens its guild by itself, by path, by id and by header, and no other guild", async () => {
    const { ask } = await keyWith(["query"]);
    for (const path of ["/api/roster", "/api/g/keyed/roster", `/api/g/${ours.id}/roster`]) {
      expect((await ask(path)).status).toBe(200);
    }
    expect((await ask("/api/roster", {}, { "x-guild-id": "keyed" })).status).toBe(200);
    const foreign = await ask("/api/g/stranger/roster");
    const missing = await ask("/api/g/nowhere/roster");
    expect([foreign.status, missing.status]).toEqual([404, 404]);
    expect(await ask("/api/g/keyed/roster", {}, { "x-guild-id": theirs.id })).toMatchObject({
      status: 400,
      body: { type: "/problems/guild/ambiguous" },
    });
  });

  test("S1 S29 may do what its scopes say and nothing else", async () => {
    const query = await keyWith(["query"]);
    const upload = await keyWith(["upload"]);
    const admin = await keyWith(["admin"]);
    const log = { method: "POST", body: JSON.stringify({ fileName: "a.txt", sizeBytes: 10 }) };
    const json = { "content-type": "application/json" };
    expect((await query.ask("/api/logs", log, json)).status).toBe(403);
    expect((await upload.ask("/api/logs", log, json)).status).toBe(201);
    expect((await upload.ask("/api/roster")).status).toBe(403);
    expect((await admin.ask("/api/audit")).status).toBe(200);
    for (const path of ["/api/settings/keys", "/api/settings"]) {
      expect((await admin.ask(path)).status).toBe(403);
    }
  });

  test("is named in the log for what it did", async () => {
    const { id, ask } = await keyWith(["admin"]);
    const body = JSON.stringify({ name: "Made by a key" });
    const made = await ask(
      "/api/roster/persons",
      { method: "POST", body },
      { "content-type": "application/json" },
    );
    expect(made.status).toBe(201);
    const { items } = (await ours.owner.get("/audit")).body;
    expect(items[0]).toMatchObject({ actorType: "key", actorId: id, actorName: "follower" });
  });

  test("S29 that was revoked or has ended is refused at its next request", async () => {
    const revoked = await keyWith(["query"]);
    expect((await revoked.ask("/api/roster")).status).toBe(200);
    expect((await ours.owner.delete(`/settings/keys/${revoked.id}`)).status).toBe(204);
    expect(await revoked.ask("/api/roster")).toMatchObject({
      status: 401,
      body: { type: "/problems/auth/bad-token" },
    });
    const ending = await keyWith(["query"], { expiresAt: t.now().getTime() + 1_000 });
    expect((await ending.ask("/api/roster")).status).toBe(200);
    t.advance(1_001);
    expect((await ending.ask("/api/roster")).status).toBe(401);
  });

  test("rotated has a successor, and works for the overlap only", async () => {
    const old = await keyWith(["query"]);
    const { body } = await ours.owner.post(`/settings/keys/${old.id}/rotations`);
    const next = await t.request("/api/roster", {
      headers: { authorization: `Bearer ${body.key}` },
    });
    expect([next.status, (await old.ask("/api/roster")).status]).toEqual([200, 200]);
    t.advance(limits.keys.rotationOverlapMs);
    expect((await old.ask("/api/roster")).status).toBe(401);
    // A day later the owner has to enter the password again.
    expect(
      (await ours.owner.post("/settings/keys", { name: "x", scopes: ["query"] })).body,
    ).toMatchObject({ type: "/problems/auth/proof-required" });
    t.advance(-limits.keys.rotationOverlapMs);
  });

  test("S29 with one letter wrong is refused without a query", async () => {
    const { key } = await keyWith(["query"]);
    expect(parseKey(key)).toBeDefined();
    for (let at = 0; at < key.length; at++) {
      const letter = key[at] === "a" ? "b" : "a";
      expect(parseKey(key.slice(0, at) + letter + key.slice(at + 1))).toBeUndefined();
    }
  });

  test("S55 S57 is shown once and stored nowhere: no list, page, log, database or file holds it", async () => {
    const { key } = await keyWith(["query"]);
    const { secret } = parseKey(key)!;
    const list = await ours.owner.get("/settings/keys");
    expect(list.text).not.toContain(secret);
    expect((await ours.owner.page("/g/keyed/settings/keys")).text).not.toContain(secret);
    const stored = await t.storedBytes();
    expect(stored).toContain("follower");
    expect(stored).not.toContain(secret);
  });

  test("counts its requests by day, and the page shows them", async () => {
    const { id, ask } = await keyWith(["query"]);
    for (let i = 0; i < 7; i++) await ask("/api/roster");
    await t.services.keyUsage.flush();
    const { items, usage } = (await ours.owner.get("/settings/keys")).body;
    expect(items.find((one: { id: string }) => one.id === id).requests).toBe(7);
    expect(usage.at(-1).requests).toBeGreaterThanOrEqual(7);
  });

  test("is made by admins and owners only, up to the plan's limit", async () => {
    const officer = await t.as("officer", ours);
    expect((await officer.get("/settings/keys")).status).toBe(403);
    const crowded = await t.guild("crowded");
    const body = { name: "many", scopes: ["query"] };
    const made = await Promise.all(
      Array.from({ length: 50 }, () => crowded.owner.post("/settings/keys", body)),
    );
    expect(made.filter(({ status }) => status === 201)).toHaveLength(5);
    const refused = made.filter(({ status }) => status === 402);
    expect(refused).toHaveLength(45);
    expect(refused[0]!.body).toMatchObject({ type: "/problems/plan/keys", limit: 5, used: 5 });
  });
});

test("a form makes a key and shows it on the page that answers", async () => {
  const made = await ours.owner.submit("/g/keyed/settings/keys", {
    name: "By form",
    scopes: ["upload", "stream"],
  });
  expect(made.status).toBe(201);
  expect(made.text).toMatch(/value="gh_[0-9a-f]{48}_[A-Za-z0-9_-]{43}_[0-9a-f]{6}"/);
  const empty = await ours.owner.submit("/g/keyed/settings/keys", { name: "", scopes: [] });
  expect(empty.status).toBe(422);
});
