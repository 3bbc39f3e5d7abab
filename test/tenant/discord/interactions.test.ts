import { afterAll, describe, expect, test } from "vitest";
import { interactionKey } from "../../support/discord.ts";
import { discordApp } from "./support.ts";

const app = await discordApp();
const { t, discord, send, type } = app;
afterAll(async () => await app[Symbol.asyncDispose]());

const PING = JSON.stringify({ type: 1 });
const anna = { id: "300000000000000001", name: "anna" };
const borin = { id: "300000000000000002", name: "borin" };
const addressIn = (content: string) => new URL(/https?:\/\/\S+/.exec(content)![0]);

describe("an interaction", () => {
  test("that Discord signed just now is answered", async () => {
    expect(await send(PING)).toEqual({ status: 200, body: { type: 1 } });
  });

  test("that Discord did not sign, or signed for another body or long ago, is refused", async () => {
    const nowMs = t.now().getTime();
    const good = discord.signing.headers(PING, nowMs);
    const refused = [
      { "content-type": "application/json" },
      interactionKey().headers(PING, nowMs),
      discord.signing.headers('{"type":2}', nowMs),
      discord.signing.headers(PING, nowMs - 6 * 60_000),
      discord.signing.headers(PING, nowMs + 6 * 60_000),
      { ...good, "x-signature-timestamp": String(Math.floor(nowMs / 1_000) + 1) },
      { ...good, "x-signature-ed25519": "00" },
    ];
    for (const headers of refused) {
      expect(await send(PING, headers)).toMatchObject({
        status: 401,
        body: { type: "/problems/discord/bad-signature" },
      });
    }
  });

  test("with a huge or an unknown body is refused", async () => {
    const huge = JSON.stringify({ type: 1, filler: "x".repeat(200_000) });
    expect((await send(huge)).status).toBe(413);
    for (const body of ["", "{", "[]", '{"type":9}', '{"type":2}']) {
      expect((await send(body)).status).toBe(400);
    }
  });

  test("is answered as slow work needs it: with a promise, and with the answer later", async () => {
    const { serverId } = await app.connectedGuild("slow", { isPublic: true });
    const { tenants } = t.services;
    const lease = tenants.lease.bind(tenants);
    tenants.lease = async (target) => {
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      return await lease(target);
    };
    const answer = await type(serverId, anna, "standings");
    tenants.lease = lease;
    expect(answer.body).toEqual({ type: 5, data: { flags: 64 } });
    await expect
      .poll(() => discord.answered.get(`token-of.standings-${anna.id}`), { timeout: 10_000 })
      .toMatchObject({
        content: expect.stringContaining("/g/slow/standings"),
        allowed_mentions: { parse: [] },
      });
  });
});

describe("a command", () => {
  test("on a server that no guild proved gets one sentence, even if a guild names it", async () => {
    const { owner } = await t.guild("unproved", { isPublic: true });
    const serverId = app.addServer();
    const discordSettings = { serverId, auditChannelId: null };
    await owner.put("/guild-sync/settings", { discord: discordSettings });
    const answer = await type(serverId, anna, "standings");
    expect(answer.body.data.content).toContain("No guild has connected this server yet");
    expect(answer.body.data.flags).toBe(64);
    expect((await type(undefined, anna, "roster")).body.data.content).toContain("on the server");
  });

  test("shows visitors of a public guild what visitors may see, and strangers of a private one nothing", async () => {
    const open = await app.connectedGuild("open-hall", { isPublic: true });
    const closed = await app.connectedGuild("closed-hall");
    await open.owner.post("/roster/persons", { name: "Annara" });
    await closed.owner.post("/roster/persons", { name: "Hidden" });
    const { content } = (await type(open.serverId, anna, "roster")).body.data;
    expect(content).toContain("Annara");
    expect((await type(open.serverId, anna, "raid")).body.data.content).toContain("Only members");
    for (const command of ["roster", "standings", "raid", "whois"]) {
      const answer = await type(closed.serverId, anna, command, { name: "hid" });
      expect(answer.body.data.content).toContain("Only members of the guild can see this");
      expect(answer.body.data.content).not.toContain("Hidden");
    }
  });

  test("speaks the language of the person's Discord", async () => {
    const { serverId } = await app.connectedGuild("idiomas");
    const answer = await type(serverId, { ...anna, locale: "es-ES" }, "raid");
    expect(answer.body.data.content).toContain("Solo los miembros");
  });

  test("shows names as they are and mentions no one", async () => {
    const { owner, serverId } = await app.connectedGuild("escaped", { isPublic: true });
    await owner.post("/roster/persons", { name: "@everyone *Bold*" });
    const { data } = (await type(serverId, anna, "whois", { name: "bold" })).body;
    expect(data.content).not.toContain("@everyone");
    expect(data.content).toContain("\\*Bold\\*");
    expect(data).toMatchObject({ flags: 64, allowed_mentions: { parse: [] } });
  });
});

