import { describe, expect, test } from "vitest";
import { testApp } from "../../support/app.ts";
import { DAY_MS, isGood, lettersTo, MINUTE_MS, mailedToken, signInAgain } from "./support.ts";

const password = "seven ravens over the keep";
const isVerified = async (person: { get: (path: string) => Promise<{ body: unknown }> }) =>
  ((await person.get("/api/session")).body as { user: { emailVerified: boolean } }).user
    .emailVerified;

describe("verifying an address", () => {
  test("takes the mailed link and a click by the account it was made for", async () => {
    await using t = await testApp();
    const person = await t.signUp();
    const token = await mailedToken(t, person);
    const looked = await person.page(`/verify?token=${token}`);
    expect(looked.status).toBe(200);
    expect(await isVerified(person)).toBe(false);
    const done = await person.submit("/verify", { token });
    expect([done.status, done.headers.get("location")]).toEqual([303, "/account?done=verified"]);
    expect(await isVerified(person)).toBe(true);
  });

  test("S7 works once, and not after a day", async () => {
    await using t = await testApp();
    const [early, late] = [await t.signUp(), await t.signUp()];
    const verify = async (person: typeof early, token: string) =>
      (await person.post("/api/verification", { token })).status;
    const token = await mailedToken(t, early);
    expect(await verify(early, token)).toBe(200);
    expect(await verify(early, token)).toBe(404);
    t.advance(DAY_MS);
    expect(await verify(late, await mailedToken(t, late))).toBe(404);
  });

  test("S7 verifies no other account, and the right one can still use it", async () => {
    await using t = await testApp();
    const [person, other] = [await t.signUp(), await t.signUp()];
    const token = await mailedToken(t, person);
    expect((await t.anonymous.post("/api/verification", { token })).status).toBe(401);
    expect((await other.post("/api/verification", { token })).status).toBe(404);
    expect(await isVerified(other)).toBe(false);
    expect((await person.post("/api/verification", { token })).status).toBe(200);
  });

  test("S7 has one success when 20 arrive at once", async () => {
    await using t = await testApp();
    const person = await t.signUp();
    const token = await mailedToken(t, person);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => person.post("/api/verification", { token })),
    );
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, ...Array(19).fill(404)]);
  });

  test("can be requested again, but does not flood the mailbox", async () => {
    await using t = await testApp();
    const person = await t.signUp();
    const statuses: number[] = [];
    for (let i = 0; i < 7; i++) {
      statuses.push((await person.post("/api/verification-mail")).status);
    }
    expect(statuses).toEqual([202, 202, 202, 202, 202, 429, 429]);
    expect(await lettersTo(t, person.identity.email)).toHaveLength(6);
    const token = await mailedToken(t, person);
    expect((await person.post("/api/verification", { token })).status).toBe(200);
  });

  test("a reset link verifies no address, and a verification link resets no password", async () => {
    await using t = await testApp();
    const person = await t.signUp();
    const verifyToken = await mailedToken(t, person);
    await t.anonymous.post("/api/password-reset-mail", { email: person.identity.email });
    const resetToken = await mailedToken(t, person);
    const crossed = await t.anonymous.post("/api/password-reset", { token: verifyToken, password });
    expect(crossed.status).toBe(404);
    expect((await person.post("/api/verification", { token: resetToken })).status).toBe(404);
  });
});

