import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PermissionOverrides, Role } from "../../src/kernel/permissions.ts";
import { limits } from "../../src/limits.ts";
import { anOperator } from "../platform/console/support.ts";
import { type TestApp, TestClient, type TestGuild, testApp } from "../support/app.ts";

let t: TestApp;
let guild: TestGuild;
let personId: string;
beforeAll(async () => {
  t = await testApp();
  guild = await t.guild("ceiling", { plan: "premium" });
  personId = (await guild.owner.post("/roster/persons", { name: "Cinder" })).body.id;
});
afterAll(() => t.close());

const BEYOND = "/problems/guild/beyond-own-rights";
const award = (by: TestClient) =>
  by.post("/dkp/awards", { personIds: [personId], points: 1, reason: "On time", confirm: true });

/** A client that holds an API key of the guild. */
const holding = (key: string) =>
  new TestClient(t.request, { ...guild.owner.identity, token: key }).within(guild.slug);

async function keyOf(maker: TestClient, scopes: readonly string[]) {
  const made = await maker.post("/settings/keys", { name: `key of ${scopes}`, scopes });
  expect(made.status, made.text).toBe(201);
  return { id: made.body.id as string, ask: holding(made.body.key) };
}

async function linkOf(maker: TestClient, body: Record<string, unknown>): Promise<string> {
  const made = await maker.post("/members/invitations", body);
  expect(made.status, made.text).toBe(201);
  return String(made.body.url).split("/").at(-1)!;
}

const accept = (person: TestClient, token: string) =>
  person.platform().post(`/api/invitations/${token}/acceptance`);

describe("S71 a member cannot grant a right that they do not have:", () => {
  const lacking: readonly [string, Role, PermissionOverrides, readonly string[]][] = [
    ["a raider with keys", "raider", { "keys.manage": true }, ["admin"]],
    ["an admin who may not award", "admin", { "points.award": false }, ["admin"]],
    [
      "an officer who may not upload",
      "officer",
      { "keys.manage": true, "logs.upload": false },
      ["upload"],
    ],
    [
      "the same, for a live log",
      "officer",
      { "keys.manage": true, "logs.upload": false },
      ["stream"],
    ],
    [
      "a viewer who sees no roster",
      "viewer",
      { "keys.manage": true, "roster.view": false },
      ["query"],
    ],
  ];
  test.each(lacking)("%s makes no key beyond that", async (_, role, overrides, scopes) => {
    const maker = await t.as(role, guild, overrides);
    const refused = await maker.post("/settings/keys", { name: "more", scopes });
    expect([refused.status, refused.body.type]).toEqual([403, BEYOND]);
    expect((await guild.owner.get("/settings/keys")).text).not.toContain('"more"');
  });

  test("a key does no more than its maker may do today, and nothing once the maker has left", async () => {
    const admin = await t.as("admin", guild);
    const { ask } = await keyOf(admin, ["admin"]);
    expect((await award(ask)).status).toBe(201);
    const sql = "UPDATE memberships SET role = ?, overrides = ? WHERE user_id = ? AND guild_id = ?";
    const become = (role: Role, overrides: PermissionOverrides) =>
      t.services.platform.db.client.execute({
        sql,
        args: [role, JSON.stringify(overrides), admin.userId, guild.id],
      });
    await become("admin", { "points.award": false });
    expect([(await award(ask)).status, (await ask.get("/roster")).status]).toEqual([403, 200]);
    await become("raider", { "keys.manage": true });
    expect([(await award(ask)).status, (await ask.get("/audit")).status]).toEqual([403, 403]);
    await t.leave(admin.userId, guild);
    expect((await ask.get("/roster")).status).toBe(401);
  });

  test("an admin who may not award cannot grant a role that may: not by change, not by a link", async () => {
    const admin = await t.as("admin", guild, { "points.award": false });
    const raider = await t.as("raider", guild);
    const promoted = await admin.patch(`/members/${raider.userId}`, { role: "officer" });
    const linked = await admin.post("/members/invitations", { role: "officer" });
    const excepted = await admin.patch(`/members/${raider.userId}`, {
      overrides: { "points.award": true },
    });
    for (const { status, body } of [promoted, linked, excepted]) {
      expect([status, body.type]).toEqual([403, BEYOND]);
    }
    expect((await award(raider)).status).toBe(403);
    expect((await admin.patch(`/members/${raider.userId}`, { role: "viewer" })).status).toBe(200);
  });

  test("a link grants no more than its maker may grant when it is used", async () => {
    const admin = await t.as("admin", guild);
    const token = await linkOf(admin, { role: "officer" });
    await guild.owner.patch(`/members/${admin.userId}`, {
      overrides: { "points.award": false },
    });
    expect((await accept(await t.signUp(), token)).status).toBe(404);
    await guild.owner.patch(`/members/${admin.userId}`, { overrides: {} });
    expect((await accept(await t.signUp(), token)).status).toBe(201);
  });
});

