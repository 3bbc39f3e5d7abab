import { execFile } from "node:child_process";
import { copyFile, cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { createClient } from "@libsql/client";
import { drizzle } from "drizzle-orm/libsql";
import { migrate as migrateByDrizzle } from "drizzle-orm/libsql/migrator";
import { newDatabaseName } from "../../provisioning/hosts/host.ts";
import { SqldTokens } from "../../provisioning/hosts/sqld.ts";
import { type Migration, parseMigrations, schemaOf } from "../../provisioning/migrations.ts";
import type { Client, Statement } from "../../src/database/client.ts";
import { openRemote } from "../../src/database/remote.ts";
import { systemClock } from "../../src/kernel/clock.ts";
import { type GuildId, newId } from "../../src/kernel/ids.ts";
import { guildSchema, type NodeServices } from "../../src/node/services.ts";
import type { Guild, PlatformStore } from "../../src/platform/store.ts";
import { productFleet, rolloutTo } from "../support/fleet.ts";
import { recordGuild } from "../support/provisioning.ts";
import { startSqld } from "../support/sqld.ts";
import { figure, median } from "./figures.ts";
import type { Figure } from "./main.ts";

const FULL = process.env["GUILDHALL_SCALE"] === "full";
const ROUNDS = 3;
/** The start of a process varies more between runs than a long run does. */
const STARTS = 9;
const THREADS = 4;
const ROOT = join(import.meta.dirname, "..");

/** One more column in every round, so that all rounds use the same databases. */
const columns = Array.from({ length: ROUNDS }, (_, i) => ({
  name: `${9001 + i}_column`,
  when: 9e12 + i,
  sql: `ALTER TABLE settings ADD COLUMN bench_${i} TEXT`,
}));

/** The same change on the files of a fleet: ours, bare threads, and drizzle one after another. */
export async function fanout(): Promise<readonly Figure[]> {
  const count = FULL ? 2_000 : 500;
  await using fleet = await productFleet(count);
  const guilds = await guildsOf(fleet.services);
  const bare = await copies(fleet.dir, "bare", guilds);
  const drizzled = await copies(fleet.dir, "drizzled", guilds);
  const folder = await drizzleFolder(fleet.dir);
  const [ours, threads, loop]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(await timed(() => rollOut(fleet.services, round, count)));
    threads.push(await timed(() => inThreads(bare, round)));
    await writeFile(join(folder, "meta/_journal.json"), await journal(round));
    loop.push(
      await timed(async () => {
        for (const path of drizzled) {
          const client = createClient({ url: pathToFileURL(path).href });
          await migrateByDrizzle(drizzle(client), { migrationsFolder: folder });
          client.close();
        }
      }),
    );
  }
  for (const paths of [guilds.map(({ location }) => fileURLToPath(location.url)), bare, drizzled]) {
    const client = createClient({ url: pathToFileURL(paths.at(-1)!).href });
    await client.execute(`SELECT ${columns.map((_, i) => `bench_${i}`).join(", ")} FROM settings`);
    client.close();
  }
  return [
    figure("fanout", "beside 4 bare threads", count, "ms", median(ours), median(threads)),
    figure("fanout", "beside drizzle's migrate()", count, "ms", median(ours), median(loop)),
  ];
}

/** The same on a server's namespaces, beside the server's own (deprecated) way of doing it. */
export async function fanoutSqld(): Promise<readonly Figure[]> {
  const count = FULL ? 200 : 50;
  const server = await startSqld();
  try {
    const { PLATFORM_DATABASE_URL: _, ...env } = server.env;
    await using fleet = await productFleet(count, env);
    const shared = await sharedSchema(server, count);
    const guilds = await guildsOf(fleet.services);
    const [ours, floor]: [number[], number[]] = [[], []];
    for (let round = 0; round < ROUNDS; round++) {
      ours.push(await timed(() => rollOut(fleet.services, round, count)));
      floor.push(await timed(() => shared.execute(plain(columns[round]!.sql))));
    }
    const last = await fleet.services.openClient(guilds.at(-1)!.location);
    await last.execute(plain("SELECT bench_0, bench_1, bench_2 FROM settings"));
    return [
      figure("fanout-sqld", "beside a shared schema", count, "ms", median(ours), median(floor)),
    ];
  } finally {
    await server.stop();
  }
}

/** The command when there is nothing to do. It is compared with a start without any guilds. */
export async function noop(): Promise<readonly Figure[]> {
  await using many = await productFleet(0);
  await using none = await productFleet(0);
  const owner = await recordGuild(many.services.platform, "owner");
  const ownerId = (await many.services.platform.guild(owner))!.ownerId;
  await registerGuilds(many.services.platform, ownerId, 10_000, "ready");
  const [ours, floor]: [number[], number[]] = [[], []];
  for (let round = 0; round < STARTS; round++) {
    ours.push(await timed(() => applyNothing(many.dir)));
    floor.push(await timed(() => applyNothing(none.dir)));
  }
  const [a, b] = [median(ours), median(floor)];
  return [
    figure("noop", "the whole command", 10_000, "ms", a, b),
    figure("noop", "without its start", 10_000, "ms", a - b, null),
  ];
}

