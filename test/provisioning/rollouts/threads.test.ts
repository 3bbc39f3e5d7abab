import { mkdtemp, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { parseMigrations } from "../../../provisioning/migrations.ts";
import { handlesReleased, openFileDescriptors } from "../../../src/database/embedded-handles.ts";
import { MigrationThreads } from "../../../src/node/migration-threads.ts";
import type { Guild } from "../../../src/platform/store.ts";
import { guildSchema, openProvisioning } from "../../support/provisioning.ts";
import { guildsById, rolloutsOver } from "../../support/rollouts.ts";
import { removeSearched } from "../../support/secrets/folders.ts";

const NEXT = [
  ...guildSchema,
  ...parseMigrations([
    {
      name: "9999_next",
      when: 9e12,
      sql: "CREATE TABLE next (x)\n--> statement-breakpoint\nINSERT INTO next VALUES (1)",
    },
  ]),
];
const DYING = new URL("../../support/dying-worker.ts", import.meta.url);

let dir: string;
let services: Awaited<ReturnType<typeof openProvisioning>>;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "guildhall-threads-"));
  services = await openProvisioning(dir);
});
afterEach(async () => {
  await services.close();
  await removeSearched(dir);
});

const foundGuilds = (count: number) => guildsById(services, count);
const run = (guild: Guild, sql: string) =>
  services.tenants.use(guild, (db) => db.client.execute({ sql, args: [] }));
const isOpenHere = (guild: Guild) => {
  using lease = services.tenants.leaseOpen(guild);
  return lease !== undefined;
};

test("a thread that dies fails only its guild, which stays whole, and the other guilds continue", async () => {
  const guilds = await foundGuilds(8);
  const deadly = guilds[2]!;
  await run(deadly, "UPDATE persons SET note = 'deadly'");
  services.tenants.evict(deadly.id);
  const fleet = rolloutsOver(dir, services, NEXT, new MigrationThreads(NEXT, DYING));
  const ended = await fleet.apply();
  expect(ended.status).toBe("failed");
  expect(await fleet.countsOf(ended)).toEqual({ done: 7, failed: 1 });
  const [failure] = await fleet.rollouts.failures(ended);
  expect(failure).toMatchObject({ slugs: deadly.slug });
  expect(failure!.cause).toContain("ended too early");
  // Neither its unfinished work nor its lock is left.
  await run(deadly, "UPDATE persons SET note = ''");
  const { rows } = await run(
    deadly,
    "SELECT name FROM sqlite_schema WHERE name IN ('half', 'next')",
  );
  expect(rows).toEqual([]);
  const again = await rolloutsOver(dir, services, NEXT).apply();
  expect(await fleet.countsOf(again)).toEqual({ done: 8 });
});

test("an idle guild is migrated without being opened here, an open one where it is open", async () => {
  const [open, atRest] = await foundGuilds(2);
  await run(open!, "SELECT 1");
  services.tenants.evict(atRest!.id);
  const asked: string[] = [];
  const threads = new MigrationThreads(NEXT);
  const migrate = threads.migrate.bind(threads);
  threads.migrate = (guild, nowMs) => {
    asked.push(guild.id);
    return migrate(guild, nowMs);
  };
  const fleet = rolloutsOver(dir, services, NEXT, threads);
  expect(await fleet.apply()).toMatchObject({ status: "done" });
  expect(asked).toEqual([atRest!.id]);
  for (const guild of [open!, atRest!]) {
    expect((await run(guild, "SELECT x FROM next")).rows).toEqual([[1]]);
  }
});

test("a thread that has not started yet makes no guild look slow", async () => {
  const [open, ...atRest] = await foundGuilds(4);
  await run(open!, "SELECT 1");
  for (const { id } of atRest) services.tenants.evict(id);
  const fleet = rolloutsOver(dir, services, NEXT);
  expect(await fleet.apply({}, ["1", "rest"])).toMatchObject({ status: "done", haltReason: null });
});

test("a wave whose guilds take far longer than the first one's is the last", async () => {
  const steps = `WITH RECURSIVE steps(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM steps
    WHERE n < (SELECT coalesce(max(value + 0), 1) FROM settings WHERE name = 'burden'))`;
  const heavy = parseMigrations([
    {
      name: "9999_heavy",
      when: 9e12,
      sql: `CREATE TABLE next (x)\n--> statement-breakpoint
        INSERT INTO next SELECT count(*) FROM (${steps} SELECT n FROM steps)`,
    },
  ]);
  const [, ...others] = await foundGuilds(3);
  for (const guild of others) {
    await run(guild, "INSERT INTO settings VALUES ('burden', '8000000', 0)");
  }
  const fleet = rolloutsOver(dir, services, [...guildSchema, ...heavy]);
  const ended = await fleet.apply({ slownessMax: 3 }, ["1", "1", "rest"]);
  expect(ended).toMatchObject({
    status: "halted",
    haltReason: expect.stringMatching(/times the first wave's/),
  });
});

test("requests of a guild continue while it is migrated, and none of their writes is lost", async () => {
  const guilds = await foundGuilds(6);
  for (const guild of guilds) {
    await run(guild, "CREATE TABLE visits (n INTEGER)");
    services.tenants.evict(guild.id);
  }
  const fleet = rolloutsOver(dir, services, NEXT);
  let isOver = false;
  const written = new Map<Guild, number>();
  // Half of them are open from the start. The others open while a thread may work on them.
  const visit = async (guild: Guild, index: number) => {
    for (let n = 0; !isOver || n < 5; n++) {
      await run(guild, `INSERT INTO visits VALUES (${n})`);
      written.set(guild, n + 1);
      if (index % 2 === 1) services.tenants.evict(guild.id);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const visits = Promise.all(guilds.map(visit));
  const ended = await fleet.apply({}, ["rest"]);
  isOver = true;
  await visits;
  expect(ended.status).toBe("done");
  for (const guild of guilds) {
    const { rows } = await run(guild, "SELECT count(*), (SELECT x FROM next) FROM visits");
    expect(rows).toEqual([[written.get(guild), 1]]);
    expect(isOpenHere(guild)).toBe(true);
  }
});

test("no thread and no file is left open when a rollout has ended", async () => {
  const guilds = await foundGuilds(40);
  for (const { id } of guilds) services.tenants.evict(id);
  const fleet = rolloutsOver(dir, services, NEXT);
  await handlesReleased();
  const before = openFileDescriptors()!;
  let most = 0;
  const rollout = await fleet.begin({}, ["rest"]);
  await fleet.run(rollout, {
    onOutcome: () => {
      most = Math.max(most, openFileDescriptors()!);
    },
  });
  // Four threads, each with a dozen closed databases that still hold three files, and their own files.
  expect(most - before).toBeLessThan(4 * (12 * 3 + 24));
  // Files that this process itself opened afterwards do not count.
  await handlesReleased();
  expect(openFileDescriptors()!).toBeLessThanOrEqual(before);
  // The last connection to close has emptied and removed the log.
  const files = await readdir(join(dir, "guilds"));
  expect(files.filter((name) => name.endsWith("-wal"))).toEqual([]);
});
