import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { limits } from "../../src/limits.ts";
import { authenticate } from "../../src/node/logs/live-callers.ts";
import { bySystem } from "../../src/platform/domains/claims.ts";
import { deleteGuild, undeleteGuild } from "../../src/platform/guilds/deletion.ts";
import { DOMAINS_JOB, OF_THE_PLATFORM } from "../../src/platform/jobs/kinds.ts";
import { anOperator } from "../platform/console/support.ts";
import { type Json, type TestApp, TestClient, type TestGuild, testApp } from "../support/app.ts";
import { startDns } from "../support/dns.ts";

const DOMAIN = "raids.ironvow.org";
const SITE = `http://${DOMAIN}`;

let dns: Awaited<ReturnType<typeof startDns>>;
let t: TestApp;
let vow: TestGuild;
let rival: TestGuild;
let operator: TestClient;
beforeAll(async () => {
  dns = await startDns();
  t = await testApp({ DNS_SERVERS: dns.address, RATE_LIMITS: "domain-check.guild=off" });
  vow = await t.guild("iron-vow", { plan: "premium" });
  rival = await t.guild("rival-vow", { plan: "premium", isPublic: true });
  operator = await anOperator(t, ["plans"]);
  await plan("premium");
  await prove(vow);
});
afterAll(async () => {
  await t.close();
  await dns.stop();
});

/** Claims the domain for a guild, sets its record alone, and verifies it. */
async function prove(guild: TestGuild): Promise<void> {
  const body = await claim(guild);
  dns.set(body["recordName"] as string, body["recordValue"] as string);
  const verified = await guild.owner.post("/settings/domain/verification");
  expect(verified.status).toBe(200);
}

/** Claims the domain, with the password again if the sign-in was long ago. */
async function claim({ owner }: TestGuild): Promise<Json> {
  const first = await owner.put("/settings/domain", { domain: DOMAIN });
  if (first.status !== 403) return first.body;
  await owner.prove();
  return (await owner.put("/settings/domain", { domain: DOMAIN })).body;
}

/** Gives a guild a plan as an operator does. */
async function plan(name: string): Promise<void> {
  await operator.prove();
  const answer =
    name === "free"
      ? await operator.delete(`/api/operator/guilds/${vow.id}/grant`)
      : await operator.put(`/api/operator/guilds/${vow.id}/grant`, {
          plan: name,
          until: null,
          reason: "A test",
        });
  expect(answer.status).toBe(204);
  t.services.domains.forget();
}

/** Signs in at the guild's domain as a browser would, and returns the cookies that it gets. */
async function signInThere(person: TestClient): Promise<readonly string[]> {
  const { email, password } = person.identity;
  const answer = await t.anonymous.submit(`${SITE}/sign-in`, { email, password });
  expect([answer.status, answer.headers.get("location")]).toEqual([303, "/"]);
  return answer.headers.getSetCookie();
}

const tokenIn = (cookies: readonly string[]) =>
  /^guildhall=([\w-]{43})/.exec(cookies.find((one) => one.startsWith("guildhall="))!)![1]!;
/** The same person with the session of these cookies. */
const withSession = (person: TestClient, cookies: readonly string[]) =>
  new TestClient(t.request, { ...person.identity, token: tokenIn(cookies) });

