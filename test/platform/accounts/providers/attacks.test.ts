import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { limits } from "../../../../src/limits.ts";
import { mailedToken } from "../support.ts";
import { appWithProviders, Browser, counts, type Providers, rexxar, thrall } from "./support.ts";

const START = "/sign-in/discord";
let p: Providers;
beforeEach(async () => {
  p = await appWithProviders();
});
afterEach(() => p.close());

/** A refusal gives no details, starts no session and stores nothing. */
async function refused(browser: Browser, url: URL): Promise<void> {
  const before = await counts(p.t);
  const answer = await browser.comeBack(url);
  expect(answer.status).toBe(400);
  expect(answer.text).toContain("Start again");
  expect(await browser.whoAmI()).toBeUndefined();
  expect(await counts(p.t)).toEqual(before);
}

const changed = (url: URL, change: (query: URLSearchParams) => void): URL => {
  const copy = new URL(url);
  change(copy.searchParams);
  return copy;
};

describe("S23 a callback from a provider is refused", () => {
  test("without a state", async () => {
    const browser = new Browser(p.t);
    const back = p.oauth.discord.agree(await browser.begin(START), thrall);
    await refused(
      browser,
      changed(back, (query) => query.delete("state")),
    );
  });

  test("with another state, or with two", async () => {
    const browser = new Browser(p.t);
    const back = p.oauth.discord.agree(await browser.begin(START), thrall);
    await refused(
      browser,
      changed(back, (query) => query.set("state", "x".repeat(43))),
    );
    const again = p.oauth.discord.agree(await browser.begin(START), thrall);
    await refused(
      browser,
      changed(again, (query) => query.append("state", "x".repeat(43))),
    );
  });

  test("with a state that was used before, even by a browser that kept its cookie", async () => {
    const browser = new Browser(p.t);
    const asked = await browser.begin(START);
    const cookie = browser.cookies.get("guildhall-round")!;
    const first = await browser.comeBack(p.oauth.discord.agree(asked, thrall));
    expect(first.status).toBe(303);
    const thief = new Browser(p.t);
    thief.cookies.set("guildhall-round", cookie);
    await refused(thief, p.oauth.discord.agree(asked, thrall));
  });

  test("when it comes twenty times at once, except the first", async () => {
    const browser = new Browser(p.t);
    const asked = await browser.begin(START);
    const backs = Array.from({ length: 20 }, () => p.oauth.discord.agree(asked, thrall));
    const cookie = browser.cookies.get("guildhall-round")!;
    const ends = await Promise.all(
      backs.map(async (back) => {
        const one = new Browser(p.t);
        one.cookies.set("guildhall-round", cookie);
        return (await one.comeBack(back)).status;
      }),
    );
    expect(ends.filter((status) => status === 303)).toHaveLength(1);
    expect(await counts(p.t)).toEqual({ users: 1, sessions: 1, identities: 1 });
  });

  test("in another browser than the one that began", async () => {
    const [mine, theirs] = [new Browser(p.t), new Browser(p.t)];
    const back = p.oauth.discord.agree(await mine.begin(START), thrall);
    await refused(theirs, back);
    await theirs.begin(START);
    await refused(theirs, back);
  });

  test("with another provider's code, address or name", async () => {
    const browser = new Browser(p.t);
    const asked = await browser.begin(START);
    const other = await new Browser(p.t).begin("/sign-in/battlenet");
    const foreign = p.oauth.battlenet.agree(other, rexxar);
    const own = p.oauth.discord.agree(asked, thrall);
    const withCode = changed(own, (q) => q.set("code", foreign.searchParams.get("code")!));
    await refused(browser, withCode);
    // The right code at the address of the other provider.
    const elsewhere = p.oauth.discord.agree(await browser.begin(START), thrall);
    elsewhere.pathname = "/sign-in/battlenet/callback";
    await refused(browser, elsewhere);
    // The other provider never sees the code.
    expect(p.oauth.battlenet.shown).toEqual([]);
    // Everything is right except the issuer.
    p.oauth.discord.faults.iss = p.oauth.battlenet.base;
    await refused(browser, p.oauth.discord.agree(await browser.begin(START), thrall));
  });

  test("for a code that was requested without our proof key, or with another one", async () => {
    const browser = new Browser(p.t);
    const asked = await browser.begin(START);
    expect(asked.searchParams.get("code_challenge_method")).toBe("S256");
    expect(asked.searchParams.get("code_challenge")).toMatch(/^[\w-]{43}$/);
    const without = changed(asked, (query) => query.delete("code_challenge"));
    await refused(browser, p.oauth.discord.agree(without, thrall));
    const other = changed(await browser.begin(START), (q) =>
      q.set("code_challenge", "y".repeat(43)),
    );
    await refused(browser, p.oauth.discord.agree(other, thrall));
  });

  test("after ten minutes, and with a cookie that was tampered with or planted", async () => {
    const browser = new Browser(p.t);
    const late = p.oauth.discord.agree(await browser.begin(START), thrall);
    p.t.advance(limits.auth.providerRoundMs + 1);
    await refused(browser, late);
    const back = p.oauth.discord.agree(await browser.begin(START), thrall);
    const sealed = browser.cookies.get("guildhall-round")!;
    const at = sealed.length - 30;
    const letter = sealed[at] === "A" ? "B" : "A";
    browser.cookies.set("guildhall-round", sealed.slice(0, at) + letter + sealed.slice(at + 1));
    await refused(browser, back);
    const tossed = p.oauth.discord.agree(await browser.begin(START), thrall);
    const own = browser.cookies.get("guildhall-round")!;
    browser.cookies.set("guildhall-round", `${own}; guildhall-round=${own}`);
    await refused(browser, tossed);
  });

  test("when the token is about another person than the answer", async () => {
    const browser = new Browser(p.t);
    p.oauth.battlenet.faults.idTokenSubject = "12";
    const asked = await browser.begin("/sign-in/battlenet");
    await refused(browser, p.oauth.battlenet.agree(asked, rexxar));
  });

  test.each([
    { ...thrall, id: undefined },
    { ...thrall, id: 80351110224678912 },
    { ...thrall, id: "1' OR 1=1" },
    ["not", "a", "person"],
    null,
  ])("when the answer is no person: %j", async (user) => {
    p.oauth.discord.faults.user = user ?? "null";
    const browser = new Browser(p.t);
    await refused(browser, p.oauth.discord.agree(await browser.begin(START), thrall));
  });
});

