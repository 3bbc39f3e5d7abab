import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { forEachGuild, migrateFleet } from "../../provisioning/fleet.ts";
import { parseMigrations, schemaOf } from "../../provisioning/migrations.ts";
import { newId } from "../../src/kernel/ids.ts";
import { limits } from "../../src/limits.ts";
import type { Guild } from "../../src/platform/store.ts";
import { guildSchema, openProvisioning } from "../support/provisioning.ts";

const NEXT = [
  ...guildSchema,
  ...parseMigrations([{ name: "9999_next", when: 9e12, sql: "CREATE TABLE next (x)" }]),
];
const OPTIONS = { lanes: 4, canaries: 1, failuresMax: 10 };

let dir: string;
let services: Awaited<ReturnType<typeof openProvisioning>>;
let nowMs = 1_000_000;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "guildhall-fleet-"));
  services = await openProvisioning(dir, { now: () => new Date(nowMs) });
});
afterEach(async () => {
  await services.close();
  await rm(dir, { recursive: true, force: true });
});

async function foundGuilds(count: number): Promise<Guild[]> {
  const guilds: Guild[] = [];
  for (let i = 0; i < count; i++) {
    const id = await services.recordGuild(`guild-${i}`);
    guilds.push(await services.provisioner.provision(id));
  }
  return guilds;
}
const toNext = () => ({ ...services.fleet, migrations: NEXT });
const spoil = (guild: Guild) => writeFile(fileURLToPath(guild.location.url), "no database");
const versions = async () => {
  const found: number[] = [];
  for await (const guild of services.platform.guilds()) found.push(guild.schemaVersion);
  return found;
};

