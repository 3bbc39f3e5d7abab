import { randomUUID } from "node:crypto";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { limits } from "../../src/limits.ts";
import { clientOf, signUp } from "../support/processes.ts";
import { head, rawGuest } from "../support/raw-guest.ts";
import { scrape } from "../support/scrape.ts";
import { type StartedServer, startedServer } from "../support/server.ts";
import { hasSqld, startSqld } from "../support/sqld.ts";

const OWN = { METRICS_ADDRESS: "127.0.0.1:0" };
const own = ({ operatorPort }: StartedServer) => `http://127.0.0.1:${operatorPort}`;

async function founded(server: StartedServer, slug: string) {
  const person = await signUp(slug, { url: server.url } as never);
  const client = clientOf({ url: server.url } as never, person);
  const guild = { name: `Guild ${slug}`, realm: "Area 52", region: "eu", faction: "horde", slug };
  const made = await client.post("/api/guilds", guild);
  if (made.status === 202) await client.get(`/api/guilds/${made.body.id}/operation/events`);
  return { id: String(made.body.id), client: client.within(slug) };
}

/** What a stranger sees, without the parts that differ from request to request. */
async function seenAt(url: string, headers: Record<string, string> = {}) {
  const answer = await fetch(url, { headers });
  const text = (await answer.text()).replaceAll(
    /[0-9a-f-]{36}|(\/|%2F)(metrics|no-such-page)|\?token=/g,
    "",
  );
  return { status: answer.status, type: answer.headers.get("content-type"), text };
}

test("without configuration there are no metrics: the address answers as one that does not exist", async () => {
  await using server = await startedServer();
  expect(server.operatorPort).toBeUndefined();
  const nothing = await seenAt(`${server.url}/no-such-page`);
  expect(nothing.status).toBe(404);
  expect(await seenAt(`${server.url}/metrics`)).toEqual(nothing);
  const guess = { authorization: "Bearer undefined" };
  expect((await seenAt(`${server.url}/metrics`, guess)).status).not.toBe(200);
});

