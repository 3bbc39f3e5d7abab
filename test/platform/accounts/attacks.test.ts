import { describe, expect, test, vi } from "vitest";
import { type Json, testApp } from "../../support/app.ts";
import { MINUTE_MS, mailedToken } from "./support.ts";

const password = "seven ravens over the keep";
const from = (address: string) => ({ "x-forwarded-for": address });

describe("guessing passwords", () => {
  test("S22 stops after ten tries a minute on one account, from however many addresses", async () => {
    await using t = await testApp({ TRUSTED_PROXY_HOPS: "1" });
    const person = await t.signUp();
    const { email, password: right } = person.identity;
    t.advance(MINUTE_MS * 2);
    const guess = (n: number) =>
      t.anonymous.post(
        "/api/session",
        { email, password: `guess number ${n}` },
        from(`198.51.${n % 250}.${Math.floor(n / 250)}`),
      );
    const answers = await Promise.all(Array.from({ length: 1_000 }, (_, n) => guess(n)));
    const statuses = answers.map((answer) => answer.status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(10);
    expect(statuses.filter((status) => status === 429)).toHaveLength(990);
    const refused = answers.find((answer) => answer.status === 429)!;
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);

    // The owner can sign in again: by the mailbox at once, by the password when the guessing is over.
    await t.anonymous.post("/api/password-reset-mail", { email }, from("203.0.113.9"));
    const token = await mailedToken(t, person);
    const reset = await t.anonymous.post("/api/password-reset", { token, password: right });
    expect(reset.status).toBe(201);
    t.advance(MINUTE_MS * 2);
    const signedIn = await t.anonymous.post("/api/session", { email, password: right });
    expect(signedIn.status).toBe(201);
  });

  test("S22 S34 stops for one address that tries many accounts, also when it rotates within a /64", async () => {
    await using t = await testApp({ TRUSTED_PROXY_HOPS: "1" });
    const guess = (n: number, address: string) =>
      t.anonymous.post("/api/session", { email: `n${n}@example.test`, password }, from(address));
    const answers = await Promise.all(
      Array.from({ length: 130 }, (_, n) => guess(n, `2001:db8:1:2:${n.toString(16)}::1`)),
    );
    expect(answers.filter((answer) => answer.status === 401)).toHaveLength(120);
    expect(answers.filter((answer) => answer.status === 429)).toHaveLength(10);
    expect((await guess(1, "2001:db8:1:3::1")).status).toBe(401);
  });

  test("S34 is not made easier by a forged address", async () => {
    await using t = await testApp({ TRUSTED_PROXY_HOPS: "1" });
    const answers = await Promise.all(
      Array.from({ length: 125 }, (_, n) =>
        t.anonymous.post(
          "/api/session",
          { email: `n${n}@example.test`, password },
          from(`10.0.0.${n}, 203.0.113.1`),
        ),
      ),
    );
    expect(answers.filter((answer) => answer.status === 429)).toHaveLength(5);
  });

  test("S21 S76 does not reveal which addresses have accounts: the same answer after the same hashes", async () => {
    const RATE_LIMITS = "email.address=off,email.account=off,sign-up.address=off";
    await using t = await testApp({ RATE_LIMITS }, { hasSlowHashes: true });
    const person = await t.signUp();
    const withoutPassword = await t.signUp();
    await t.services.platform.db.client.execute({
      sql: "UPDATE users SET password_hash = NULL WHERE id = ?",
      args: [withoutPassword.userId],
    });
    const { passwords } = t.services;
    const verify = vi.spyOn(passwords, "verify");
    const hash = vi.spyOn(passwords, "hash");
    /** What `path` answers and how it hashes. The salt and the key of a hash do not change its work. */
    const workOf = async (path: string, body: Json) => {
      verify.mockClear();
      hash.mockClear();
      const { status, body: answer } = await t.anonymous.post(path, body);
      const { requestId: _, ...rest } = answer;
      const costs = verify.mock.calls.map(([, phc]) => phc.split("$").slice(1, -2).join("$"));
      return { answer: { status, ...rest }, costs, hashes: hash.mock.calls.length };
    };
    const known = [person.identity.email, withoutPassword.identity.email];
    // The first try makes the hash that unknown addresses are compared with.
    await workOf("/api/session", { email: "first@example.test", password });
    for (const [path, more] of [
      ["/api/session", { password }],
      ["/api/password-reset-mail", {}],
    ] as const) {
      const unknown = await workOf(path, { email: "nowhere@example.test", ...more });
      expect(unknown.costs).toHaveLength(path === "/api/session" ? 1 : 0);
      for (const email of known) {
        expect([path, await workOf(path, { email, ...more })]).toEqual([path, unknown]);
      }
    }
    // Sign-up has to say that an address is taken, but its time says no more than that.
    const named = { password, name: "Person" };
    const fresh = await workOf("/api/users", { email: "fresh@example.test", ...named });
    const taken = await workOf("/api/users", { email: known[0]!, ...named });
    expect([fresh.answer.status, taken.answer.status]).toEqual([201, 409]);
    expect([taken.costs, taken.hashes]).toEqual([fresh.costs, fresh.hashes]);
    expect(fresh.hashes).toBe(1);
  });
});

