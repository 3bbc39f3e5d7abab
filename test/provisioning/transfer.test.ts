import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Guild } from "../../src/platform/store.ts";
import { type TestApp, type TestGuild, testApp } from "../support/app.ts";
import { bundleScript } from "../support/bundle.ts";
import { runCli } from "../support/cli.ts";
import { removeSearched } from "../support/secrets/folders.ts";

const Native = createRequire(import.meta.url)("libsql") as new (
  path: string,
) => { exec(sql: string): void; close(): void };

/** Kills of one run: all steps at the small scale, a hundred random ones at the full scale. */
const KILLS = process.env["GUILDHALL_SCALE"] === "full" ? 100 : 6;

/** copied, adding, added, removing, removed, done. */
const LAST_STEP = 6;

let main: string;
let transferrer: string;
let folder: string;
let t: TestApp;
let ash: TestGuild;
let oak: TestGuild;
beforeAll(async () => {
  main = await bundleScript("provisioning/cli/main.ts");
  transferrer = await bundleScript("test/support/transferrer.ts");
  folder = await mkdtemp(join(tmpdir(), "guildhall-transfers-"));
});
afterAll(async () => {
  await rm(main, { force: true });
  await rm(transferrer, { force: true });
  await removeSearched(folder);
});
beforeEach(async () => {
  t = await testApp({}, { clock: () => new Date() });
  [ash, oak] = [await t.guild("ash"), await t.guild("oak")];
  const file = join(folder, `${crypto.randomUUID()}.db`);
  makeLogs(file);
  const end = await cli("import", "combat-logs", file, "--map", "2=ash,3=oak", "--yes");
  expect(end.err).toBe("");
  return () => t.close();
});

/** Nine fights of one guild in two logs, one of them in a dungeon, and one of the other guild. */
function makeLogs(path: string): void {
  const db = new Native(path);
  const fights = Array.from({ length: 9 }, (_, index) => {
    const [kind, name, difficulty] =
      index === 8
        ? ["mythic_plus", "Mill", "Mythic+ 9"]
        : ["raid", index < 4 ? "Cinder" : "Moth", "16"];
    const start = `2025-03-0${index + 1} 20:00:00`;
    return `(${index + 1}, ${index < 5 ? 1 : 2}, '${kind}', '${name}', '${difficulty}', '${start}', 60000,
      ${index % 2}, 20, 2)`;
  });
  db.exec(`CREATE TABLE metadata (key, value); INSERT INTO metadata VALUES ('schema_version', '2');
    CREATE TABLE guilds (guild_id, guild_name, server, region, faction, is_active);
    INSERT INTO guilds VALUES (2, 'Ash', 'A', 'EU', 'Horde', 1), (3, 'Oak', 'A', 'EU', 'Horde', 1);
    CREATE TABLE log_files (file_id, file_path, file_hash, guild_id);
    INSERT INTO log_files VALUES (1, 'one.txt', '', 2), (2, 'two.txt', '', 2), (3, 'three.txt', '', 3);
    CREATE TABLE encounters (encounter_id, log_file_id, encounter_type, boss_name, difficulty, start_time,
      duration_ms, success, raid_size, guild_id);
    INSERT INTO encounters VALUES ${fights.join(", ")},
      (10, 3, 'raid', 'Cinder', '16', '2025-03-01 20:00:05', 60000, 1, 20, 3);
    CREATE TABLE characters (character_id, character_guid, name, guild_id);
    INSERT INTO characters VALUES (1, 'Player-1-1', 'Ash', 2), (2, 'Player-1-2', 'Birch', 2);
    CREATE TABLE character_metrics (encounter_id, character_id, damage_done);
    INSERT INTO character_metrics SELECT encounter_id, character_id, encounter_id * 100 + character_id
      FROM encounters, characters;`);
  db.close();
}

async function cli(...args: readonly string[]) {
  const end = await runCli(main, t.dir, [...args, "--json"], t.env);
  return { ...end, body: end.out === "" ? undefined : JSON.parse(end.out) };
}

async function inGuild(slug: string, sql: string) {
  const { guild } = (await t.services.platform.guildForUser(slug, null)) as { guild: Guild };
  return await t.services.tenants.use(guild, (db) => db.all<Record<string, unknown>>(sql));
}

/** Everything about fights in a guild, in an order that does not depend on what happened before. */
async function fightsOf(slug: string) {
  return {
    fights: await inGuild(slug, "SELECT * FROM encounters ORDER BY id"),
    players: await inGuild(slug, "SELECT * FROM encounter_players ORDER BY encounter_id, guid"),
    keystones: await inGuild(slug, "SELECT * FROM keystones ORDER BY report_id, number"),
    reports: await inGuild(slug, "SELECT id, title, source, state FROM log_reports ORDER BY id"),
  };
}

/** Every fight is in one of both guilds, with all its figures, and nothing is on its way. */
async function expectConserved(expected: {
  readonly ids: readonly string[];
  readonly damage: number;
}) {
  const [a, b] = [await fightsOf("ash"), await fightsOf("oak")];
  expect([...a.fights, ...b.fights].map(({ id }) => id).toSorted()).toEqual(expected.ids);
  const players = [...a.players, ...b.players];
  expect(players.reduce((sum, { damage }) => sum + Number(damage), 0)).toBe(expected.damage);
  expect(a.keystones.length + b.keystones.length).toBe(1);
  for (const slug of ["ash", "oak"]) {
    expect(await inGuild(slug, "SELECT * FROM transfer_rows")).toEqual([]);
  }
}

const idsOf = async (slug: string) =>
  (await fightsOf(slug)).fights.map(({ id }) => String(id)).toSorted();
const DAMAGE = 2 * 100 * 55 + 10 * 3;

