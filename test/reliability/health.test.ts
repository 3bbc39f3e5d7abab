import { mkdtemp, rename } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openEmbedded } from "../../src/database/embedded.ts";
import { platformFile } from "../../src/node/data-folder.ts";
import { lockElsewhere } from "../database/support.ts";
import { rawGuest } from "../support/raw-guest.ts";
import { removeSearched } from "../support/secrets/folders.ts";
import { type StartedServer, startedServer } from "../support/server.ts";
import { hasSqld, startSqld } from "../support/sqld.ts";

interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

const NAMES = ["clock", "disk", "host", "platform", "schema", "shutdown"];

async function ready({ url }: Pick<StartedServer, "url">) {
  const answer = await fetch(`${url}/readyz`);
  const { checks } = (await answer.json()) as { checks: Check[] };
  return { status: answer.status, checks, failed: checks.filter(({ ok }) => !ok) };
}

const failing = async (server: Pick<StartedServer, "url">) => {
  const { status, failed } = await ready(server);
  return [status, failed.map(({ name }) => name)];
};

test("a server says that it is alive and ready, with a name and a plain word for each check", async () => {
  await using server = await startedServer();
  const alive = await fetch(`${server.url}/healthz`);
  expect([alive.status, await alive.json()]).toEqual([200, { status: "alive" }]);
  const { status, checks } = await ready(server);
  expect([status, checks.map(({ name }) => name).sort()]).toEqual([200, NAMES]);
  for (const { detail } of checks) expect(detail).toMatch(/^[a-z][a-z ]+$/);
  for (const path of ["/healthz", "/readyz?verbose"]) {
    const { headers, status: again } = await fetch(`${server.url}${path}`, { method: "HEAD" });
    expect([again, headers.get("cache-control")]).toEqual([200, "no-store"]);
  }
});

test("probes need no Host, any Host will do, and every other address still requires ours", async () => {
  await using server = await startedServer({ PUBLIC_URL: "https://guilds.example" });
  const ask = async (method: string, path: string, ...hosts: readonly string[]) => {
    const lines = [`${method} ${path} HTTP/1.1`, ...hosts, "Connection: close"];
    const { status, text } = await rawGuest(server.port, `${lines.join("\r\n")}\r\n\r\n`);
    return [path, hosts.join(), status, /request\/[a-z-]+/.exec(text)?.[0]];
  };
  for (const hosts of [[], ["Host: 10.1.2.3:3000"], ["Host: [fd00::7]:3000"], ["Host:"]]) {
    for (const path of ["/healthz", "/readyz", "/readyz?full"]) {
      expect(await ask("GET", path, ...hosts)).toEqual([path, hosts.join(), 200, undefined]);
    }
  }
  const foreign = "Host: 10.1.2.3:3000";
  const others = [
    "/",
    "/healthz/",
    "//healthz",
    "/readyz/x",
    "/healthz%20",
    "/api/healthz",
    "/g/healthz",
  ];
  for (const path of [...others, "/sign-in", "/metrics"]) {
    expect(await ask("GET", path, foreign)).toEqual([path, foreign, 400, "request/unknown-host"]);
    expect((await ask("GET", path))[2]).toBe(400);
  }
  expect((await ask("POST", "/healthz", foreign))[2]).toBe(400);
  const two = ["Host: guilds.example", "Host: 10.1.2.3"];
  expect(await ask("GET", "/readyz", ...two)).toEqual([
    "/readyz",
    two.join(),
    400,
    "request/two-hosts",
  ]);
});

test("probes are answered after an address has used up its limit", async () => {
  await using server = await startedServer({ RATE_LIMITS: "read.address=2/h" });
  const page = () => fetch(`${server.url}/sign-in`).then(({ status }) => status);
  expect([await page(), await page(), await page()]).toEqual([200, 200, 429]);
  for (let n = 0; n < 10; n++) {
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
  }
});

