import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newId } from "../../src/kernel/ids.ts";
import { limits } from "../../src/limits.ts";
import { type TestApp, type TestGuild, testApp } from "../support/app.ts";
import { filled, guildOperations, guildPageRoutes, isFault, SOME_ID, statusOf } from "./support.ts";

let t: TestApp;
let ours: TestGuild;
let theirs: TestGuild;
beforeAll(async () => {
  t = await testApp();
  ours = await t.guild("ironforge");
  theirs = await t.guild("stormwind");
});
afterAll(() => t.close());

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

test("S2 a key of one guild finds no other guild by any operation", async () => {
  const made = await ours.owner.post("/settings/keys", { name: "k", scopes: ["admin", "query"] });
  for (const { id, method, path } of await guildOperations(t)) {
    const hasBody = /POST|PUT|PATCH/.test(method);
    const ask = (slug: string) =>
      t.request(`/api/g/${slug}${path}`, {
        method,
        headers: {
          ...bearer(made.body.key),
          "x-request-id": "same",
          ...(hasBody && { "content-type": "application/json" }),
        },
        ...(hasBody && { body: "{}" }),
      });
    const there = await statusOf(await ask("stormwind"));
    const nowhere = await statusOf(await ask("nowhere"));
    expect([id, there.status]).toEqual([id, 404]);
    expect(there.text).toBe(nowhere.text.replaceAll("nowhere", "stormwind"));
  }
});

test("S2 a guild's log says that its key was tried elsewhere, and cannot be flooded that way", async () => {
  const rowsOf = async (guild: TestGuild) =>
    (await guild.owner.get("/audit?action=guild.elsewhere")).body.items;
  // Each operation was tried twice just now: on a guild that exists, and on one that does not.
  const rows = await rowsOf(ours);
  const { max } = limits.rates.elsewhere.guild;
  expect(rows).toHaveLength(max);
  expect(rows[0].after).toEqual({ asked: expect.any(String), last: true });
  for (const row of rows.slice(1)) {
    expect(row).toMatchObject({ actorType: "key", actorName: "k" });
    expect(row.after).toEqual({ asked: expect.stringMatching(/^(stormwind|nowhere)$/) });
  }
  expect(await rowsOf(theirs)).toEqual([]);
  t.advance(2 * limits.rates.elsewhere.guild.windowMs);
  const token = await theirs.owner.platform().post("/api/access-tokens", { guild: "stormwind" });
  const headers = bearer(token.body.token);
  expect((await t.request("/api/g/ironforge/standings", { headers })).status).toBe(404);
  expect((await t.request("/api/g/stormwind/standings", { headers })).status).toBe(200);
  expect(await rowsOf(theirs)).toMatchObject([
    { actorType: "user", after: { asked: "ironforge" } },
  ]);
});

test("S3 headers that name another guild are refused or mean nothing", async () => {
  const named = await ours.owner.get("/standings", { "x-guild-id": theirs.id });
  expect([named.status, named.body.type]).toEqual([400, "/problems/guild/ambiguous"]);
  const twice = new Headers(bearer(ours.owner.identity.token));
  twice.append("x-guild-id", "ironforge");
  twice.append("x-guild-id", "stormwind");
  expect((await t.request("/api/g/ironforge/standings", { headers: twice })).status).toBe(400);
  const own = await ours.owner.get("");
  for (const header of ["x-namespace-bin", "x-tenant-id", "x-namespace", "x-original-url"]) {
    const answer = await ours.owner.get("", { [header]: theirs.id });
    expect([header, answer.status, answer.body.id]).toEqual([header, 200, own.body.id]);
  }
});

test("S5 an id in the query or in the body never overrides the one in the path", async () => {
  const mine = (await ours.owner.post("/roster/persons", { name: "Mine" })).body.id;
  const other = (await ours.owner.post("/roster/persons", { name: "Other" })).body.id;
  const changed = await ours.owner.patch(`/roster/persons/${mine}`, { id: other, note: "seen" });
  expect(changed.status).toBe(422);
  const asked = await ours.owner.patch(`/roster/persons/${mine}?id=${other}`, { note: "seen" });
  expect(asked.status).toBe(200);
  expect((await ours.owner.get(`/roster/persons/${other}`)).body.note).not.toBe("seen");
  expect((await ours.owner.get(`/roster/persons/${mine}?guild=stormwind`)).body.name).toBe("Mine");
});

