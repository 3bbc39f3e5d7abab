import { execFile } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readConfig } from "../../src/config.ts";
import { handlesReleased } from "../../src/database/embedded-handles.ts";
import { systemClock } from "../../src/kernel/clock.ts";
import type { GuildId } from "../../src/kernel/ids.ts";
import { buildNodeServices } from "../../src/node/services.ts";
import { type TestApp, testApp } from "../support/app.ts";
import { bundleScript } from "../support/bundle.ts";
import { CLONE, cloneOnce } from "../support/clone.ts";
import { removeSearched } from "../support/secrets/folders.ts";

// A guild with one copy of it, then five more people. After any strike, either the old
// database serves, with all acknowledged writes, or the copy does.

const LATER_MS = 2 * 3_600_000;

let keeper: string;
let base: string;
let token: string;
beforeAll(async () => {
  keeper = await bundleScript("test/support/keeper.ts");
  const t: TestApp = await testApp({}, { clock: systemClock });
  const guild = await t.guild("iron-vow");
  const found = await t.services.platform.guild(guild.id as GuildId);
  await guild.owner.post("/roster/persons", { name: "Before" });
  await t.services.backups.create(found!, "manual", "test");
  for (const n of [1, 2, 3]) await guild.owner.post("/roster/persons", { name: `After-${n}` });
  // A clone is a second guild of the same owner.
  const sql = "UPDATE plans SET guilds_per_account_max = NULL";
  await t.services.platform.db.client.execute({ sql, args: [] });
  token = guild.owner.identity.token;
  base = await mkdtemp(join(tmpdir(), "guildhall-keeper-"));
  const { dataDir } = t.services.config;
  await t.services.close();
  // Until then, logs disappear while they are copied.
  await handlesReleased();
  await cp(dataDir, base, { recursive: true });
});
afterAll(async () => {
  await rm(keeper, { force: true });
  await removeSearched(base);
});

interface Strike {
  readonly out: string;
  readonly died: boolean;
}

function inChild(dir: string, verb: string, strike: string, mutant = ""): Promise<Strike> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, MUTANT: mutant };
    execFile(process.execPath, [keeper, dir, verb, strike, token], { env }, (error, out, err) => {
      if (error && error.signal !== "SIGKILL") reject(new Error(err));
      else resolve({ out, died: error?.signal === "SIGKILL" });
    });
  });
}

/** Starts again two hours later, as an operator would, and checks everything. */
async function lookAfter(dir: string, { out }: Strike): Promise<{ end: string; wrong: string[] }> {
  const now = () => new Date(performance.timeOrigin + performance.now() + LATER_MS);
  const config = readConfig({
    DATA_DIR: dir,
    GUILDHALL_SECRET: "only ever used by the tests of copies",
    LOG_LEVEL: "silent",
  });
  const services = await buildNodeServices(config, { now });
  const wrong: string[] = [];
  try {
    const swept = await services.provisioner.resume();
    if (swept.unclaimed.length > 0) wrong.push("a database that nobody knows of");
    await services.slowJobRunner.drain();
    const row = await services.platform.db.first<{ id: GuildId }>("SELECT id FROM guilds");
    const guild = row && (await services.platform.guild(row.id));
    const files = (await readdir(join(dir, "guilds"))).filter((name) => name.endsWith(".db"));
    if (!guild) return { end: await nothingLeft(services, dir, files, wrong), wrong };
    if (files.join() !== `${guild.databaseName}.db`) wrong.push(`databases: ${files.length}`);
    const names = await services.tenants.use(guild, (db) =>
      db.all<{ name: string }>("SELECT name FROM persons"),
    );
    const has = new Set(names.map(({ name }) => name));
    const isOld = has.has("After-1");
    const promised = [...out.matchAll(isOld ? /(?:written|kept) (\S+)/g : /kept (\S+)/g)];
    for (const [, name] of promised) if (!has.has(name!)) wrong.push(`${name} was lost`);
    if (!has.has("Before")) wrong.push("the copy's own people are missing");
    for (const copy of await services.backups.list({ limit: -1 })) {
      if (copy.status !== "good") await services.backups.prune(guild.id);
      // The copy of before the strike needs no look inside while its bytes are the same.
      else if (!(await isAsBefore(dir, copy.objectKey!))) await services.backups.verify(copy);
    }
    return { end: isOld ? "the old one" : "the copy", wrong };
  } catch (error) {
    return { end: "neither", wrong: [...wrong, String(error)] };
  } finally {
    await services.close();
  }
}

