import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { HOUR_MS } from "../../../src/kernel/time.ts";
import { limits } from "../../../src/limits.ts";
import { DOMAINS_JOB, OF_THE_PLATFORM } from "../../../src/platform/jobs/kinds.ts";
import type { Mail } from "../../../src/services.ts";
import { type TestApp, type TestGuild, testApp } from "../../support/app.ts";
import { startDns } from "../../support/dns.ts";

let dns: Awaited<ReturnType<typeof startDns>>;
let t: TestApp;
let vow: TestGuild;
let rival: TestGuild;
beforeAll(async () => {
  dns = await startDns();
  t = await testApp({ DNS_SERVERS: dns.address, RATE_LIMITS: "domain-check.guild=off" });
  vow = await t.guild("iron-vow", { plan: "premium", isPublic: true });
  rival = await t.guild("rival-vow", { plan: "premium" });
  await t.services.platform.db.client.execute({
    sql: "UPDATE users SET email_verified_at = 1",
    args: [],
  });
});
afterAll(async () => {
  await t.close();
  await dns.stop();
});
beforeEach(async () => {
  for (const guild of [vow, rival]) await guild.owner.delete("/settings/domain");
});

const claim = async (guild: TestGuild, domain: string) => {
  const put = () => guild.owner.put("/settings/domain", { domain });
  let { status, body } = await put();
  if (status === 403) {
    await guild.owner.prove();
    ({ status, body } = await put());
  }
  expect(status).toBe(200);
  const { recordName, recordValue } = body;
  return { domain: body.domain as string, recordName, recordValue, status: body.status };
};
const verify = (guild: TestGuild) => guild.owner.post("/settings/domain/verification");
const stateOf = async (guild: TestGuild) => {
  const { body } = await guild.owner.get("/settings/domain");
  return body.claim && { domain: body.claim.domain, status: body.claim.status };
};
/** A domain that a guild has proved. */
const proved = async (guild: TestGuild, domain: string) => {
  const made = await claim(guild, domain);
  dns.set(made.recordName, made.recordValue);
  const { status, body } = await verify(guild);
  expect([status, body.status]).toEqual([200, "active"]);
  return made;
};
const ask = async (domain: string) =>
  (await t.anonymous.get(`/domains/ask?domain=${encodeURIComponent(domain)}`)).status;
const home = (domain: string) => t.anonymous.page(`http://${domain}/`);
const look = async () => {
  await t.services.jobs.enqueue(OF_THE_PLATFORM, DOMAINS_JOB, "");
  await t.services.slowJobRunner.drain();
};
const audited = async (guild: TestGuild) => {
  const rows = await t.services.platform.db.all<{ action: string }>(
    "SELECT action FROM audit_log WHERE guild_id = ? AND action LIKE 'domain.%' ORDER BY seq",
    guild.id,
  );
  return rows.map(({ action }) => action);
};
const emails = async (subject: RegExp): Promise<readonly Mail[]> => {
  await t.services.messageRunner.drain();
  const folder = join(t.dir, "outbox");
  const texts = await Promise.all(
    (await readdir(folder)).map((name) => readFile(join(folder, name), "utf8")),
  );
  return texts.map((text) => JSON.parse(text) as Mail).filter((mail) => subject.test(mail.subject));
};

