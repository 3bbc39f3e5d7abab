import { execFile } from "node:child_process";
import { cp, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { installFault } from "../../provisioning/fault.ts";
import type { Guild } from "../../src/platform/store.ts";
import { bundleScript } from "../support/bundle.ts";
import { openProvisioning } from "../support/provisioning.ts";
import { removeSearched } from "../support/secrets/folders.ts";

const AFTER_THE_LEASE_MS = 60_000;
const isFull = process.env["GUILDHALL_SCALE"] === "full";

/** An empty platform with a finished template. Every strike starts from it. */
let base: string;
let founder: string;
beforeAll(async () => {
  founder = await bundleScript("test/support/founder.ts");
  base = await mkdtemp(join(tmpdir(), "guildhall-crash-"));
  const { template, close } = await openProvisioning(base);
  await template();
  await close();
});
afterAll(async () => {
  await rm(founder, { force: true });
  await removeSearched(base);
});

type Verb = "found" | "delete" | "retry" | "sweep";

/** Works on a guild in a separate process that is struck on the way: see founder.ts. */
function inChild(dir: string, verb: Verb, strikes: string, aheadMs = 0, mutant = "") {
  return new Promise<{ out: string; died: boolean }>((resolve, reject) => {
    const env = { ...process.env, MUTANT: mutant };
    const args = [founder, dir, verb, strikes, String(aheadMs)];
    execFile(process.execPath, args, { env }, (error, out, stderr) => {
      if (error && error.signal !== "SIGKILL") reject(new Error(stderr));
      else resolve({ out, died: error?.signal === "SIGKILL" });
    });
  });
}

interface Look {
  readonly end: "ready" | "failed, nothing left" | "gone";
  readonly wrong: readonly string[];
}

/** Starts again as an operator would, sweeps, and returns the guild's state and its faults. */
async function restartAndLook(dir: string): Promise<Look> {
  const now = () => new Date(performance.timeOrigin + performance.now() + 2 * AFTER_THE_LEASE_MS);
  const services = await openProvisioning(dir, { now });
  try {
    const wrong: string[] = [];
    const first = await services.provisioner.resume();
    for (const { error } of first.failed) wrong.push(`the sweep failed: ${error.message}`);
    if (first.orphans.length > 0) wrong.push("there was an orphan");
    if (first.unclaimed.length > 0) wrong.push("there was an orphan with data");
    const second = await services.provisioner.resume();
    if (Object.values(second).flat().length > 0) wrong.push("a second sweep found work");
    return { end: await look(services, dir, wrong), wrong };
  } finally {
    await services.close();
  }
}

async function look(
  services: Awaited<ReturnType<typeof openProvisioning>>,
  dir: string,
  wrong: string[],
): Promise<Look["end"]> {
  const { platform } = services;
  const guilds: Guild[] = [];
  for await (const guild of platform.guilds()) guilds.push(guild);
  const files = await readdir(join(dir, "guilds")).catch(() => []);
  const databases = files.filter((name) => name.endsWith(".db"));
  const running = "SELECT id FROM provisioning_operations WHERE status = 'running'";
  if ((await platform.db.all(running)).length > 0) wrong.push("an operation still runs");
  const guild = guilds[0];
  if (guild === undefined) {
    if (databases.length > 0) wrong.push("a deleted guild left its database");
    const held = await platform.db.all("SELECT slug FROM slug_history");
    if (held.length !== 1) wrong.push("the deleted guild's slug is not held");
    return "gone";
  }
  if (guild.status === "failed") {
    if (databases.length > 0) wrong.push("a failed guild left its database");
    return "failed, nothing left";
  }
  if (guild.status !== "ready") wrong.push(`the guild is ${guild.status}`);
  if (databases.join() !== `${guild.databaseName}.db`) {
    wrong.push(`databases: ${databases.length}, not exactly the guild's own`);
    return "ready";
  }
  const counts = await services.tenants.use(guild, (db) =>
    db.first<{ stamps: number; persons: number; pools: number }>(
      `SELECT (SELECT count(*) FROM _meta) AS stamps, (SELECT count(*) FROM persons) AS persons,
         (SELECT count(*) FROM pools) AS pools`,
    ),
  );
  if (JSON.stringify(counts) !== '{"stamps":1,"persons":1,"pools":1}') {
    wrong.push(`seeded wrongly: ${JSON.stringify(counts)}`);
  }
  const steps = await services.provisioner.operations.steps(guild.id);
  const done = new Set(steps.filter(({ state }) => state === "done").map(({ step }) => step));
  if (done.size !== 6) wrong.push(`steps done: ${[...done].join()}`);
  return "ready";
}

/** Strikes at the first point, the second, and so on, until a run ends without a strike. */
async function strikeEverywhere(
  prepare: (dir: string, strike: number) => Promise<{ out: string; died: boolean }>,
  isOver: (result: { out: string; died: boolean }) => boolean,
  stopAtFirstWrong = false,
) {
  const ends: Record<string, number> = {};
  const wrong: string[] = [];
  let strikes = 0;
  for (let strike = 1; ; strike++) {
    const dir = await mkdtemp(join(tmpdir(), "guildhall-crash-"));
    try {
      await cp(base, dir, { recursive: true });
      const result = await prepare(dir, strike);
      if (isOver(result)) return { strikes, ends, wrong };
      strikes++;
      const found = await restartAndLook(dir);
      ends[found.end] = (ends[found.end] ?? 0) + 1;
      if (stopAtFirstWrong && found.wrong.length > 0) return { strikes, ends, ...found };
      for (const fault of found.wrong) wrong.push(`${result.out.trim()}: ${fault}`);
    } finally {
      await removeSearched(dir);
    }
  }
}

async function failToFound(dir: string): Promise<void> {
  const { provisioner, recordGuild, close } = await openProvisioning(dir);
  installFault((point) => {
    if (point === "migrated.done") throw new Error("No.");
  });
  await expect(provisioner.provision(await recordGuild())).rejects.toThrow("No.");
  installFault(undefined);
  await close();
}

const survived = ({ died }: { died: boolean }) => !died;
const unharmed = ({ out }: { out: string }) => !out.includes("struck");

function tell(what: string, { strikes, ends }: { strikes: number; ends: Record<string, number> }) {
  console.log(`${what}: ${strikes} strikes, one at each fault point; ${JSON.stringify(ends)}`);
}

test("a founding killed at any point ends with the whole guild after a restart", async () => {
  const result = await strikeEverywhere(
    (dir, strike) => inChild(dir, "found", `${strike}:kill`),
    survived,
  );
  tell("founding killed", result);
  expect(result.wrong).toEqual([]);
  expect(result.strikes).toBeGreaterThanOrEqual(10);
  expect(Object.keys(result.ends)).toEqual(["ready"]);
}, 180_000);

test("a founding that fails at any point leaves the whole guild or nothing of it", async () => {
  const result = await strikeEverywhere(
    (dir, strike) => inChild(dir, "found", `${strike}:throw`),
    unharmed,
  );
  tell("founding failed", result);
  expect(result.wrong).toEqual([]);
  expect(result.strikes).toBeGreaterThanOrEqual(10);
}, 180_000);

test("a failed founding killed while it cleans up is still whole or nothing", async () => {
  const result = await strikeEverywhere(
    (dir, strike) => inChild(dir, "found", `6:throw,${strike}:kill`),
    survived,
  );
  tell("clean-up killed", result);
  expect(result.wrong).toEqual([]);
  expect(result.strikes).toBeGreaterThanOrEqual(3);
}, 180_000);

test("another try after a failure, killed at any point, ends with the whole guild", async () => {
  const result = await strikeEverywhere(async (dir, strike) => {
    await failToFound(dir);
    return await inChild(dir, "retry", `${strike}:kill`, AFTER_THE_LEASE_MS);
  }, survived);
  tell("retry killed", result);
  expect(result.wrong).toEqual([]);
  expect(Object.keys(result.ends)).toEqual(["ready"]);
}, 180_000);

for (const how of ["kill", "throw"] as const) {
  test(`a deletion struck by a ${how} at any point ends with nothing left`, async () => {
    const result = await strikeEverywhere(
      (dir, strike) => inChild(dir, "delete", `${strike}:${how}`),
      how === "kill" ? survived : unharmed,
    );
    tell(`deletion, ${how}`, result);
    expect(result.wrong).toEqual([]);
    expect(result.strikes).toBeGreaterThanOrEqual(5);
    expect(Object.keys(result.ends)).toEqual(["gone"]);
  }, 180_000);
}

test("a sweep killed while it repairs is repaired by the next one", async () => {
  for (const crash of isFull ? [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] : [4]) {
    const result = await strikeEverywhere(async (dir, strike) => {
      await inChild(dir, "found", `${crash}:kill`);
      return await inChild(dir, "sweep", `${strike}:kill`, AFTER_THE_LEASE_MS);
    }, survived);
    tell(`founding killed at point ${crash}, then the sweep`, result);
    expect(result.wrong).toEqual([]);
  }
}, 600_000);

test("these tests notice when a precaution is missing", async () => {
  const unnamed = await strikeEverywhere(
    (dir, strike) => inChild(dir, "found", `${strike}:kill`, 0, "name-after-create"),
    survived,
    true,
  );
  expect(unnamed.wrong.join()).toContain("there was an orphan");
  const unasked = await strikeEverywhere(
    (dir, strike) => inChild(dir, "found", `${strike}:throw`, 0, "undo-without-asking"),
    unharmed,
    true,
  );
  expect(unasked.wrong.join()).toContain("not exactly the guild's own");
}, 180_000);
