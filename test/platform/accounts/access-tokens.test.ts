import {
  createLocalJWKSet,
  decodeProtectedHeader,
  type JSONWebKeySet,
  jwtVerify,
  SignJWT,
} from "jose";
import { describe, expect, test } from "vitest";
import { limits } from "../../../src/limits.ts";
import { AccessTokens } from "../../../src/platform/accounts/tokens.ts";
import { testApp } from "../../support/app.ts";
import { listedGuild, MINUTE_MS } from "./support.ts";

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe("an access token", () => {
  test("is given to members by slug or id, and a stranger cannot tell that the guild exists", async () => {
    await using t = await testApp();
    const [owner, stranger] = [await t.signUp(), await t.signUp()];
    const id = await listedGuild(t, "ironforge", owner);
    for (const guild of ["ironforge", id]) {
      const answer = await owner.post("/api/access-tokens", { guild });
      expect(answer.status).toBe(201);
      expect(answer.body.expiresAt).toBe(t.now().getTime() + 5 * MINUTE_MS);
    }
    const strip = (answer: { body: { requestId: string } }) => {
      const { requestId: _, ...rest } = answer.body;
      return rest;
    };
    const foreign = await stranger.post("/api/access-tokens", { guild: "ironforge" });
    const missing = await stranger.post("/api/access-tokens", { guild: "no-such" });
    expect(foreign.status).toBe(404);
    expect(strip(foreign)).toEqual(strip(missing));
    await t.services.platform.db.client.execute({
      sql: "UPDATE guilds SET is_public = 1",
      args: [],
    });
    const visitor = await stranger.post("/api/access-tokens", { guild: "ironforge" });
    expect(strip(visitor)).toEqual(strip(missing));
  });

  test("is valid for one guild and never for the account", async () => {
    await using t = await testApp();
    const owner = await t.signUp();
    await listedGuild(t, "ironforge", owner);
    await listedGuild(t, "stormwind", await t.signUp());
    const { token } = (await owner.post("/api/access-tokens", { guild: "ironforge" })).body;
    const as = bearer(token);
    for (const answer of [
      await t.anonymous.get("/api/sessions", as),
      await t.anonymous.delete("/api/sessions", as),
      await t.anonymous.patch("/api/account", { name: "x" }, as),
      await t.anonymous.post("/api/access-tokens", { guild: "ironforge" }, as),
    ]) {
      expect([answer.status, answer.body.type]).toEqual([403, "/problems/auth/session-required"]);
    }
    expect((await t.anonymous.get("/api/g/stormwind/standings", as)).status).toBe(404);
  });

  test("ends with the session behind it, and by itself after five minutes", async () => {
    await using t = await testApp();
    const owner = await t.signUp();
    await listedGuild(t, "ironforge", owner);
    const take = async () =>
      (await owner.post("/api/access-tokens", { guild: "ironforge" })).body.token as string;
    const status = async (token: string) =>
      (await t.anonymous.get("/api/sessions", bearer(token))).status;
    const first = await take();
    expect(await status(first)).toBe(403);
    t.advance(5 * MINUTE_MS + 1_000);
    expect(await status(first)).toBe(401);
    const second = await take();
    await owner.delete("/api/session");
    expect(await status(second)).toBe(401);
  });

  test("can be verified elsewhere by our public keys, and says what its holder may do", async () => {
    await using t = await testApp();
    const guild = await t.guild("ironforge");
    const officer = await t.as("officer", guild);
    const take = async () =>
      (await officer.platform().post("/api/access-tokens", { guild: "ironforge" })).body.token;
    const published = async () => {
      const { body, headers } = await t.anonymous.get("/.well-known/jwks.json");
      expect(headers.get("cache-control")).toContain("public");
      expect(JSON.stringify(body)).not.toContain('"d"');
      return body as JSONWebKeySet;
    };
    const checks = { issuer: "http://localhost", audience: "guildhall-api", currentDate: t.now() };
    const keys = await published();
    const { payload } = await jwtVerify(await take(), createLocalJWKSet(keys), checks);
    expect(payload).toMatchObject({ sub: officer.userId, guild_id: guild.id, role: "officer" });
    expect(String(payload["scope"]).split(" ")).toContain("points.award");
    expect(String(payload["scope"]).split(" ")).not.toContain("guild.own");
    expect(keys.keys).toHaveLength(3);
  });

  test("is signed by another key each month, and stays valid across the change", async () => {
    await using t = await testApp();
    const owner = (await t.guild("ironforge")).owner.platform();
    const take = async () =>
      (await owner.post("/api/access-tokens", { guild: "ironforge" })).body.token as string;
    const kidOf = (token: string) => decodeProtectedHeader(token).kid!;
    const MONTH_MS = limits.session.accessTokenKeyMs;
    const toTheChange = MONTH_MS - (t.now().getTime() % MONTH_MS) - MINUTE_MS;
    const before = kidOf(await take());
    const { keys } = (await t.anonymous.get("/.well-known/jwks.json")).body as JSONWebKeySet;
    for (let passed = 0; passed < toTheChange; passed += 20 * 86_400_000) {
      t.advance(Math.min(20 * 86_400_000, toTheChange - passed));
      await owner.get("/api/session");
    }
    const last = await take();
    expect(kidOf(last)).toBe(before);
    t.advance(2 * MINUTE_MS);
    const next = await take();
    expect(kidOf(next)).not.toBe(before);
    // A client that fetched our keys before the change knows the next one already.
    expect(keys.map(({ kid }) => kid)).toContain(kidOf(next));
    for (const token of [last, next]) {
      expect((await t.anonymous.get("/api/g/ironforge/standings", bearer(token))).status).toBe(200);
    }
  });

  test("S30 is refused in every forged form", async () => {
    await using t = await testApp();
    const owner = await t.signUp();
    const guildId = await listedGuild(t, "ironforge", owner);
    const { token } = (await owner.post("/api/access-tokens", { guild: "ironforge" })).body;
    const [header, payload, signature] = (token as string).split(".") as [string, string, string];
    const claims = JSON.parse(atob(payload)) as Record<string, unknown>;
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const { config } = t.services;
    const sign = (secret: string, url: string) =>
      new AccessTokens(secret, new URL(url), t.now).issue(
        { userId: owner.userId, sessionId: claims["sid"] as never, guildId },
        { role: "owner", permissions: new Set() },
      );
    const forged = {
      "no algorithm": `${encode({ alg: "none", typ: "at+jwt" })}.${payload}.`,
      "no signature": `${header}.${payload}.`,
      "another user": `${header}.${encode({ ...claims, sub: "someone" })}.${signature}`,
      "another guild": `${header}.${encode({ ...claims, guild_id: "other" })}.${signature}`,
      "longer life": `${header}.${encode({ ...claims, exp: 9_999_999_999 })}.${signature}`,
      "a key named by path": `${encode({ alg: "EdDSA", typ: "at+jwt", kid: "../../x" })}.${payload}.${signature}`,
      "a symmetric key": await new SignJWT(claims)
        .setProtectedHeader({ alg: "HS256", typ: "at+jwt" })
        .sign(new TextEncoder().encode(config.secret)),
      "another server's secret": (await sign("x".repeat(40), config.publicUrl.href)).token,
      "another issuer": (await sign(config.secret, "https://other.test")).token,
      "half of it": token.slice(0, token.length / 2),
    };
    for (const [what, bad] of Object.entries(forged)) {
      const answer = await t.anonymous.get("/api/sessions", bearer(bad));
      expect([what, answer.status]).toEqual([what, 401]);
    }
  });

  test.each([
    ["in the address", "/api/session?token=", {}],
    ["as a password", "/api/session", { authorization: "Basic " }],
    ["in another case", "/api/session", { authorization: "bearer " }],
  ])("or session token %s is not taken", async (_, path, headers) => {
    await using t = await testApp();
    const { token } = (await t.signUp()).identity;
    const sent = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, `${value}${token}`]),
    );
    const url = path.endsWith("=") ? `${path}${token}` : path;
    expect((await t.anonymous.get(url, sent)).status).toBe(401);
  });
});
