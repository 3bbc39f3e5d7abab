import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestApp, type TestClient, type TestGuild, testApp } from "../../support/app.ts";
import { MINUTE_MS } from "./support.ts";

let t: TestApp;
let guild: TestGuild;
let member: TestClient;
beforeAll(async () => {
  t = await testApp();
  guild = await t.guild("ironforge");
  member = await t.signUp("copied");
  await t.join(member.userId, guild, "raider");
});
afterAll(() => t.close());

const button = async (person: TestClient) => {
  const { email, password } = person.identity;
  const headers = { origin: "http://localhost" };
  const body = new URLSearchParams({ email, password });
  const signedIn = await t.request("/sign-in", { method: "POST", body, headers });
  const cookie = signedIn.headers
    .getSetCookie()
    .map((line) => line.split(";", 1)[0]!)
    .join("; ");
  const press = () => {
    const form = new URLSearchParams();
    return t.request("/account/copy", {
      method: "POST",
      body: form,
      headers: { ...headers, cookie },
    });
  };
  return { cookie, press };
};

test("a person gets account, sessions, memberships, characters and own audit rows", async () => {
  const { client } = t.services.platform.db;
  const row = await t.services.platform.guild(guild.id);
  await t.services.tenants.use(row!, async (db) => {
    await db.client.batch(
      [
        {
          sql: `insert into persons (id, name, name_key, user_id, created_at, updated_at, officer_note)
       values ('p-own', 'Copied', 'copied', '${member.userId}', 1, 1, 'for officers only')`,
          args: [],
        },
        {
          sql: `insert into persons (id, name, name_key, created_at, updated_at)
       values ('p-other', 'Other', 'other', 1, 1)`,
          args: [],
        },
        {
          sql: `insert into characters (id, person_id, name, name_key, class, is_main, created_at)
       values ('c-own', 'p-own', 'Copychar', 'copychar', 'mage', 1, 1),
              ('c-other', 'p-other', 'Otherchar', 'otherchar', 'mage', 1, 1)`,
          args: [],
        },
      ],
      "write",
    );
  });
  const { status, body, text } = await member.post("/api/account/copy", {});
  expect(status).toBe(200);
  expect(body.account).toMatchObject({ id: member.userId, email: member.identity.email });
  expect(body.sessions).toHaveLength(1);
  expect(body.guilds).toMatchObject([
    {
      slug: "ironforge",
      membership: { role: "raider" },
      held: { person: { id: "p-own" }, characters: [{ name: "Copychar", isMain: true }] },
    },
  ]);
  const actions = (body.audit as { action: string }[]).map(({ action }) => action);
  expect(actions).toContain("user.copy-data");
  expect(actions).toContain("session.begin");
  const { rows } = await client.execute({
    sql: `select password_hash as secret from users where id = ?1
          union all select token_hash from sessions where user_id = ?1`,
    args: [member.userId],
  });
  const hidden = [
    ...rows.map(([secret]) => String(secret)),
    member.identity.token,
    ...["p-other", "Otherchar", "for officers only"],
    ...[guild.owner.identity.email, guild.owner.userId],
  ];
  for (const one of hidden) expect(text).not.toContain(one);
});

test("a guild whose database cannot be read is named, and the rest of the copy arrives", async () => {
  const set = (status: string) =>
    t.services.platform.db.client.execute({
      sql: "update guilds set status = ? where id = ?",
      args: [status, guild.id],
    });
  await set("suspended");
  const { status, body } = await member.post("/api/account/copy", {});
  await set("ready");
  expect([status, body.guilds[0].slug, body.guilds[0].held]).toEqual([200, "ironforge", null]);
});

test("strangers, access tokens and sessions of a guild's domain get no copy", async () => {
  expect((await t.anonymous.post("/api/account/copy", {})).status).toBe(401);
  const made = await member.post("/api/access-tokens", { guild: "ironforge" });
  const authorization = `Bearer ${made.body.token}`;
  const byToken = await t.anonymous.post("/api/account/copy", {}, { authorization });
  expect(byToken.status).toBe(403);
  const visitor = await t.signUp();
  await t.services.platform.db.client.execute({
    sql: "update sessions set guild_id = ? where user_id = ?",
    args: [guild.id, visitor.userId],
  });
  const atDomain = await visitor.post("/api/account/copy", {});
  expect([401, 403]).toContain(atDomain.status);
});

test("the account page saves a file, and asks for a sign-in when the last one is old", async () => {
  const { cookie, press } = await button(member);
  const page = await t.request("/account", { headers: { cookie } });
  expect(await page.text()).toContain("Download my data");
  const es = await t.request("/account", { headers: { cookie, "accept-language": "es" } });
  expect(await es.text()).toContain("Descargar mis datos");
  const file = await press();
  expect(file.headers.get("content-disposition")).toContain("guildhall-account.json");
  expect(file.headers.get("cache-control")).toBe("no-store");
  expect(((await file.json()) as { account: { id: string } }).account.id).toBe(member.userId);
  t.advance(11 * MINUTE_MS);
  const late = await press();
  expect([late.status, late.headers.get("location")]).toEqual([
    303,
    "/account/proof?next=%2Faccount",
  ]);
  const api = await member.post("/api/account/copy", {});
  expect([api.status, api.body.type]).toEqual([403, "/problems/auth/proof-required"]);
});