test("with METRICS_TOKEN only its holder sees metrics, and the address does not exist for others", async () => {
  const token = randomUUID();
  await using server = await startedServer({ METRICS_TOKEN: token });
  const seen = await fetch(`${server.url}/metrics`, {
    headers: { authorization: `Bearer ${token}` },
  });
  expect([seen.status, seen.headers.get("cache-control")]).toEqual([200, "no-store"]);
  expect(seen.headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
  expect(await seen.text()).toContain("guildhall_guilds{");
  const wrong: readonly Record<string, string>[] = [
    {},
    { authorization: token },
    { authorization: `Basic ${token}` },
    { cookie: `guildhall=${token}` },
  ];
  for (const headers of wrong) {
    const seen = await seenAt(`${server.url}/metrics?token=${token}`, headers);
    expect(seen).toEqual(await seenAt(`${server.url}/no-such-page`, headers));
    expect(seen.status).not.toBe(200);
  }
  for (const guess of [`${token}x`, token.slice(1), token.toUpperCase()]) {
    const headers = { authorization: `Bearer ${guess}` };
    const other = await seenAt(`${server.url}/no-such-page`, headers);
    expect(await seenAt(`${server.url}/metrics`, headers)).toEqual(other);
  }
  const bearer = `Authorization: Bearer ${token}`;
  const foreign = ["GET /metrics HTTP/1.1", "Host: 10.1.2.3", bearer, "Connection: close"];
  expect(await rawGuest(server.port, `${foreign.join("\r\n")}\r\n\r\n`)).toMatchObject({
    status: 400,
    text: expect.stringContaining("request/unknown-host"),
  });
  const posted = await fetch(`${server.url}/metrics`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}` },
  });
  expect(posted.status).not.toBe(200);
});

test("METRICS_ADDRESS serves metrics and probes apart from the product, and nothing else", async () => {
  const token = randomUUID();
  await using open = await startedServer(OWN);
  await using closed = await startedServer({ ...OWN, METRICS_TOKEN: token });
  expect((await scrape(own(open))).sum("guildhall_guilds", { state: "ready" })).toBe(0);
  expect((await scrape(own(closed), token)).sum("guildhall_clock_accepted")).toBe(1);
  expect((await fetch(`${own(closed)}/metrics`)).status).toBe(404);
  for (const { url } of [open, closed]) {
    const headers = { authorization: `Bearer ${token}` };
    expect((await fetch(`${url}/metrics`, { headers })).status).not.toBe(200);
  }
  for (const path of ["/", "/api/guilds", "/metrics/", "/sign-in"]) {
    expect([path, (await fetch(`${own(open)}${path}`)).status]).toEqual([path, 404]);
  }
  for (const path of ["/healthz", "/readyz"]) {
    expect((await fetch(`${own(open)}${path}`)).status).toBe(200);
  }
  const taken = await startedServer({ METRICS_ADDRESS: `127.0.0.1:${open.operatorPort}` }).catch(
    (error: unknown) => error,
  );
  expect(taken).toMatchObject({ code: "metrics/no-address" });
});

test("activity is counted by route templates, kinds and steps, in a bounded number of series", async () => {
  await using server = await startedServer({
    ...OWN,
    METRICS_TOP_GUILDS: "2",
    RATE_LIMITS: "read.account=60/h,write.account=off,read.address=off",
  });
  const guilds = [];
  for (const slug of ["one-vow", "two-vow", "three-vow"]) guilds.push(await founded(server, slug));
  const url = own(server);
  await scrape(url);
  for (let n = 0; n < 50; n++) {
    await fetch(`${server.url}/nothing-${randomUUID()}`);
    await fetch(`${server.url}/g/guild-${n}/roster`);
  }
  await fetch(`${server.url}/sign-in`, { method: "PROPFIND" });
  for (const [at, { client }] of guilds.entries()) {
    for (let n = 0; n < at + 3; n++) await client.get("/roster");
  }
  const statuses = new Set<number>();
  for (let n = 0; n < 70; n++) statuses.add((await guilds[0]!.client.get("/roster")).status);
  expect(statuses).toEqual(new Set([200, 429]));
  await rawGuest(server.port, "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n");

  const seen = await scrape(url);
  const requests = "guildhall_http_requests_total";
  expect(seen.sum(requests, { route: "none", status: "4xx" })).toBeGreaterThanOrEqual(50);
  expect(seen.sum(requests, { route: "/g/:guild/roster", status: "4xx" })).toBe(50);
  expect(seen.sum(requests, { route: "/api/g/:guild/roster", status: "2xx" })).toBeGreaterThan(10);
  expect(seen.sum(requests, { route: "/api/guilds", method: "POST", status: "2xx" })).toBe(3);
  expect(seen.sum(requests, { route: "refused", status: "4xx" })).toBe(1);
  expect(seen.sum(requests, { method: "OTHER" })).toBe(1);
  const routes = new Set(seen.all(requests).map(({ labels }) => labels["route"]));
  for (const route of routes) expect(route).not.toMatch(/vow|nothing|guild-|[0-9a-f]{8}-/);
  const latency = "guildhall_http_request_duration_seconds_count";
  expect(seen.sum(latency, { route: "/api/g/:guild/roster" })).toBeGreaterThan(10);
  const limited = seen.sum("guildhall_rate_limited_total", {
    category: "read",
    subject: "account",
  });
  expect(limited).toBeGreaterThan(5);
  for (const step of ["created", "migrated", "seeded", "verified", "ready"]) {
    const steps = seen.sum("guildhall_provisioning_steps_total", { step, outcome: "done" });
    expect([step, steps]).toEqual([step, 3]);
  }
  expect(seen.sum("guildhall_job_runs_total", { kind: "message.send", outcome: "done" })).toBe(3);
  expect(seen.sum("guildhall_pool_misses_total")).toBe(3);
  expect(seen.sum("guildhall_pool_hits_total")).toBeGreaterThan(60);
  expect(seen.sum("guildhall_pool_databases_open")).toBe(3);
  const top = seen.all("guildhall_top_guild_requests");
  expect(top.map(({ labels }) => labels["guild_id"])).toHaveLength(2);
  expect(top[0]!.labels["guild_id"]).toBe(guilds[0]!.id);
  expect(seen.text).not.toContain("one-vow");
  expect(seen.sum("process_resident_memory_bytes")).toBeGreaterThan(0);
});

test("open live pages are counted, and are gone from the count when they close", async () => {
  await using server = await startedServer(OWN);
  const { client } = await founded(server, "live-vow");
  const stream = await client.stream("/events");
  const open = async () => (await scrape(own(server))).sum("guildhall_live_streams_open");
  expect(await open()).toBe(1);
  await stream.body!.cancel();
  await expect.poll(open, { timeout: 10_000 }).toBe(0);
});

test("the platform's database is queried at most every 15 seconds, however often a server is scraped", async () => {
  await using server = await startedServer(OWN);
  const { client } = server.services.platform.db;
  await scrape(own(server));
  const execute = client.execute.bind(client);
  let asked = 0;
  client.execute = (statement) => {
    if (/from "guilds" group by|from "outgoing_messages"/i.test(statement.sql)) asked++;
    return execute(statement);
  };
  for (let n = 0; n < 20; n++) await scrape(own(server));
  expect(asked).toBe(0);
  expect(limits.metrics.platformEveryMs).toBe(15_000);
});

test.runIf(hasSqld)(
  "a scrape goes on without the platform's database, and says how old its numbers are",
  async () => {
    const sqld = await startSqld();
    let isGone = false;
    try {
      await using server = await startedServer({ ...sqld.env, ...OWN });
      const age = async () => {
        const seen = await scrape(own(server));
        const at = seen.sum("guildhall_collector_last_success_timestamp_seconds", {
          collector: "platform",
        });
        return { at, states: seen.all("guildhall_guilds").length, seen };
      };
      const before = await age();
      expect(before.at).toBeGreaterThan(1_700_000_000);
      await sqld.kill();
      isGone = true;
      await fetch(`${server.url}/api/session`, { headers: { authorization: "Bearer x.y.z" } });
      const from = performance.now();
      const after = await age();
      expect(performance.now() - from).toBeLessThan(limits.metrics.waitMs + 1_000);
      expect([after.at, after.states]).toEqual([before.at, before.states]);
      await expect
        .poll(async () => {
          await fetch(`${server.url}/sign-in`);
          return (await age()).seen.sum("guildhall_database_faults", {
            code: "database/unreachable",
          });
        })
        .toBe(1);
    } finally {
      if (isGone) await sqld.restart();
      await sqld.stop();
    }
  },
  60_000,
);

test("a server that shuts down says so at its own address for as long as requests are under way", async () => {
  await using server = await startedServer(OWN);
  const socket = connect(server.port, "127.0.0.1");
  const half = head(
    "POST /api/session HTTP/1.1",
    "Content-Type: application/json",
    "Content-Length: 9",
  );
  await new Promise<void>((resolve) => socket.write(`${half}{`, () => resolve()));
  // The request is under way once a later one is answered.
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  const stopped = server.stop();
  const ready = await fetch(`${own(server)}/readyz`);
  const { checks } = (await ready.json()) as { checks: { name: string; ok: boolean }[] };
  expect([ready.status, checks.filter(({ ok }) => !ok)]).toEqual([
    503,
    [{ name: "shutdown", ok: false, detail: "is under way" }],
  ]);
  expect((await fetch(`${own(server)}/healthz`)).status).toBe(200);
  socket.destroy();
  await stopped;
}, 30_000);