describe("migrating the fleet", () => {
  test("brings every guild to the newest schema and says so in the platform", async () => {
    const guilds = await foundGuilds(5);
    const report = await migrateFleet(toNext(), OPTIONS);
    expect(report).toMatchObject({ done: 5, failed: [], stopped: false, behind: 5 });
    expect(await versions()).toEqual(Array(5).fill(NEXT.length));
    for (const guild of guilds) {
      await services.tenants.use(guild, async (db) => {
        await db.all("SELECT x FROM next");
        const meta = await db.first("SELECT schema_version, schema_hash FROM _meta");
        const { version, hash } = schemaOf(NEXT);
        expect(meta).toEqual({ schema_version: version, schema_hash: hash });
      });
    }
  });

  test("opens nothing when every guild is up to date", async () => {
    await foundGuilds(3);
    const openClient = () => Promise.reject(new Error("opened"));
    const report = await migrateFleet({ ...services.fleet, openClient }, OPTIONS);
    expect(report).toEqual({ done: 0, failed: [], stopped: false, behind: 0 });
  });

  test("one guild's failure does not stop the others, and the next run touches only it", async () => {
    const guilds = await foundGuilds(6);
    await spoil(guilds[3]!);
    const first = await migrateFleet(toNext(), OPTIONS);
    expect(first).toMatchObject({ done: 5, stopped: false });
    expect(first.failed.map(({ guild }) => guild.id)).toEqual([guilds[3]!.id]);
    const touched: string[] = [];
    await migrateFleet(toNext(), {
      ...OPTIONS,
      onOutcome: ({ guild }) => void touched.push(guild.id),
    });
    expect(touched).toEqual([guilds[3]!.id]);
  });

  test("stores what came of each guild as it happens", async () => {
    const guilds = await foundGuilds(3);
    await spoil(guilds[1]!);
    const { runId } = await migrateFleet(toNext(), { ...OPTIONS, canaries: 0 });
    const rows = await services.platform.db.all<{ status: string; error: string | null }>(
      "SELECT status, from_version, error FROM migration_outcomes WHERE run_id = ? ORDER BY guild_id",
      runId!,
    );
    expect(rows.map(({ status }) => status)).toEqual(["done", "failed", "done"]);
    expect(rows[1]!.error).not.toBeNull();
    const run = await services.platform.db.first("SELECT status FROM migration_runs");
    expect(run).toEqual({ status: "failed" });
  });

  test("touches nobody else when the first one fails", async () => {
    const guilds = await foundGuilds(4);
    await spoil(guilds[0]!);
    const report = await migrateFleet(toNext(), OPTIONS);
    expect(report).toMatchObject({ done: 0, stopped: true });
    expect(await versions()).toEqual(Array(4).fill(guildSchema.length));
  });

  test("changes nothing in a dry run, and says how many it would change", async () => {
    await foundGuilds(3);
    const report = await migrateFleet(toNext(), { ...OPTIONS, dryRun: true });
    expect(report).toMatchObject({ done: 3, behind: 3 });
    expect(await versions()).toEqual(Array(3).fill(guildSchema.length));
    expect(await services.platform.db.all("SELECT id FROM migration_runs")).toEqual([]);
  });

  test("of one guild leaves the others alone", async () => {
    await foundGuilds(3);
    await migrateFleet(toNext(), { ...OPTIONS, guild: "guild-1" });
    expect((await versions()).filter((version) => version === NEXT.length)).toHaveLength(1);
  });

  test("does not change a database that carries another guild's stamp", async () => {
    const [one, two] = await foundGuilds(2);
    await services.platform.db.client.batch(
      [
        {
          sql: "UPDATE guilds SET database_url = ? WHERE id = ?",
          args: [two!.location.url, one!.id],
        },
        { sql: "UPDATE guilds SET status = 'failed' WHERE id = ?", args: [two!.id] },
      ],
      "write",
    );
    const report = await migrateFleet(toNext(), OPTIONS);
    expect(report.failed[0]!.error!.message).toContain("another guild's stamp");
    await services.tenants.use(two!, async (db) => {
      await expect(db.all("SELECT x FROM next")).rejects.toMatchObject({ kind: "sql" });
    });
  });

  test("is done by one process at a time, until its lease runs out", async () => {
    await foundGuilds(2);
    await services.platform.db.client.execute({
      sql: `INSERT INTO migration_runs
              (id, target_version, target_hash, status, started_by, started_at, lease_until)
            VALUES (?, 1, '', 'running', 'a process that died', ?, ?)`,
      args: [newId<string>(), nowMs, nowMs + limits.fleet.leaseMs],
    });
    await expect(migrateFleet(toNext(), OPTIONS)).rejects.toMatchObject({
      code: "fleet/run-under-way",
    });
    nowMs += limits.fleet.leaseMs + 1;
    expect(await migrateFleet(toNext(), OPTIONS)).toMatchObject({ done: 2 });
  });

  test("stopped by a signal finishes what is under way, and the next run does the rest", async () => {
    await foundGuilds(6);
    const stop = new AbortController();
    const first = await migrateFleet(toNext(), {
      ...OPTIONS,
      lanes: 1,
      signal: stop.signal,
      onOutcome: () => stop.abort(),
    });
    expect(first).toMatchObject({ done: 1, failed: [], stopped: true });
    expect(await migrateFleet(toNext(), OPTIONS)).toMatchObject({ done: 5, behind: 5 });
  });

  test("reaches guilds whose database is open in this process", async () => {
    const [guild] = await foundGuilds(1);
    await services.tenants.use(guild!, (db) => db.all("SELECT * FROM persons"));
    await migrateFleet(toNext(), OPTIONS);
    await services.tenants.use(guild!, (db) => db.all("SELECT x FROM next"));
  });
});

describe("work on every guild", () => {
  const guilds = async function* () {
    for (let i = 0; i < 100; i++) yield { id: newId(), slug: `${i}` } as unknown as Guild;
  };

  test("never has more under way than there are lanes", async () => {
    let under = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++under);
      await new Promise((resolve) => setImmediate(resolve));
      under--;
    };
    const report = await forEachGuild(guilds(), work, { ...OPTIONS, lanes: 7 });
    expect(report).toEqual({ done: 100, failed: [], stopped: false });
    expect(most).toBe(7);
  });

  test("stops when more have failed than may, and takes no new one", async () => {
    const work = () => Promise.reject(new Error("No."));
    const options = { lanes: 1, canaries: 0, failuresMax: 5 };
    const report = await forEachGuild(guilds(), work, options);
    expect(report.failed).toHaveLength(6);
    expect(report.stopped).toBe(true);
  });

  test("stops when an outcome cannot be recorded", async () => {
    const onOutcome = () => Promise.reject(new Error("The platform is away."));
    const report = await forEachGuild(guilds(), async () => 1, { ...OPTIONS, onOutcome });
    expect(report).toMatchObject({ done: 0, stopped: true });
    expect(report.failed).toHaveLength(1);
  });
});