test("S16 a session that was planted before the sign-in is not the one that begins", async () => {
  const planted = await p.t.signUp();
  const browser = Browser.of(p.t, planted);
  const { status } = await browser.through(p.oauth.discord, START, thrall);
  expect(status).toBe(303);
  expect(browser.cookies.get("guildhall")).not.toBe(planted.identity.token);
  expect((await browser.whoAmI())?.email).toBe(thrall.email);
  expect((await planted.get("/api/session")).status).toBe(401);
});

test("S17 over TLS, the cookies of a sign-in are bound to this exact host", async () => {
  await using secure = await appWithProviders({ PUBLIC_URL: "https://guilds.test" });
  const answer = await secure.t.request("https://guilds.test/sign-in/discord", {
    redirect: "manual",
  });
  const cookie = answer.headers.get("set-cookie")!;
  expect(cookie).toMatch(/^__Host-guildhall-round=/);
  for (const flag of ["HttpOnly", "Secure", "SameSite=Lax", "Path=/", "Max-Age=600"]) {
    expect(cookie).toContain(flag);
  }
  expect(cookie).not.toContain("Domain");
});

test("S24 the redirect after a sign-in leads to a path of ours, whatever was requested", async () => {
  const endsAt = async (next: string) => {
    const browser = new Browser(p.t);
    const path = `${START}?next=${encodeURIComponent(next)}`;
    const asked = await browser.begin(path);
    expect(asked.searchParams.get("redirect_uri")).toBe(
      "http://localhost/sign-in/discord/callback",
    );
    return (await browser.comeBack(p.oauth.discord.agree(asked, thrall))).location;
  };
  expect(await endsAt("/g/ironforge?tab=1")).toBe("/g/ironforge?tab=1");
  const evils = ["//evil.test", "/\\evil.test", "\\evil", "https:evil.test", "//a@evil.test"];
  for (const evil of [...evils, "https://evil.test/", "javascript:alert(1)"]) {
    expect([evil, await endsAt(evil)]).toEqual([evil, "/guilds"]);
  }
  // Headers of the request do not matter either: the address is the configured one.
  const spoofed = await p.t.request("http://localhost/sign-in/discord?redirect_uri=https://evil", {
    headers: { "x-forwarded-host": "evil.test", "x-forwarded-proto": "https" },
    redirect: "manual",
  });
  const asked = new URL(spoofed.headers.get("location")!);
  expect(asked.searchParams.getAll("redirect_uri")).toEqual([
    "http://localhost/sign-in/discord/callback",
  ]);
});