describe("a sign-in at a guild's own domain", () => {
  test("S98 works there for that guild, and its cookie goes to no other host", async () => {
    const cookies = await signInThere(vow.owner);
    for (const cookie of cookies) {
      expect(cookie).not.toMatch(/domain=/i);
      expect(cookie).toMatch(/; Path=\/; HttpOnly; SameSite=Lax$/);
    }
    const there = withSession(vow.owner, cookies);
    const home = await there.page(`${SITE}/`);
    expect([home.status, home.text]).toEqual([200, expect.stringContaining("Guild iron-vow")]);
    expect((await there.page(`${SITE}/settings`)).status).toBe(200);
    expect((await there.page(`${SITE}/g/iron-vow/roster`)).status).toBe(200);
    expect((await there.get(`${SITE}/api/g/iron-vow/standings`)).status).toBe(200);
    expect((await there.get(`${SITE}/api/standings`)).status).toBe(200);
  });

  test("S98 does nothing that needs a proof, which the platform's own host takes", async () => {
    const there = withSession(vow.owner, await signInThere(vow.owner));
    const acts = {
      "/settings/keys": { name: "log follower", scopes: ["stream"] },
      "/settings/domain": { domain: "other.ironvow.org" },
    };
    for (const [path, fields] of Object.entries(acts)) {
      const sent = await there.submit(`${SITE}/g/iron-vow${path}`, fields);
      const proof = sent.headers.get("location")!;
      expect([path, proof]).toEqual([path, expect.stringMatching(/^\/account\/proof\?next=/)]);
      const led = (await there.page(`${SITE}${proof}`)).headers.get("location");
      expect(led).toMatch(/^http:\/\/localhost\/account\/proof\?next=/);
      const { password } = vow.owner.identity;
      expect((await there.submit(`${SITE}${proof}`, { password })).status).toBe(404);
    }
  });

  test("S98 S2 is worth nothing at the platform's host, and one made there nothing here", async () => {
    const there = withSession(vow.owner, await signInThere(vow.owner));
    expect((await there.get("/api/session")).status).toBe(401);
    expect((await there.get("/api/g/iron-vow/standings")).status).toBe(401);
    expect((await there.page("/g/iron-vow/settings")).status).toBe(404);
    expect((await there.page("http://iron-vow.localhost/settings")).status).toBe(404);
    const account = await there.page("/account");
    expect(account.headers.get("location") ?? account.status).not.toBe(200);
    const platform = vow.owner.platform();
    expect((await platform.page(`${SITE}/settings`)).status).toBe(404);
    expect((await platform.get(`${SITE}/api/g/iron-vow/standings`)).status).toBe(401);
  });

  test("S98 S3 opens no other guild, although the person is its member", async () => {
    await t.join(vow.owner.userId, rival, "admin");
    const there = withSession(vow.owner, await signInThere(vow.owner));
    for (const path of ["/g/rival-vow/settings", "/g/rival-vow", `/g/${rival.id}/roster`]) {
      expect([path, (await there.page(`${SITE}${path}`)).status]).toEqual([path, 404]);
    }
    // It looks like a guild that does not exist.
    for (const slug of ["rival-vow", "no-such-guild"]) {
      const asked = await there.get(`${SITE}/api/g/${slug}/standings`);
      expect([asked.status, asked.body.type]).toEqual([404, "/problems/guild/not-found"]);
    }
    const named = await there.get(`${SITE}/api/standings`, { "x-guild-id": "rival-vow" });
    expect(named.status).toBe(400);
    // A live connection takes session tokens too.
    for (const slug of ["rival-vow", "iron-vow"]) {
      expect(await authenticate(t.services, slug, there.identity.token)).toBeUndefined();
    }
    await t.leave(vow.owner.userId, rival);
  });

  test("S98 ends when the guild loses, changes or removes its domain", async () => {
    const ways: readonly (() => Promise<unknown>)[] = [
      () => vow.owner.put("/settings/domain", { domain: "other.ironvow.org" }),
      () => vow.owner.delete("/settings/domain"),
      async () => {
        dns.remove(`_guildhall.${DOMAIN}`);
        for (let day = 0; day <= limits.domains.lostAfterMs / limits.domains.recheckMs; day++) {
          t.advance(limits.domains.recheckMs);
          await t.services.jobs.enqueue(OF_THE_PLATFORM, DOMAINS_JOB, "");
          await t.services.slowJobRunner.drain();
        }
      },
      () => prove(rival),
      // Without the plan and with it again, the domain is the same one.
      async () => {
        await plan("free");
        await plan("premium");
      },
      async () => {
        const { services } = t;
        const system = { ...bySystem(services), services };
        await deleteGuild(system, (await services.platform.guild(vow.id))!);
        await undeleteGuild(system, (await services.platform.guild(vow.id))!);
      },
    ];
    for (const end of ways) {
      await prove(vow);
      const there = withSession(vow.owner, await signInThere(vow.owner));
      expect((await there.page(`${SITE}/settings`)).status).toBe(200);
      await end();
      await prove(vow);
      expect((await there.page(`${SITE}/settings`)).status).toBe(404);
      // Other sign-ins of the person stay.
      expect((await vow.owner.get("/standings")).status).toBe(200);
    }
  });

  test("S98 is named with its domain in the account's list of sessions", async () => {
    await prove(vow);
    await signInThere(vow.owner);
    const platform = vow.owner.platform();
    const { items } = (await platform.get("/api/sessions")).body;
    const domains = (items as readonly Json[]).map(({ domain }) => domain);
    expect(domains).toContain(DOMAIN);
    expect((items as readonly Json[]).find(({ isCurrent }) => isCurrent)!["domain"]).toBeNull();
    expect((await platform.page("/account")).text).toContain(`, at ${DOMAIN}`);
  });

  test("S98 is refused there with an access token, which works at the platform's host", async () => {
    const { body } = await vow.owner.platform().post("/api/access-tokens", { guild: "iron-vow" });
    const bearer = { authorization: `Bearer ${body.token}` };
    const at = (origin: string) => t.request(`${origin}/api/standings`, { headers: bearer });
    expect((await at("http://localhost")).status).toBe(200);
    const refused = await at(SITE);
    expect([refused.status, (await refused.json()).type]).toEqual([
      401,
      "/problems/auth/bad-token",
    ]);
  });
});

