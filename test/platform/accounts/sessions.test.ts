import { describe, expect, test } from "vitest";
import { testApp } from "../../support/app.ts";
import { cookieOf, DAY_MS, isGood, MINUTE_MS, signInAgain } from "./support.ts";

const password = "seven ravens over the keep";

describe("signing up", () => {
  test("makes an account that can sign in by its address in any spelling", async () => {
    await using t = await testApp();
    const made = await t.anonymous.post("/api/users", {
      email: " Jaina@Example.TEST",
      password,
      name: "Jaina",
    });
    expect(made.status).toBe(201);
    expect(made.body).toEqual({
      id: expect.any(String),
      email: "jaina@example.test",
      name: "Jaina",
      emailVerified: false,
    });
    const session = await t.anonymous.post("/api/session", {
      email: "JAINA@example.test",
      password,
    });
    expect(session.status).toBe(201);
    expect(session.body.user).toEqual(made.body);
    expect(await isGood(t, session.body.token)).toBe(true);
  });

  test("is refused for an address that has an account, also when 20 try at once", async () => {
    await using t = await testApp();
    const input = { email: "jaina@example.test", password, name: "Jaina" };
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => t.anonymous.post("/api/users", input)),
    );
    expect(answers.filter((answer) => answer.status === 201)).toHaveLength(1);
    const refused = answers.filter((answer) => answer.status === 409);
    expect(refused).toHaveLength(19);
    expect(refused[0]!.body.type).toBe("/problems/auth/email-taken");
  });

  test.each([
    [{ id: "0", name: "x" }, "unknown member"],
    [{ emailVerified: true, name: "x" }, "verification by oneself"],
    [{ name: "" }, "no name"],
    [{ name: "a\u202eb" }, "a name that reads backwards"],
    [{ name: "x", email: "nobody" }, "no address"],
    [{ name: "x", password: "password1" }, "a common password"],
    [{ name: "x", password: "p".repeat(100_000) }, "a password of 100 kB"],
  ])("refuses %j (%s) and makes nothing", async (fields: object, _what: string) => {
    await using t = await testApp();
    const input = { email: "jaina@example.test", password, ...fields };
    const answer = await t.anonymous.post("/api/users", input);
    expect(answer.status).toBe(422);
    expect(answer.body.errors.length).toBeGreaterThan(0);
    const rows = await t.services.platform.db.all("SELECT id FROM users");
    expect(rows).toEqual([]);
  });

  test.each([
    "nul \u0000 in the middle",
    `${"x".repeat(72)} and more than 72 bytes`,
    "пароль из нескольких слов",
  ])("takes the password exactly as it is: %j", async (odd) => {
    await using t = await testApp();
    const email = "jaina@example.test";
    await t.anonymous.post("/api/users", { email, password: odd, name: "J" });
    const signIn = (text: string) => t.anonymous.post("/api/session", { email, password: text });
    expect((await signIn(odd)).status).toBe(201);
    expect((await signIn(odd.slice(0, -1))).status).toBe(401);
    expect((await signIn(`${odd} `)).status).toBe(401);
  });
});