describe("a forgotten password", () => {
  test("is replaced by the mailed link, which ends every session and begins one", async () => {
    await using t = await testApp();
    const person = await t.signUp();
    const other = await signInAgain(t, person);
    const { email, token: first, password: old } = person.identity;
    expect((await t.anonymous.post("/api/password-reset-mail", { email })).status).toBe(202);
    const token = await mailedToken(t, person);
    const looked = await t.anonymous.page(`/reset?token=${token}`);
    expect(looked.status).toBe(200);
    expect(looked.text).toContain(token);
    const done = await t.anonymous.post("/api/password-reset", { token, password });
    expect(done.status).toBe(201);
    expect(done.body.user.emailVerified).toBe(true);
    expect(await isGood(t, done.body.token)).toBe(true);
    expect([await isGood(t, first), await isGood(t, other)]).toEqual([false, false]);
    const signIn = (text: string) => t.anonymous.post("/api/session", { email, password: text });
    expect((await signIn(old)).status).toBe(401);
    expect((await signIn(password)).status).toBe(201);
  });

  test("gives the same answer for an address that has no account, and mails nothing", async () => {
    await using t = await testApp();
    const person = await t.signUp();
    const known = await t.anonymous.post("/api/password-reset-mail", {
      email: person.identity.email,
    });
    const unknown = await t.anonymous.post("/api/password-reset-mail", {
      email: "nobody@example.test",
    });
    expect([known.status, known.text]).toEqual([unknown.status, unknown.text]);
    expect(await lettersTo(t, "nobody@example.test")).toEqual([]);
  });

  test("S7 has one success when 20 arrive at once with one link", async () => {
    await using t = await testApp();
    const person = await t.signUp();
    await t.anonymous.post("/api/password-reset-mail", { email: person.identity.email });
    const token = await mailedToken(t, person);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        t.anonymous.post("/api/password-reset", { token, password: `${password} ${n}` }),
      ),
    );
    expect(answers.map((answer) => answer.status).sort()).toEqual([201, ...Array(19).fill(404)]);
    const { email } = person.identity;
    const winner = answers.findIndex((answer) => answer.status === 201);
    const again = await t.anonymous.post("/api/session", {
      email,
      password: `${password} ${winner}`,
    });
    expect(again.status).toBe(201);
  });

  test("is good for an hour, and using a newer link ends the older one", async () => {
    await using t = await testApp();
    const person = await t.signUp();
    const ask = async () => {
      await t.anonymous.post("/api/password-reset-mail", { email: person.identity.email });
      return await mailedToken(t, person);
    };
    const use = async (token: string) =>
      (await t.anonymous.post("/api/password-reset", { token, password })).status;
    const expired = await ask();
    t.advance(60 * MINUTE_MS);
    expect(await use(expired)).toBe(404);
    const [older, newer] = [await ask(), await ask()];
    expect(await use(newer)).toBe(201);
    expect(await use(older)).toBe(404);
    expect(await use("made up")).toBe(404);
  });

  test("keeps the link when the new password is refused", async () => {
    await using t = await testApp();
    const person = await t.signUp();
    await t.anonymous.post("/api/password-reset-mail", { email: person.identity.email });
    const token = await mailedToken(t, person);
    const weak = await t.anonymous.post("/api/password-reset", { token, password: "password1" });
    expect(weak.status).toBe(422);
    const strong = await t.anonymous.post("/api/password-reset", { token, password });
    expect(strong.status).toBe(201);
  });

  test("a change of the password ends the links under way", async () => {
    await using t = await testApp();
    const person = await t.signUp();
    await t.anonymous.post("/api/password-reset-mail", { email: person.identity.email });
    const token = await mailedToken(t, person);
    const { password: currentPassword } = person.identity;
    await person.post("/api/account/password", { currentPassword, password });
    const late = await t.anonymous.post("/api/password-reset", { token, password: `${password}!` });
    expect(late.status).toBe(404);
  });
});

test("S27 letters are in the reader's language and link to the configured address only", async () => {
  await using t = await testApp();
  await t.anonymous.post(
    "/api/users",
    { email: "maria@example.test", password, name: "María" },
    { "accept-language": "es-ES,es;q=0.9", "x-forwarded-host": "evil.test" },
  );
  const [letter] = await lettersTo(t, "maria@example.test");
  expect(letter!.subject).toBe("Confirma tu correo en Guildhall");
  expect(letter!.text).toContain("http://localhost/verify?token=");
  expect(letter!.text).not.toContain("evil.test");
});
