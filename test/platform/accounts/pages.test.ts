import { describe, expect, test } from "vitest";
import { testApp } from "../../support/app.ts";
import { cookieOf, isGood, lettersTo, MINUTE_MS, mailedToken, signInAgain } from "./support.ts";

const password = "seven ravens over the keep";
const jaina = { email: "jaina@example.test", password, name: "Jaina" };

describe("without scripts", () => {
  test("a sign-up leads signed in to founding a guild, or back to the page before it", async () => {
    await using t = await testApp();
    const first = await t.anonymous.submit("/sign-up", jaina);
    expect([first.status, first.headers.get("location")]).toEqual([303, "/guilds/new"]);
    const account = await t.anonymous.page("/account", { cookie: cookieOf(first) });
    expect(account.status).toBe(200);
    expect(account.text).toContain("jaina@example.test");
    expect(account.headers.get("cache-control")).toBe("no-store");
    const second = await t.anonymous.submit("/sign-up?next=/invitations/abc", {
      ...jaina,
      email: "b@example.test",
    });
    expect(second.headers.get("location")).toBe("/invitations/abc");
    expect(await lettersTo(t, jaina.email)).toHaveLength(1);
  });

  test("a refused form comes back as it was sent, except for the password", async () => {
    await using t = await testApp();
    const answer = await t.anonymous.submit("/sign-up", { ...jaina, email: "jaina" });
    expect(answer.status).toBe(422);
    expect(answer.text).toContain('value="Jaina"');
    expect(answer.text).toContain('value="jaina"');
    expect(answer.text).toContain('href="#email"');
    expect(answer.text).toContain('aria-invalid="true"');
    expect(answer.text).not.toContain(password);
    await t.anonymous.submit("/sign-up", jaina);
    const taken = await t.anonymous.submit("/sign-up", { ...jaina, name: "Other" });
    expect(taken.status).toBe(409);
    expect(taken.text).toContain("already has an account");
    const wrong = await t.anonymous.submit("/sign-in", { email: jaina.email, password: "wrong" });
    expect(wrong.status).toBe(401);
    expect(wrong.text).toContain('value="jaina@example.test"');
  });

  test("S24 a sign-in leads to a page of ours and never elsewhere", async () => {
    await using t = await testApp();
    await t.anonymous.submit("/sign-up", jaina);
    const { email } = jaina;
    const goesTo = async (next: string) => {
      const path = `/sign-in?next=${encodeURIComponent(next)}`;
      const answer = await t.anonymous.submit(path, { email, password });
      expect(answer.status).toBe(303);
      return answer.headers.get("location");
    };
    expect(await goesTo("/g/ironforge?tab=1")).toBe("/g/ironforge?tab=1");
    for (const evil of ["//evil.test", "/\\evil.test", "https:evil.test", "//a@evil.test"]) {
      expect(await goesTo(evil)).toBe("/guilds");
    }
  });

  test("a person who is asked to sign in comes back to the page they wanted", async () => {
    await using t = await testApp();
    for (const path of ["/account", "/account/proof", "/verify?token=abc"]) {
      const answer = await t.anonymous.page(path);
      expect(answer.status).toBe(303);
      expect(answer.headers.get("location")).toBe(`/sign-in?next=${encodeURIComponent(path)}`);
    }
  });

  test("signing out ends the session and takes the cookie", async () => {
    await using t = await testApp();
    const person = await t.signUp();
    const answer = await person.submit("/sign-out", {});
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/?done=signed-out"]);
    expect(answer.headers.get("set-cookie")).toContain("Max-Age=0");
    expect(await isGood(t, person.identity.token)).toBe(false);
    expect((await person.submit("/sign-out", {})).status).toBe(303);
  });

  test("a forgotten password is replaced and its owner signed in", async () => {
    await using t = await testApp();
    const person = await t.signUp();
    const sent = await t.anonymous.submit("/reset", { email: person.identity.email });
    const unknown = await t.anonymous.submit("/reset", { email: "nobody@example.test" });
    expect([sent.status, unknown.status]).toEqual([200, 200]);
    expect(sent.text).toBe(unknown.text);
    const token = await mailedToken(t, person);
    const weak = await t.anonymous.submit("/reset/password", { token, password: "password1" });
    expect(weak.status).toBe(422);
    expect(weak.text).toContain(`value="${token}"`);
    const done = await t.anonymous.submit("/reset/password", { token, password });
    expect(done.status).toBe(303);
    expect(await isGood(t, cookieOf(done).split("=")[1]!)).toBe(true);
  });

  test("the account page changes name and password, and ends sessions", async () => {
    await using t = await testApp();
    const person = await t.signUp();
    const others = [await signInAgain(t, person), await signInAgain(t, person)];
    const { items } = (await person.get("/api/sessions")).body;
    expect((await person.submit("/account", { name: "Sylvanas" })).status).toBe(303);
    expect((await person.page("/account")).text).toContain("Sylvanas");
    const tooLong = await person.submit("/account", { name: "S".repeat(51) });
    expect(tooLong.status).toBe(422);
    const { id } = items.find((item: { isCurrent: boolean }) => !item.isCurrent);
    expect((await person.submit("/account/sessions", { id })).status).toBe(303);
    expect((await person.submit("/account/sessions", { id })).status).toBe(404);
    expect((await person.submit("/account/sessions", { id: "others" })).status).toBe(303);
    for (const token of others) expect(await isGood(t, token)).toBe(false);
    const wrong = await person.submit("/account/password", { currentPassword: "x", password });
    expect(wrong.status).toBe(403);
    expect(wrong.text).toContain('id="currentPassword-error"');
    const { password: currentPassword } = person.identity;
    const done = await person.submit("/account/password", { currentPassword, password });
    expect(done.status).toBe(303);
    const gone = await t.anonymous.submit("/account", { name: "Nobody" });
    expect(gone.status).toBe(401);
  });

  test("entering the password again leads to the page that required it", async () => {
    await using t = await testApp();
    const person = await t.signUp();
    t.advance(11 * MINUTE_MS);
    const page = await person.page("/account/proof?next=/g/ironforge/settings");
    expect(page.text).toContain(encodeURIComponent("/g/ironforge/settings"));
    const submit = (text: string) =>
      person.submit("/account/proof?next=/g/ironforge/settings", { password: text });
    expect((await submit("wrong")).status).toBe(403);
    const done = await submit(person.identity.password);
    expect([done.status, done.headers.get("location")]).toEqual([303, "/g/ironforge/settings"]);
    expect((await person.get("/api/session")).body.provedUntil).toBeGreaterThan(t.now().getTime());
  });
});

