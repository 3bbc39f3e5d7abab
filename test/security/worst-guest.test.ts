import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clientOf, processes, type ServerProcess } from "../support/processes.ts";
import { head, rawGuest, UPGRADE } from "../support/raw-guest.ts";

const isFull = process.env["GUILDHALL_SCALE"] === "full";
const ROUNDS = isFull ? 20 : 1;

let fleet: Awaited<ReturnType<typeof processes>>;
let server: ServerProcess;
let port: number;
const lines: string[] = [];
const errors: string[] = [];

beforeAll(async () => {
  fleet = await processes({ PUBLIC_URL: "http://localhost" });
  [server] = (await fleet.start(1)) as [ServerProcess];
  port = Number(new URL(server.url).port);
  server.child.stdout!.on("data", (chunk: Buffer) => lines.push(...chunk.toString().split("\n")));
  server.child.stderr!.on("data", (chunk: Buffer) => errors.push(chunk.toString()));
});
afterAll(() => fleet[Symbol.asyncDispose]());

/** The process is the same one, answers a page, and logged no uncaught error. */
async function goesOn(): Promise<void> {
  expect((await clientOf(server).page("/")).status).toBe(200);
  expect([server.child.exitCode, server.child.signalCode]).toEqual([null, null]);
  const bad = lines.filter((line) => /"event":"(process\.|background\.failed|console)/.test(line));
  expect(bad.filter((line) => !line.includes("event-loop-lag"))).toEqual([]);
  expect(errors).toEqual([]);
}

/** Every path of the API and some pages, with a value for each parameter. */
async function everyPath(value: string): Promise<string[]> {
  const { body } = await clientOf(server).get("/api/openapi.json");
  const paths = [
    ...Object.keys(body.paths),
    "/",
    "/sign-in",
    "/g/{guild}/roster",
    "/problems/{code}",
  ];
  return [...new Set(paths)].map((path) => path.replace(/\{[^}]+\}/g, value));
}

describe("a stranger's connections", () => {
  test("S65 a malformed path in an upgrade is answered with 400 and the server continues", async () => {
    for (const [path, status] of [
      ["/api/g/%/logs/live", 400],
      ["/api/g/%E0%A4%A/logs/live", 400],
      ["//", 404],
      ["/api/g/%00/logs/live", 404],
      ["/api/g/a%2Fb/logs/live", 404],
      ["/", 404],
      ["/api/g/guild/logs/live?%", 101],
    ] as const) {
      const end = await rawGuest(port, head(`GET ${path} HTTP/1.1`, ...UPGRADE), { leaveMs: 300 });
      expect([path, end.status]).toEqual([path, status]);
    }
    await goesOn();
  });

  test("S65 upgrades that are reset at once, of any path and origin, end only themselves", async () => {
    const tries = 300 * ROUNDS;
    for (let at = 0; at < tries; at += 50) {
      await Promise.all(
        Array.from({ length: 50 }, (_, n) => {
          const path = ["/", "/api/g/guild/logs/live", "/api/g/%/logs/live", "//"][n % 4]!;
          const origin = n % 3 === 0 ? ["Origin: https://evil.example"] : [];
          return rawGuest(port, head(`GET ${path} HTTP/1.1`, ...UPGRADE, ...origin), {
            reset: true,
          });
        }),
      );
    }
    await goesOn();
  });

  test("S65 thousands of broken requests of every kind are answered or closed, and a page is served after", async () => {
    const counts = new Map<string, number>();
    const count = (kind: string, status: number | undefined) => {
      const name = `${kind} ${status ?? "closed"}`;
      counts.set(name, (counts.get(name) ?? 0) + 1);
    };
    const values = ["%", "%00", "%2e%2e%2f", "\\", "//", "..%5c", "%ff%fe", "a".repeat(3_000)];
    const paths = (await Promise.all(values.map((value) => everyPath(value)))).flat();
    const broken = brokenRequests();
    const jobs: (() => Promise<void>)[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      for (const path of paths) {
        jobs.push(async () => {
          const line = `GET ${path.replaceAll(" ", "%20")} HTTP/1.1`;
          const { status } = await rawGuest(port, head(line, "Connection: close"), {
            leaveMs: 4_000,
          });
          expect([path, status ?? 0]).not.toEqual([path, 500]);
          count("path", status);
        });
      }
      for (let at = 0; at < 20; at++) {
        for (const [kind, bytes] of Object.entries(broken)) {
          jobs.push(async () => {
            const reset = at % 4 === 1;
            const half = at % 4 === 2;
            const end = await rawGuest(port, bytes, { reset, half, leaveMs: 250 });
            if (end.status !== undefined) expect([kind, end.status]).not.toEqual([kind, 500]);
            count(kind, end.status);
          });
        }
      }
    }
    const next = jobs.values();
    await Promise.all(
      Array.from({ length: 60 }, async () => {
        for (const job of next) await job();
      }),
    );
    console.log(`${jobs.length} broken requests: ${JSON.stringify(Object.fromEntries(counts))}`);
    expect(jobs.length).toBeGreaterThan(1_000);
    await goesOn();
  });

  test("S91 a request that names two hosts is refused", async () => {
    const twice =
      "GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    const other =
      "GET / HTTP/1.1\r\nhost: localhost\r\nHOST: evil.example\r\nConnection: close\r\n\r\n";
    const absolute = head("GET http://evil.example/ HTTP/1.1", "Connection: close");
    const hidden =
      "GET http://localhost/ HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n";
    const upgrade = `GET /api/g/a/logs/live HTTP/1.1\r\nHost: evil.example\r\n${head("Host: localhost", ...UPGRADE)}`;
    for (const bytes of [twice, other, absolute, hidden, upgrade]) {
      const { status, text } = await rawGuest(port, bytes);
      expect([bytes, status]).toEqual([bytes, 400]);
      expect(text).toContain("/problems/request/two-hosts");
    }
    const once = await rawGuest(port, head("GET http://localhost/ HTTP/1.1", "Connection: close"));
    expect(once.status).toBe(200);
  });

  test("S89 bodies and heads that stall are cut within seconds, and one address holds few", async () => {
    const half = head(
      "POST /api/session HTTP/1.1",
      "Content-Type: application/json",
      "Content-Length: 99",
    );
    const json = "Content-Type: application/json";
    const chunked = head("POST /api/session HTTP/1.1", json, "Transfer-Encoding: chunked");
    const [drip, silent, noHead, dripHead, pieces] = [
      rawGuest(port, half, { drip: { bytes: " ", everyMs: 1_000 } }),
      rawGuest(port, half),
      rawGuest(port, ""),
      rawGuest(port, "GET / HTTP/1.1\r\nHost: localhost\r\n", {
        drip: { bytes: "a: b\r\n", everyMs: 1_000 },
      }),
      rawGuest(port, chunked, { drip: { bytes: "1\r\n \r\n", everyMs: 1_000 } }),
    ];
    const others = Array.from({ length: 130 }, () => rawGuest(port, half));
    const first = await Promise.race(others);
    expect(first.status).toBe(429);
    // A client that sends a whole request is still served.
    await goesOn();
    for (const end of await Promise.all([drip, silent, noHead, dripHead, pieces, ...others])) {
      expect([408, 429, undefined]).toContain(end.status);
      expect(end.ms).toBeLessThan(14_000);
    }
    expect((await drip).status).toBe(408);
    await goesOn();
  }, 30_000);
});