describe("a session", () => {
  test("S16 is always new: an id from before the sign-in is worth nothing", async () => {
    await using t = await testApp();
    const person = await t.signUp();
    const planted = "A".repeat(43);
    const { email, password: own } = person.identity;
    const answer = await t.anonymous.post(
      "/api/session",
      { email, password: own },
      { cookie: `guildhall=${planted}` },
    );
    expect(cookieOf(answer)).not.toContain(planted);
    expect(await isGood(t, planted)).toBe(false);
    expect(await isGood(t, answer.body.token)).toBe(true);
  });

  test("replaces the one the browser had", async () => {
    await using t = await testApp();
    const person = await t.signUp();
    const { token, email, password: own } = person.identity;
    await t.anonymous.post(
      "/api/session",
      { email, password: own },
      { cookie: `guildhall=${token}` },
    );
    expect(await isGood(t, token)).toBe(false);
  });

  test("S17 is in a cookie that scripts and other sites cannot use", async () => {
    await using t = await testApp({ PUBLIC_URL: "https://guildhall.test" });
    const at = "https://guildhall.test";
    const input = { email: "a@example.test", password, name: "A" };
    await t.anonymous.post(`${at}/api/users`, input);
    const { email } = input;
    const answer = await t.anonymous.post(`${at}/api/session`, { email, password });
    const cookie = answer.headers.get("set-cookie")!;
    expect(cookie).toMatch(/^__Host-guildhall=[\w-]{43};/);
    for (const flag of ["HttpOnly", "Secure", "SameSite=Lax", "Path=/", "Max-Age=7776000"]) {
      expect(cookie).toContain(flag);
    }
    expect(cookie).not.toContain("Domain");
    expect(answer.headers.get("cache-control")).toBe("no-store");
  });

  test("S17 is not accepted when two cookies have its name", async () => {
    await using t = await testApp();
    const { token } = (await t.signUp()).identity;
    const answer = await t.anonymous.get("/api/session", {
      cookie: `guildhall=${"B".repeat(43)}; guildhall=${token}`,
    });
    expect(answer.status).toBe(401);
  });

  test("S18 ends with a sign-out, and the cookie is removed", async () => {
    await using t = await testApp();
    const person = await t.signUp();
    const answer = await person.delete("/api/session");
    expect(answer.status).toBe(204);
    expect(answer.headers.get("set-cookie")).toMatch(/guildhall=;.*Max-Age=0/);
    expect(await isGood(t, person.identity.token)).toBe(false);
  });

  test("S19 ends after 30 idle days, and after 90 days however busy it was", async () => {
    await using t = await testApp();
    const idle = (await t.signUp()).identity.token;
    const busy = (await t.signUp()).identity.token;
    for (let days = 0; days < 87; days += 29) {
      t.advance(29 * DAY_MS);
      expect(await isGood(t, busy)).toBe(true);
    }
    expect(await isGood(t, idle)).toBe(false);
    t.advance(3 * DAY_MS);
    expect(await isGood(t, busy)).toBe(false);
  });

  test("is listed with its device, and only its account can end it", async () => {
    await using t = await testApp();
    const person = await t.signUp();
    const other = await signInAgain(t, person);
    const stranger = await t.signUp();
    const { items } = (await person.get("/api/sessions")).body;
    expect(items).toHaveLength(2);
    const second = items.find((item: { isCurrent: boolean }) => !item.isCurrent);
    expect(Object.keys(second).sort()).toEqual(
      ["address", "agent", "createdAt", "domain", "id", "isCurrent", "lastUsedAt"].sort(),
    );
    const missing = await stranger.delete("/api/sessions/01890000-0000-7000-8000-000000000000");
    const foreign = await stranger.delete(`/api/sessions/${second.id}`);
    expect([missing.status, foreign.status]).toEqual([404, 404]);
    expect(await isGood(t, other)).toBe(true);
    expect((await person.delete(`/api/sessions/${second.id}`)).status).toBe(204);
    expect(await isGood(t, other)).toBe(false);
    expect(await isGood(t, person.identity.token)).toBe(true);
  });

  test("can end all others at once, but not other people's", async () => {
    await using t = await testApp();
    const person = await t.signUp();
    const stranger = await t.signUp();
    const others = [await signInAgain(t, person), await signInAgain(t, person)];
    expect((await person.delete("/api/sessions")).status).toBe(204);
    expect(await Promise.all(others.map((token) => isGood(t, token)))).toEqual([false, false]);
    expect(await isGood(t, person.identity.token)).toBe(true);
    expect(await isGood(t, stranger.identity.token)).toBe(true);
  });
});

describe("changing the password", () => {
  test("S18 needs the old one, ends every other session and keeps this one", async () => {
    await using t = await testApp();
    const person = await t.signUp();
    const other = await signInAgain(t, person);
    const { email, password: old } = person.identity;
    const change = (currentPassword: string) =>
      person.post("/api/account/password", { currentPassword, password });
    const wrong = await change("not this one at all");
    expect([wrong.status, wrong.body.errors[0].pointer]).toEqual([403, "/currentPassword"]);
    expect(await isGood(t, other)).toBe(true);
    expect((await change(old)).status).toBe(204);
    expect(await isGood(t, other)).toBe(false);
    expect(await isGood(t, person.identity.token)).toBe(true);
    const signIn = (text: string) => t.anonymous.post("/api/session", { email, password: text });
    expect((await signIn(old)).status).toBe(401);
    expect((await signIn(password)).status).toBe(201);
  });

  test("refuses a weak one and changes nothing", async () => {
    await using t = await testApp();
    const person = await t.signUp();
    const { password: currentPassword, email } = person.identity;
    const answer = await person.post("/api/account/password", {
      currentPassword,
      password: "password1",
    });
    expect([answer.status, answer.body.reason]).toEqual([422, "common"]);
    const again = await t.anonymous.post("/api/session", { email, password: currentPassword });
    expect(again.status).toBe(201);
  });
});

test("entering the password again counts for ten minutes", async () => {
  await using t = await testApp();
  const person = await t.signUp();
  t.advance(11 * MINUTE_MS);
  const before = (await person.get("/api/session")).body.provedUntil;
  expect(before).toBeLessThan(t.now().getTime());
  const wrong = await person.post("/api/session/proof", { password: "something else" });
  expect([wrong.status, wrong.body.type]).toEqual([403, "/problems/auth/wrong-password"]);
  const right = await person.post("/api/session/proof", { password: person.identity.password });
  expect(right.status).toBe(200);
  expect(right.body.provedUntil).toBe(t.now().getTime() + 10 * MINUTE_MS);
  expect((await person.get("/api/session")).body.provedUntil).toBe(right.body.provedUntil);
});

test("a new name is shown everywhere from then on", async () => {
  await using t = await testApp();
  const person = await t.signUp();
  const renamed = await person.patch("/api/account", { name: "  Señor Æthel 🐲 " });
  expect([renamed.status, renamed.body.name]).toEqual([200, "Señor Æthel 🐲"]);
  expect((await person.get("/api/session")).body.user.name).toBe("Señor Æthel 🐲");
  expect((await person.patch("/api/account", { name: "x", email: "b@c.test" })).status).toBe(422);
});