describe("S72 access ends with the membership:", () => {
  test("a removed admin's keys are named and end, also after a return", async () => {
    const admin = await t.as("admin", guild);
    const { id, ask } = await keyOf(admin, ["admin"]);
    const page = await guild.owner.page(`/g/${guild.slug}/members`);
    expect(page.text).toContain("These API keys stop working: key of admin");
    const removed = await guild.owner.delete(`/members/${admin.userId}`);
    expect(removed.body.revokedKeys).toEqual([{ id, name: "key of admin" }]);
    expect((await award(ask)).status).toBe(401);
    const token = await linkOf(guild.owner, { role: "admin" });
    t.advance(1_000);
    expect((await accept(admin, token)).status).toBe(403);
    const later = await linkOf(guild.owner, { role: "admin" });
    expect((await accept(admin, later)).status).toBe(201);
    expect((await award(ask)).status).toBe(401);
  });

  test("a demoted admin loses the keys that reach further, and a member who leaves loses all", async () => {
    const admin = await t.as("admin", guild);
    const { id, ask } = await keyOf(admin, ["admin"]);
    const lower = await guild.owner.patch(`/members/${admin.userId}`, {
      role: "officer",
      overrides: { "keys.manage": true },
    });
    expect(lower.body.revokedKeys).toEqual([{ id, name: "key of admin" }]);
    expect((await ask.get("/roster")).status).toBe(401);
    const small = await keyOf(admin, ["query"]);
    await admin.delete("/members/me");
    expect((await small.ask.get("/roster")).status).toBe(401);
  });

  test("a link that was made before a removal no longer lets that person in", async () => {
    const token = await linkOf(guild.owner, { role: "officer", usesMax: 50 });
    const [kicked, other] = [await t.signUp(), await t.signUp()];
    expect((await accept(kicked, token)).status).toBe(201);
    t.advance(1_000);
    await guild.owner.delete(`/members/${kicked.userId}`);
    const back = await accept(kicked, token);
    expect([back.status, back.body.type]).toEqual([403, "/problems/invitation/removed-since"]);
    expect((await kicked.within(guild.slug).get("")).status).toBe(404);
    expect((await accept(other, token)).status).toBe(201);
  });

  test("a return keeps the lower role and the denials, after leaving and after a removal", async () => {
    const token = await linkOf(guild.owner, { role: "officer", usesMax: 50 });
    const member = await t.signUp();
    const inside = member.within(guild.slug);
    await accept(member, token);
    const change = { role: "raider", overrides: { "auctions.bid": false } };
    await guild.owner.patch(`/members/${member.userId}`, change);
    expect((await inside.delete("/members/me")).status).toBe(204);
    expect((await accept(member, token)).status).toBe(201);
    const standing = (await inside.get("")).body;
    expect(standing.role).toBe("raider");
    expect(standing.permissions).not.toContain("auctions.bid");
    t.advance(1_000);
    await guild.owner.delete(`/members/${member.userId}`);
    t.advance(1_000);
    await accept(member, await linkOf(guild.owner, { role: "admin" }));
    const again = (await inside.get("")).body;
    expect([again.role, again.permissions.includes("auctions.bid")]).toEqual(["raider", false]);
  });
});

