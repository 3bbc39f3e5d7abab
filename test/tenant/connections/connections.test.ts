import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { limits } from "../../../src/limits.ts";
import { personalSecretOf } from "../../../src/platform/accounts/secrets/service.ts";
import { secretOf } from "../../../src/tenant/connections/service.ts";
import type { GuildContext } from "../../../src/tenant/context.ts";
import { type TestApp, TestClient, type TestGuild, testApp } from "../../support/app.ts";

const word = (bytes = 24) => randomBytes(bytes).toString("hex");
const webhook = () => `https://discord.com/api/webhooks/12345678/${word()}`;

let t: TestApp;
let ours: TestGuild;
let theirs: TestGuild;
let lines: string[];
beforeAll(async () => {
  lines = [];
  vi.spyOn(process.stdout, "write").mockImplementation((line) => {
    lines.push(String(line));
    return true;
  });
  t = await testApp({ LOG_LEVEL: "debug" });
  ours = await t.guild("sealed");
  theirs = await t.guild("other");
});
afterAll(async () => {
  vi.restoreAllMocks();
  await t.close();
});

const at = (kind: string) => `/settings/connections/${kind}`;

/** The secret as a job of the guild reads it. */
async function readBy(of: TestGuild, kind: Parameters<typeof secretOf>[2]) {
  const guild = (await t.services.platform.guild(of.id))!;
  return await t.services.tenants.use(guild, (db) =>
    secretOf({ guild, db } as GuildContext, t.services.envelopes, kind),
  );
}

async function inGuild(of: TestGuild, sql: string, ...args: string[]) {
  const guild = (await t.services.platform.guild(of.id))!;
  return await t.services.tenants.use(guild, (db) => db.client.execute({ sql, args }));
}

describe("a guild's connection", () => {
  test("is set, replaced and removed; a reader sees when, by whom and its last characters, no more", async () => {
    const [first, second] = [word(), word()];
    expect((await ours.owner.put(at("discord-bot"), { value: first })).status).toBe(422);
    const bot = first + second;
    expect((await ours.owner.put(at("discord-bot"), { value: bot })).status).toBe(204);
    const { items } = (await ours.owner.get("/settings/connections")).body;
    const name = ours.owner.identity.email.split("@")[0];
    expect(items).toEqual([
      {
        kind: "discord-bot",
        account: null,
        hint: bot.slice(-4),
        setBy: name,
        setAt: t.now().getTime(),
      },
    ]);
    expect(await readBy(ours, "discord-bot")).toEqual({ account: null, value: bot });
    const next = second + first;
    expect((await ours.owner.put(at("discord-bot"), { value: next })).status).toBe(204);
    expect(await readBy(ours, "discord-bot")).toMatchObject({ value: next });
    expect((await ours.owner.delete(at("discord-bot"))).status).toBe(204);
    expect((await ours.owner.delete(at("discord-bot"))).status).toBe(404);
    expect(await readBy(ours, "discord-bot")).toBeUndefined();
    const audit = (await ours.owner.get("/audit")).body.items as { action: string }[];
    const actions = audit.slice(0, 3).map(({ action }) => action);
    expect(actions).toEqual(["connection.remove", "connection.set", "connection.set"]);
  });

  test("shows nothing of a short secret", async () => {
    const body = { account: "client-1", value: "nineteencharacters!" };
    expect((await ours.owner.put(at("blizzard"), body)).status).toBe(204);
    const { items } = (await ours.owner.get("/settings/connections")).body;
    expect(items[0]).toMatchObject({ kind: "blizzard", account: "client-1", hint: "" });
    await ours.owner.delete(at("blizzard"));
  });

  test.each([
    ["blizzard", { value: "a".repeat(32) }],
    ["blizzard", { account: "../x", value: "a".repeat(32) }],
    ["discord-webhook", { value: "https://evil.test/api/webhooks/1/abc" }],
    ["discord-webhook", { value: "https://discord.com.evil.test/api/webhooks/1/abc" }],
    ["discord-webhook", { value: "https://discord.com@evil.test/api/webhooks/1/abc" }],
    ["discord-webhook", { value: "http://discord.com/api/webhooks/1/abc" }],
    ["webhook", { value: "http://example.org/hook" }],
    ["webhook", { value: "https://user:pass@example.org/hook" }],
    ["webhook", { value: "javascript:alert(1)" }],
    ["webhook", { value: "https://example.org/a b" }],
    ["webhook", { value: "https://example.org/", guildId: "x" }],
    ["discord-bot", { account: "x", value: "a".repeat(60) }],
    ["nothing", { value: "a".repeat(60) }],
  ])("refuses for %s: %j, and keeps nothing", async (kind, body) => {
    expect((await ours.owner.put(at(kind), body)).status).toBe(422);
    expect((await ours.owner.get("/settings/connections")).body.items).toEqual([]);
  });

  test("is for owners and admins with a recent password check, and for no program", async () => {
    const body = { value: webhook() };
    const officer = await t.as("officer", ours);
    const admin = await t.as("admin", ours);
    expect((await officer.put(at("webhook"), body)).status).toBe(403);
    expect((await officer.get("/settings/connections")).status).toBe(403);
    const made = await ours.owner.post("/settings/keys", { name: "k", scopes: ["admin"] });
    const asKey = new TestClient(
      t.request,
      { ...ours.owner.identity, token: made.body.key },
      "/api/g/sealed",
    );
    expect((await asKey.get("/settings/connections")).status).toBe(403);
    expect((await asKey.put(at("webhook"), body)).status).toBe(403);
    t.advance(limits.session.reauthMs);
    const late = await admin.put(at("webhook"), body);
    expect([late.status, late.body.type]).toEqual([403, "/problems/auth/proof-required"]);
    expect((await admin.delete(at("webhook"))).body.type).toBe("/problems/auth/proof-required");
    const form = { "webhook-value": body.value };
    const asked = await admin.submit("/g/sealed/settings/connections/webhook", form);
    expect(asked.headers.get("location")).toBe(
      "/account/proof?next=%2Fg%2Fsealed%2Fsettings%2Fconnections",
    );
    for (const person of [admin, ours.owner, theirs.owner]) {
      const { password } = person.identity;
      await new TestClient(t.request, person.identity).post("/api/session/proof", { password });
    }
    expect((await admin.put(at("webhook"), body)).status).toBe(204);
    await admin.delete(at("webhook"));
  });

  test("is set by a form that never shows the secret again, also when it was refused", async () => {
    const page = "/g/sealed/settings/connections";
    const bad = `not-a-webhook-${word()}`;
    const refused = await ours.owner.submit(`${page}/discord-webhook`, {
      "discord-webhook-value": bad,
    });
    expect(refused.status).toBe(422);
    expect(refused.text).not.toContain(bad);
    expect(refused.text).toContain('href="#discord-webhook-value"');
    const value = webhook();
    const saved = await ours.owner.submit(`${page}/discord-webhook`, {
      "discord-webhook-value": value,
    });
    expect(saved.headers.get("location")).toBe(`${page}?done=saved`);
    const shown = await ours.owner.page(page);
    expect(shown.text).toContain(`••••${value.slice(-4)}`);
    expect(shown.text).not.toContain(value.slice(0, -4));
    expect(shown.headers.get("cache-control")).toBe("no-store");
    const removed = await ours.owner.submit(`${page}/discord-webhook/removal`, {});
    expect(removed.headers.get("location")).toBe(`${page}?done=removed`);
  });
});