async function isAsBefore(dir: string, key: string): Promise<boolean> {
  const read = (root: string) => readFile(join(root, "backups", key)).catch(() => undefined);
  const [before, after] = await Promise.all([read(base), read(dir)]);
  return before !== undefined && after !== undefined && before.equals(after);
}

async function nothingLeft(
  services: Awaited<ReturnType<typeof buildNodeServices>>,
  dir: string,
  files: readonly string[],
  wrong: string[],
): Promise<string> {
  if (files.length > 0) wrong.push("its database was left");
  for (const table of ["memberships", "backups", "jobs", "spare_databases", "api_keys"]) {
    const left = await services.platform.db.all(
      `SELECT 1 FROM ${table}${table === "jobs" ? " WHERE guild_id <> ''" : ""}`,
    );
    if (left.length > 0) wrong.push(`rows were left in ${table}`);
  }
  const stored = await readdir(join(dir, "backups", "guilds"), { recursive: true }).catch(() => []);
  if (stored.some((name) => name.endsWith(".gz"))) wrong.push("a copy was left in the store");
  return "gone";
}

/** The clone is repeated, as an operator would. Then both guilds are complete, and nothing is left over. */
async function lookAfterClone(dir: string): Promise<{ end: string; wrong: string[] }> {
  const now = () => new Date(performance.timeOrigin + performance.now() + LATER_MS);
  const config = readConfig({
    DATA_DIR: dir,
    GUILDHALL_SECRET: "only ever used by the tests of copies",
    LOG_LEVEL: "silent",
  });
  const services = await buildNodeServices(config, { now });
  const wrong: string[] = [];
  try {
    const swept = await services.provisioner.resume();
    if (swept.unclaimed.length > 0) wrong.push("a database without a guild");
    const again = await cloneOnce(services, "iron-vow").then(
      () => "repeated",
      (error: Error) => ("code" in error ? String(error.code) : String(error)),
    );
    for (const slug of ["iron-vow", CLONE]) {
      const found = await services.platform.guildForUser(slug, null);
      if (found?.guild.status !== "ready") {
        wrong.push(`${slug} is ${found?.guild.status} after ${again}`);
        continue;
      }
      const { rows } = await services.tenants.use(found.guild, (db) =>
        db.client.execute({ sql: "SELECT name FROM persons ORDER BY name", args: [] }),
      );
      if (!rows.flat().join().includes("After-1,After-2,After-3,Before")) {
        wrong.push(`${slug} lacks people after ${again}`);
      }
    }
    await services.provisioner.resume();
    const files = (await readdir(join(dir, "guilds"))).filter((name) => name.endsWith(".db"));
    if (files.length !== 2) wrong.push(`databases: ${files.length}`);
    await services.backups.sweepScratch();
    const scratch = await readdir(join(dir, "scratch"));
    if (scratch.length > 0) wrong.push(`left in scratch: ${scratch.join()}`);
    return { end: again, wrong };
  } finally {
    await services.close();
  }
}

interface StrikeOptions {
  readonly step: number;
  readonly from: number;
  readonly look: typeof lookAfter;
}

/**
 * Strikes at one fault point after another, until a run ends without a strike. Begins at the point `from`,
 * counted from zero.
 */