describe("S75 a rotated key", () => {
  test("keeps its end, scopes and limits, and the old one ends no later than before", async () => {
    const expiresAt = t.now().getTime() + 3_600_000;
    const body = { name: "brief", scopes: ["query"], expiresAt };
    const old = (await guild.owner.post("/settings/keys", body)).body;
    const made = (await guild.owner.post(`/settings/keys/${old.id}/rotations`)).body;
    const { items } = (await guild.owner.get("/settings/keys")).body;
    const facts = items.filter((one: { name: string }) => one.name === "brief");
    expect(facts.map((one: { id: string }) => one.id).sort()).toEqual([old.id, made.id].sort());
    for (const one of facts) expect(one).toMatchObject({ expiresAt, scopes: ["query"] });
    t.advance(3_600_001);
    for (const { key } of [old, made]) expect((await holding(key).get("/roster")).status).toBe(401);
    await guild.owner.prove();
    const late = await guild.owner.post(`/settings/keys/${made.id}/rotations`);
    expect(late.status).toBe(404);
  });

  test("is replaced at the plan's limit, keeps its place, and makes no room for a third", async () => {
    const small = await t.guild("few-keys");
    const max = (await small.owner.get("/settings/plan")).body.plan.keysMax as number;
    await small.owner.prove();
    const ids: string[] = [];
    for (let i = 0; i < max; i++) {
      ids.push(
        (await small.owner.post("/settings/keys", { name: `${i}`, scopes: ["admin"] })).body.id,
      );
    }
    const full = await small.owner.post("/settings/keys", { name: "more", scopes: ["query"] });
    expect(full.status).toBe(402);
    t.advance(1_000);
    const first = await small.owner.post(`/settings/keys/${ids[0]}/rotations`);
    expect(first.status, first.text).toBe(201);
    const successor = new TestClient(t.request, {
      ...small.owner.identity,
      token: first.body.key,
    }).within("few-keys");
    expect((await successor.post("/roster/persons", { name: "Ember" })).status).toBe(201);
    const twice = await small.owner.post(`/settings/keys/${ids[0]}/rotations`);
    expect([twice.status, twice.body.type]).toEqual([409, "/problems/keys/rotated-already"]);
    t.advance(1_000);
    expect((await small.owner.post(`/settings/keys/${first.body.id}/rotations`)).status).toBe(201);
    // The key before the last two ends, so that repeated rotations leave no third key.
    const { items } = (await small.owner.get("/settings/keys")).body;
    const open = items.filter((one: { revokedAt: number | null }) => one.revokedAt === null);
    expect(open).toHaveLength(max + 1);
    const still = await small.owner.post("/settings/keys", { name: "more", scopes: ["query"] });
    expect(still.status).toBe(402);
  });

  test("is rotated in one write: a write that fails changes nothing", async () => {
    await guild.owner.prove();
    const old = await keyOf(guild.owner, ["query"]);
    const { client } = t.services.platform.db;
    const before = (await guild.owner.get("/settings/keys")).body.items;
    const batch = client.batch.bind(client);
    let writes = 0;
    client.batch = async (statements, mode) => {
      const isRotation = statements.some(({ sql }) => /api_keys/i.test(sql));
      if (isRotation && mode === "write" && ++writes > 1) throw new Error("The process died here.");
      return await batch(statements, mode);
    };
    try {
      expect((await guild.owner.post(`/settings/keys/${old.id}/rotations`)).status).toBe(201);
    } finally {
      client.batch = batch;
    }
    const after = (await guild.owner.get("/settings/keys")).body.items;
    expect([after.length - before.length, writes]).toEqual([1, 1]);
    const end = after.find((one: { id: string }) => one.id === old.id).expiresAt;
    expect(end).toBe(t.now().getTime() + limits.keys.rotationOverlapMs);
  });
});