describe("a guild", () => {
  test("is served at its domain once its DNS record is there, and not before", async () => {
    const made = await claim(vow, "Raids.IronVow.org.");
    expect(made).toMatchObject({
      domain: "raids.ironvow.org",
      recordName: "_guildhall.raids.ironvow.org",
      recordValue: expect.stringMatching(/^guildhall-domain=[0-9a-f]{32}$/),
    });
    expect((await verify(vow)).body).toMatchObject({
      status: 409,
      type: "/problems/domain/record-missing",
      recordName: made.recordName,
    });
    expect((await home("raids.ironvow.org")).body).toMatch(/not served here/);
    expect(await ask("raids.ironvow.org")).toBe(404);
    dns.set(made.recordName, "v=spf1 -all", made.recordValue);
    expect((await verify(vow)).body).toMatchObject({
      status: "active",
      provedAt: expect.any(Number),
    });
    const page = await home("raids.ironvow.org");
    expect([page.status, page.text]).toEqual([200, expect.stringContaining("Guild iron-vow")]);
    expect((await home("RAIDS.ironvow.org:8080")).status).toBe(200);
    expect(await ask("raids.ironvow.org")).toBe(200);
    expect(await audited(vow)).toEqual(["domain.claim", "domain.verify"]);
  });

  test("keeps its record when it enters the same domain again, and gets another one for another", async () => {
    const first = await proved(vow, "raids.ironvow.org");
    expect(await claim(vow, "raids.ironvow.org")).toEqual({ ...first, status: "active" });
    const other = await claim(vow, "ironvow.org");
    expect(other.recordValue).not.toBe(first.recordValue);
    expect((await home("raids.ironvow.org")).status).toBe(400);
    const back = await claim(vow, "raids.ironvow.org");
    expect(back.recordValue).not.toBe(first.recordValue);
    // The record of the earlier claim proves nothing.
    expect((await verify(vow)).body.type).toBe("/problems/domain/record-missing");
  });

  test("learns why a name cannot be its domain, in its language", async () => {
    for (const domain of [
      "localhost",
      "iron-vow.localhost",
      "127.0.0.1",
      "*.ironvow.org",
      "co.uk",
    ]) {
      const refused = await vow.owner.put("/settings/domain", { domain });
      expect([domain, refused.status]).toEqual([domain, 422]);
      expect(refused.body.errors).toMatchObject([{ pointer: "/domain" }]);
    }
    expect(await stateOf(vow)).toBeNull();
    const page = await vow.owner.submit(
      "/g/iron-vow/settings/domain",
      { domain: "*.ironvow.org" },
      { "accept-language": "es" },
    );
    expect([page.status, page.text]).toEqual([422, expect.stringContaining("sin asterisco")]);
  });

  test("sets up its domain with the pages alone", async () => {
    const path = "/g/iron-vow/settings/domain";
    expect((await vow.owner.page("/g/iron-vow/settings")).text).toContain(path);
    expect((await vow.owner.submit(path, { domain: "ironvow.org" })).status).toBe(303);
    const shown = await vow.owner.page(path);
    const value = /guildhall-domain=[0-9a-f]{32}/.exec(shown.text)![0];
    expect(shown.text).toContain("_guildhall.ironvow.org");
    const early = await vow.owner.submit(`${path}/verification`, {});
    expect([early.status, early.text]).toEqual([409, expect.stringContaining("was not found")]);
    dns.set("_guildhall.ironvow.org", value);
    expect((await vow.owner.submit(`${path}/verification`, {})).status).toBe(303);
    expect((await home("ironvow.org")).status).toBe(200);
    expect((await vow.owner.submit(`${path}/removal`, {})).status).toBe(303);
    expect((await home("ironvow.org")).status).toBe(400);
  });

  test("without the plan has no domain, and keeps its claim for the time after", async () => {
    await proved(vow, "ironvow.org");
    const planned = async (plan: string) => {
      await t.services.platform.db.client.execute({
        sql: "UPDATE guilds SET plan = ? WHERE id = ?",
        args: [plan, vow.id],
      });
      t.services.domains.forget();
    };
    await planned("free");
    expect((await home("ironvow.org")).status).toBe(400);
    expect(await ask("ironvow.org")).toBe(404);
    expect(await stateOf(vow)).toEqual({ domain: "ironvow.org", status: "suspended" });
    const refused = await vow.owner.put("/settings/domain", { domain: "other.org" });
    expect([refused.status, refused.body.type]).toEqual([402, "/problems/plan/custom-domain"]);
    expect((await verify(vow)).status).toBe(402);
    expect((await vow.owner.page("/g/iron-vow/settings/domain")).text).toContain("Premium plan");
    await planned("premium");
    expect((await home("ironvow.org")).status).toBe(200);
  });

  test("that is suspended says so at its domain, and gets no certificate", async () => {
    await proved(vow, "ironvow.org");
    const set = async (status: string) => {
      await t.services.platform.db.client.execute({
        sql: "UPDATE guilds SET status = ? WHERE id = ?",
        args: [status, vow.id],
      });
      t.services.domains.forget();
    };
    await set("suspended");
    expect(await ask("ironvow.org")).toBe(404);
    const member = await vow.owner.get("/");
    expect(member.status).toBe(503);
    await set("deleted");
    expect((await home("ironvow.org")).status).toBe(400);
    await set("ready");
    expect((await home("ironvow.org")).status).toBe(200);
  });
});