describe("a guild's own domain", () => {
  test("S97 belongs to a guild only by its own record of its present claim", async () => {
    const value = async (guild: TestGuild) => (await claim(guild))["recordValue"] as string;
    const verify = async (guild: TestGuild) =>
      (await guild.owner.post("/settings/domain/verification")).body.type ?? "active";
    const name = `_guildhall.${DOMAIN}`;
    const [theirs, first] = [await value(rival), await value(vow)];
    const others = [theirs, theirs.toUpperCase(), first.slice(0, -1), `${first}0`, `x${first}`];
    for (const text of [...others, first.replace("=", " = "), first.split("=")[1]!, ""]) {
      await vow.owner.delete("/settings/domain");
      const own = await value(vow);
      expect(own).not.toBe(first);
      dns.set(name, text);
      expect([text, await verify(vow)]).toEqual([text, "/problems/domain/record-missing"]);
      expect((await t.anonymous.page(`${SITE}/`)).status).toBe(400);
    }
    await prove(vow);
    // A claim of another guild neither ends nor routes it.
    expect(await verify(rival)).toBe("/problems/domain/record-missing");
    expect((await t.anonymous.page(`${SITE}/`)).status).toBe(404);
    expect((await vow.owner.get("/settings/domain")).body.claim.status).toBe("active");
  });

  test("S97 is claimed and removed only by who may change the guild's settings", async () => {
    for (const role of ["officer", "raider", "viewer"] as const) {
      const member = await t.as(role, vow);
      expect((await member.get("/settings/domain")).status).toBe(403);
      expect((await member.put("/settings/domain", { domain: "evil.org" })).status).toBe(403);
      expect((await member.delete("/settings/domain")).status).toBe(403);
      expect((await member.post("/settings/domain/verification")).status).toBe(403);
    }
    expect((await (await t.signUp()).within("iron-vow").get("/settings/domain")).status).toBe(404);
    expect((await vow.owner.get("/settings/domain")).body.claim.domain).toBe(DOMAIN);
  });

  test("S99 shows none of the platform's own pages, and takes none of its forms", async () => {
    const there = withSession(vow.owner, await signInThere(vow.owner));
    const pages = ["/account", "/guilds", "/guilds/new", "/sign-up", "/reset", "/operator"];
    for (const path of [...pages, "/invitations/abc", "/sign-in/discord", "/none/such"]) {
      const { status, headers } = await there.page(`${SITE}${path}`);
      expect([path, status]).toEqual([path, 302]);
      expect(headers.get("location")).toBe(`http://localhost${path}`);
    }
    // An empty section is the guild's home.
    expect((await there.page(`${SITE}//evil.org`)).status).toBe(404);
    for (const path of [
      "/account/password",
      "/sign-up",
      "/reset",
      "/guilds/new",
      "/impersonation/end",
    ]) {
      expect([path, (await there.submit(`${SITE}${path}`, {})).status]).toEqual([path, 404]);
    }
    for (const path of ["/api/session", "/api/sessions", "/api/guilds", "/api/operator/guilds"]) {
      expect([path, (await there.get(`${SITE}${path}`)).status]).toEqual([path, 404]);
    }
    const credentials = { email: "a@example.test", password: "a pass phrase that is long" };
    expect((await t.anonymous.post(`${SITE}/api/session`, credentials)).status).toBe(404);
    const toProvider = await t.anonymous.page(`${SITE}/sign-in/discord?next=/roster`);
    expect(toProvider.headers.get("location")).toBe(
      `http://localhost/sign-in/discord?next=${encodeURIComponent(`/g/${vow.id}/roster`)}`,
    );
  });

  test("S99 S31 takes forms from its own pages only", async () => {
    const there = withSession(vow.owner, await signInThere(vow.owner));
    const change = (origin: string) =>
      there.submit(`${SITE}/g/iron-vow/settings/domain`, { domain: "*" }, { origin });
    expect((await change(SITE)).headers.get("location")).toMatch(/^\/account\/proof\?next=/);
    const others = ["http://localhost", "http://iron-vow.localhost", "http://ironvow.org"];
    for (const origin of [...others, `https://${DOMAIN}`, `${SITE}:8080`, `${SITE}.`, "null"]) {
      expect([origin, (await change(origin)).status]).toEqual([origin, 403]);
    }
    // Nor does the platform take forms from the domain's pages.
    const sent = await vow.owner.submit(
      "/g/iron-vow/settings/domain",
      { domain: "evil.org" },
      { origin: SITE },
    );
    expect(sent.status).toBe(403);
  });

  test("S99 S27 is no name of any other host: links go to the platform, unknown names nowhere", async () => {
    for (const host of [
      "evil.org",
      "ironvow.org",
      `x.${DOMAIN}`,
      `${DOMAIN}.evil.org`,
      "10.0.0.1",
    ]) {
      const { status, text } = await t.anonymous.page(`http://${host}/`);
      expect([host, status]).toEqual([host, 400]);
      expect(text).not.toContain("iron-vow");
    }
    const { body } = await withSession(vow.owner, await signInThere(vow.owner)).send(
      "POST",
      `${SITE}/api/g/iron-vow/members/invitations`,
      { role: "raider" },
      {},
    );
    expect(body.url).toMatch(/^http:\/\/localhost\/invitations\//);
  });

  test("S99 binds no site below it to TLS, and its cookie to itself", async () => {
    await using secure = await testApp({ ...t.env, PUBLIC_URL: "https://guilds.example" });
    const page = await secure.request(`${SITE}/sign-in`);
    expect(page.headers.get("strict-transport-security")).toBe("max-age=31536000");
    const ours = await secure.request("http://guilds.example/sign-in");
    expect(ours.headers.get("strict-transport-security")).toContain("includeSubDomains");
    const { email, password } = vow.owner.identity;
    const signedIn = await secure.request(`${SITE}/sign-in`, {
      method: "POST",
      headers: { origin: `https://${DOMAIN}` },
      body: new URLSearchParams({ email, password }),
    });
    // The proxy ends TLS, and the browser says https.
    expect(signedIn.status).toBe(303);
    expect(signedIn.headers.getSetCookie()[0]).toMatch(/^__Host-guildhall=[^;]+;(?!.*domain)/i);
  });
});

describe("the question for certificates", () => {
  test("S100 tells a stranger nothing but whether a name is served, within a limit", async () => {
    const ask = (name: string, headers = {}) =>
      t.anonymous.get(`/domains/ask?domain=${name}`, headers);
    const yes = await ask(DOMAIN);
    expect([yes.status, yes.text]).toEqual([200, ""]);
    for (const name of [
      "evil.org",
      "localhost",
      "iron-vow.localhost",
      "",
      "*",
      "a".repeat(5_000),
    ]) {
      const no = await ask(name);
      expect([name, no.status, no.text]).toEqual([name, 404, ""]);
    }
    expect((await t.anonymous.get("/domains/ask")).status).toBe(404);
    // A proxy on the same machine asks by address.
    expect((await t.request(`http://127.0.0.1:3000/domains/ask?domain=${DOMAIN}`)).status).toBe(
      200,
    );
    await using bounded = await testApp({
      ...t.env,
      TRUSTED_PROXY_HOPS: "1",
      RATE_LIMITS: "domain-ask.address=3/m",
    });
    const statuses = [];
    for (let i = 0; i < 5; i++) {
      const headers = { "x-forwarded-for": "203.0.113.9" };
      const path = `http://localhost/domains/ask?domain=${DOMAIN}`;
      statuses.push((await bounded.request(path, { headers })).status);
    }
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
    // The same limit bounds look-ups for requests with invented names. Known names stay served.
    const invented = [];
    for (let i = 0; i < 5; i++) {
      const headers = { "x-forwarded-for": "203.0.113.10" };
      invented.push((await bounded.request(`http://x${i}.evil.org/`, { headers })).status);
    }
    expect(invented).toEqual([400, 400, 400, 429, 429]);
    const info = vi.spyOn(bounded.services.log, "info");
    const refused = await bounded.request("http://x6.evil.org/", {
      headers: { "x-forwarded-for": "203.0.113.10", "x-request-id": "a-refused-host" },
    });
    expect(refused.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(refused.headers.get("x-content-type-options")).toBe("nosniff");
    const line = { requestId: "a-refused-host", status: 429 };
    expect(info).toHaveBeenCalledWith("request", expect.objectContaining(line));
    const known = await bounded.request(`${SITE}/sign-in`, {
      headers: { "x-forwarded-for": "203.0.113.10" },
    });
    expect(known.status).toBe(200);
  });
});
