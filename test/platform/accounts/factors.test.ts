import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Envelopes } from "../../../src/kernel/envelope.ts";
import { stepAt, totpCode } from "../../../src/platform/accounts/factors/rules.ts";
import { factorsSealedWith, resealFactors } from "../../../src/platform/accounts/factors/store.ts";
import { type TestApp, type TestClient, testApp } from "../../support/app.ts";
import { anOperator } from "../console/support.ts";
import { isGood, lettersTo, MINUTE_MS, mailedToken, signInAgain } from "./support.ts";

let t: TestApp;
beforeAll(async () => {
  const off = ["sign-in", "sign-up", "email"].flatMap((one) => [
    `${one}.address=off`,
    `${one}.account=off`,
  ]);
  t = await testApp({ RATE_LIMITS: off.join(",") });
});
afterAll(() => t.close());

interface Enrolled {
  readonly secret: string;
  readonly recoveryCodes: readonly string[];
  /** The next code that was not used yet. */
  readonly code: () => string;
}

async function enrol(person: TestClient): Promise<Enrolled> {
  const { body } = await person.post("/api/account/second-factor", {});
  const code = () => {
    t.advance(MINUTE_MS / 2);
    return totpCode(body.secret, stepAt(t.now().getTime()));
  };
  const done = await person.post("/api/account/second-factor/confirmation", { code: code() });
  if (done.status !== 201) throw new Error(`confirming answered ${done.status}: ${done.text}`);
  return { secret: body.secret, recoveryCodes: done.body.recoveryCodes, code };
}

const signIn = ({ identity: { email, password } }: TestClient, code?: string) =>
  t.anonymous.post("/api/session", { email, password, ...(code !== undefined && { code }) });

const form = (path: string, values: Record<string, string>, cookie = "") =>
  t.request(path, {
    method: "POST",
    body: new URLSearchParams(values),
    headers: { cookie, origin: "http://localhost" },
  });

/** The cookies that a browser keeps after an answer. */
const cookiesOf = (answer: Response) =>
  answer.headers
    .getSetCookie()
    .map((line) => line.split(";", 1)[0]!)
    .join("; ");

/** The cookies of a browser whose password was right and that is asked for the code. */
async function askedForCode(person: TestClient): Promise<string> {
  const { email, password } = person.identity;
  const answer = await form("/sign-in?next=/account", { email, password });
  expect([answer.status, answer.headers.get("location")]).toEqual([303, "/sign-in/code"]);
  return cookiesOf(answer);
}

describe("setting up the app", () => {
  test("needs a recent proof, counts only after a code, ends other sessions and writes a letter", async () => {
    const person = await t.signUp();
    const other = await signInAgain(t, person);
    t.advance(11 * MINUTE_MS);
    const late = await person.post("/api/account/second-factor", {});
    expect([late.status, late.body.type]).toEqual([403, "/problems/auth/proof-required"]);
    await person.post("/api/session/proof", { password: person.identity.password });
    await person.post("/api/account/second-factor", {});
    expect((await signIn(person)).status).toBe(201);
    const wrong = await person.post("/api/account/second-factor/confirmation", { code: "000000" });
    expect([wrong.status, wrong.body.type]).toEqual([403, "/problems/auth/code-refused"]);
    const { recoveryCodes, secret } = await enrol(person);
    expect(new Set(recoveryCodes).size).toBe(10);
    expect([await isGood(t, other), await isGood(t, person.identity.token)]).toEqual([false, true]);
    expect((await lettersTo(t, person.identity.email)).at(-1)!.subject).toContain("turned on");
    expect((await person.get("/api/account/second-factor")).body).toMatchObject({
      isOn: true,
      recoveryCodesLeft: 10,
      isRequired: false,
    });
    expect((await person.post("/api/account/second-factor", {})).status).toBe(409);
    const bytes = await t.storedBytes();
    for (const one of [secret, ...recoveryCodes]) expect(bytes).not.toContain(one);
  });

  test("works on the account's pages, which show secret and recovery codes once", async () => {
    const person = await t.signUp();
    const { email, password } = person.identity;
    const cookie = cookiesOf(await form("/sign-in", { email, password }));
    const page = async () => {
      const answer = await t.request("/account/second-factor", { headers: { cookie } });
      return await answer.text();
    };
    expect((await form("/account/second-factor", {}, cookie)).status).toBe(303);
    const secret = /value="([A-Z2-7]{32})"/.exec(await page())![1]!;
    const code = totpCode(secret, stepAt(t.now().getTime()));
    const shown = await form("/account/second-factor/confirmation", { code }, cookie);
    expect((await shown.text()).match(/<code>[A-Z2-7-]{19}<\/code>/g)).toHaveLength(10);
    expect(await page()).not.toContain(secret);
    const renewed = await form("/account/second-factor/recovery-codes", {}, cookie);
    expect(renewed.status).toBe(200);
    expect((await form("/account/second-factor/removal", {}, cookie)).status).toBe(303);
    expect((await signIn(person)).status).toBe(201);
    expect((await lettersTo(t, email)).at(-1)!.subject).toContain("turned off");
  });
});

