import { once } from "node:events";
import { copyFile, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openEmbedded } from "../../src/database/embedded.ts";
import { ownKey } from "../../src/node/demo/keys.ts";
import { type TestApp, type TestGuild, testApp } from "../support/app.ts";
import { bundleScript } from "../support/bundle.ts";
import { runCli } from "../support/cli.ts";
import { clientOf, processes, signUp } from "../support/processes.ts";
import { removeSearched } from "../support/secrets/folders.ts";

let main: string;
let t: TestApp;
beforeAll(async () => {
  main = await bundleScript("provisioning/cli/main.ts");
  t = await testApp();
});
afterAll(async () => {
  await t.close();
  await removeSearched(main);
});

const guildhall = (...args: readonly string[]) => runCli(main, t.dir, args, t.env);
const guildOf = async ({ id }: TestGuild) => (await t.services.platform.guild(id))!;

/** A guild whose last acknowledged writes were in a deleted log beside its database. */
async function withLostLog(slug: string) {
  const guild = await t.guild(slug);
  await guild.owner.post("/roster/persons", { name: "Early" });
  const copy = await t.services.backups.create(await guildOf(guild), "manual", "test");
  const path = fileURLToPath((await guildOf(guild)).location.url);
  // While the database is open, its own file lacks the rows of the log.
  await guild.owner.post("/roster/persons", { name: "Late" });
  await t.services.auditSealer.flush();
  await copyFile(path, `${path}.without-log`);
  t.services.tenants.evict(guild.id);
  await t.services.tenants.drain(guild.id);
  await copyFile(`${path}.without-log`, path);
  await rm(`${path}.without-log`);
  for (const end of ["-wal", "-shm"]) await rm(path + end, { force: true });
  return { guild, copy };
}

test("R49 a guild whose log was deleted is not served as complete, and every check says so", async () => {
  const { guild } = await withLostLog("lost-vow");
  const answer = await guild.owner.get("/roster");
  expect([answer.status, answer.body.type]).toEqual([503, "/problems/guild/older-than-known"]);
  const check = await guildhall("guilds", "check", "lost-vow");
  expect(check.code).toBe(4);
  expect(check.out).toMatch(/audit log\s+row \d+ and what came after it were cut off/);
  expect((await guildhall("audit", "verify", "lost-vow")).code).toBe(4);
  const doctor = await guildhall("doctor");
  expect(doctor.code).not.toBe(0);
  expect(doctor.out + doctor.err).toContain("The database of lost-vow is older than what was");
});

test("R49 such a guild is restored from its copy, or served as it is once an operator accepts the loss", async () => {
  const restored = await withLostLog("copied-back");
  await t.services.backups.restore(restored.copy, "test", { isLost: true });
  expect((await restored.guild.owner.get("/roster")).status).toBe(200);

  const accepted = await withLostLog("as-it-is");
  expect((await accepted.guild.owner.get("/roster")).status).toBe(503);
  const cli = await guildhall("audit", "accept", "as-it-is", "--reason", "disk lost its log");
  expect(cli).toMatchObject({ code: 0, err: "" });
  expect((await accepted.guild.owner.get("/roster")).status).toBe(200);
  expect((await guildhall("audit", "verify", "as-it-is")).code).toBe(0);
});

test("R49 after a clean stop the files of the platform and of each guild are complete by themselves", async () => {
  const app = await testApp();
  const guild = await app.guild("whole-vow");
  await guild.owner.post("/roster/persons", { name: "Late" });
  const { location } = (await app.services.platform.guild(guild.id))!;
  await app.services.close();
  const rowsIn = async (from: string, sql: string) => {
    const alone = join(t.dir, "alone.db");
    await copyFile(from, alone);
    const client = await openEmbedded({ url: pathToFileURL(alone).href });
    const { rows } = await client.execute({ sql, args: [] });
    await client.close();
    for (const end of ["", "-wal", "-shm"]) await rm(alone + end, { force: true });
    return rows;
  };
  expect(await rowsIn(join(app.dir, "platform.db"), "SELECT slug FROM guilds")).toEqual([
    ["whole-vow"],
  ]);
  expect(
    await rowsIn(fileURLToPath(location.url), "SELECT name FROM persons WHERE name = 'Late'"),
  ).toEqual([["Late"]]);
  expect((await stat(join(app.dir, "platform.db"))).size).toBeGreaterThan(100_000);
  await removeSearched(app.dir);
});

test("R49 a stopped server and a finished command leave no log that another file could be read with", async () => {
  const dir = await mkdtemp(join(tmpdir(), "guildhall-stopped-"));
  try {
    await using fleet = await processes({ DATA_DIR: dir });
    const [server] = await fleet.start(1);
    const person = await signUp("stopper", server!);
    const owner = clientOf(server!, person);
    const guild = { name: "Guild", realm: "Area 52", region: "eu", faction: "horde" };
    await owner.post("/api/guilds", { ...guild, slug: "iron-vow" });
    const written = await owner.post("/api/g/iron-vow/roster/persons", { name: "Cinder" });
    expect(written.status).toBe(201);
    const logs = async () =>
      (await readdir(dir, { recursive: true })).filter((name) => /-(wal|shm)$/.test(name));
    expect((await logs()).length).toBeGreaterThan(0);
    const exited = once(server!.child, "exit");
    server!.child.kill("SIGTERM");
    expect((await exited)[0]).toBe(0);
    expect(await logs()).toEqual([]);
    await fleet.command("guilds", "suspend", "iron-vow", "--reason", "Under review");
    await fleet.command("guilds", "check", "iron-vow");
    expect(await logs()).toEqual([]);
  } finally {
    await removeSearched(dir);
  }
});

test("R49 the audit logs of a demo verify after its next start, because its keys stay in its folder", async () => {
  const dir = join(t.dir, "demo");
  let made = 0;
  const key = () => ownKey(dir, "signing.key", () => `key ${++made}`);
  expect([await key(), await key(), made > 0]).toEqual(["key 1", "key 1", true]);
  expect((await stat(join(dir, "signing.key"))).mode & 0o077).toBe(0);
});
