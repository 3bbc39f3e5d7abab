import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readConfig } from "../../../../src/config.ts";
import { limits } from "../../../../src/limits.ts";
import { stepAt, totpCode } from "../../../../src/platform/accounts/factors/rules.ts";
import { testApp } from "../../../support/app.ts";
import { lettersTo } from "../support.ts";
import { appWithProviders, Browser, counts, proveAddress, rexxar, thrall } from "./support.ts";

const START = "/sign-in/discord";

describe("signing in with Discord", () => {
  test("makes an account the first time and opens the same one from then on", async () => {
    await using p = await appWithProviders();
    const first = new Browser(p.t);
    const { location } = await first.through(p.oauth.discord, `${START}?next=/guilds/new`, thrall);
    expect(location).toBe("/guilds/new");
    const me = await first.whoAmI();
    expect(me).toMatchObject({ email: thrall.email, emailVerified: true, name: "Thrall" });
    // Name and address may change at Discord: the account there is the same.
    const later = { ...thrall, username: "goel", global_name: null, email: "other@example.test" };
    const second = new Browser(p.t);
    await second.through(p.oauth.discord, START, later);
    expect((await second.whoAmI())?.id).toBe(me?.id);
    expect(await counts(p.t)).toEqual({ users: 1, sessions: 2, identities: 1 });
  });

  test("opens the account with the same address when both sides have confirmed it", async () => {
    await using p = await appWithProviders();
    const person = await p.t.signUp("thrall");
    await proveAddress(p.t, person);
    const browser = new Browser(p.t);
    await browser.through(p.oauth.discord, START, { ...thrall, email: "THRALL@example.TEST" });
    expect((await browser.whoAmI())?.id).toBe(person.userId);
    const letters = await lettersTo(p.t, thrall.email);
    expect(letters.at(-1)?.subject).toContain("Discord was linked to your Guildhall account");
    const actions = await p.t.services.platform.db.all<{ action: string }>(
      "SELECT action FROM audit_log ORDER BY seq DESC LIMIT 2",
    );
    expect(actions.map(({ action }) => action)).toEqual(["session.begin", "identity.link"]);
  });

  test("asks for the code of the second factor, and links nothing before it", async () => {
    await using p = await appWithProviders();
    const person = await p.t.signUp("thrall");
    await proveAddress(p.t, person);
    const { body } = await person.post("/api/account/second-factor", {});
    const code = () => totpCode(body.secret, stepAt(p.t.now().getTime()));
    await person.post("/api/account/second-factor/confirmation", { code: code() });
    // The first time links the account, the second time finds the link.
    for (const linked of [0, 1]) {
      const browser = new Browser(p.t);
      const came = await browser.through(p.oauth.discord, `${START}?next=/guilds/new`, thrall);
      expect([came.status, came.location]).toEqual([303, "/sign-in/code"]);
      expect(await browser.whoAmI()).toBeUndefined();
      expect(await counts(p.t)).toMatchObject({ identities: linked });
      p.t.advance(30_000);
      const entered = await browser.submit("/sign-in/code", { code: code() });
      expect(entered.location).toBe("/guilds/new");
      expect((await browser.whoAmI())?.id).toBe(person.userId);
    }
    expect(await counts(p.t)).toMatchObject({ identities: 1 });
  });

  test("asks for an address when the provider has no confirmed one", async () => {
    await using p = await appWithProviders();
    const browser = new Browser(p.t);
    const start = "/sign-in/battlenet?next=/guilds/new";
    const came = await browser.through(p.oauth.battlenet, start, rexxar);
    expect(came.location).toBe("/sign-up/newcomer");
    const page = await browser.get("/sign-up/newcomer");
    expect(page.text).toContain('value="Rexxar"');
    const wrong = await browser.submit("/sign-up/newcomer", { name: "Rexxar", email: "rexxar" });
    expect(wrong.status).toBe(422);
    const form = { name: "Rexxar", email: "rexxar@example.test" };
    expect((await browser.submit("/sign-up/newcomer", form)).location).toBe("/guilds/new");
    expect(await browser.whoAmI()).toMatchObject({ email: form.email, emailVerified: false });
    expect(await lettersTo(p.t, form.email)).toHaveLength(1);
    const again = new Browser(p.t);
    expect((await again.through(p.oauth.battlenet, start, rexxar)).location).toBe("/guilds/new");
    // Without the sign-in behind it, the form makes nothing.
    const stranger = await new Browser(p.t).submit("/sign-up/newcomer", form);
    expect(stranger.location).toBe("/sign-up");
    expect(await counts(p.t)).toEqual({ users: 1, sessions: 2, identities: 1 });
  });

  test("leads back to the sign-in page when the person declines there", async () => {
    await using p = await appWithProviders();
    const browser = new Browser(p.t);
    const no = await browser.comeBack(p.oauth.discord.refuse(await browser.begin(START)));
    expect([no.status, no.location]).toEqual([303, "/sign-in"]);
    expect(await counts(p.t)).toEqual({ users: 0, sessions: 0, identities: 0 });
  });

  test("says so when the provider is down, and works when it is back", async () => {
    await using p = await appWithProviders();
    const browser = new Browser(p.t);
    p.oauth.discord.faults.tokenStatus = 503;
    const down = await browser.through(p.oauth.discord, START, thrall);
    expect(down.status).toBe(503);
    expect(down.text).toContain("did not answer");
    delete p.oauth.discord.faults.tokenStatus;
    expect((await browser.through(p.oauth.discord, START, thrall)).status).toBe(303);
  });

  test("on a guild's host restarts at ours, which the provider redirects to", async () => {
    await using p = await appWithProviders();
    const answer = await p.t.request("http://ironforge.localhost/sign-in/discord", {
      redirect: "manual",
    });
    expect(answer.headers.get("location")).toBe("http://localhost/sign-in/discord");
  });

  test("leaves no secret of the provider in any file", async () => {
    await using p = await appWithProviders();
    await new Browser(p.t).through(p.oauth.discord, START, thrall);
    await p.t.services.platform.db.client.execute({ sql: "PRAGMA wal_checkpoint", args: [] });
    for (const file of readdirSync(p.t.dir, { recursive: true, withFileTypes: true })) {
      if (!file.isFile()) continue;
      const bytes = readFileSync(join(file.parentPath, file.name));
      const found = p.oauth.discord.secrets.filter((secret) => bytes.includes(secret));
      expect([file.name, found]).toEqual([file.name, []]);
    }
    expect(p.oauth.discord.secrets.length).toBe(3);
  });
});