describe("signing in with a second factor", () => {
  let person: TestClient;
  let app: Enrolled;
  beforeAll(async () => {
    person = await t.signUp();
    app = await enrol(person);
  });

  test("S101 takes a code once, and the same code is refused by another request", async () => {
    expect((await signIn(person)).body.type).toBe("/problems/auth/code-required");
    const code = app.code();
    const both = await Promise.all([signIn(person, code), signIn(person, code)]);
    expect(both.map(({ status }) => status).sort()).toEqual([201, 401]);
    const again = await signIn(person, code);
    expect([again.status, again.body.type]).toEqual([401, "/problems/auth/wrong-code"]);
    // The step before is refused too, although its time has hardly passed.
    const before = totpCode(app.secret, stepAt(t.now().getTime()) - 1);
    expect((await signIn(person, before)).status).toBe(401);
  });

  test("S21 does not reveal the second factor before the password is right", async () => {
    const { email } = person.identity;
    const stranger = await t.anonymous.post("/api/session", {
      email,
      password: "wrong",
      code: "1",
    });
    expect(stranger.body.type).toBe("/problems/auth/wrong-credentials");
  });

  test("S103 asks a browser for the code on a second page, and no other browser can answer", async () => {
    const cookies = await askedForCode(person);
    expect((await t.request("/account", { headers: { cookie: cookies } })).status).toBe(303);
    const [device, pending] = [/guildhall-device=[^;]+/, /guildhall-second-factor=[^;]+/].map(
      (one) => one.exec(cookies)![0],
    );
    const stolen = await form("/sign-in/code", { code: app.code() }, pending);
    expect(stolen.status).toBe(400);
    const otherDevice = `${pending}; guildhall-device=${"x".repeat(43)}`;
    expect((await form("/sign-in/code", { code: app.code() }, otherDevice)).status).toBe(400);
    const own = `${device}; ${pending}`;
    expect((await form("/sign-in/code", { code: "123 456" }, own)).status).toBe(401);
    const entered = await form("/sign-in/code", { code: app.code() }, own);
    expect([entered.status, entered.headers.get("location")]).toEqual([303, "/account"]);
    // It finishes once.
    expect((await form("/sign-in/code", { code: app.code() }, own)).status).toBe(400);
    const late = await askedForCode(person);
    t.advance(11 * MINUTE_MS);
    expect((await form("/sign-in/code", { code: app.code() }, late)).status).toBe(400);
  });

  test("S104 takes a recovery code once, also from two requests at once, and writes a letter", async () => {
    const code = app.recoveryCodes[0]!.toLowerCase();
    const both = await Promise.all([signIn(person, code), signIn(person, code)]);
    expect(both.map(({ status }) => status).sort()).toEqual([201, 401]);
    const letters = await lettersTo(t, person.identity.email);
    expect(letters.filter(({ subject }) => subject.includes("recovery code"))).toHaveLength(1);
    expect((await person.get("/api/account/second-factor")).body.recoveryCodesLeft).toBe(9);
  });

  test("a password reset keeps the factor and starts no session without a code", async () => {
    t.advance(60 * MINUTE_MS);
    await t.anonymous.post("/api/password-reset-mail", { email: person.identity.email });
    const token = await mailedToken(t, person);
    const { password } = person.identity;
    const reset = await t.anonymous.post("/api/password-reset", { token, password });
    expect([reset.status, reset.text]).toEqual([202, ""]);
    expect((await signIn(person)).status).toBe(401);
    expect((await signIn(person, app.code())).status).toBe(201);
  });
});

test("S103 a sign-in that waits for its code ends with a new password", async () => {
  const person = await t.signUp();
  const app = await enrol(person);
  const cookies = await askedForCode(person);
  const currentPassword = person.identity.password;
  const password = "another phrase of seven ravens";
  const changed = await person.post("/api/account/password", { currentPassword, password });
  expect(changed.status).toBe(204);
  expect((await form("/sign-in/code", { code: app.code() }, cookies)).status).toBe(400);
});