describe("a request that another site makes the browser send", () => {
  test.each([
    ["a form", { origin: "https://evil.test" }, "application/x-www-form-urlencoded"],
    ["a sandboxed frame", { origin: "null" }, "application/x-www-form-urlencoded"],
    ["a neighbour below the same domain", { "sec-fetch-site": "same-site" }, "application/json"],
    ["JSON as plain text", { origin: "https://evil.test" }, "text/plain"],
    ["no origin and no JSON", {}, "text/plain"],
  ])("S31 signs nobody in, renames nobody and ends no session: %s", async (_, headers, type) => {
    await using t = await testApp();
    const person = await t.signUp();
    const send = (path: string, body: string, method = "POST") =>
      t.request(path, {
        method,
        body,
        headers: {
          ...headers,
          "content-type": type,
          cookie: `guildhall=${person.identity.token}`,
        },
      });
    const { email, password: own } = person.identity;
    for (const [path, body] of [
      ["/sign-in", new URLSearchParams({ email, password: own }).toString()],
      ["/api/session", JSON.stringify({ email, password: own })],
      ["/account", "name=Pwned"],
      ["/account/sessions", "id=others"],
      ["/sign-out", ""],
    ] as const) {
      const answer = await send(path, body);
      expect([path, answer.status]).toEqual([path, 403]);
      expect(answer.headers.get("set-cookie")).toBeNull();
    }
    expect((await person.get("/api/session")).status).toBe(200);
  });
});

test("S32 looking at a page changes nothing, whatever it is called", async () => {
  await using t = await testApp();
  const person = await t.signUp();
  const token = await mailedToken(t, person);
  for (const path of ["/sign-out", `/verify?token=${token}`, "/account?name=Pwned"]) {
    expect((await person.page(path)).status).toBe(200);
  }
  const { user } = (await person.get("/api/session")).body;
  expect(user).toMatchObject({ emailVerified: false });
});

describe("stored data", () => {
  test("S55 S57 holds no password and no token, in the database, a log line or an error", async () => {
    const lines: string[] = [];
    const spy = vi.spyOn(process.stdout, "write").mockImplementation((line) => {
      lines.push(String(line));
      return true;
    });
    try {
      await using t = await testApp({ LOG_LEVEL: "debug" });
      const person = await t.signUp();
      const { email, token, password: old } = person.identity;
      const key = { "idempotency-key": "one-key-for-all" };
      const verifyToken = await mailedToken(t, person);
      await person.page(`/verify?token=${verifyToken}`);
      const proof = await person.post("/api/session/proof", { password: old }, key);
      const bad = await person.post("/api/session/proof", { password: "wrong and secret" });
      const second = await person.post("/api/session", { email, password: old }, key);
      await t.anonymous.post("/api/password-reset-mail", { email });
      const resetToken = await mailedToken(t, person);
      await t.anonymous.page(`/reset?token=${resetToken}`);
      await t.anonymous.post("/api/password-reset", { token: resetToken, password }, key);
      expect([proof.status, bad.status, second.status]).toEqual([200, 403, 201]);

      const secrets = [old, password, "wrong and secret", token, second.body.token as string];
      secrets.push(verifyToken, resetToken);
      const kept = await t.storedBytes();
      expect(kept).toContain(email);
      const everything = [kept, ...lines, bad.text].join("\n");
      expect(everything).toContain("/reset");
      for (const secret of secrets) expect(everything).not.toContain(secret);
    } finally {
      spy.mockRestore();
    }
  });

  test("holds no address without an account", async () => {
    await using t = await testApp();
    await t.anonymous.post("/api/session", { email: "lost-soul@example.test", password });
    await t.anonymous.post("/api/password-reset-mail", { email: "lost-soul@example.test" });
    expect(await t.storedBytes()).not.toContain("lost-soul");
  });

  test("says in the audit log who signed in, who failed and what was changed", async () => {
    await using t = await testApp();
    const person = await t.signUp();
    const { email, password: own } = person.identity;
    await t.anonymous.post("/api/session", { email, password: "not the right one" });
    await t.anonymous.post("/api/session", { email: "nobody@example.test", password });
    await person.post("/api/verification", { token: await mailedToken(t, person) });
    await person.patch("/api/account", { name: "Anew" });
    await person.post("/api/account/password", { currentPassword: own, password });
    await person.delete("/api/sessions");
    await t.anonymous.post("/api/password-reset-mail", { email });
    await t.anonymous.post("/api/password-reset", {
      token: await mailedToken(t, person),
      password: own,
    });
    const rows = await t.services.platform.db.all<{ action: string; subject: string }>(
      "SELECT action, subject FROM audit_log ORDER BY seq",
    );
    expect(rows.map((row) => [row.action, row.subject === person.userId])).toEqual([
      ["user.sign-up", true],
      ["session.begin", true],
      ["session.refuse", true],
      ["session.refuse", false],
      ["user.verify", true],
      ["user.rename", true],
      ["user.change-password", true],
      ["session.end-others", true],
      ["user.reset-mail", true],
      ["user.reset", true],
    ]);
  });
});
