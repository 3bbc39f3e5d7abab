import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { newDatabaseName, storedFilePlace } from "../../../provisioning/hosts/host.ts";
import { parseMigrations, schemaOf } from "../../../provisioning/migrations.ts";
import { rehearse } from "../../../provisioning/rollouts/rehearse.ts";
import { revertGuild, revertible } from "../../../provisioning/rollouts/revert.ts";
import { limits } from "../../../src/limits.ts";
import type { Guild } from "../../../src/platform/store.ts";
import { guildSchema, openProvisioning } from "../../support/provisioning.ts";
import { guildsById, rolloutsOver } from "../../support/rollouts.ts";
import { removeSearched } from "../../support/secrets/folders.ts";

const NEXT = [
  ...guildSchema,
  ...parseMigrations([{ name: "9999_next", when: 9e12, sql: "CREATE TABLE next (x)" }]),
];

let dir: string;
let services: Awaited<ReturnType<typeof openProvisioning>>;
let fleet: ReturnType<typeof rolloutsOver>;
let nowMs = 1_000_000;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "guildhall-rollout-"));
  services = await openProvisioning(dir, { now: () => new Date(nowMs) });
  fleet = rolloutsOver(dir, services, NEXT);
});
afterEach(async () => {
  await services.close();
  await removeSearched(dir);
});

const foundGuilds = (count: number) => guildsById(services, count);
const spoil = (guild: Guild) => writeFile(fileURLToPath(guild.location.url), "no database");
const versions = async () => {
  const found: number[] = [];
  for await (const guild of services.platform.guilds()) found.push(guild.schemaVersion);
  return found;
};
const fresh = async (guild: Guild) => (await services.platform.guild(guild.id))!;