describe("S25 an account that was signed up first with another person's address", () => {
  const squat = (name = "thrall") => p.t.signUp(name);

  test("is not linked with the person when they sign in by a provider", async () => {
    const squatter = await squat();
    const victim = new Browser(p.t);
    const before = await counts(p.t);
    const answer = await victim.through(p.oauth.discord, START, thrall);
    expect(answer.status).toBe(409);
    expect(answer.text).toContain("the address is not confirmed");
    expect(await victim.whoAmI()).toBeUndefined();
    expect(await counts(p.t)).toEqual(before);
    expect((await squatter.get("/api/account/identities")).body.items).toEqual([]);
  });

  test("loses the account to the owner of the mailbox, with every link they made", async () => {
    const squatter = await squat();
    const attackers = { ...thrall, id: "666", email: "evil@example.test" };
    const theirs = Browser.of(p.t, squatter);
    const linked = await theirs.through(p.oauth.discord, "/account/identities/discord", attackers);
    expect(linked.location).toBe("/account?done=linked");
    await p.t.anonymous.post("/api/password-reset-mail", { email: squatter.identity.email });
    const reset = await p.t.anonymous.post("/api/password-reset", {
      token: await mailedToken(p.t, squatter),
      password: "the owner of the mailbox",
    });
    expect(reset.status).toBe(201);
    expect(await theirs.whoAmI()).toBeUndefined();
    // The attacker's own provider account now opens a new account.
    const attacker = new Browser(p.t);
    await attacker.through(p.oauth.discord, START, attackers);
    expect((await attacker.whoAmI())?.id).not.toBe(squatter.userId);
    // The provider account of the mailbox's owner opens the account here: both have verified the mailbox.
    const owner = new Browser(p.t);
    await owner.through(p.oauth.discord, START, thrall);
    expect((await owner.whoAmI())?.id).toBe(squatter.userId);
  });

  test("an address that the provider has not confirmed opens no account", async () => {
    const person = await squat();
    await p.t.services.platform.db.client.execute({
      sql: "UPDATE users SET email_verified_at = 1 WHERE id = ?",
      args: [person.userId],
    });
    const attacker = new Browser(p.t);
    const answer = await attacker.through(p.oauth.discord, START, { ...thrall, verified: false });
    expect(answer.location).toBe("/sign-up/newcomer");
    expect(await attacker.whoAmI()).toBeUndefined();
    const form = { email: thrall.email, name: "T" };
    const taken = await attacker.submit("/sign-up/newcomer", form);
    expect(taken.status).toBe(409);
    expect(taken.text).toContain("already has an account");
    expect(await attacker.whoAmI()).toBeUndefined();
    expect((await person.get("/api/account/identities")).body.items).toEqual([]);
  });
});

describe("linking and proving", () => {
  test("cannot be started by another site, nor by a mail that leads there", async () => {
    const person = await p.t.signUp();
    const browser = Browser.of(p.t, person);
    for (const site of ["cross-site", "same-site", "none", ""]) {
      for (const path of ["/account/identities/discord", "/account/proof/discord"]) {
        const { status, location } = await browser.get(path, { "sec-fetch-site": site });
        expect([site, status, location]).toEqual([site, 403, null]);
      }
    }
  });

  test("ends in the session that began it and in no other", async () => {
    const [victim, attacker] = [await p.t.signUp(), await p.t.signUp()];
    const theirs = Browser.of(p.t, attacker);
    const asked = await theirs.begin("/account/identities/discord");
    const back = p.oauth.discord.agree(asked, thrall);
    const mine = Browser.of(p.t, victim);
    mine.cookies.set("guildhall-round", theirs.cookies.get("guildhall-round")!);
    expect((await mine.comeBack(back)).status).toBe(400);
    expect((await victim.get("/api/account/identities")).body.items).toEqual([]);
  });

  test("needs a proof that is fresh", async () => {
    const person = await p.t.signUp();
    const browser = Browser.of(p.t, person);
    p.t.advance(limits.session.reauthMs);
    const late = await browser.get("/account/identities/discord");
    expect(late.location).toBe("/account/proof?next=%2Faccount");
    await browser.submit("/account/proof", { password: person.identity.password });
    await browser.begin("/account/identities/discord");
  });
});