test("probes are answered within a second while another process locks the platform and writes queue up", async () => {
  await using server = await startedServer();
  expect((await ready(server)).status).toBe(200);
  const holdMs = 3_000;
  const { exit: unlocked } = await lockElsewhere(platformFile(server.dir), holdMs);
  const account = { name: "Late", password: "four words make one" };
  const writes = Array.from({ length: 20 }, (_, n) =>
    fetch(`${server.url}/api/users`, {
      method: "POST",
      headers: { "content-type": "application/json", host: "localhost" },
      body: JSON.stringify({ ...account, email: `late-${n}@example.test` }),
    }),
  );
  const until = performance.now() + holdMs - 1_000;
  let probes = 0;
  while (performance.now() < until) {
    const from = performance.now();
    const answers = await Promise.all([ready(server), fetch(`${server.url}/healthz`)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(performance.now() - from).toBeLessThan(1_000);
    probes++;
  }
  expect(probes).toBeGreaterThan(2);
  await unlocked;
  await Promise.all(writes);
});

test("a disk with less room than DISK_FREE_MIN_MB makes a server not ready, and it stays alive", async () => {
  await using server = await startedServer({ DISK_FREE_MIN_MB: String(2 ** 40) });
  expect(await failing(server)).toEqual([503, ["disk"]]);
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
});

test("a clock that is far ahead of the newest time known makes a server not ready", async () => {
  const dir = await mkdtemp(join(tmpdir(), "guildhall-health-"));
  await using _removed = { [Symbol.asyncDispose]: () => removeSearched(dir) };
  await using first = await startedServer({}, { dir });
  expect((await ready(first)).status).toBe(200);
  await first.stop();
  await inPlatform(dir, "UPDATE platform_clock SET newest_at = 1500000000000");
  await using second = await startedServer(
    { GUILDHALL_SECRET: first.env.GUILDHALL_SECRET },
    { dir },
  );
  expect(await failing(second)).toEqual([503, ["clock"]]);
});

test("a schema of another release, and a missing data folder, make a server not ready", async () => {
  await using server = await startedServer();
  await inPlatform(server.dir, "UPDATE _migrations SET hash = 'x' || hash WHERE position = 3");
  await expect.poll(() => failing(server), { timeout: 5_000 }).toEqual([503, ["schema"]]);
  await inPlatform(server.dir, "UPDATE _migrations SET hash = substr(hash, 2) WHERE position = 3");
  await expect.poll(() => failing(server), { timeout: 5_000 }).toEqual([200, []]);
  await rename(server.dir, `${server.dir}-away`);
  try {
    await expect
      .poll(async () => (await ready(server)).failed.map(({ name }) => name), { timeout: 5_000 })
      .toEqual(expect.arrayContaining(["disk", "host"]));
  } finally {
    await rename(`${server.dir}-away`, server.dir);
  }
  await expect.poll(() => failing(server), { timeout: 5_000 }).toEqual([200, []]);
});

test.runIf(hasSqld)(
  "a database server that is gone makes a server not ready, and it recovers by itself",
  async () => {
    const sqld = await startSqld();
    try {
      await using server = await startedServer(sqld.env);
      expect(await failing(server)).toEqual([200, []]);
      await sqld.kill();
      // The last answer is trusted until a new check has failed.
      await expect
        .poll(() => failing(server), { timeout: 15_000 })
        .toEqual([503, expect.arrayContaining(["platform", "schema", "host"])]);
      expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
      const { failed } = await ready(server);
      for (const { detail } of failed)
        expect(detail).toMatch(/^(does not answer|did not answer in time)$/);
      await sqld.restart();
      await expect.poll(() => failing(server), { timeout: 15_000 }).toEqual([200, []]);
    } finally {
      await sqld.stop();
    }
  },
  60_000,
);

async function inPlatform(dir: string, sql: string): Promise<void> {
  const client = await openEmbedded({ url: `file://${platformFile(dir)}` });
  await client.execute({ sql, args: [] });
  await client.close();
}
