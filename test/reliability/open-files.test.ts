import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, readdirSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { handlesReleased } from "../../src/database/embedded-handles.ts";
import { systemClock } from "../../src/kernel/clock.ts";
import { openFiles } from "../../src/node/open-files.ts";
import { type TestApp, type TestGuild, testApp } from "../support/app.ts";
import { bundleScript } from "../support/bundle.ts";
import { runCli } from "../support/cli.ts";
import { clientOf, type ServerProcess } from "../support/processes.ts";

const GUILDS = 40;
// Requests at once. Each has a connection, which is an open file as well.
const AT_ONCE = 8;

/** A server on `t`'s folder, started by a shell that first runs `before`, and the lines it wrote. */
async function serverAfter(t: TestApp, before: string, env: Record<string, string> = {}) {
  const main = await bundleScript("src/node.ts");
  const child = spawn("sh", ["-c", `${before} "$0" "$1"`, process.execPath, main], {
    env: { PATH: process.env["PATH"], ...t.env, PORT: "0", LOG_LEVEL: "info", ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines: Record<string, unknown>[] = [];
  const port = await new Promise<number>((resolve, reject) => {
    child.once("exit", () => reject(new Error("The server ended before it listened.")));
    createInterface({ input: child.stdout }).on("line", (text) => {
      const line = JSON.parse(text) as Record<string, unknown>;
      lines.push(line);
      if (line["event"] === "server.listening") resolve(Number(line["port"]));
    });
  });
  const server: ServerProcess = { url: `http://127.0.0.1:${port}`, child };
  const stop = async () => {
    child.kill("SIGKILL");
    await once(child, "exit");
    rmSync(main);
  };
  return { server, lines, [Symbol.asyncDispose]: stop };
}

const faults = (lines: readonly Record<string, unknown>[]) =>
  lines.filter(({ event }) => event === "database.fault");

test("R37 with 128 open files forty guilds are served, none is called damaged, and the log says what to raise", async () => {
  const t = await testApp({}, { clock: systemClock });
  try {
    const owner = await t.signUp();
    const sql = "UPDATE plans SET guilds_per_account_max = NULL";
    await t.services.platform.db.client.execute({ sql, args: [] });
    const slugs: string[] = [];
    for (let at = 0; at < GUILDS; at++) slugs.push((await foundFor(owner, `vow-${at}`)).slug);
    await t.services.close();
    await using run = await serverAfter(t, "ulimit -n 128; exec", { OPEN_MAX: "200" });
    const person = clientOf(run.server, owner.identity);
    const visit = async (slug: string) => {
      const answer = await person.get(`/api/g/${slug}/standings`);
      if (answer.status === 200) return;
      // A visitor during the shortage is told to try again, and then succeeds.
      expect([answer.status, answer.body.type]).toEqual([503, "/problems/database/unavailable"]);
      expect((await person.get(`/api/g/${slug}/standings`)).status).toBe(200);
    };
    for (let at = 0; at < 2 * GUILDS; at += AT_ONCE) {
      const some = Array.from({ length: AT_ONCE }, (_, n) => slugs[(at + n) % GUILDS]!);
      await Promise.all(some.map(visit));
    }
    expect(faults(run.lines).filter(({ code }) => code !== "database/unavailable")).toEqual([]);
    expect(faults(run.lines).length).toBeLessThanOrEqual(1);
    const few = run.lines.find(({ event }) => event === "database.few-files");
    expect(few).toMatchObject({ level: "warn", filesMax: 128, sentence: /ulimit -n \d+/ });
  } finally {
    await t.close().catch(() => undefined);
  }
}, 120_000);

test.each([
  ["its file cannot be read", (path: string) => chmodSync(path, 0)],
  ["its file cannot be written", (path: string) => chmodSync(path, 0o400)],
  ["its folder cannot be written", (path: string) => chmodSync(join(path, ".."), 0o500)],
  ["its folder cannot be entered", (path: string) => chmodSync(join(path, ".."), 0)],
])(
  "R37 a guild is unavailable and not damaged while %s, and is back with the right to it",
  async (_, take) => {
    if (process.getuid?.() !== 0)
      return console.log("Skipped: needs root, to start as another user.");
    const t = await testApp({}, { clock: systemClock });
    try {
      const guild = await t.guild("iron-vow");
      await guild.owner.post("/roster/persons", { name: "Cinder" });
      await t.services.close();
      // A log that is left would be used as it is. Now SQLite has to make one.
      expect(await handlesReleased()).toBe(true);
      const { path, restore } = fileOf(t);
      execFileSync("chown", ["-R", "65534:65534", t.dir]);
      await using run = await serverAfter(
        t,
        "exec setpriv --reuid=65534 --regid=65534 --clear-groups",
      );
      const owner = clientOf(run.server, guild.owner.identity);
      take(path);
      const write = (name: string) => owner.post("/api/g/iron-vow/roster/persons", { name });
      for (const name of ["Ash", "Ember"]) {
        const { status, body } = await write(name);
        expect([status, body.type]).toEqual([503, "/problems/database/unavailable"]);
      }
      restore();
      expect((await write("Coal")).status).toBe(201);
      expect((await owner.get("/api/g/iron-vow/roster")).text).toContain("Cinder");
      expect(faults(run.lines)).toEqual([
        expect.objectContaining({
          level: "error",
          code: "database/unavailable",
          cause: expect.stringMatching(/^EACCES/),
          guildId: guild.id,
        }),
      ]);
      const line = run.lines.find(({ event, status }) => event === "request" && status === 503);
      expect(line).toMatchObject({ code: "database/unavailable", cause: expect.any(String) });
      expect(run.lines.filter(({ event }) => event === "database.recovered")).toHaveLength(1);
    } finally {
      await t.close().catch(() => undefined);
    }
  },
);

/** Connections that send `bytes` and nothing more. */
async function connections(port: number, count: number, bytes: string): Promise<readonly Socket[]> {
  return await Promise.all(
    Array.from({ length: count }, async () => {
      const socket = connect(port, "127.0.0.1");
      socket.on("error", () => {});
      await once(socket, "connect");
      if (bytes !== "") socket.write(bytes);
      return socket;
    }),
  );
}

const HALF_BODY =
  "POST /api/session HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{";

test.each([
  ["say nothing", "", [200]],
  ["sent half a head", "GET / HTTP/1.1\r\nHo", [200]],
  // Each of them is being served, so a new one is told to come back.
  ["sent half a body", HALF_BODY, [200, 503]],
])(
  "R37 with 128 open files and 120 connections that %s, a page is still answered",
  async (_, bytes, statuses) => {
    await using t = await testApp({}, { clock: systemClock });
    const guild = await t.guild("iron-vow");
    await t.services.close();
    await using run = await serverAfter(t, "ulimit -n 128; exec");
    const sockets = await connections(Number(new URL(run.server.url).port), 120, bytes);
    try {
      for (let tries = 0; tries < 5; tries++) {
        const { status, body } = await clientOf(run.server, guild.owner.identity).get(
          "/api/g/iron-vow/roster",
        );
        expect(statuses).toContain(status);
        if (status === 503) expect(body.type).toBe("/problems/database/unavailable");
      }
    } finally {
      for (const socket of sockets) socket.destroy();
    }
    expect(
      (await clientOf(run.server, guild.owner.identity).get("/api/g/iron-vow/roster")).status,
    ).toBe(200);
  },
);

const READ_ONLY: readonly [string, (folder: string) => void, (folder: string) => void][] = [
  [
    "may not be written",
    (folder) => chmodSync(folder, 0o500),
    (folder) => chmodSync(folder, 0o700),
  ],
  ["may not be entered", (folder) => chmodSync(folder, 0), (folder) => chmodSync(folder, 0o700)],
  [
    "is on a disk that is mounted read-only",
    (folder) => {
      execFileSync("mount", ["--bind", folder, folder]);
      execFileSync("mount", ["-o", "remount,bind,ro", folder]);
    },
    (folder) => execFileSync("umount", ["-l", folder]),
  ],
];

test.each(READ_ONLY)(
  "R37 founding a guild is refused at once while the folder of guilds %s, and leaves nothing over",
  async (_, take, restore) => {
    if (process.getuid?.() !== 0)
      return console.log("Skipped: needs root, to start as another user.");
    await using t = await testApp({}, { clock: systemClock });
    const guild = await t.guild("iron-vow");
    const sql = "UPDATE plans SET guilds_per_account_max = NULL";
    await t.services.platform.db.client.execute({ sql, args: [] });
    await t.services.close();
    const folder = join(t.dir, "guilds");
    const before = readdirSync(folder).filter((name) => name.endsWith(".db"));
    execFileSync("chown", ["-R", "65534:65534", t.dir]);
    await using run = await serverAfter(
      t,
      "exec setpriv --reuid=65534 --regid=65534 --clear-groups",
    );
    const owner = clientOf(run.server, guild.owner.identity);
    const facts = { name: "Ash Pact", realm: "Area 52", region: "eu", faction: "horde" };
    const found = () => owner.post("/api/guilds", { ...facts, slug: "ash-pact" });
    take(folder);
    try {
      for (let tries = 0; tries < 2; tries++) {
        const { status, body } = await found();
        expect([status, body.type]).toEqual([503, "/problems/database/unavailable"]);
      }
    } finally {
      restore(folder);
    }
    const shown = () => readdirSync(folder).filter((name) => /\.db$|draft/.test(name));
    expect(shown()).toEqual(before);
    expect((await found()).status).toBe(201);
    expect(shown()).toHaveLength(before.length + 1);
  },
);

test("R37 the doctor compares the limit of open files with OPEN_MAX and says which to change", async () => {
  await using t = await testApp();
  const main = await bundleScript("provisioning/cli/main.ts");
  const env = { ...t.env, OPEN_MAX: "100000000" };
  const { out, code } = await runCli(main, t.dir, ["doctor"], env);
  rmSync(main);
  expect(out).toMatch(/may open \d+ files.*Raise the limit/s);
  expect(code).not.toBe(0);
  expect(openFiles(200, 128)).toMatchObject({ openMax: 7, sentence: expect.any(String) });
  expect(openFiles(200, 100_000)).toMatchObject({ openMax: 200, sentence: undefined });
  expect(openFiles(200, 20)).toMatchObject({ openMax: 4 });
});

function fileOf(t: TestApp) {
  const folder = join(t.dir, "guilds");
  const name = readdirSync(folder).find((one) => one.endsWith(".db"))!;
  const path = join(folder, name);
  const restore = () => {
    chmodSync(folder, 0o700);
    for (const one of readdirSync(folder)) {
      chmodSync(join(folder, one), 0o600);
      chownSync(join(folder, one), 65534, 65534);
    }
  };
  return { path, restore };
}

async function foundFor(owner: TestGuild["owner"], slug: string): Promise<TestGuild> {
  const made = await owner.post("/api/guilds", {
    name: `Guild ${slug}`,
    realm: "Area 52",
    region: "eu",
    faction: "horde",
    slug,
  });
  if (made.status === 202) await owner.get(`/api/guilds/${made.body.id}/operation/events`);
  return { id: made.body.id, slug, owner };
}
