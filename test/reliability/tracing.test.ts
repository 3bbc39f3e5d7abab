import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test, vi } from "vitest";
import { startCollector } from "../support/collector.ts";
import { clientOf, signUp } from "../support/processes.ts";
import { startedServer } from "../support/server.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

const kindsOf = (names: readonly string[]) => [...new Set(names)].sort();

test("a request is one trace with its leases and statements, the log names it, and no value is in it", async () => {
  await using collector = await startCollector();
  const lines: string[] = [];
  vi.spyOn(process.stdout, "write").mockImplementation((line) => lines.push(String(line)) > 0);
  const server = await startedServer({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20collector-key",
    LOG_LEVEL: "info",
  });
  const person = await signUp("tracy", server as never);
  const client = clientOf(server as never, person);
  const guild = {
    name: "Iron Vow",
    realm: "Area 52",
    region: "eu",
    faction: "horde",
    slug: "iron-vow",
  };
  const made = await client.post("/api/guilds", guild);
  if (made.status === 202) await client.get(`/api/guilds/${made.body.id}/operation/events`);
  await client.within("iron-vow").post("/roster/persons", { name: "Hidden-Name" });
  // A stop sends what is left.
  await server[Symbol.asyncDispose]();

  const spans = collector.spans();
  // The calls of this test come from the same process.
  const own = spans.filter(({ name }) => name !== "outgoing");
  expect(kindsOf(own.map(({ name }) => name))).toEqual([
    "database.lease",
    "database.statements",
    "job",
    "request",
  ]);
  const attribute = (span: (typeof spans)[number], key: string) =>
    JSON.stringify(span.attributes.find((one) => one.key === key)?.value);
  const request = spans.find(
    (span) =>
      span.name === "request" &&
      attribute(span, "http.route")?.includes("/api/g/:guild/roster/persons"),
  )!;
  const within = spans.filter(({ traceId }) => traceId === request.traceId);
  expect(within.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["request", "database.lease", "database.statements"]),
  );
  const ids = new Set(within.map(({ spanId }) => spanId));
  for (const { name, parentSpanId } of within) {
    expect([name, ids.has(parentSpanId ?? "")]).toEqual([name, name !== "request"]);
  }
  const line = lines.find((one) => one.includes('"/api/g/iron-vow/roster/persons"'));
  expect(JSON.parse(line!)).toMatchObject({ event: "request", traceId: request.traceId });
  const jobs = spans.filter(({ name }) => name === "job");
  expect(jobs.some((job) => attribute(job, "job.kind")?.includes("message.send"))).toBe(true);
  expect(collector.authorizations).toEqual(new Set(["Bearer collector-key"]));
  const told = collector.text();
  for (const value of [
    "Hidden-Name",
    "tracy@example.test",
    person.token,
    "iron-vow",
    "SELECT id",
  ]) {
    expect(told).not.toContain(value);
  }
}, 60_000);

test("calls to other servers are spans without their paths, and those to the collector are none", async () => {
  await using collector = await startCollector();
  const other = createServer((_, answer) => answer.writeHead(418).end());
  other.listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;
  const server = await startedServer({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
  await fetch(`http://127.0.0.1:${port}/secret-path?key=value`);
  await server[Symbol.asyncDispose]();
  await new Promise((resolve) => other.close(resolve));
  const outgoing = collector.spans().filter(({ name }) => name === "outgoing");
  expect(outgoing.map(({ attributes }) => JSON.stringify(attributes))).toEqual([
    expect.stringMatching(/server\.address.*127\.0\.0\.1.*418/),
  ]);
  expect(collector.text()).not.toContain("secret-path");
});

test("a collector that is away costs no answer and no stop, and a sampling of 0 sends nothing", async () => {
  const away = await startedServer({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9" });
  expect((await fetch(`${away.url}/sign-in`)).status).toBe(200);
  const from = performance.now();
  await away[Symbol.asyncDispose]();
  expect(performance.now() - from).toBeLessThan(5_000);

  await using collector = await startCollector();
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/`, OTEL_TRACES_SAMPLER_ARG: "0" };
  const none = await startedServer(env);
  expect((await fetch(`${none.url}/sign-in`)).status).toBe(200);
  await none[Symbol.asyncDispose]();
  expect(collector.spans()).toEqual([]);
});

test("without an endpoint nothing is traced, and no log line names a trace", async () => {
  const lines: string[] = [];
  vi.spyOn(process.stdout, "write").mockImplementation((line) => lines.push(String(line)) > 0);
  const server = await startedServer({ LOG_LEVEL: "info" });
  await fetch(`${server.url}/sign-in`);
  expect(server.services.config.tracing).toBeUndefined();
  await server[Symbol.asyncDispose]();
  const requests = lines.filter((line) => line.includes('"event":"request"'));
  expect(requests.length).toBeGreaterThan(0);
  expect(requests.join()).not.toContain("traceId");
});
