import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createLog } from "../../src/kernel/log.ts";
import { type TestApp, type TestGuild, testApp } from "../support/app.ts";

let t: TestApp;
let guild: TestGuild;
beforeAll(async () => {
  t = await testApp();
  guild = await t.guild("ironforge", { plan: "premium" });
});
afterAll(() => t.close());

const token = () => guild.owner.identity.token;

describe("authentication", () => {
  test("S28 a key or a token counts in one header only, in one form only", async () => {
    const made = await guild.owner.post("/settings/keys", { name: "k", scopes: ["query"] });
    const { key } = made.body;
    const url = "/api/g/ironforge/roster";
    expect((await t.request(url, { headers: { authorization: `Bearer ${key}` } })).status).toBe(
      200,
    );
    const basic = Buffer.from(`key:${key}`).toString("base64");
    for (const headers of [
      { authorization: `bearer ${key}` },
      { authorization: `Basic ${basic}` },
      { authorization: key },
      { authorization: `Bearer  ${key}` },
      { authorization: `Bearer ${key}, Bearer ${key}` },
      { authorization: `Bearer ${key} x` },
    ]) {
      expect([headers, (await t.request(url, { headers })).status]).toEqual([headers, 401]);
    }
    for (const [path, headers] of [
      [`${url}?key=${key}`, {}],
      [`${url}?access_token=${key}&authorization=Bearer%20${key}`, {}],
      [url, { cookie: `guildhall=${key}` }],
      [url, { "x-api-key": key }],
    ] as const) {
      expect([path, (await t.request(path, { headers })).status]).toEqual([path, 404]);
    }
  });

  test("S17 a cookie of nearly our name, or with the prefix made of other spaces, opens no session", async () => {
    await using secure = await testApp({ PUBLIC_URL: "https://guilds.example" });
    const ask = (cookie: string) =>
      secure.request("https://guilds.example/api/session", { headers: { cookie } });
    const person = await secure.services.platform.db.all("SELECT 1 FROM sessions");
    expect(person).toEqual([]);
    await secure.request("https://guilds.example/api/users", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ email: "a@example.test", password: "seven ravens fly", name: "A" }),
    });
    const begun = await secure.request("https://guilds.example/api/session", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ email: "a@example.test", password: "seven ravens fly" }),
    });
    const set = begun.headers.get("set-cookie")!;
    expect(set).toMatch(/^__Host-guildhall=/);
    expect(set).toMatch(/; Path=\//);
    expect(set).toMatch(/; HttpOnly/);
    expect(set).toMatch(/; Secure/);
    expect(set).toMatch(/; SameSite=Lax/);
    expect(set).not.toMatch(/Domain/i);
    const { token: good } = (await begun.json()) as { token: string };
    expect((await ask(`__Host-guildhall=${good}`)).status).toBe(200);
    for (const cookie of [
      `guildhall=${good}`,
      `__host-guildhall=${good}`,
      `\u00a0__Host-guildhall=${good}`.replace("\u00a0", "%C2%A0"),
      `__Secure-guildhall=${good}`,
      `__Host-guildhall=${good}; __Host-guildhall=other`,
    ]) {
      expect([cookie, (await ask(cookie)).status]).toEqual([cookie, 401]);
    }
  });

  test("S20 a password of a megabyte or with a NUL is refused with a reason, and none is truncated", async () => {
    const sent = { email: "long@example.test", name: "L" };
    for (const password of ["x".repeat(300), `a${"\0"}bcdefgh`.repeat(40), "é".repeat(257)]) {
      const { status } = await t.anonymous.post("/api/users", { ...sent, password });
      expect(status).toBe(422);
    }
    const big = await t.anonymous.post("/api/users", { ...sent, password: "x".repeat(1_100_000) });
    expect(big.status).toBe(413);
    const password = `${Array.from({ length: 30 }, (_, n) => `w${n * 7}`).join(" ")} the end`;
    expect(password.length).toBeGreaterThan(72);
    expect((await t.anonymous.post("/api/users", { ...sent, password })).status).toBe(201);
    const cut = { email: sent.email, password: password.slice(0, 72) };
    expect((await t.anonymous.post("/api/session", cut)).status).toBe(401);
    const whole = { email: sent.email, password };
    expect((await t.anonymous.post("/api/session", whole)).status).toBe(201);
  });
});