describe("S54 a sealed secret that was moved in the database", () => {
  const unreadable = { code: "secrets/unreadable" };

  test("to another guild does not open there", async () => {
    await ours.owner.put(at("webhook"), { value: webhook() });
    await theirs.owner.put(at("webhook"), { value: webhook() });
    const { rows } = await inGuild(ours, "SELECT id, sealed FROM secrets WHERE kind = 'webhook'");
    const [id, sealed] = rows[0] as unknown as [string, string];
    await inGuild(theirs, "UPDATE secrets SET id = ?, sealed = ?", id, sealed);
    await expect(readBy(theirs, "webhook")).rejects.toMatchObject(unreadable);
    expect(await readBy(ours, "webhook")).toBeDefined();
  });

  test("to another row, or back from an earlier day, does not open", async () => {
    const old = await inGuild(ours, "SELECT sealed FROM secrets WHERE kind = 'webhook'");
    await ours.owner.put(at("webhook"), { value: webhook() });
    await ours.owner.put(at("discord-webhook"), { value: webhook() });
    const [sealed] = old.rows[0] as unknown as [string];
    for (const kind of ["webhook", "discord-webhook"] as const) {
      await inGuild(ours, "UPDATE secrets SET sealed = ? WHERE kind = ?", sealed, kind);
      await expect(readBy(ours, kind)).rejects.toMatchObject(unreadable);
    }
    await ours.owner.delete(at("webhook"));
    await ours.owner.delete(at("discord-webhook"));
  });

  test("to another person does not open either, nor from a guild to a person", async () => {
    const [one, other] = [await t.signUp(), await t.signUp()];
    const { platform, envelopes } = t.services;
    const value = webhook();
    for (const person of [one, other]) {
      const path = "/api/account/connections/discord-webhook";
      expect((await person.put(path, { value })).status).toBe(204);
    }
    const readAs = (person: TestClient) =>
      personalSecretOf(platform, envelopes, person.userId, "discord-webhook");
    expect(await readAs(one)).toEqual({ account: null, value });
    const move = (sql: string, ...args: string[]) => platform.db.client.execute({ sql, args });
    await move(
      `UPDATE user_secrets SET (id, sealed) =
         (SELECT id || '', sealed FROM user_secrets WHERE user_id = ?) WHERE user_id = ?`,
      one.userId,
      other.userId,
    );
    await expect(readAs(other)).rejects.toMatchObject(unreadable);
    await ours.owner.put(at("webhook"), { value });
    const { rows } = await inGuild(ours, "SELECT id, sealed FROM secrets WHERE kind = 'webhook'");
    const [id, sealed] = rows[0] as unknown as [string, string];
    await move(
      "UPDATE user_secrets SET id = ?, sealed = ? WHERE user_id = ?",
      id,
      sealed,
      other.userId,
    );
    await expect(readAs(other)).rejects.toMatchObject(unreadable);
    expect(await readAs(one)).toEqual({ account: null, value });
  });
});