/** None of these guilds has a database: opening one would be an error. */
function applyNothing(dir: string): Promise<void> {
  const { PATH, HOME } = process.env;
  const args = ["run", "--silent", "guildhall", "--", "migrate", "apply", "--json"];
  const options = { cwd: ROOT, env: { PATH, HOME, DATA_DIR: dir } };
  return new Promise((resolve, reject) => {
    execFile("npm", args, options, (error, out, err) => {
      if (error || JSON.parse(out).behind !== 0) reject(new Error(err || out));
      else resolve();
    });
  });
}

async function rollOut(services: NodeServices, round: number, count: number): Promise<void> {
  const migrations: readonly Migration[] = [
    ...guildSchema,
    ...parseMigrations(columns.slice(0, round + 1)),
  ];
  const { rollouts, begin, run } = rolloutTo(services, migrations);
  const ended = await run(await begin(["rest"]));
  const counts = await rollouts.counts(ended);
  if (ended.status !== "done" || counts[0]?.count !== count) {
    throw new Error(`The rollout ended ${ended.status}: ${JSON.stringify(counts)}`);
  }
}

/** The minimum of such a change: open, one transaction, close. It checks nothing. */
async function inThreads(paths: readonly string[], round: number): Promise<void> {
  const script = `const { workerData } = require("node:worker_threads");
    const Native = require("libsql");
    for (const path of workerData.paths) {
      const db = new Native(path);
      db.exec(workerData.sql);
      db.close();
    }`;
  const { name, sql } = columns[round]!;
  const position = guildSchema.length + round + 1;
  const change = `BEGIN IMMEDIATE; ${sql};
    INSERT INTO _migrations (position, name, hash, applied_at) VALUES (${position}, '${name}', '', 0);
    COMMIT`;
  await Promise.all(
    Array.from({ length: THREADS }, (_, thread) => {
      const mine = paths.filter((_, i) => i % THREADS === thread);
      const worker = new Worker(script, { eval: true, workerData: { paths: mine, sql: change } });
      return new Promise<void>((resolve, reject) => {
        worker.once("error", reject);
        worker.once("exit", () => resolve());
      });
    }),
  );
}

async function copies(
  dir: string,
  name: string,
  guilds: readonly Guild[],
): Promise<readonly string[]> {
  await mkdir(join(dir, name));
  const paths: string[] = [];
  for (const { databaseName, location } of guilds) {
    const path = join(dir, name, `${databaseName}.db`);
    await copyFile(fileURLToPath(location.url), path);
    paths.push(path);
  }
  return paths;
}

async function drizzleFolder(dir: string): Promise<string> {
  const folder = join(dir, "drizzle");
  await cp(join(ROOT, "tenant-migrations"), folder, { recursive: true });
  for (const { name, sql } of columns) await writeFile(join(folder, `${name}.sql`), sql);
  return folder;
}

/** The migrations of this round, for drizzle. */
async function journal(round: number): Promise<string> {
  const text = await readFile(join(ROOT, "tenant-migrations/meta/_journal.json"), "utf8");
  const known = JSON.parse(text) as { entries: object[] };
  const more = columns.slice(0, round + 1).map(({ name, when }, i) => {
    return { idx: known.entries.length + i, version: "6", when, tag: name, breakpoints: true };
  });
  return JSON.stringify({ ...known, entries: [...known.entries, ...more] });
}

/** A shared schema of the server with `count` databases that follow it. */
async function sharedSchema(
  server: Awaited<ReturnType<typeof startSqld>>,
  count: number,
): Promise<Client> {
  const make = async (name: string, options: object) => {
    const answer = await fetch(`${server.adminUrl}/v1/namespaces/${name}/create`, {
      method: "POST",
      headers: {
        authorization: `Basic ${server.adminKey}`,
        "content-type": "application/json",
      },
      body: JSON.stringify(options),
    });
    if (!answer.ok) throw new Error(await answer.text());
  };
  await make("shared", { shared_schema: true });
  const { tokenFor } = new SqldTokens(server.key, systemClock);
  const client = await openRemote({ url: `${server.url}/shared` }, { tokenFor });
  await client.execute(plain("CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT)"));
  for (let i = 0; i < count; i++) await make(`shared-${i}`, { shared_schema_name: "shared" });
  return client;
}

async function guildsOf({ platform }: NodeServices): Promise<readonly Guild[]> {
  const guilds: Guild[] = [];
  for await (const guild of platform.guilds()) guilds.push(guild);
  return guilds;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

function plain(sql: string): Statement {
  return { sql, args: [] };
}

/** Rows only: guilds that the platform knows and that get no visits. */
export async function registerGuilds(
  platform: PlatformStore,
  ownerId: string,
  count: number,
  status: string,
) {
  const { version, hash } = schemaOf(guildSchema);
  await platform.db.client.batch(
    Array.from({ length: count }, (_, i) => ({
      sql: `INSERT INTO guilds (id, slug, name, name_key, realm, realm_key, region, faction, owner_id,
              plan, status, host, database_name, schema_version, schema_hash, settings,
              created_at, updated_at)
            VALUES (?, ?, ?, ?, '', '', 'eu', 'none', ?, 'premium', ?, 'file', ?, ?, ?, '{}', 0, 0)`,
      args: [
        newId<GuildId>(),
        `known-${i}`,
        `Known ${i}`,
        `known ${i}`,
        ownerId,
        status,
        newDatabaseName(),
        version,
        hash,
      ],
    })),
    "write",
  );
}
