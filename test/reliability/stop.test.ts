import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bundleScript } from "../support/bundle.ts";
import { clientOf, processes, signUp } from "../support/processes.ts";
import { head, rawGuest, UPGRADE } from "../support/raw-guest.ts";
import { removeSearched } from "../support/secrets/folders.ts";

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "guildhall-stop-"));
});
afterAll(() => removeSearched(dir));

const HALF_A_BODY = head(
  "POST /api/session HTTP/1.1",
  "Content-Type: application/json",
  "Content-Length: 99",
);

test("R35 a stop ends within ten seconds, whatever strangers hold open, and answers the requests it took", async () => {
  await using fleet = await processes({ PUBLIC_URL: "http://localhost" });
  const [server] = await fleet.start(1);
  const port = Number(new URL(server!.url).port);
  const person = await signUp("stopper", server!);
  const held = [
    rawGuest(port, HALF_A_BODY),
    rawGuest(port, `${HALF_A_BODY}{`, { drip: { bytes: " ", everyMs: 200 } }),
    rawGuest(port, "GET / HTTP/1.1\r\nHost: loc"),
    rawGuest(port, ""),
    rawGuest(port, head("GET / HTTP/1.1")),
    rawGuest(port, head("GET /api/g/a/logs/live HTTP/1.1", ...UPGRADE)),
    rawGuest(port, head("GET /api/openapi.json HTTP/1.1").repeat(20), { half: true }),
  ];
  await expect.poll(async () => (await clientOf(server!).page("/")).status).toBe(200);
  const work = Array.from({ length: 10 }, () => clientOf(server!, person).get("/api/guilds"));
  const exited = once(server!.child, "exit");
  await Promise.all(work.map(async (one) => expect((await one).status).toBe(200)));
  const from = performance.now();
  server!.child.kill("SIGTERM");
  const [code] = await exited;
  expect([code, performance.now() - from < 10_000]).toEqual([0, true]);
  await Promise.all(held);
}, 60_000);

test("R35 half a request head, or an idle connection, delays no stop; a second signal ends it at once", async () => {
  await using fleet = await processes({});
  const [idle, busy] = await fleet.start(2);
  const portOf = (url: string) => Number(new URL(url).port);
  const heads = [
    rawGuest(portOf(idle!.url), "GET / HTTP/1.1\r\nHost: loc"),
    rawGuest(portOf(idle!.url), head("GET /sign-in HTTP/1.1")),
  ];
  await clientOf(idle!).page("/");
  const from = performance.now();
  idle!.child.kill("SIGTERM");
  expect((await once(idle!.child, "exit"))[0]).toBe(0);
  expect(performance.now() - from).toBeLessThan(4_000);
  const body = rawGuest(portOf(busy!.url), HALF_A_BODY);
  await clientOf(busy!).page("/");
  const exited = once(busy!.child, "exit");
  busy!.child.kill("SIGTERM");
  busy!.child.stdout!.resume();
  await expect
    .poll(() =>
      fetch(busy!.url).then(
        () => "served",
        () => "closed",
      ),
    )
    .toBe("closed");
  const secondAt = performance.now();
  busy!.child.kill("SIGTERM");
  expect((await exited)[0]).toBe(130);
  expect(performance.now() - secondAt).toBeLessThan(2_000);
  await Promise.all([...heads, body]);
}, 60_000);

/** Starts with a configuration that cannot work. Returns the output. */
async function failed(script: string, env: Record<string, string | undefined>) {
  const child = spawn(process.execPath, [script], {
    env: {
      PATH: process.env["PATH"],
      PORT: "0",
      GUILDHALL_SECRET: "s".repeat(64),
      DATA_DIR: join(dir, "data"),
      ...env,
    },
  });
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    err += chunk.toString();
  });
  const [code] = await once(child, "close");
  return {
    code,
    lines: out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line)),
    err,
  };
}

test("R39 a start that fails says in one line what is wrong, and in one sentence what to do", async () => {
  const script = await bundleScript("src/node.ts");
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const { port } = taken.address() as { port: number };
  await writeFile(join(dir, "file"), "");
  for (const [env, code] of [
    [{ PORT: "seventy" }, "configuration/invalid"],
    [{ GUILDHALL_SECRET: undefined }, "configuration/invalid"],
    [{ PUBLIC_URL: "http//nowhere" }, "configuration/invalid"],
    [{ PUBLIC_URL: "http://guilds.example" }, "configuration/invalid"],
    [{ TURSO_API_URL: "nonsense" }, "configuration/invalid"],
    [{ PORT: String(port), HOST: "127.0.0.1" }, "port/in-use"],
    [{ HOST: "203.0.113.7" }, "port/no-such-address"],
    [{ DATA_DIR: join(dir, "file", "below") }, "files/no-folder"],
  ] as const) {
    const { code: exit, lines, err } = await failed(script, env);
    const last = lines.at(-1);
    expect([env, exit, last.event, last.code]).toEqual([env, 1, "server.start-failed", code]);
    expect(last.cause).toBeTypeOf("string");
    expect(err).toMatch(/^Guildhall cannot start: [\s\S]+\. [A-Z][^\n]+\.\n$/);
    expect(`${JSON.stringify(lines)}${err}`).not.toMatch(/\n? {2,}at |\\n {4}at /);
  }
  taken.close();
  await rm(script);
}, 90_000);