test("S6 a row of another guild is neither paid, linked, claimed nor awarded", async () => {
  const stranger = (await theirs.owner.post("/roster/persons", { name: "Theirs" })).body.id;
  const person = (await ours.owner.post("/roster/persons", { name: "Ours" })).body.id;
  const before = (await ours.owner.get("/dkp/entries")).text;
  const award = { personIds: [person, stranger], points: 5, reason: "x" };
  expect((await ours.owner.post("/dkp/awards", award)).status).toBe(422);
  const link = await ours.owner.put(`/roster/persons/${person}/member`, {
    userId: theirs.owner.userId,
  });
  expect(link.status).toBeGreaterThanOrEqual(400);
  expect(link.status).toBeLessThan(500);
  expect((await ours.owner.get(`/roster/persons/${stranger}`)).status).toBe(404);
  expect((await ours.owner.get("/dkp/entries")).text).toBe(before);
});

test("S11 a job that names no guild of ours is not run", async () => {
  const { jobs, jobRunner, platform, tenants } = t.services;
  const opened = tenants.gauges().opened;
  for (const guildId of [newId<never>(), "" as never, "1" as never, "default" as never]) {
    await jobs.enqueue(guildId, "dkp.decay", SOME_ID);
  }
  await jobRunner.drain();
  expect(tenants.gauges().opened).toBe(opened);
  expect(await platform.db.all("SELECT 1 FROM jobs WHERE subject = ?", SOME_ID)).toEqual([]);
});

describe("what is kept between requests", () => {
  test("S12 S13 no answer about a person may be kept by others, or be confirmed to strangers", async () => {
    const raider = await t.as("raider", ours);
    const paths = guildPageRoutes(t)
      .filter((route) => route.startsWith("GET "))
      .map((route) => filled(route.slice(4)));
    for (const path of paths) {
      const mine = await ours.owner.page(`/g/ironforge${path}`);
      expect([path, mine.headers.get("cache-control")]).toEqual([
        path,
        expect.stringMatching(/private|no-store/),
      ]);
    }
    for (const { method, path } of await guildOperations(t)) {
      if (method !== "GET" || path.endsWith("/events")) continue;
      const mine = await ours.owner.get(path);
      expect([path, mine.headers.get("cache-control")]).toEqual([
        path,
        expect.stringMatching(/private|no-store/),
      ]);
      const etag = mine.headers.get("etag") ?? '"x"';
      const cross = await theirs.owner.get(`/api/g/ironforge${path}`, { "if-none-match": etag });
      expect([path, cross.status]).toEqual([path, 404]);
    }
    expect((await raider.get("/audit", { "if-none-match": "*" })).status).toBe(403);
  });
});

describe("extra fields in a body", () => {
  const more = {
    userId: SOME_ID,
    guildId: SOME_ID,
    role: "owner",
    plan: "premium",
    balance: 1_000_000,
    isAdmin: true,
  };
  const polluted =
    '{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"isAdmin":true}},' +
    '"a.__proto__.isAdmin":true,"name":"x"}';

  test("S14 S49 changes no role, plan or points, in any operation", async () => {
    const before = await facts();
    for (const { id, method, path } of await guildOperations(t)) {
      if (!/POST|PUT|PATCH/.test(method)) continue;
      for (const body of [JSON.stringify(more), polluted]) {
        const { status } = await statusOf(
          await t.request(`/api/g/ironforge${path}`, {
            method,
            body,
            headers: { ...bearer(ours.owner.identity.token), "content-type": "application/json" },
          }),
        );
        expect([id, isFault(status)]).toEqual([id, false]);
      }
    }
    expect(await facts()).toEqual(before);
    expect(({} as Record<string, unknown>)["isAdmin"]).toBeUndefined();
  });

  test("S49 names of the object prototype have no effect in any form", async () => {
    const before = await facts();
    for (const route of guildPageRoutes(t).filter((one) => one.startsWith("POST "))) {
      const { status } = await ours.owner.submit(`/g/ironforge${filled(route.slice(5))}`, {
        "__proto__.isAdmin": "1",
        "constructor.prototype.isAdmin": "1",
        __proto__: "1",
        role: "owner",
        plan: "premium",
      });
      expect([route, isFault(status)]).toEqual([route, false]);
    }
    expect(({} as Record<string, unknown>)["isAdmin"]).toBeUndefined();
    expect(await facts()).toEqual(before);
  });

  async function facts() {
    const { db } = t.services.platform;
    return [
      await db.all("SELECT user_id, role, overrides FROM memberships ORDER BY id"),
      await db.all("SELECT id, plan, owner_id, status FROM guilds ORDER BY id"),
      (await ours.owner.get("/standings")).body,
    ];
  }
});