describe("a domain that changes hands", () => {
  test("is claimed by many guilds, and only the DNS record decides", async () => {
    const held = await proved(vow, "ironvow.org");
    const wanted = await claim(rival, "ironvow.org");
    expect(wanted.recordValue).not.toBe(held.recordValue);
    // The old guild's record proves nothing for the new one.
    expect((await verify(rival)).body.type).toBe("/problems/domain/record-missing");
    dns.set(held.recordName, held.recordValue, wanted.recordValue);
    expect((await verify(rival)).body.type).toBe("/problems/domain/taken");
    expect(await stateOf(vow)).toEqual({ domain: "ironvow.org", status: "active" });
    dns.set(held.recordName, wanted.recordValue);
    expect((await verify(rival)).status).toBe(200);
    expect(await stateOf(vow)).toEqual({ domain: "ironvow.org", status: "lost" });
    // The rival is private, so its home at the domain is hidden from strangers.
    expect((await home("ironvow.org")).status).toBe(404);
    expect((await audited(vow)).slice(-1)).toEqual(["domain.lost"]);
    const [email] = await emails(/lost its domain/);
    expect(email).toMatchObject({
      to: vow.owner.identity.email,
      text: expect.stringMatching(/Guild iron-vow[\s\S]*ironvow\.org[\s\S]*\/settings\/domain/),
    });
    // The first guild's old record returns. The new guild keeps the domain.
    dns.set(held.recordName, wanted.recordValue, held.recordValue);
    expect((await verify(vow)).body.type).toBe("/problems/domain/taken");
  });

  test("is verified by one of two guilds at once", async () => {
    const [one, two] = [await claim(vow, "ironvow.org"), await claim(rival, "ironvow.org")];
    dns.set(one.recordName, one.recordValue, two.recordValue);
    const answers = await Promise.all([verify(vow), verify(rival)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    const states = [await stateOf(vow), await stateOf(rival)].map((one) => one.status);
    expect(states.sort()).toEqual(["active", "pending"]);
  });

  test("is free for another guild when its guild is deleted", async () => {
    const gone = await t.guild("short-lived", { plan: "premium" });
    const held = await proved(gone, "ironvow.org");
    const wanted = await claim(vow, "ironvow.org");
    await t.services.platform.db.client.execute({
      sql: "UPDATE guilds SET status = 'deleted' WHERE id = ?",
      args: [gone.id],
    });
    dns.set(held.recordName, held.recordValue, wanted.recordValue);
    expect((await verify(vow)).status).toBe(200);
    expect((await home("ironvow.org")).text).toContain("Guild iron-vow");
  });
});

describe("the daily check", () => {
  const { recheckMs, lostAfterMs } = limits.domains;

  test("ends a domain whose record stays away, and warns its owner first", async () => {
    const { recordName, recordValue } = await proved(vow, "ironvow.org");
    dns.remove(recordName);
    t.advance(recheckMs);
    await look();
    expect(await stateOf(vow)).toEqual({ domain: "ironvow.org", status: "active" });
    const { body } = await vow.owner.get("/settings/domain");
    expect(body.claim.lostAt - t.now().getTime()).toBe(lostAfterMs);
    expect((await emails(/is missing/)).map(({ to }) => to)).toEqual([vow.owner.identity.email]);
    // The record comes back in time.
    dns.set(recordName, recordValue);
    t.advance(recheckMs);
    await look();
    expect((await vow.owner.get("/settings/domain")).body.claim.missingSince).toBeNull();
    dns.set(recordName);
    for (let day = 0; day <= lostAfterMs / recheckMs; day++) {
      expect((await home("ironvow.org")).status).toBe(200);
      t.advance(recheckMs);
      await look();
    }
    expect((await home("ironvow.org")).status).toBe(400);
    expect(await stateOf(vow)).toEqual({ domain: "ironvow.org", status: "lost" });
    expect((await audited(vow)).slice(-3)).toEqual([
      "domain.missing",
      "domain.missing",
      "domain.lost",
    ]);
    // The guild may prove it again.
    dns.set(recordName, recordValue);
    await vow.owner.prove();
    expect((await verify(vow)).status).toBe(200);
    expect((await home("ironvow.org")).status).toBe(200);
  });

  test("takes no domain because name servers do not answer", async () => {
    const { recordName } = await proved(vow, "ironvow.org");
    dns.fail(recordName, "servfail");
    expect((await verify(vow)).body).toMatchObject({
      status: 503,
      type: "/problems/domain/dns-unreachable",
    });
    for (let day = 0; day < 6; day++) {
      t.advance(recheckMs);
      await look();
    }
    expect(await stateOf(vow)).toEqual({ domain: "ironvow.org", status: "active" });
    dns.fail(recordName);
  });

  test("asks about each domain once a day, however often it runs", async () => {
    const { recordName } = await proved(vow, "ironvow.org");
    const asked = () => dns.asked.filter((name) => name === recordName).length;
    const before = asked();
    t.advance(recheckMs);
    await look();
    for (let hour = 0; hour < 3; hour++) {
      t.advance(HOUR_MS);
      await look();
    }
    expect(asked() - before).toBe(1);
  });
});