test("S93 an operator in an owner's name cannot make the guild's own decisions", async () => {
  const operator = await anOperator(t);
  const begun = await operator.post("/api/operator/impersonations", {
    email: guild.owner.identity.email,
    reason: "The owner asked for help",
  });
  const acting = new TestClient(t.request, {
    ...guild.owner.identity,
    token: begun.body.token,
  }).within(guild.slug);
  const other = await t.as("raider", guild);
  const tries = [
    () => acting.patch("/settings", { isPublic: true }),
    () => acting.patch("/settings", { visitorAreas: ["logs"] }),
    () => acting.patch("/settings", { slug: "taken-over" }),
    () => acting.patch("/settings", { name: "Another Name" }),
    () => acting.post("/settings/deletion", { name: "Guild ceiling" }),
    () => acting.post("/settings/export"),
    () => acting.post("/settings/backups"),
    () => acting.post("/settings/plan/checkout", { plan: "premium" }),
    () => acting.post("/settings/keys", { name: "k", scopes: ["query"] }),
    () => acting.post("/members/invitations", { role: "viewer" }),
    () => acting.post("/members/ownership", { userId: other.userId }),
    () => acting.patch(`/members/${other.userId}`, { role: "admin" }),
    () => acting.delete(`/members/${other.userId}`),
    () => acting.delete("/members/me"),
    () => acting.put("/settings/connections/webhook", { value: "https://hooks.example.org/x" }),
    () => acting.post("/dkp/pools", { name: "Second" }),
  ];
  for (const [i, attempt] of tries.entries()) {
    const { status, body } = await attempt();
    expect([i, status, body.type]).toEqual([i, 403, "/problems/operator/impersonating"]);
  }
  const page = await t.request(`/g/${guild.slug}/settings`, {
    method: "POST",
    headers: {
      cookie: `guildhall=${begun.body.token}`,
      origin: "http://localhost",
      "content-type": "application/x-www-form-urlencoded",
    },
    body: "name=Other&slug=other-slug&faction=horde&description=&contact=&timeZone=UTC",
  });
  expect(page.status).toBe(403);
  const kept = (await guild.owner.get("/settings")).body;
  expect(kept).toMatchObject({ slug: "ceiling", name: "Guild ceiling", isPublic: false });
  // They see what the owner sees, and help with the guild's daily work.
  expect((await acting.get("/settings")).status).toBe(200);
  expect((await award(acting)).status).toBe(201);
});

describe("S94 a denial stays until the role that set it, or a higher one, lifts it:", () => {
  test.each([
    ["an empty list of exceptions", {}],
    ["another list without it", { "logs.upload": false }],
    ["a grant in its place", { "points.award": true }],
  ])("%s by an admin is refused where the owner denied", async (_, overrides) => {
    const [admin, officer] = [await t.as("admin", guild), await t.as("officer", guild)];
    const at = `/members/${officer.userId}`;
    await guild.owner.patch(at, { overrides: { "points.award": false } });
    const refused = await admin.patch(at, { overrides });
    expect([refused.status, refused.body.type]).toEqual([403, "/problems/guild/higher-denial"]);
    expect((await admin.patch(at, { role: "raider" })).status).toBe(200);
    expect((await admin.patch(at, { role: "officer" })).status).toBe(200);
    expect((await award(officer)).status).toBe(403);
    expect((await guild.owner.patch(at, { overrides: {} })).status).toBe(200);
    expect((await award(officer)).status).toBe(201);
  });

  test("an admin lifts what admins denied; only the owner lifts a denial of an earlier release", async () => {
    const [admin, officer] = [await t.as("admin", guild), await t.as("officer", guild)];
    const at = `/members/${officer.userId}`;
    expect((await admin.patch(at, { overrides: { "points.award": false } })).status).toBe(200);
    expect((await admin.patch(at, { overrides: {} })).status).toBe(200);
    const old = await t.as("officer", guild, { "points.award": false });
    expect((await admin.patch(`/members/${old.userId}`, { overrides: {} })).status).toBe(403);
  });
});