describe("/link", () => {
  test("gives an address that binds the account to the member who opens it, once", async () => {
    const guild = await app.connectedGuild("bound");
    const raider = await t.as("raider", guild);
    const other = await t.as("raider", guild);
    const startsAt = t.now().getTime() + 3_600_000;
    const raid = await guild.owner.post("/raids", { name: "Molten Core", startsAt, minutes: 180 });
    expect(raid.status).toBe(201);
    const { content } = (await type(guild.serverId, anna, "link")).body.data;
    const url = addressIn(content);
    const page = await raider.page(`${url.pathname}${url.search}`);
    expect(page.status).toBe(200);
    expect(page.text).toContain("anna");
    const token = url.searchParams.get("token")!;
    const bound = await raider.submit(url.pathname, { token });
    expect(bound.status).toBe(303);
    expect((await other.submit(url.pathname, { token })).status).toBe(409);
    expect((await raider.submit(url.pathname, { token })).status).toBe(400);
    const next = await type(guild.serverId, anna, "raid");
    expect(next.body.data.content).toContain("Molten Core");
    expect(next.body.data.content).toContain("You have not answered yet");
    expect((await type(guild.serverId, anna, "link")).body.data.content).toContain("belongs to");
    const who = await type(guild.serverId, anna, "whois", { member: borin.id });
    expect(who.body.data.content).toContain("not linked");
  });

  test("is worth nothing to visitors, in another guild, and after its time", async () => {
    const guild = await app.connectedGuild("timely", { isPublic: true });
    const elsewhere = await t.guild("elsewhere");
    const stranger = await t.signUp();
    const { content } = (await type(guild.serverId, borin, "link")).body.data;
    const url = addressIn(content);
    const token = url.searchParams.get("token")!;
    expect((await stranger.submit(url.pathname, { token })).status).toBe(404);
    expect((await t.anonymous.page(`${url.pathname}${url.search}`)).status).toBe(401);
    const there = url.pathname.replace("timely", "elsewhere");
    expect((await elsewhere.owner.submit(there, { token })).status).toBe(400);
    expect((await guild.owner.submit(url.pathname, { token: `${token}x` })).status).toBe(400);
  });

  test.each([
    ["manual", 409],
    ["exact_name", 303],
  ] as const)("replaces no link that an officer made (%s)", async (source, status) => {
    const guild = await app.connectedGuild(`decided-${status}`);
    const raider = await t.as("raider", guild);
    const person = await guild.owner.post("/roster/persons", { name: "Someone" });
    await app.linkByOthers(guild, person.body.id, anna.id, source);
    const { content } = (await type(guild.serverId, anna, "link")).body.data;
    const url = addressIn(content);
    const token = url.searchParams.get("token")!;
    expect((await raider.submit(url.pathname, { token })).status).toBe(status);
  });
});

test("a link that others made gives its account no rights", async () => {
  const guild = await app.connectedGuild("claimed");
  const [own] = (await guild.owner.get("/roster")).body.items;
  const person = own ?? (await guild.owner.post("/roster/persons", { name: "Leader" })).body;
  for (const [source, id] of [
    ["manual", "300000000000000008"],
    ["exact_name", "300000000000000009"],
  ] as const) {
    await app.linkByOthers(guild, person.id, id, source).catch(() => undefined);
    const answer = await type(guild.serverId, { id, name: "leader" }, "roster");
    expect(answer.body.data.content).toContain("Only members");
  }
});
