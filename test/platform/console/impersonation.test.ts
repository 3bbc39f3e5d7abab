import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { limits } from "../../../src/limits.ts";
import { addOperator, removeOperator } from "../../../src/platform/console/service.ts";
import { type TestApp, TestClient, type TestGuild, testApp } from "../../support/app.ts";
import { anOperator, machine } from "./support.ts";

const REASON = "Ticket 4711: cannot see the raid";

let t: TestApp;
let guild: TestGuild;
beforeAll(async () => {
  t = await testApp();
  guild = await t.guild("iron-vow");
});
afterAll(() => t.close());

let operators = 0;

/** An operator who acts as a user, identified by the session's token. */
async function actingAs(target: TestClient) {
  const who = `olga-${operators++}`;
  const operator = await anOperator(t, ["impersonate", "audit"], who);
  const { email, userId } = target.identity;
  const begun = await operator.post("/api/operator/impersonations", { email, reason: REASON });
  expect(begun.status).toBe(201);
  const identity = { ...target.identity, userId, token: begun.body.token as string };
  return { who, operator, acting: new TestClient(t.request, identity) };
}

const name = (client: TestClient) => client.identity.email.split("@")[0]!;
const auditRows = async () => (await guild.owner.get("/audit")).body.items;

describe("S63 acting as a user", () => {
  test("needs a reason, the right to do it, and an account that is no operator's", async () => {
    const operator = await anOperator(t, ["impersonate"]);
    const other = await anOperator(t, ["audit"]);
    const begin = (client: TestClient, email: string, reason?: string) =>
      client.post("/api/operator/impersonations", { email, ...(reason && { reason }) });
    const { email } = guild.owner.identity;
    expect((await begin(operator, email)).status).toBe(422);
    expect((await begin(operator, email, "    no ")).status).toBe(422);
    expect((await begin(other, email, REASON)).status).toBe(403);
    for (const { identity } of [other, operator]) {
      expect((await begin(operator, identity.email, REASON)).body.type).toBe(
        "/problems/operator/is-operator",
      );
    }
    expect((await begin(operator, "nobody@example.test", REASON)).status).toBe(404);
  });

  test("shows what the person sees, under a banner on every page with the way back", async () => {
    const { acting, who } = await actingAs(guild.owner);
    for (const path of ["/", "/guilds", "/g/iron-vow", "/g/iron-vow/settings", "/account", "/x"]) {
      const { text } = await acting.page(path);
      expect([path, text.includes(`${who}, you are viewing as ${name(guild.owner)}.`)]).toEqual([
        path,
        true,
      ]);
      expect([path, text.includes('action="/impersonation/end"')]).toEqual([path, true]);
    }
    expect((await guild.owner.page("/guilds")).text).not.toContain("/impersonation/end");
    expect((await acting.page("/guilds", { "accept-language": "es" })).text).toContain(
      "ves Guildhall como",
    );
  });

  test("is recorded in each guild's own log before anything is shown, once, with the reason", async () => {
    const { acting, who } = await actingAs(guild.owner);
    await acting.page("/g/iron-vow");
    await acting.page("/g/iron-vow/members");
    const actor = `operator ${who} as ${name(guild.owner)}`;
    const rows = (await auditRows()).filter(
      ({ action }: { action: string }) => action === "operator.enter",
    );
    const newest = rows[0]!;
    expect(newest).toMatchObject({ actorType: "operator", actorName: actor });
    expect(newest["after"]).toEqual({ reason: REASON });
    expect(
      rows.filter(({ subject }: { subject: string }) => subject === newest["subject"]),
    ).toHaveLength(1);
    const added = await acting.within("iron-vow").post("/roster/persons", { name: "Anvil" });
    expect(added.status).toBe(201);
    const [row] = await auditRows();
    expect(row).toMatchObject({ actorType: "operator", actorName: actor });
  });

  test("is recorded in the platform's log: begin and end name the operator, the end both people", async () => {
    const { operator, acting, who } = await actingAs(guild.owner);
    const change = { description: "Seen by support" };
    expect((await acting.within("iron-vow").patch("/settings", change)).status).toBe(403);
    expect((await acting.delete("/api/impersonation")).status).toBe(204);
    const { body } = await operator.get(`/api/operator/audit?actor=${who}&limit=20`);
    const rows = body.items.map((one: { action: string; actorName: string }) => [
      one.action,
      one.actorName,
    ]);
    const both = `operator ${who} as ${name(guild.owner)}`;
    expect(rows.slice(0, 2)).toEqual([
      ["impersonation.end", both],
      ["impersonation.begin", who],
    ]);
    expect(body.items[1].after).toMatchObject({ reason: REASON });
    const list = await operator.get("/api/operator/impersonations?limit=1");
    expect(list.body.items[0]).toMatchObject({
      operatorName: who,
      userEmail: guild.owner.identity.email,
      reason: REASON,
      guilds: "iron-vow",
      endedAt: expect.any(Number),
    });
  });

  test("cannot change what is the person's or the guild's: passwords, secrets, roles, ownership", async () => {
    const { acting } = await actingAs(guild.owner);
    const { body } = await t.anonymous.get("/api/openapi.json");
    const refused: unknown[] = [];
    for (const [path, item] of Object.entries(body.paths as Record<string, object>)) {
      for (const [method, operation] of Object.entries(item) as [
        string,
        { operationId: string; tags?: string[]; security?: [] },
      ][]) {
        if (!operation.tags?.includes("Accounts") || operation.security) continue;
        if (["whoAmI", "signOut"].includes(operation.operationId)) continue;
        const given = path.includes("{kind}")
          ? { account: "client", value: "a secret of somebody else" }
          : {};
        const body = /post|put|patch/.test(method) ? given : undefined;
        const to = path.replace("{provider}", "discord").replace("{kind}", "warcraftlogs");
        const answer = await acting.send(method.toUpperCase(), to, body, {});
        expect([operation.operationId, answer.body.type]).toEqual([
          operation.operationId,
          "/problems/operator/impersonating",
        ]);
        refused.push(operation.operationId);
      }
    }
    expect(refused.length).toBeGreaterThan(8);
    const own = acting.within("iron-vow");
    const member = await t.as("raider", guild);
    const made = await guild.owner.post("/settings/keys", { name: "k", scopes: ["query"] });
    const founding = { name: "Other", realm: "Area 52", region: "eu", faction: "horde" };
    for (const answer of [
      await own.post("/members/ownership", { userId: member.userId }),
      await own.post("/settings/keys", { name: "mine", scopes: ["admin"] }),
      await own.post(`/settings/keys/${made.body.id}/rotations`),
      await own.delete(`/settings/keys/${made.body.id}`),
      await own.post("/members/invitations", { role: "admin" }),
      await own.patch(`/members/${member.userId}`, { role: "officer" }),
      await own.patch(`/members/${member.userId}`, { overrides: { "keys.manage": true } }),
      await own.delete(`/members/${member.userId}`),
      await own.put("/settings/connections/webhook", { value: "https://hooks.example.org/x" }),
      await own.delete("/settings/connections/webhook"),
      await own.post("/settings/export"),
      await own.post("/settings/deletion", { name: "Guild iron-vow" }),
      await acting.post("/api/guilds", founding),
    ]) {
      expect([answer.status, answer.body.type]).toEqual([403, "/problems/operator/impersonating"]);
    }
    const form = `/g/iron-vow/members/${member.userId}/role`;
    expect((await acting.submit(form, { role: "officer" })).status).toBe(403);
    const { items } = (await guild.owner.get("/members")).body;
    const { userId } = member;
    expect(items).toContainEqual(expect.objectContaining({ userId, role: "raider" }));
  });

  test("gives no access to the operators' console", async () => {
    const { acting } = await actingAs(guild.owner);
    expect((await acting.get("/api/operator/overview")).status).toBe(404);
    expect((await acting.page("/operator")).status).toBe(404);
  });

  test("ends after half an hour, however much is done", async () => {
    const { acting } = await actingAs(guild.owner);
    t.advance(limits.operators.impersonationMs - 1_000);
    expect((await acting.get("/api/g/iron-vow/standings")).status).toBe(200);
    t.advance(1_000);
    expect((await acting.get("/api/g/iron-vow/standings")).status).toBe(401);
  });

  test("ends when the right is revoked, and with the operator's own session", async () => {
    const standings = "/api/g/iron-vow/standings";
    const { operator, acting } = await actingAs(guild.owner);
    await addOperator(machine(t), { email: operator.identity.email, areas: ["audit"] });
    expect((await acting.get(standings)).status).toBe(401);
    const removed = await actingAs(guild.owner);
    await removeOperator(machine(t), removed.operator.identity.email);
    expect((await removed.acting.get(standings)).status).toBe(401);
    const gone = await actingAs(guild.owner);
    await gone.operator.delete("/api/session");
    expect((await gone.acting.get(standings)).status).toBe(401);
  });

  test("in the browser saves and restores the operator's own session, and signing out ends both", async () => {
    const operator = await anOperator(t);
    const jar = new Map([["guildhall", operator.identity.token]]);
    const send = async (path: string, fields?: Record<string, string>) => {
      const cookie = [...jar].map(([key, value]) => `${key}=${value}`).join("; ");
      const answer = await t.request(path, {
        ...(fields && { method: "POST", body: new URLSearchParams(fields) }),
        headers: { cookie, origin: "http://localhost" },
        redirect: "manual",
      });
      for (const set of answer.headers.getSetCookie()) {
        const [, key, value] = /^([^=]+)=([^;]*)/.exec(set)!;
        expect(set).toMatch(/HttpOnly|Max-Age=0/);
        if (value === "") jar.delete(key!);
        else jar.set(key!, value!);
      }
      return answer;
    };
    const begin = () =>
      send("/operator/impersonations/new", {
        email: guild.owner.identity.email,
        reason: REASON,
      });
    expect((await begin()).status).toBe(303);
    expect(jar.get("guildhall")).not.toBe(operator.identity.token);
    expect(await (await send("/g/iron-vow/settings")).text()).toContain("you are viewing as");
    const marked = jar.get("guildhall")!;
    expect((await send("/impersonation/end", {})).headers.get("location")).toMatch(/^\/operator/);
    expect([...jar]).toEqual([["guildhall", operator.identity.token]]);
    const headers = { authorization: `Bearer ${marked}` };
    expect((await t.request("/api/session", { headers })).status).toBe(401);
    expect((await send("/operator")).status).toBe(200);
    expect((await send("/impersonation/end", {})).status).toBe(404);
    await begin();
    await send("/sign-out", {});
    expect([...jar]).toEqual([]);
    expect((await operator.get("/api/session")).status).toBe(401);
  });
});