describe("the origin of a request", () => {
  test.each([
    ["https://evil.test"],
    ["null"],
    ["http://localhost.evil.test"],
    ["https://localhost"],
    ["http://evil.localhost"],
  ])(
    "S31 no unsafe request from a page of %s does anything, whoever it claims to be",
    async (origin) => {
      const made = await guild.owner.post("/settings/keys", { name: "k", scopes: ["admin"] });
      for (const headers of [
        { cookie: `guildhall=${token()}` },
        { authorization: `Bearer ${token()}` },
        { authorization: `Bearer ${made.body.key}` },
      ]) {
        for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
          const answer = await t.request("/api/g/ironforge/roster/persons", {
            method,
            headers: { ...headers, origin, "content-type": "application/json" },
            body: JSON.stringify({ name: "Forged" }),
          });
          expect([method, answer.status]).toEqual([method, 403]);
        }
      }
      expect((await guild.owner.get("/roster?limit=200")).text).not.toContain("Forged");
    },
  );

  test.each([["same-site"], ["cross-site"], ["none"]])(
    "S31 nor one of which the browser says that it is %s",
    async (site) => {
      const answer = await t.request("/api/account", {
        method: "PATCH",
        headers: {
          authorization: `Bearer ${token()}`,
          "sec-fetch-site": site,
          "content-type": "application/json",
        },
        body: JSON.stringify({ name: "Forged" }),
      });
      expect(answer.status).toBe(403);
    },
  );

  test("S32 a method in a header or a field is ignored, and reading changes nothing", async () => {
    const added = await guild.owner.post("/roster/persons", { name: "Here to stay" });
    const path = `/roster/persons/${added.body.id}`;
    for (const header of ["x-http-method-override", "x-method-override", "x-http-method"]) {
      await guild.owner.get(path, { [header]: "DELETE" });
      await guild.owner.post(path, { _method: "DELETE" }, { [header]: "DELETE" });
    }
    await guild.owner.get(`${path}?_method=DELETE`);
    expect((await guild.owner.get(path)).body).toMatchObject({ name: "Here to stay" });
    await t.request("/sign-out", { headers: { cookie: `guildhall=${token()}` } });
    expect((await guild.owner.get("")).status).toBe(200);
  });

  test("S33 no other site's page may read an answer", async () => {
    for (const origin of ["https://evil.test", "null", "http://localhost.evil.test"]) {
      for (const method of ["GET", "OPTIONS"]) {
        const { headers } = await t.request("/api/g/ironforge/roster", {
          method,
          headers: {
            origin,
            cookie: `guildhall=${token()}`,
            "access-control-request-method": "POST",
          },
        });
        expect(headers.get("access-control-allow-origin")).toBeNull();
        expect(headers.get("access-control-allow-credentials")).toBeNull();
      }
    }
  });

  test("S27 only our own hosts are served, and no header changes the host", async () => {
    for (const host of ["evil.test", "a..b.localhost", "localhost.evil.test", "evil.test:3000"]) {
      const answer = await t.request(`http://${host}/api/plans`);
      expect([host, answer.status]).toEqual([host, 400]);
    }
    const page = await t.anonymous.page("/", { "x-forwarded-host": "evil.test" });
    expect(page.status).toBe(200);
    expect(page.text).not.toContain("evil.test");
  });

  test("S35 an odd spelling of a path opens the same route or none", async () => {
    const { identity } = await t.signUp();
    for (const path of [
      "//api/g/ironforge/roster",
      "/./api/g/ironforge/roster",
      "/api//g/ironforge/roster",
      "/api/g/ironforge//roster",
      "/api/g/ironforge/%72oster",
      "/api/g/ironforge%2Froster",
      "/api/g/ironforge%252Froster",
      "/api/g/ironforge;x/roster",
      "/api/g/IRONFORGE/roster",
      "/api/g/ironforge/ROSTER",
      "/api/g/ironforge/roster/",
      "/api/g/x/../ironforge/roster",
      "/g/ironforge%2fsettings",
      "/G/ironforge/settings",
    ]) {
      for (const headers of [{}, { authorization: `Bearer ${identity.token}` }]) {
        const { status } = await t.request(`http://localhost${path}`, {
          headers,
          redirect: "manual",
        });
        expect([path, [301, 308, 400, 404].includes(status) && status]).toEqual([path, status]);
      }
    }
  });
});

