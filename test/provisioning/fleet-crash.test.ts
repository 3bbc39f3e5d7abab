import { spawn } from "node:child_process";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openEmbedded } from "../../src/database/embedded.ts";
import type { Guild } from "../../src/platform/store.ts";
import { bundleScript } from "../support/bundle.ts";
import { openProvisioning } from "../support/provisioning.ts";
import { removeSearched } from "../support/secrets/folders.ts";
import { wrongIn } from "../support/steps.ts";

const isFull = process.env["GUILDHALL_SCALE"] === "full";
const GUILDS = isFull ? 200 : 40;
const KILLS = isFull ? 500 : 25;
const LEASE_MS = 120_000;
const STEPS = 5;

let migrator: string;
let worker: string;
let mutant: string;
let base: string;
beforeAll(async () => {
  migrator = await bundleScript("test/support/migrator.ts");
  worker = await bundleScript("src/node/migration-worker.ts");
  mutant = await bundleScript("test/support/splitting-worker.ts");
  base = await mkdtemp(join(tmpdir(), "guildhall-fleet-crash-"));
  const services = await openProvisioning(base);
  for (let i = 0; i < GUILDS; i++) {
    await services.provisioner.provision(await services.recordGuild(`guild-${i}`));
  }
  await services.close();
}, 120_000);
afterAll(async () => {
  for (const script of [migrator, worker, mutant]) await rm(script, { force: true });
  await removeSearched(base);
});

/** Migrates in a separate process. Kills it `afterMs` after its start, if given. */
function migrateAndKill(
  dir: string,
  afterMs: number | undefined,
  aheadMs: number,
  threads: string,
) {
  return new Promise<{ killed: boolean; out: string }>((resolve) => {
    const child = spawn(process.execPath, [migrator, dir, String(aheadMs), threads]);
    let out = "";
    child.stdout.on("data", (chunk) => {
      const isFirst = out === "" && afterMs !== undefined;
      if (isFirst) setTimeout(() => child.kill("SIGKILL"), afterMs);
      out += chunk;
    });
    child.stderr.on("data", (chunk) => console.error(String(chunk)));
    child.once("close", (_, signal) => resolve({ killed: signal === "SIGKILL", out }));
  });
}

/** Each database has all of the steps or none, and records them. The platform never records more. */
async function check(dir: string): Promise<string[]> {
  const wrong: string[] = [];
  const services = await openProvisioning(dir);
  const guilds: Guild[] = [];
  for await (const guild of services.platform.guilds()) guilds.push(guild);
  await services.close();
  for (const guild of guilds) {
    const client = await openEmbedded(guild.location);
    wrong.push(...(await wrongIn(client, guild, [0, STEPS])));
    await client.close();
  }
  return wrong;
}

/** One fan-out, killed at most `killsMax` times at random moments, until it is done or a fault shows. */
async function killUntilDone(killsMax: number, threads: string) {
  const dir = await mkdtemp(join(tmpdir(), "guildhall-fleet-crash-"));
  try {
    // Closing copied each log into its file. The logs are removed when the driver frees its handles.
    await cp(base, dir, { recursive: true, filter: (path) => !/-(wal|shm)$/.test(path) });
    const wrong: string[] = [];
    let kills = 0;
    for (let run = 1; ; run++) {
      const afterMs = kills < killsMax ? Math.random() * 80 : undefined;
      const { killed, out } = await migrateAndKill(dir, afterMs, run * LEASE_MS, threads);
      wrong.push(...(await check(dir)));
      if (!killed) return { kills, wrong, report: JSON.parse(out.split("\n")[1]!) };
      kills++;
      if (wrong.length > 0) return { kills, wrong, report: undefined };
    }
  } finally {
    await removeSearched(dir);
  }
}

test("a migration of the fleet killed again and again ends with every guild whole", async () => {
  let kills = 0;
  let runs = 0;
  while (kills < KILLS) {
    const result = await killUntilDone(KILLS - kills, worker);
    expect(result.wrong).toEqual([]);
    expect(result.report.status).toBe("done");
    expect(Object.keys(result.report.counts)).not.toContain("failed");
    expect(Object.keys(result.report.counts)).not.toContain("pending");
    kills += result.kills;
    runs += result.kills + 1;
  }
  console.log(`${kills} kills, ${runs * GUILDS} databases checked, 0 wrong`);
}, 1_200_000);

test("this test notices a version that is not written with its tables", async () => {
  const { wrong } = await killUntilDone(KILLS, mutant);
  expect(wrong).not.toEqual([]);
}, 60_000);