test("fights move with their figures, count once beside a recording of the same pull, and return exactly", async () => {
  const before = [await fightsOf("ash"), await fightsOf("oak")];
  const dry = await cli(
    "transfer",
    "encounters",
    "--from",
    "ash",
    "--to",
    "oak",
    "--boss",
    "cinder",
  );
  expect(dry).toMatchObject({ code: 0, body: { dryRun: true, encounters: 4, metrics: 8 } });
  expect(dry.body.twins).toHaveLength(1);
  expect([await fightsOf("ash"), await fightsOf("oak")]).toEqual(before);

  const moved = await cli(
    ...["transfer", "encounters", "--from", "ash", "--to", "oak", "--boss", "cinder", "--yes"],
  );
  expect(moved.err).toBe("");
  expect(moved).toMatchObject({ code: 0, body: { state: "done", encounters: 4 } });
  expect((await fightsOf("ash")).fights).toHaveLength(5);
  const bosses =
    (await oak.owner.get("/bosses")).body.items ?? (await oak.owner.get("/bosses")).body;
  const cinder = bosses.find(({ name }: { name: string }) => name === "Cinder");
  // Five recordings, two of them of one pull.
  expect(cinder.pulls).toBe(4);
  const log = (await oak.owner.get("/audit")).body.items.map(
    ({ action }: { action: string }) => action,
  );
  expect(log).toContain("log.transfer-in");
  const out = (await ash.owner.get("/audit")).body.items.map(
    ({ action }: { action: string }) => action,
  );
  expect(out).toContain("log.transfer-out");

  const { transferId } = moved.body;
  const back = await cli("transfer", "revert", transferId, "--yes");
  expect(back).toMatchObject({ code: 0, body: { state: "done", encounters: 4 } });
  expect([await fightsOf("ash"), await fightsOf("oak")]).toEqual(before);
  const again = await cli("transfer", "revert", transferId, "--yes");
  expect(again.body).toMatchObject({ encounters: 0, state: "reverted" });
});

test("a process that is killed at any step leaves no half transfer: resuming ends it", async () => {
  const all = [...(await idsOf("ash")), ...(await idsOf("oak"))].toSorted();
  for (let kill = 1; kill <= KILLS; kill++) {
    const [from, to] = kill % 2 === 1 ? ["ash", "oak"] : ["oak", "ash"];
    const have = await idsOf(from!);
    const wanted = have.filter((_, index) => index % 2 === (kill % 3) % 2);
    const step = KILLS === LAST_STEP ? kill : 1 + Math.floor(Math.random() * LAST_STEP);
    const code = await killedAt(from!, to!, step, wanted);
    expect(code).not.toBe(0);
    const end = await cli("transfer", "resume");
    expect(end.code).toBe(0);
    // After the last step, nothing is left to finish.
    const states = end.body.finished.map(({ state }: { state: string }) => state);
    expect(states).toEqual(step === LAST_STEP ? [] : ["done"]);
    await expectConserved({ ids: all, damage: DAMAGE });
    const left = await idsOf(from!);
    expect(left).toEqual(have.filter((id) => !wanted.includes(id)));
  }
});

test("a fight that is removed while it moves stops the transfer, and nothing is lost or doubled", async () => {
  const [first, ...others] = await idsOf("ash");
  // Killed after the target has the fights, before the source gives them up.
  await killedAt("ash", "oak", 4, [first!, ...others]);
  await inGuild("ash", `DELETE FROM encounters WHERE id = '${first}' RETURNING id`);
  const { body } = await cli("transfer", "resume", "--dry-run");
  expect(body.would).toMatch(/^finish 1 transfer: [\w-]{36}$/);
  const end = await cli("transfer", "resume");
  expect(end.code).toBe(1);
  expect(JSON.parse(end.err).error.code).toBe("transfer/source-changed");
  expect(await idsOf("ash")).toEqual(others);
  expect(await idsOf("oak")).toHaveLength(1);
  const none = await cli("transfer", "resume");
  expect(none.body).toEqual({ finished: [] });
});

test("what cannot be moved is refused before anything changes", async () => {
  const before = [await fightsOf("ash"), await fightsOf("oak")];
  const [id] = await idsOf("ash");
  const refused = async (...args: readonly string[]) => {
    const end = await cli("transfer", "encounters", ...args, "--yes");
    return [end.code, JSON.parse(end.err).error.code];
  };
  const both = ["--from", "ash", "--to", "oak"];
  expect(await refused("--from", "ash", "--to", "ash", "--ids", id!)).toEqual([2, "cli/misused"]);
  expect(await refused(...both)).toEqual([2, "cli/misused"]);
  expect(await refused(...both, "--since", "soon")).toEqual([2, "cli/misused"]);
  expect(await refused(...both, "--boss", "None")).toEqual([1, "transfer/nothing"]);
  expect(await refused(...both, "--ids", "unknown")).toEqual([1, "transfer/fights-not-found"]);
  expect(await refused("--from", "ash", "--to", "none", "--ids", id!)).toEqual([
    1,
    "guild/not-found",
  ]);
  expect([await fightsOf("ash"), await fightsOf("oak")]).toEqual(before);
});

/** Runs a transfer that dies at its n-th step. Returns its exit code; null for a killed process. */
async function killedAt(from: string, to: string, step: number, ids: readonly string[]) {
  return await new Promise<number | string | null | undefined>((resolve) => {
    const env = { PATH: process.env["PATH"], ...t.env, DATA_DIR: t.dir };
    const args = [transferrer, from, to, String(step), ids.join(",")];
    execFile(process.execPath, args, { env }, (error) => resolve(error ? (error.code ?? null) : 0));
  });
}