test("a secret is sealed again after a change of keys, and its codes still work", async () => {
  const person = await t.signUp();
  const app = await enrol(person);
  const old = t.services.config.secretsKeys[0]!;
  const next = { id: "second", bytes: crypto.getRandomValues(new Uint8Array(32)) };
  const services = { ...t.services, envelopes: new Envelopes([next, old]) };
  const caller = { type: "system", name: "test" } as const;
  const nowhere = { requestId: "", address: "", agent: "" };
  const done = await resealFactors({ services, caller, ...nowhere });
  expect(done.unreadable).toBe(0);
  expect(done.resealed).toBeGreaterThan(0);
  const keys = await factorsSealedWith(t.services.platform);
  expect(keys.map(({ keyId }) => keyId)).toEqual(["second"]);
  // This server does not know the new key, so it puts the old one back.
  const back = { ...t.services, envelopes: new Envelopes([old, next]) };
  await resealFactors({ services: back, caller, ...nowhere });
  expect((await signIn(person, app.code())).status).toBe(201);
});

test("S102 guessing codes stops after ten tries an hour, and the owner's session still proves itself", async () => {
  const person = await t.signUp();
  const app = await enrol(person);
  const guesses = Array.from({ length: 15 }, (_, n) => signIn(person, String(n).padStart(6, "0")));
  const statuses = (await Promise.all(guesses)).map(({ status }) => status);
  expect(statuses.filter((one) => one === 401)).toHaveLength(10);
  expect(statuses.filter((one) => one === 429)).toHaveLength(5);
  expect((await signIn(person, app.code())).status).toBe(429);
  t.advance(20 * MINUTE_MS);
  const proof = await person.post("/api/session/proof/code", { code: app.code() });
  expect(proof.status).toBe(200);
  // A recovery code is for signing in, not for proofs.
  const [code] = app.recoveryCodes;
  expect((await person.post("/api/session/proof/code", { code })).status).toBe(403);
  expect((await person.delete("/api/account/second-factor")).status).toBe(204);
});

describe("operators", () => {
  test("reset the factor of a locked-out person, who gets a letter, and the log names both", async () => {
    const [operator, person] = [await anOperator(t), await t.signUp()];
    await enrol(person);
    await operator.post("/api/session/proof", { password: operator.identity.password });
    const path = `/api/operator/accounts/${person.userId}`;
    expect((await operator.get(path)).body.hasSecondFactor).toBe(true);
    expect((await operator.delete(`${path}/second-factor`)).status).toBe(204);
    expect((await operator.delete(`${path}/second-factor`)).status).toBe(404);
    expect(await isGood(t, person.identity.token)).toBe(false);
    expect((await signIn(person)).status).toBe(201);
    expect((await lettersTo(t, person.identity.email)).at(-1)!.subject).toContain("An operator");
    const { body } = await operator.get("/api/operator/audit?action=second-factor.reset");
    expect(body.items[0]).toMatchObject({ actorId: operator.userId, subject: person.userId });
  });

  test("who act as a person can neither turn the factor on nor off", async () => {
    const [operator, person] = [await anOperator(t), await t.signUp()];
    const begun = await operator.post("/api/operator/impersonations", {
      email: person.identity.email,
      reason: "A question about points",
    });
    expect(begun.status).toBe(201);
    const as = { authorization: `Bearer ${begun.body.token}` };
    const answers = [
      await t.anonymous.post("/api/account/second-factor", {}, as),
      await t.anonymous.post("/api/account/second-factor/recovery-codes", {}, as),
      await t.anonymous.delete("/api/account/second-factor", as),
    ];
    expect(answers.map(({ body }) => body.type)).toEqual(
      Array(3).fill("/problems/operator/impersonating"),
    );
  });

  test("sign in without a factor, but where it is required the console only asks them to set it up", async () => {
    await using strict = await testApp({ OPERATOR_SECOND_FACTOR: "required" });
    const operator = await anOperator(strict);
    const refused = await operator.get("/api/operator/guilds");
    expect(refused.body.type).toBe("/problems/operator/second-factor-required");
    const page = await operator.get("/operator", { accept: "text/html" });
    expect(page.status).toBe(403);
    expect(page.text).toContain('href="/account/second-factor"');
    expect((await operator.get("/api/account/second-factor")).body.isRequired).toBe(true);
    const { body } = await operator.post("/api/account/second-factor", {});
    const code = totpCode(body.secret, stepAt(strict.now().getTime()));
    await operator.post("/api/account/second-factor/confirmation", { code });
    expect((await operator.get("/api/operator/guilds")).status).toBe(200);
    // People who are no operators see no difference.
    expect((await (await strict.signUp()).get("/api/operator/guilds")).status).toBe(404);
  });
});
