import { expect, test } from "vitest";
import { head, rawGuest, UPGRADE } from "../support/raw-guest.ts";
import { startedServer } from "../support/server.ts";

const CLOSE = "Connection: close";

/** What a stranger may send to an address that serves metrics and probes only. */
const BROKEN: Readonly<Record<string, string>> = {
  nothing: "",
  nul: "\0\0\0",
  tls: "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
  "http/2": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
  "half a head": "GET /metrics HTTP/1.1\r\nHost: loc",
  "half a body": `${head("POST /metrics HTTP/1.1", "Content-Length: 50")}{`,
  "a malformed path": head("GET /metrics/% HTTP/1.1", CLOSE),
  "two slashes": head("GET // HTTP/1.1", CLOSE),
  "an absolute address": head("GET http:// HTTP/1.1", CLOSE),
  "a bad token": head("GET /metrics HTTP/1.1", "Authorization: Bearer %\x7f", CLOSE),
  connect: "CONNECT localhost:443 HTTP/1.1\r\nHost: localhost:443\r\n\r\n",
  upgrade: head("GET /metrics HTTP/1.1", ...UPGRADE),
  "upgrade and garbage": `${head("GET /healthz HTTP/1.1", ...UPGRADE)}\xff\xff\xff`,
  pipeline: `${head("GET /healthz HTTP/1.1").repeat(20)}GET \0\r\n\r\n`,
  "an expectation": head("POST /metrics HTTP/1.1", "Expect: the-unexpected", "Content-Length: 1"),
};

test("S65 strangers at the address of metrics are answered or closed, and it serves metrics after", async () => {
  await using server = await startedServer({ METRICS_ADDRESS: "127.0.0.1:0" });
  const port = server.operatorPort!;
  const counts = new Map<string, number>();
  for (let round = 0; round < 12; round++) {
    await Promise.all(
      Object.entries(BROKEN).map(async ([kind, bytes]) => {
        const reset = round % 3 === 1;
        const end = await rawGuest(port, bytes, { reset, half: round % 3 === 2, leaveMs: 250 });
        expect([kind, end.status ?? 0]).not.toEqual([kind, 500]);
        const name = `${kind} ${end.status ?? "closed"}`;
        counts.set(name, (counts.get(name) ?? 0) + 1);
      }),
    );
  }
  console.log(JSON.stringify(Object.fromEntries(counts)));
  expect((await fetch(`http://127.0.0.1:${port}/metrics`)).status).toBe(200);
  expect((await fetch(`${server.url}/sign-in`)).status).toBe(200);
});

test("S65 connections that are held open at the address of metrics delay neither the product nor a stop", async () => {
  await using server = await startedServer({ METRICS_ADDRESS: "127.0.0.1:0" });
  const port = server.operatorPort!;
  const held = Array.from({ length: 200 }, (_, n) =>
    rawGuest(port, n % 2 ? "GET /metrics HTTP/1.1\r\nHost: loc" : head("GET /healthz HTTP/1.1")),
  );
  await expect.poll(async () => (await fetch(`${server.url}/sign-in`)).status).toBe(200);
  const from = performance.now();
  await server.stop();
  expect(performance.now() - from).toBeLessThan(10_000);
  await Promise.all(held);
}, 40_000);
