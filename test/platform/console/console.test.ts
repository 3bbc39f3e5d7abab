import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { limits } from "../../../src/limits.ts";
import { type TestApp, type TestClient, type TestGuild, testApp } from "../../support/app.ts";
import { anOperator } from "./support.ts";

let t: TestApp;
let guild: TestGuild;
let operator: TestClient;
beforeAll(async () => {
  t = await testApp();
  guild = await t.guild("iron-vow");
  await t.guild("quiet-vow");
  operator = await anOperator(t, ["guilds", "audit"], "olga");
});
afterAll(() => t.close());

describe("an operator", () => {
  test("sees how many guilds are in which state, at which schema", async () => {
    const { body } = await operator.get("/api/operator/overview");
    expect(body.guilds).toEqual([
      { status: "ready", schemaVersion: expect.any(Number), guilds: 2 },
    ]);
    expect(body).toMatchObject({ users: 3, signedInToday: 3, jobsFailing: 0 });
    const { text } = await operator.page("/operator");
    expect(text).toContain("Guilds by status and schema");
  });

  test("finds a guild by a part of its name, by address, by id and by state", async () => {
    for (const query of ["search=Iron", "search=iron-vow", `search=${guild.id}`]) {
      const { body } = await operator.get(`/api/operator/guilds?${query}`);
      expect([query, body.items.map((one: { slug: string }) => one.slug)]).toEqual([
        query,
        ["iron-vow"],
      ]);
    }
    const first = await operator.get("/api/operator/guilds?limit=1");
    const second = await operator.get(`/api/operator/guilds?limit=1&cursor=${first.body.next}`);
    expect([first.body.items[0].slug, second.body.items[0].slug]).toEqual([
      "iron-vow",
      "quiet-vow",
    ]);
    expect(second.body.next).toBeUndefined();
    expect((await operator.get("/api/operator/guilds?status=failed")).body.items).toEqual([]);
    expect((await operator.page("/operator/guilds?search=quiet")).text).toContain("quiet-vow");
  });

  test("sees a guild's state, host, plan and members, and nothing of its database", async () => {
    const { body, text } = await operator.get(`/api/operator/guilds/${guild.id}`);
    expect(body).toMatchObject({
      slug: "iron-vow",
      status: "ready",
      plan: "free",
      usage: { members: { used: 1, limit: 30 } },
      members: [{ role: "owner", email: guild.owner.identity.email }],
    });
    expect(text).not.toContain(t.dir);
    const page = await operator.page(`/operator/guilds/${guild.id}`);
    expect(page.text).toContain("1 / 30");
    expect((await operator.page("/operator/guilds/not-an-id")).status).toBe(404);
  });

  test("closes a guild with a reason that its members read, and opens it again", async () => {
    const address = `/operator/guilds/${guild.id}`;
    const empty = await operator.submit(`${address}/suspension`, { reason: " " });
    expect([empty.status, empty.text.includes("Enter a reason.")]).toEqual([422, true]);
    const sent = await operator.submit(`${address}/suspension`, { reason: "Under review" });
    expect([sent.status, sent.headers.get("location")]).toEqual([303, `${address}?done=saved`]);
    const closed = await guild.owner.get("/standings");
    expect([closed.status, closed.body.detail]).toEqual([
      503,
      "This guild is suspended: Under review",
    ]);
    const again = await operator.put(`/api/operator/guilds/${guild.id}/suspension`, {
      reason: "Twice",
    });
    expect([again.status, again.body.type]).toEqual([409, "/problems/guild/status-changed"]);
    expect((await operator.delete(`/api/operator/guilds/${guild.id}/suspension`)).status).toBe(204);
    expect((await guild.owner.get("/standings")).status).toBe(200);
  });

  test("reads in the platform's log who did what, filtered by who, what and where", async () => {
    const { body } = await operator.get("/api/operator/audit?action=guild.suspend&guild=iron-vow");
    expect(body.items).toEqual([
      expect.objectContaining({
        actorName: "olga",
        actorId: operator.userId,
        action: "guild.suspend",
        guildSlug: "iron-vow",
        after: { reason: "Under review" },
      }),
    ]);
    const mine = await operator.get("/api/operator/audit?actor=olga&limit=1");
    expect(mine.body.items).toHaveLength(1);
    expect(mine.body.next).toBeDefined();
    const since = t.now().getTime() + 1;
    expect((await operator.get(`/api/operator/audit?since=${since}`)).body.items).toEqual([]);
    const page = await operator.page("/operator/audit?action=guild.suspend");
    expect(page.text).toContain("Under review");
  });

  test("reads the console in Spanish", async () => {
    const spanish = { "accept-language": "es" };
    for (const path of ["", "/guilds", `/guilds/${guild.id}`, "/audit"]) {
      const { status, text } = await operator.page(`/operator${path}`, spanish);
      expect([path, status, text.includes("Consola de operadores")]).toEqual([path, 200, true]);
    }
  });

  test("has to enter the password before the forms are shown", async () => {
    const address = `/operator/guilds/${guild.id}`;
    expect((await operator.page(address)).text).toContain(`${address}/suspension`);
    t.advance(limits.session.reauthMs);
    const { text } = await operator.page(address);
    expect(text).not.toContain(`${address}/suspension`);
    expect(text).toContain(`/account/proof?next=${encodeURIComponent(address)}`);
  });
});
