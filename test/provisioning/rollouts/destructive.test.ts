import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type MigrationSource, parseMigrations } from "../../../provisioning/migrations.ts";
import { openEmbedded } from "../../../src/database/embedded.ts";
import { TestClient } from "../../support/app.ts";
import { bundleRelease } from "../../support/bundle.ts";
import { runCli } from "../../support/cli.ts";
import { listening } from "../../support/processes.ts";
import { guildSchema, openProvisioning } from "../../support/provisioning.ts";
import { removeSearched } from "../../support/secrets/folders.ts";

const step = (name: string, when: number, ...statements: readonly string[]): MigrationSource => ({
  name,
  when: 9e12 + when,
  sql: statements.join("\n--> statement-breakpoint\n"),
});

// The schemas of the previous release and of this one, whose last step drops a table.
const KEEPSAKES = step(
  "9001_keepsakes",
  1,
  "CREATE TABLE keepsakes (x)",
  "INSERT INTO keepsakes VALUES ('of the guild')",
);
const HARMLESS = step("9002_more", 2, "CREATE TABLE more (x)");
const TAKES_AWAY = step("9003_no_keepsakes", 3, "DROP TABLE keepsakes");
const BEFORE = [...guildSchema, ...parseMigrations([KEEPSAKES])];

let remove: () => Promise<void>;
let main: string;
let server: string;
let dir: string;
let child: ChildProcess | undefined;
const env = { GUILDHALL_SECRET: randomUUID() + randomUUID() };
beforeAll(async () => {
  const added = [KEEPSAKES, HARMLESS, TAKES_AWAY];
  const scripts = ["provisioning/cli/main.ts", "src/node.ts"];
  const release = await bundleRelease("takes-away", scripts, added);
  remove = release.remove;
  [main, server] = release.paths as [string, string];
});
afterAll(() => remove());
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "guildhall-destructive-"));
  const services = await openProvisioning(dir, { migrations: BEFORE });
  for (const slug of ["iron-vow", "ash"]) {
    await services.provisioner.provision(await services.recordGuild(slug));
  }
  await services.platform.db.client.execute({ sql: "UPDATE guilds SET is_public = 1", args: [] });
  await services.close();
});
afterEach(async () => {
  if (child && child.exitCode === null) {
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  child = undefined;
  await removeSearched(dir);
});

const guildhall = (...args: readonly string[]) => runCli(main, dir, args, env);

async function serve() {
  const lines: string[] = [];
  const all = { PATH: process.env["PATH"], PORT: "0", DATA_DIR: dir, LOG_LEVEL: "info", ...env };
  child = spawn(process.execPath, [server], { env: all, stdio: ["ignore", "pipe", "pipe"] });
  const { url } = await listening(child, lines);
  const visitor = new TestClient((path, init) => fetch(`${url}${path}`, init));
  const events = (event: string) => lines.filter((line) => line.includes(`"${event}"`));
  return { visitor, events };
}

/** The data that a guild has kept, and the schema that its own database records. */
async function keepsakesOf(slug: string) {
  const { platform, close } = await openProvisioning(dir);
  const { guild } = (await platform.guildForUser(slug, null))!;
  await close();
  const client = await openEmbedded(guild.location);
  const ask = async (sql: string) => (await client.execute({ sql, args: [] })).rows;
  const [[version]] = (await ask("SELECT schema_version FROM _meta")) as [[number]];
  const [table] = await ask("SELECT 1 FROM sqlite_schema WHERE name = 'keepsakes'");
  const kept = table === undefined ? null : (await ask("SELECT x FROM keepsakes")).flat();
  await client.close();
  return { version, kept };
}

/** How many jobs were tried and wait for the rollout. */
async function waitingJobs(): Promise<number> {
  const { platform, close } = await openProvisioning(dir);
  const waiting = "SELECT count(*) FROM job_runs WHERE outcome = 'failed' AND guild_id != ''";
  const { rows } = await platform.db.client.execute({ sql: waiting, args: [] });
  await close();
  return Number(rows[0]?.[0]);
}
const UNTOUCHED = { version: BEFORE.length, kept: ["of the guild"] };
const MIGRATED = { version: BEFORE.length + 2, kept: null };

test("R33 a visit, the sweep, a start and the jobs never delete data: the guild waits for an operator, who is told", async () => {
  const { visitor, events } = await serve();
  for (let visits = 0; visits < 3; visits++) {
    const answer = await visitor.get("/api/g/iron-vow/roster");
    expect(answer).toMatchObject({
      status: 503,
      body: {
        type: "/problems/guild/migration-waits",
        detail: expect.stringContaining("operator"),
      },
    });
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
  }
  expect(await keepsakesOf("iron-vow")).toEqual(UNTOUCHED);
  expect(events("fleet.migration-waits")).toHaveLength(1);
  await guildhall("sweep");
  expect(await keepsakesOf("iron-vow")).toEqual(UNTOUCHED);
  const listed = await guildhall("guilds", "list", "--state", "waits");
  expect(listed.out).toContain("waits for an operator");
  expect(listed.out).toContain("Waiting for an operator to run a migration: 2.");
  const doctor = await guildhall("doctor");
  expect(doctor.code).toBe(4);
  expect(doctor.out).toContain("Guilds that wait for a migration that takes data away");
  expect(await guildhall("migrate", "apply")).toMatchObject({
    code: 1,
    err: expect.stringContaining("deletes data"),
  });
  expect(await keepsakesOf("ash")).toEqual(UNTOUCHED);

  // Each guild has work that was tried and waits. The log names the rollout, not every attempt.
  expect(await waitingJobs()).toBeGreaterThan(0);
  expect(events("jobs.failed")).toEqual([]);

  const applied = await guildhall("migrate", "apply", "--allow-destructive", "--json");
  expect(JSON.parse(applied.out)).toMatchObject({ status: "done" });
  expect(await keepsakesOf("iron-vow")).toEqual(MIGRATED);
  const copies = await readdir(join(dir, "rollouts"), { recursive: true });
  expect(copies.filter((name) => name.endsWith(".db.gz"))).toHaveLength(2);
  expect(await visitor.get("/api/g/iron-vow/roster")).toMatchObject({ status: 200 });
});

test("R33 a restored copy keeps the data that an operator has not allowed to be deleted", async () => {
  expect(await guildhall("backups", "create", "iron-vow")).toMatchObject({ code: 0 });
  const restored = await guildhall("backups", "restore", "iron-vow", "--confirm", "iron-vow");
  expect(restored).toMatchObject({ code: 0 });
  expect(await keepsakesOf("iron-vow")).toEqual({
    version: BEFORE.length + 1,
    kept: ["of the guild"],
  });
  expect(await guildhall("migrate", "apply", "--allow-destructive")).toMatchObject({ code: 0 });
  expect(await keepsakesOf("iron-vow")).toEqual(MIGRATED);
});