function brokenRequests(): Record<string, string> {
  const form = "Content-Type: multipart/form-data; boundary=x";
  return {
    nothing: "",
    nul: "\0\0\0\0",
    tls: "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "half a head": "GET / HTTP/1.1\r\nHost: loc",
    "half a body": `${head("POST /api/session HTTP/1.1", "Content-Length: 50")}{`,
    "odd method": head("BREW / HTTP/1.1"),
    trace: head("TRACE / HTTP/1.1", "Connection: close"),
    connect: "CONNECT localhost:443 HTTP/1.1\r\nHost: localhost:443\r\n\r\n",
    "http/1.0": "GET / HTTP/1.0\r\n\r\n",
    "no host": "GET / HTTP/1.1\r\n\r\n",
    "odd host": "GET / HTTP/1.1\r\nHost: %%%\r\nConnection: close\r\n\r\n",
    star: head("OPTIONS * HTTP/1.1", "Connection: close"),
    "absolute nonsense": head("GET http:// HTTP/1.1", "Connection: close"),
    "nul in the path": head("GET /a\0b HTTP/1.1"),
    "space in the path": head("GET /a b HTTP/1.1"),
    "large header": head("GET / HTTP/1.1", `X: ${"x".repeat(70_000)}`),
    "many headers": head("GET / HTTP/1.1", ...Array.from({ length: 3_000 }, (_, n) => `X-${n}: 1`)),
    "bad chunk": `${head("POST /api/session HTTP/1.1", "Transfer-Encoding: chunked")}zz\r\n`,
    "huge chunk": `${head("POST /api/session HTTP/1.1", "Transfer-Encoding: chunked")}ffffffffffffffff\r\n`,
    "two lengths": `${head("POST /api/session HTTP/1.1", "Content-Length: 1", "Content-Length: 2")}ab`,
    "length and chunks": `${head("POST /api/session HTTP/1.1", "Content-Length: 4", "Transfer-Encoding: chunked")}0\r\n\r\n`,
    "multipart without an end": `${head("POST /sign-in HTTP/1.1", form, "Origin: http://localhost", "Content-Length: 9", "Connection: close")}--x\r\nabcd`,
    "cookies of nonsense": head(
      "GET / HTTP/1.1",
      "Cookie: guildhall=%; lang=%ff; theme=\x7f",
      "Connection: close",
    ),
    "token of nonsense": head(
      "GET /api/guilds HTTP/1.1",
      "Authorization: Bearer a.%.b",
      "Connection: close",
    ),
    pipeline: `${head("GET / HTTP/1.1").repeat(5)}GET \0\r\n\r\n`,
    "unknown expectation": head(
      "POST /api/session HTTP/1.1",
      "Expect: the-unexpected",
      "Content-Length: 1",
    ),
    h2c: head(
      "GET / HTTP/1.1",
      "Connection: Upgrade, HTTP2-Settings",
      "Upgrade: h2c",
      "HTTP2-Settings: AAMAAABk",
    ),
    "upgrade without a key": head(
      "GET /api/g/a/logs/live HTTP/1.1",
      "Connection: Upgrade",
      "Upgrade: websocket",
    ),
    "upgrade and garbage": `${head("GET /api/g/a/logs/live HTTP/1.1", ...UPGRADE)}\xff\xff\xff\xff`,
    "post upgrade": head("POST /api/g/a/logs/live HTTP/1.1", ...UPGRADE, "Content-Length: 3"),
  };
}