describe("an account without a password", () => {
  test("proves itself at the provider, sets a password, and only then can remove the link", async () => {
    await using p = await appWithProviders();
    const browser = new Browser(p.t);
    await browser.through(p.oauth.discord, START, thrall);
    const held = await browser.submit("/account/identities", { unlink: "discord" });
    expect(held.status).toBe(409);
    expect(held.text).toContain("Set a password first");
    p.t.advance(limits.session.reauthMs);
    const password = "lok tar ogar and more";
    const asked = await browser.submit("/account/password", { password });
    expect(asked.location).toBe("/account/proof?next=%2Faccount");
    const proof = await browser.get("/account/proof?next=/account");
    expect(proof.text).not.toContain('type="password"');
    expect(proof.text).toContain("/account/proof/discord?next=%2Faccount");
    // Another person's account at the provider is no proof.
    const other = { ...thrall, id: "666" };
    const wrong = await browser.through(p.oauth.discord, "/account/proof/discord", other);
    expect(wrong.status).toBe(404);
    expect((await browser.submit("/account/password", { password })).location).toBe(asked.location);
    const path = "/account/proof/discord?next=/account";
    const round = await browser.begin(path);
    expect(round.searchParams.get("prompt")).toBe("consent");
    expect((await browser.comeBack(p.oauth.discord.agree(round, thrall))).location).toBe(
      "/account",
    );
    expect((await browser.submit("/account/password", { password })).status).toBe(303);
    const unlinked = await browser.submit("/account/identities", { unlink: "discord" });
    expect(unlinked.location).toBe("/account?done=saved");
    const byPassword = await p.t.anonymous.post("/api/session", { email: thrall.email, password });
    expect(byPassword.status).toBe(201);
  });

  test("opens with no password", async () => {
    await using p = await appWithProviders();
    await new Browser(p.t).through(p.oauth.discord, START, thrall);
    for (const password of ["", "null", "undefined"]) {
      const { status } = await p.t.anonymous.post("/api/session", {
        email: thrall.email,
        password,
      });
      expect(status).toBe(401);
    }
  });

  test("keeps one of two links when both are removed at once", async () => {
    await using p = await appWithProviders();
    const browser = new Browser(p.t);
    await browser.through(p.oauth.discord, START, thrall);
    const link = "/account/identities/battlenet";
    await browser.through(p.oauth.battlenet, link, rexxar);
    const ends = await Promise.all(
      ["discord", "battlenet"].map((unlink) => browser.submit("/account/identities", { unlink })),
    );
    expect(ends.map(({ status }) => status).toSorted()).toEqual([303, 409]);
    expect(await counts(p.t)).toMatchObject({ identities: 1 });
  });
});