async function strikeEverywhere(
  verb: string,
  how: "kill" | "throw",
  mutant = "",
  { step = 1, from = 0, look = lookAfter }: Partial<StrikeOptions> = {},
) {
  const ends: Record<string, number> = {};
  const wrong: string[] = [];
  for (let strikes = from; ; strikes += step) {
    const dir = await mkdtemp(join(tmpdir(), "guildhall-keeper-"));
    try {
      await cp(base, dir, { recursive: true });
      const result = await inChild(dir, verb, `${strikes + 1}:${how}`, mutant);
      if (!result.out.includes("struck at")) return { strikes, ends, wrong, out: result.out };
      const found = await look(dir, result);
      ends[found.end] = (ends[found.end] ?? 0) + 1;
      const point = /struck at (\S+)/.exec(result.out)?.[1];
      wrong.push(...found.wrong.map((what) => `${point}: ${what}`));
      if (mutant !== "" && wrong.length > 0) return { strikes: strikes + 1, ends, wrong, out: "" };
    } finally {
      await removeSearched(dir);
    }
  }
}

function tell(what: string, { strikes, ends }: { strikes: number; ends: Record<string, number> }) {
  console.log(`${what}: ${strikes} points; ${JSON.stringify(ends)}`);
}

const IS_FULL = process.env["GUILDHALL_SCALE"] === "full";

for (const how of ["kill", "throw"] as const) {
  test(`a restore struck by a ${how} at any point leaves the old database or the copy serving`, async () => {
    // A kill at each point; an error at every second one.
    const step = IS_FULL || how === "kill" ? 1 : 2;
    const result = await strikeEverywhere("restore", how, "", { step });
    tell(`restore, ${how}`, result);
    expect(result.wrong).toEqual([]);
    expect(result.strikes).toBeGreaterThanOrEqual(12);
    expect(Object.keys(result.ends).sort()).toEqual(["the copy", "the old one"]);
  }, 180_000);

  test(`a copy struck by a ${how} at any point costs the guild nothing`, async () => {
    const result = await strikeEverywhere("create", how);
    tell(`copy, ${how}`, result);
    expect(result.wrong).toEqual([]);
    expect(Object.keys(result.ends)).toEqual(["the old one"]);
  }, 180_000);

  test(`the end of a deleted guild, struck by a ${how} at any point, is finished later`, async () => {
    const result = await strikeEverywhere("purge", how);
    tell(`purge, ${how}`, result);
    expect(result.wrong).toEqual([]);
    expect(Object.keys(result.ends)).toEqual(["gone"]);
  }, 180_000);
}

// Founding has its own test of every point, so a few of a clone's are enough.
const STEP = IS_FULL ? 1 : 8;

test("R44 a rehearsal of a migration killed at any point leaves the guild as it was, and no copy", async () => {
  const result = await strikeEverywhere("rehearse", "kill");
  tell("rehearsal, kill", result);
  expect(result.wrong).toEqual([]);
  expect(result.strikes).toBeGreaterThanOrEqual(3);
  expect(Object.keys(result.ends)).toEqual(["the old one"]);
}, 180_000);

test("R44 a clone killed at any point is completed by repeating it, and leaves nothing else", async () => {
  const result = await strikeEverywhere("clone", "kill", "", { step: STEP, look: lookAfterClone });
  tell("clone, kill", result);
  expect(result.wrong).toEqual([]);
  expect(result.strikes, result.out).toBeGreaterThanOrEqual(8);
}, 180_000);

test("these tests notice when a precaution is missing", async () => {
  // The precautions matter near the end of a restore.
  const near = { from: IS_FULL ? 0 : 7 };
  const early = await strikeEverywhere("restore", "kill", "old-goes-first", near);
  expect(early.wrong.join()).toContain("databases: 0");
  const unnoted = await strikeEverywhere("restore", "kill", "spares-unnoted", near);
  expect(unnoted.wrong.join()).toContain("nobody knows of");
}, 300_000);