describe("an answer", () => {
  test("S12 S50 forbids inline code, frames and foreign sources on every page, in one header each", async () => {
    for (const path of ["/", "/sign-in", "/g/ironforge/standings", "/g/ironforge/settings"]) {
      const page = await guild.owner.page(path);
      const policy = page.headers.get("content-security-policy")!;
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toMatch(/unsafe-|\*|https?:/);
      expect(policy).toContain("frame-ancestors 'none'");
      expect(page.headers.get("x-content-type-options")).toBe("nosniff");
      expect(page.headers.get("x-frame-options")).toBe("DENY");
      expect(page.headers.get("referrer-policy")).toBe("same-origin");
      expect(page.text).not.toMatch(/<script(?! src)|\son\w+="|style="|javascript:/);
    }
  });

  test("S59 to nonsense is a problem document, without a stack or a path of ours", async () => {
    const headers = { authorization: `Bearer ${token()}`, "content-type": "application/json" };
    const send = (body: string, more = {}) =>
      t.request("/api/g/ironforge/roster/persons", {
        method: "POST",
        body,
        headers: { ...headers, ...more },
      });
    for (const body of ["{", "[]", "null", '"x"', "\0", `${"[".repeat(20_000)}`, "{'name':1}"]) {
      const answer = await send(body);
      expect(answer.headers.get("content-type")).toBe("application/problem+json");
      // Nesting is counted before the text is read as JSON.
      if (body.startsWith("[[")) expect(answer.status).toBe(413);
      else expect([400, 422]).toContain(answer.status);
      expect(await answer.text()).not.toMatch(/node_modules|\.ts:|at .*\(/);
    }
    expect((await send("{}", { "x-request-id": "x".repeat(10_000) })).status).toBe(422);
  });

  test("S59 S57 to an error of ours says so, and reveals no details", async () => {
    await using broken = await testApp();
    const person = await broken.signUp();
    broken.services.platform.guildForUser = () => {
      throw new Error(`secret inner words of ${broken.dir}`);
    };
    const answer = await person.get("/api/g/ironforge/roster");
    expect(answer.status).toBe(500);
    expect(answer.text).not.toContain("secret inner words");
    const page = await person.page("/g/ironforge/roster");
    expect([page.status, page.text.includes("secret inner words")]).toEqual([500, false]);
  });

  test("S57 that describes the API holds no key, token or password that works", async () => {
    const { text } = await t.anonymous.get("/api/openapi.json");
    expect(text).not.toMatch(/gh_[0-9a-f]{48}_|eyJ[A-Za-z0-9_-]{20,}|BEGIN [A-Z ]*PRIVATE KEY/);
  });

  test("S58 ends no header, log line or event at a line break or control character of the input", async () => {
    const lines: string[] = [];
    const log = createLog("info", (line) => lines.push(line), t.now);
    log.info("x", { agent: "a\r\nInjected: yes\u001b[31m", id: "1\n\ndata: forged" });
    expect(lines).toHaveLength(1);
    for (const control of ["\r", "\n", "\u001b"]) expect(lines[0]).not.toContain(control);
    const odd = await guild.owner.get("", { "x-request-id": "abc%0d%0aSet-Cookie: a=b" });
    expect(odd.headers.get("x-request-id")).not.toContain("Set-Cookie");
    expect(odd.headers.get("set-cookie")).toBeNull();
    const next = await t.request("/sign-in?next=%0d%0aSet-Cookie:%20a=b");
    expect(next.headers.get("set-cookie")).toBeNull();
  });
});
