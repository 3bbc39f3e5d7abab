import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { Holder } from "../../../provisioning/rollouts/holder.ts";
import { processes } from "../../../src/node/processes.ts";
import { bundleScript } from "../../support/bundle.ts";
import { runCli } from "../../support/cli.ts";
import { guildSchema, openProvisioning } from "../../support/provisioning.ts";
import { removeSearched } from "../../support/secrets/folders.ts";

const GUILDS = 12;

let main: string;
let dir: string;
beforeAll(async () => {
  main = await bundleScript("provisioning/cli/main.ts");
});
afterAll(() => rm(main, { force: true }));
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "guildhall-resume-"));
  const services = await openProvisioning(dir, { migrations: guildSchema.slice(0, -1) });
  for (let i = 0; i < GUILDS; i++) {
    await services.provisioner.provision(await services.recordGuild(`guild-${i}`));
  }
  await services.close();
});
afterEach(() => removeSearched(dir));

const guildhall = (...args: readonly string[]) => runCli(main, dir, args);

/** Starts a rollout in a separate process and kills that in the middle of its work. */
async function killedRollout(): Promise<number> {
  const env = { PATH: process.env["PATH"], DATA_DIR: dir };
  const child = spawn(process.execPath, [main, "migrate", "apply", "--lanes", "1", "--snapshots"], {
    env,
  });
  const exited = once(child, "exit");
  const services = await openProvisioning(dir);
  const running = async () => {
    const row = await services.platform.db.first<{ n: number }>(
      `SELECT count(*) AS n FROM rollouts JOIN rollout_guilds ON rollout_id = rollouts.id
       WHERE rollouts.status = 'running' AND snapshot IS NOT NULL`,
    );
    return row!.n;
  };
  await expect.poll(running, { interval: 5, timeout: 30_000 }).toBeGreaterThan(0);
  child.kill("SIGKILL");
  await exited;
  await services.close();
  return child.pid!;
}

/** Records another process as the one that runs the rollout, with a lease renewed just now. */
async function heldBy(holder: Holder): Promise<void> {
  const services = await openProvisioning(dir);
  await services.platform.db.client.execute({
    sql: "UPDATE rollouts SET status = 'running', holder = ?, lease_until = ?",
    args: [JSON.stringify(holder), services.platform.now().getTime() + 60_000],
  });
  await services.close();
}

test("R45 a rollout whose process was killed is resumed at once on the same machine, and status says whose it was", async () => {
  const pid = await killedRollout();
  const status = JSON.parse((await guildhall("migrate", "status", "--json")).out);
  expect(status).toMatchObject({ status: "running", isAbandoned: true, holder: { pid } });
  expect(status.remaining).toBeGreaterThan(0);
  const people = (await guildhall("migrate", "status")).out;
  expect(people).toContain("its process is gone");
  expect(people).toContain(`(process ${pid}) has run it since `);
  const resumed = await guildhall("migrate", "resume", "--json");
  expect(resumed).toMatchObject({ code: 0, err: "" });
  expect(JSON.parse(resumed.out)).toMatchObject({ status: "done", remaining: 0 });
});

test("R45 a rollout that a living process or another machine runs is not taken over, and the refusal says whose it is and until when", async () => {
  await killedRollout();
  const far: Holder = { name: "mira", host: "far", pid: 7, machine: "far 7", startedAt: "1" };
  await heldBy(far);
  for (const verb of [["resume"], ["retry"], ["apply"]]) {
    const refused = await guildhall("migrate", ...verb);
    expect(refused.code).toBe(1);
    expect(refused.err).toMatch(
      /mira on far \(process 7\) has run it since .+ UTC\. Its lease ends at .+ UTC/,
    );
  }
  await heldBy(processes.self());
  const living = await guildhall("migrate", "resume");
  expect(living.code).toBe(1);
  expect(living.err).toContain(`(process ${process.pid}) has run it since`);
  // The system gave the id of a dead process to another one, which started at another time.
  await heldBy({ ...processes.self(), startedAt: "1" });
  expect(await guildhall("migrate", "resume")).toMatchObject({ code: 0 });
});

test("R45 a rollout that an operator paused is resumed by an operator, and says who paused it", async () => {
  await killedRollout();
  expect(await guildhall("migrate", "pause")).toMatchObject({ code: 0 });
  const paused = JSON.parse((await guildhall("migrate", "status", "--json")).out);
  expect(paused.status).toBe("paused");
  expect(paused.haltReason).toMatch(/^Paused by .+\.$/);
  expect(await guildhall("migrate", "pause")).toMatchObject({ code: 1 });
  expect(await guildhall("migrate", "resume")).toMatchObject({ code: 0 });
  const services = await openProvisioning(dir);
  const rows = await services.platform.db.all<{ action: string }>(
    "SELECT action FROM audit_log WHERE action LIKE 'rollout.%' ORDER BY seq",
  );
  await services.close();
  expect(rows.map(({ action }) => action)).toEqual([
    "rollout.begin",
    "rollout.pause",
    "rollout.resume",
  ]);
});