test("a person's own connections are theirs alone, by API and by form", async () => {
  const person = await t.signUp();
  const value = word();
  const saved = await person.submit("/account/connections/blizzard", {
    "blizzard-account": "my-client",
    "blizzard-value": value,
  });
  expect(saved.headers.get("location")).toBe("/account/connections?done=saved");
  const page = await person.page("/account/connections");
  expect(page.text).toContain(`••••${value.slice(-4)}`);
  expect(page.text).not.toContain(value);
  const { items } = (await person.get("/api/account/connections")).body;
  expect(items).toMatchObject([{ kind: "blizzard", account: "my-client" }]);
  const stranger = await t.signUp();
  expect((await stranger.get("/api/account/connections")).body.items).toEqual([]);
  expect((await t.anonymous.get("/api/account/connections")).status).toBe(401);
  expect((await t.anonymous.page("/account/connections")).status).toBe(303);
  const bot = { value: word(40) };
  expect((await person.put("/api/account/connections/discord-bot", bot)).status).toBe(422);
  t.advance(limits.session.reauthMs);
  const late = await person.submit("/account/connections/blizzard/removal", {});
  expect(late.headers.get("location")).toBe("/account/proof?next=%2Faccount%2Fconnections");
  t.advance(-limits.session.reauthMs);
  expect((await person.delete("/api/account/connections/blizzard")).status).toBe(204);
});

test("S55 no file, log line or answer holds a secret, however it was sent", async () => {
  const values = [webhook(), word(), `https://hooks.example.org/${word()}`, word(), word(40)];
  const [channel, client, hook, own, bot] = values as [string, string, string, string, string];
  const answers = [
    await ours.owner.put(at("discord-webhook"), { value: channel }, { "idempotency-key": word() }),
    await ours.owner.submit("/g/sealed/settings/connections/warcraftlogs", {
      "warcraftlogs-account": "wcl",
      "warcraftlogs-value": client,
    }),
    await ours.owner.put(at("webhook"), { value: hook }),
    await ours.owner.submit("/account/connections/blizzard", {
      "blizzard-account": "mine",
      "blizzard-value": own,
    }),
    await ours.owner.put(at("discord-bot"), { value: bot, extra: 1 }),
    await ours.owner.get("/settings/connections"),
    await ours.owner.get("/audit"),
    await ours.owner.page("/g/sealed/settings/connections"),
    await ours.owner.page("/g/sealed/audit"),
  ];
  expect(answers.map(({ status }) => status)).toEqual([
    204, 303, 204, 303, 422, 200, 200, 200, 200,
  ]);
  // The contents of a dump, in any usual encoding. The last four characters may be visible.
  const spellings = values
    .map((value) => value.slice(-40, -4))
    .flatMap((text) => [text, Buffer.from(text).toString("hex"), encodeURIComponent(text)]);
  const keys = t.env["SECRETS_KEYS"]!.split(":")[1]!;
  const wanted = [...spellings, keys, Buffer.from(keys, "base64").toString("hex")];
  const holds = (bytes: Buffer) => wanted.filter((text) => bytes.includes(text));
  const stored = await t.storedBytes();
  expect(stored).toContain(ours.slug);
  expect(holds(Buffer.from(stored, "latin1"))).toEqual([]);
  expect(lines.length).toBeGreaterThan(5);
  expect(holds(Buffer.from(lines.join("")))).toEqual([]);
  for (const { text, headers } of answers) {
    expect(holds(Buffer.from(text + JSON.stringify([...headers])))).toEqual([]);
  }
});

test("an instance without keys says who can change that, and stores nothing", async () => {
  await using bare = await testApp({ SECRETS_KEYS: "" });
  const guild = await bare.guild("bare");
  const answer = await guild.owner.put(at("webhook"), { value: webhook() });
  expect([answer.status, answer.body.type]).toEqual([503, "/problems/secrets/not-configured"]);
  expect((await guild.owner.get("/settings/connections")).body.items).toEqual([]);
});
