import { afterAll, beforeAll, expect, test } from "vitest";
import { ROLES } from "../../src/kernel/permissions.ts";
import { permissionsOfScopes } from "../../src/platform/keys/lookup.ts";
import { KEY_SCOPES } from "../../src/platform/keys/schema.ts";
import { NEEDS } from "../permissions.ts";
import { type TestApp, type TestClient, type TestGuild, testApp } from "../support/app.ts";
import { PAGES } from "./pages.ts";
import {
  filled,
  guildOperations,
  guildPageRoutes,
  isFault,
  type Operation,
  statusOf,
} from "./support.ts";

let t: TestApp;
let guild: TestGuild;
let operations: readonly Operation[];
beforeAll(async () => {
  t = await testApp();
  guild = await t.guild("ironforge");
  operations = await guildOperations(t);
});
afterAll(() => t.close());

async function send({ method, path }: Operation, token: string, slug = "ironforge") {
  const hasBody = /POST|PUT|PATCH/.test(method);
  const response = await t.request(`/api/g/${slug}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(hasBody && { "content-type": "application/json" }),
    },
    ...(hasBody && { body: "{}" }),
  });
  return await statusOf(response);
}

test.each(KEY_SCOPES.map((scope) => [scope] as const))(
  "S1 a key with the scope %s may do what its scope says in every operation, and nothing else",
  async (scope) => {
    const made = await guild.owner.post("/settings/keys", { name: scope, scopes: [scope] });
    const allowed = permissionsOfScopes([scope]);
    for (const operation of operations) {
      const { status, text } = await send(operation, made.body.key);
      const isRefused = status === 403 && text.includes("/problems/guild/forbidden");
      const needed = NEEDS[operation.id]!;
      expect([operation.id, isRefused]).toEqual([operation.id, !allowed.has(needed)]);
      expect([operation.id, status]).not.toEqual([operation.id, 500]);
    }
    await guild.owner.delete(`/settings/keys/${made.body.id}`);
    for (const operation of operations) {
      const { status } = await send(operation, made.body.key);
      expect([operation.id, status]).toEqual([operation.id, 401]);
    }
  },
);

test("S1 S18 every operation is refused once the session has ended", async () => {
  const member = await t.as("admin", guild);
  const { token } = member.identity;
  await t.request("/api/session", {
    method: "DELETE",
    headers: { authorization: `Bearer ${token}` },
  });
  for (const operation of operations) {
    const { status } = await send(operation, token);
    expect([operation.id, status]).toEqual([operation.id, 401]);
  }
});

test("S1 a suspended guild serves no member, and does not exist for a stranger", async () => {
  const closed = await t.guild("closed-hall");
  const made = await closed.owner.post("/settings/keys", { name: "k", scopes: ["admin"] });
  const stranger = await t.signUp();
  await t.services.platform.db.client.execute({
    sql: "UPDATE guilds SET status = 'suspended' WHERE id = ?",
    args: [closed.id],
  });
  for (const operation of operations) {
    const statuses = [closed.owner.identity.token, made.body.key, stranger.identity.token].map(
      async (token) => (await send(operation, token, "closed-hall")).status,
    );
    expect([operation.id, ...(await Promise.all(statuses))]).toEqual([operation.id, 503, 503, 404]);
  }
});

test("S1 every page and form opens from the role in the table on, and for no lower role", async () => {
  const found: Record<string, string> = {};
  const members = new Map<string, TestClient>();
  for (const role of ROLES) members.set(role, await t.as(role, guild));
  // Leaving ends the membership that the later routes need.
  const leavingLast = (a: string, b: string) => Number(isLeaving(a)) - Number(isLeaving(b));
  for (const route of [...guildPageRoutes(t)].sort(leavingLast)) {
    const [method, path] = route.split(" ") as [string, string];
    const url = `/g/ironforge${filled(path)}`;
    const nobody =
      method === "GET" ? await t.anonymous.page(url) : await t.anonymous.submit(url, {});
    expect([route, nobody.status]).toEqual([route, 404]);
    const allowed: string[] = [];
    for (const [role, client] of members) {
      const { status } = method === "GET" ? await client.page(url) : await client.submit(url, {});
      expect([route, role, isFault(status)]).toEqual([route, role, false]);
      if (status !== 403) allowed.push(role);
    }
    expect([route, allowed]).toEqual([route, ROLES.slice(0, allowed.length)]);
    found[route] = allowed.at(-1) ?? "nobody";
  }
  expect(found).toEqual(PAGES);
}, 120_000);

const isLeaving = (route: string) => route === "POST /members/leave";