test("language and theme are kept in cookies, and unknown ones are not", async () => {
  await using t = await testApp();
  const chosen = await t.anonymous.submit("/preferences", {
    lang: "es",
    theme: "light",
    next: "/sign-in",
  });
  expect([chosen.status, chosen.headers.get("location")]).toEqual([303, "/sign-in"]);
  const cookies = chosen.headers.getSetCookie();
  expect(cookies[0]).toMatch(/^lang=es;.*SameSite=Lax/);
  expect(cookies[1]).toMatch(/^theme=light;/);
  const cookie = "lang=es; theme=light";
  const page = await t.anonymous.page("/sign-in", { cookie });
  expect(page.text).toContain('<html lang="es" class="theme-light">');
  const odd = await t.anonymous.submit("/preferences", { lang: "<x>", next: "//evil.test" });
  expect(odd.headers.get("set-cookie")).toBeNull();
  expect(odd.headers.get("location")).toBe("/");
});

test("errors are in the reader's language", async () => {
  await using t = await testApp();
  const response = await t.request("/sign-up", {
    method: "POST",
    body: new URLSearchParams({ ...jaina, password: "password1" }),
    headers: { origin: "http://localhost", "accept-language": "es" },
  });
  const text = await response.text();
  expect(text).toContain("Esta contraseña es fácil de adivinar.");
  expect(text).not.toContain("Choose another one");
});

test("S50 a name is shown as text, whatever is in it", async () => {
  await using t = await testApp();
  const person = await t.signUp();
  const name = `<img src=x onerror="alert(1)">'&`;
  await person.submit("/account", { name });
  const page = await person.page("/account");
  expect(page.text).not.toContain("<img");
  expect(page.text).toContain("&lt;img src=x");
});