describe("a rollout", () => {
  test("brings every guild to the newest schema and records it in the platform", async () => {
    const guilds = await foundGuilds(5);
    const ended = await fleet.apply();
    expect(ended).toMatchObject({ status: "done", haltReason: null });
    expect(await fleet.countsOf(ended)).toEqual({ done: 5 });
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

  test("goes wave by wave, and names them in their order", async () => {
    const guilds = await foundGuilds(8);
    const order: string[] = [];
    const rollout = await fleet.begin({}, [`guild=${guilds[6]!.slug}`, "50%", "rest"]);
    expect(rollout.waves).toEqual([`guild=${guilds[6]!.slug}`, "50%", "rest"]);
    await fleet.run(rollout, { onOutcome: (guild) => order.push(guild.slug) });
    expect(order[0]).toBe(guilds[6]!.slug);
    expect(new Set(order.slice(1, 4))).toEqual(new Set(guilds.slice(0, 3).map((one) => one.slug)));
    expect(order).toHaveLength(8);
  });

  test("one guild's failure stops no other guild, and the next run touches only that one", async () => {
    const guilds = await foundGuilds(6);
    await spoil(guilds[3]!);
    const first = await fleet.apply();
    expect(first.status).toBe("failed");
    expect(await fleet.countsOf(first)).toEqual({ done: 5, failed: 1 });
    const [failure] = await fleet.rollouts.failures(first);
    expect(failure).toMatchObject({ count: 1, slugs: guilds[3]!.slug });
    const touched: string[] = [];
    const again = await fleet.rollouts.resume(first, { retry: true });
    await fleet.run(again, { onOutcome: (guild) => touched.push(guild.slug) });
    expect(touched).toEqual([guilds[3]!.slug]);
  });

  test("touches no further guild when the first wave fails", async () => {
    const guilds = await foundGuilds(4);
    await spoil(guilds[0]!);
    const ended = await fleet.apply();
    expect(ended.status).toBe("halted");
    expect(ended.haltReason).toBe(
      "1 guild failed in the first wave, in which no failure is allowed.",
    );
    expect(await fleet.countsOf(ended)).toEqual({ failed: 1, pending: 3 });
    expect(await versions()).toEqual(Array(4).fill(guildSchema.length));
  });

  test("halts when more guilds fail than the budget allows", async () => {
    const guilds = await foundGuilds(12);
    for (const guild of guilds.slice(2, 8)) await spoil(guild);
    const ended = await fleet.apply({ failuresMax: 2, lanes: 1 });
    expect(ended).toMatchObject({ status: "halted" });
    expect(ended.haltReason).toBe("3 guilds failed, and --failures-max allows 2.");
    expect(await fleet.countsOf(ended)).toEqual({ done: 2, failed: 3, pending: 7 });
  });

  test("halts when a migrated guild no longer answers this release's queries", async () => {
    await foundGuilds(3);
    const bad = rolloutsOver(dir, services, [
      ...guildSchema,
      ...parseMigrations([
        { name: "9999_bad", when: 9e12, sql: "ALTER TABLE persons RENAME COLUMN note TO remark" },
      ]),
    ]);
    const ended = await bad.apply({ allowDestructive: true });
    expect(ended.status).toBe("halted");
    expect(ended.haltReason).toContain("does not answer");
    expect(await bad.countsOf(ended)).toEqual({ done: 1, pending: 2 });
  });

  test("runs one at a time: a second operator is refused until the first one's lease expires", async () => {
    await foundGuilds(2);
    const first = await fleet.begin();
    await expect(fleet.begin()).rejects.toMatchObject({ code: "rollout/under-way" });
    await expect(fleet.rollouts.resume(first, { retry: false })).rejects.toMatchObject({
      code: "rollout/under-way",
    });
    nowMs += limits.fleet.leaseMs + 1;
    const taken = await fleet.rollouts.resume(first, { retry: false });
    expect(taken.fence).toBe(first.fence + 1);
    expect(await fleet.run(taken)).toMatchObject({ status: "done" });
  });

  test("that was taken over is dropped by the process that had it", async () => {
    await foundGuilds(4);
    const first = await fleet.begin({ lanes: 1 }, ["1", "rest"]);
    const takeOver = async () => {
      nowMs += limits.fleet.leaseMs + 1;
      await fleet.rollouts.resume(first, { retry: false });
    };
    const left = await fleet.run(first, {}, { smoke: takeOver });
    expect(left).toMatchObject({ status: "running", fence: first.fence + 1 });
    expect(await fleet.countsOf(left)).toEqual({ done: 1, pending: 3 });
  });

  test("that was paused stops after the work in progress, and resumes where it was", async () => {
    await foundGuilds(6);
    const rollout = await fleet.begin({ lanes: 1 }, ["2", "rest"]);
    const paused = await fleet.run(
      rollout,
      {},
      { smoke: () => fleet.rollouts.pause(rollout, "a test") },
    );
    expect(paused.status).toBe("paused");
    expect(await fleet.countsOf(paused)).toEqual({ done: 2, pending: 4 });
    const again = await fleet.rollouts.resume(paused, { retry: false });
    expect(await fleet.run(again)).toMatchObject({ status: "done" });
  });

  test("stopped by a signal finishes the work in progress, and continues when resumed", async () => {
    await foundGuilds(6);
    const stop = new AbortController();
    const rollout = await fleet.begin({ lanes: 1 });
    const stopped = await fleet.run(rollout, {
      signal: stop.signal,
      onOutcome: () => stop.abort(),
    });
    expect(stopped.status).toBe("stopped");
    expect(await fleet.countsOf(stopped)).toEqual({ done: 1, pending: 5 });
    expect(await fleet.apply()).toMatchObject({ id: rollout.id, status: "done" });
  });

  test("does not change a database that carries another guild's stamp", async () => {
    const [one, two] = await foundGuilds(2);
    await services.platform.db.client.batch(
      [
        {
          sql: "UPDATE guilds SET status = 'failed', database_name = ? WHERE id = ?",
          args: [newDatabaseName(), two!.id],
        },
        {
          sql: "UPDATE guilds SET database_name = ?1, database_url = ?2 WHERE id = ?3",
          args: [two!.databaseName, storedFilePlace(two!.databaseName), one!.id],
        },
      ],
      "write",
    );
    const ended = await fleet.apply();
    const [failure] = await fleet.rollouts.failures(ended);
    expect(failure!.cause).toContain("another guild");
    await services.tenants.use(two!, async (db) => {
      await expect(db.all("SELECT x FROM next")).rejects.toMatchObject({ kind: "sql" });
    });
  });

  test("reaches guilds whose database is open in this process", async () => {
    const [guild] = await foundGuilds(1);
    await services.tenants.use(guild!, (db) => db.all("SELECT * FROM persons"));
    await fleet.apply();
    await services.tenants.use(guild!, (db) => db.all("SELECT x FROM next"));
  });

  test("of a guild that was deleted since still ends", async () => {
    const guilds = await foundGuilds(3);
    const rollout = await fleet.begin();
    await services.provisioner.deprovision(guilds[2]!.id);
    expect(await fleet.run(rollout)).toMatchObject({ status: "done" });
  });
});

describe("a rehearsal", () => {
  test("migrates a copy, says what it did, and leaves the guild as it was", async () => {
    const [guild] = await foundGuilds(1);
    const migrations = [
      ...guildSchema,
      ...parseMigrations([{ name: "9999_fill", when: 9e12, sql: "UPDATE persons SET note = 'x'" }]),
    ];
    const found = await rehearse({ ...services.fleet, host: services.host, migrations }, guild!);
    expect(found).toMatchObject({ from: guildSchema.length, to: migrations.length, error: null });
    expect(found.rowsTouched).toBeGreaterThan(0);
    expect(await services.tenants.use(guild!, (db) => db.all("SELECT note FROM persons"))).toEqual([
      { note: "" },
    ]);
    const names = [];
    for await (const name of services.host.list()) names.push(name);
    expect(names).toEqual([guild!.databaseName]);
  });

  test("reports foreign keys that would be broken", async () => {
    const [guild] = await foundGuilds(1);
    const sql = `INSERT INTO characters (id, person_id, name, name_key, class, is_main, created_at)
      VALUES ('c', 'nobody', 'x', 'x', 'mage', 0, 1)`;
    const migrations = [
      ...guildSchema,
      ...parseMigrations([{ name: "9999_bad", when: 9e12, sql }]),
    ];
    const found = await rehearse({ ...services.fleet, host: services.host, migrations }, guild!);
    expect(found).toMatchObject({ violatesForeignKeys: true, to: guildSchema.length });
  });
});

describe("going back", () => {
  const KEEP_WRITES = { discardWrites: false };
  const revertDeps = () => ({
    ...services,
    ...services.fleet,
    ...fleet,
    afterRevert: async () => {},
  });
  const rename = (guild: Guild, name: string) =>
    services.tenants.use(guild, (db) =>
      db.client.batch(
        [
          { sql: "UPDATE persons SET name = ?", args: [name] },
          {
            sql: `INSERT INTO audit_log (at, actor_type, actor_id, actor_name, action, subject,
                    request_id) VALUES (1, 'user', 'u', 'U', 'person.rename', 'p', 'r')`,
            args: [],
          },
        ],
        "write",
      ),
    );

  test("restores exactly this rollout's guilds to their earlier databases", async () => {
    const guilds = await foundGuilds(3);
    await rename(guilds[0]!, "Before");
    const ended = await fleet.apply({ snapshots: true });
    const found = await revertible(revertDeps(), ended);
    expect(found.map(({ changes }) => changes)).toEqual([0, 0, 0]);
    for (const one of found) await revertGuild(revertDeps(), ended, one, KEEP_WRITES);
    expect(await versions()).toEqual(Array(3).fill(guildSchema.length));
    expect(await fleet.countsOf(ended)).toEqual({ reverted: 3 });
    const back = await fresh(guilds[0]!);
    expect(back.databaseName).not.toBe(guilds[0]!.databaseName);
    expect(await services.tenants.use(back, (db) => db.all("SELECT name FROM persons"))).toEqual([
      { name: "Before" },
    ]);
  });

  test("first says what was written since and would be lost", async () => {
    const guilds = await foundGuilds(2);
    const ended = await fleet.apply({ snapshots: true });
    await rename(await fresh(guilds[1]!), "Since");
    const found = await revertible(revertDeps(), ended);
    expect(found.map(({ changes, actions }) => ({ changes, actions }))).toEqual([
      { changes: 0, actions: {} },
      { changes: 1, actions: { "person.rename": 1 } },
    ]);
  });

  test("is not offered for guilds whose databases were not copied", async () => {
    await foundGuilds(2);
    expect(await revertible(revertDeps(), await fleet.apply())).toEqual([]);
  });
});