describe("linking in the account", () => {
  test("shows what is linked, and either way leads to the same account", async () => {
    await using p = await appWithProviders();
    const person = await p.t.signUp();
    const browser = Browser.of(p.t, person);
    const link = "/account/identities/battlenet";
    const linked = await browser.through(p.oauth.battlenet, link, rexxar);
    expect(linked.location).toBe("/account?done=linked");
    const page = await browser.get("/account?done=linked");
    expect(page.text).toContain("Rexxar");
    expect(page.text).toContain("Unlink Battle.net");
    expect(page.text).toContain("Link Discord");
    const { body } = await person.get("/api/account/identities");
    expect(body).toMatchObject({ hasPassword: true, items: [{ provider: "battlenet" }] });
    const elsewhere = new Browser(p.t);
    await elsewhere.through(p.oauth.battlenet, "/sign-in/battlenet", rexxar);
    expect((await elsewhere.whoAmI())?.id).toBe(person.userId);
    expect((await person.delete("/api/account/identities/battlenet")).status).toBe(204);
    expect((await person.delete("/api/account/identities/battlenet")).status).toBe(404);
    p.t.advance(limits.session.reauthMs);
    expect((await person.delete("/api/account/identities/discord")).status).toBe(403);
  });

  test("joins one account here to one account there", async () => {
    await using p = await appWithProviders();
    const [mine, theirs] = [
      Browser.of(p.t, await p.t.signUp()),
      Browser.of(p.t, await p.t.signUp()),
    ];
    const link = "/account/identities/discord";
    await mine.through(p.oauth.discord, link, thrall);
    const taken = await theirs.through(p.oauth.discord, link, thrall);
    expect(taken.status).toBe(409);
    expect(taken.text).toContain("already linked to another Guildhall account");
    const second = await mine.through(p.oauth.discord, link, { ...thrall, id: "7" });
    expect(second.status).toBe(409);
    expect((await mine.through(p.oauth.discord, link, thrall)).location).toBe(
      "/account?done=linked",
    );
    expect(await counts(p.t)).toMatchObject({ identities: 1 });
  });

  test("is in Spanish for Spanish readers", async () => {
    await using p = await appWithProviders();
    const page = await new Browser(p.t).get("/sign-in", { "accept-language": "es" });
    expect(page.text).toContain("Continuar con Discord");
  });
});

describe("without a registration at a provider", () => {
  test("its buttons are hidden, and its addresses answer 404", async () => {
    await using t = await testApp();
    for (const path of ["/sign-in", "/sign-up"]) {
      expect((await t.anonymous.page(path)).text).not.toMatch(/Discord|Battle\.net/);
    }
    for (const path of ["/sign-in/discord", "/sign-in/discord/callback", "/sign-in/toString"]) {
      expect((await t.anonymous.page(path)).status).toBe(404);
    }
    expect((await t.anonymous.get("/api/providers")).body).toEqual({ items: [] });
  });

  test.each([
    [{ DISCORD_CLIENT_ID: "1" }, "set both"],
    [{ BATTLENET_CLIENT_SECRET: "1" }, "set both"],
    [
      { DISCORD_CLIENT_ID: "1", DISCORD_CLIENT_SECRET: "2", DISCORD_TOKEN_URL: "http://evil.test" },
      "must be https:",
    ],
  ])("half of one, or one in plain text, is refused at the start: %j", (env, why) => {
    const secret = { GUILDHALL_SECRET: "x".repeat(40) };
    expect(() => readConfig({ ...secret, ...env })).toThrow(why);
  });
});
