import { execFile } from "node:child_process";
import { mkdtemp, open, readFile, rename, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serve } from "@hono/node-server";
import { createClient } from "@libsql/client";
import autocannon from "autocannon";
import { Hono } from "hono";
import { newDatabaseName, storedFilePlace } from "../../provisioning/hosts/host.ts";
import { type GuildId, newId } from "../../src/kernel/ids.ts";
import { type TestApp, type TestGuild, testApp } from "../support/app.ts";
import { bids, live } from "./auctions.ts";
import { backups } from "./backups.ts";
import { fanout, fanoutSqld, noop, registerGuilds } from "./fanout.ts";
import { figure, median } from "./figures.ts";
import { ingest, logQueries, parse } from "./logs.ts";
import type { Figure } from "./main.ts";
import { provisionSqld, requestSqld } from "./sqld.ts";

const FULL = process.env["GUILDHALL_SCALE"] === "full";
const ROUNDS = 5;

/** Every bench by its name; each checks its own results and throws when they are wrong. */
export const benches: Readonly<Record<string, () => Promise<readonly Figure[]>>> = {
  request,
  "key-request": keyRequest,
  resolve,
  pool,
  "request-sqld": requestSqld,
  "provision-file": provisionFile,
  "provision-sqld": provisionSqld,
  fanout,
  "fanout-sqld": fanoutSqld,
  noop,
  backups,
  isolation,
  "cold-start": coldStart,
  parse,
  ingest,
  "log-queries": logQueries,
  bids,
  live,
};

/** A signed-in member reads 50 standings; the floor runs the same SELECT on one open client. */
async function request(): Promise<readonly Figure[]> {
  await using t = await testApp();
  const guild = await t.guild("ironforge");
  return await standings("request", t, guild, guild.owner.identity.token);
}

/** The same by API key, with every limit in force but too high to be reached, and usage counted. */
async function keyRequest(): Promise<readonly Figure[]> {
  const subjects = ["key", "guild", "address"].map((subject) => `read.${subject}=2000/s`);
  const env = { RATE_LIMITS: subjects.join(",") };
  await using t = await testApp(env, { clock: () => new Date() });
  const guild = await t.guild("ironforge");
  const made = await guild.owner.post("/settings/keys", { name: "bench", scopes: ["query"] });
  return [...(await standings("key-request", t, guild, made.body.key)), await limitsAlone()];
}

/** What the limits of one request cost: address, key and guild at 1,000 requests a minute. */
async function limitsAlone(): Promise<Figure> {
  await using t = await testApp({ RATE_LIMITS: "" });
  const { rates } = t.services;
  const took: number[] = [];
  const floor: number[] = [];
  const counts = new Map<string, number>();
  for (let round = 0; round < 40; round++) {
    const startedAt = performance.now();
    for (let n = 0; n < 500; n++) {
      t.advance(60);
      await rates.use("read", "address", "203.0.113.1");
      await rates.use("read", "key", "one key");
      await rates.use("read", "guild", "one guild");
    }
    const floorAt = performance.now();
    for (let n = 0; n < 500; n++) {
      for (const id of ["203.0.113.1", "one key", "one guild"]) {
        counts.set(id, (await Promise.resolve(counts.get(id) ?? 0)) + 1);
      }
    }
    took.push(((floorAt - startedAt) * 1_000) / 500);
    floor.push(((performance.now() - floorAt) * 1_000) / 500);
  }
  return figure("key-request", "limits of a request", 20_000, "µs", median(took), median(floor));
}

async function standings(
  bench: string,
  t: TestApp,
  guild: TestGuild,
  token: string,
): Promise<readonly Figure[]> {
  const found = (await t.services.platform.guild(guild.id))!;
  const personIds: string[] = [];
  for (let i = 0; i < 60; i++) {
    const name = `Raider ${i}`;
    const character = { name, class: "mage", role: "ranged" };
    personIds.push((await guild.owner.post("/roster/persons", { name, character })).body.id);
  }
  for (const points of [15, 5, 10]) {
    await guild.owner.post("/dkp/awards", { personIds, points, reason: "On time" });
  }
  const { sql, args } = await sqlOf(t, found, () => guild.owner.get("/standings?limit=50"));
  const floorClient = createClient({ url: found.location.url });
  const floorApp = new Hono().get("/", async (c) => {
    const { rows } = await floorClient.execute({ sql, args: args as never });
    return c.json({ items: rows });
  });
  const ours = await listening(t.app.fetch);
  const floor = await listening(floorApp.fetch);
  const headers = { authorization: `Bearer ${token}` };
  const load = (url: string) =>
    autocannon({ url, connections: 8, duration: 2, headers, setupClient: () => {} });
  const oursUrl = `${ours.url}/api/g/ironforge/standings?limit=50`;
  const check = (await (await fetch(oursUrl, { headers })).json()) as { items: unknown[] };
  if (check.items.length !== 50) throw new Error(`50 rows wanted, ${check.items.length} came`);
  const rates: [number[], number[]] = [[], []];
  const slow: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, url] of [oursUrl, floor.url].entries()) {
      const result = await load(url);
      if (result.non2xx > 0 || result.errors > 0) throw new Error(`${result.non2xx} bad answers`);
      rates[i]!.push(result.requests.average);
      slow[i]!.push(result.latency.p99);
    }
  }
  ours.close();
  floor.close();
  floorClient.close();
  return [
    figure(bench, "standings, requests/s", ROUNDS, "/s", median(rates[0]), median(rates[1])),
    figure(bench, "standings, p99", ROUNDS, "ms", median(slow[0]), median(slow[1])),
  ];
}

/** The statement that standings runs, recorded from the open database. */
async function sqlOf(
  t: TestApp,
  found: Parameters<TestApp["services"]["tenants"]["lease"]>[0],
  act: () => Promise<unknown>,
): Promise<{ sql: string; args: readonly unknown[] }> {
  using lease = await t.services.tenants.lease(found);
  const { client } = lease.db;
  const execute = client.execute.bind(client);
  const seen: { sql: string; args: readonly unknown[] }[] = [];
  client.execute = (statement) => {
    seen.push(statement);
    return execute(statement);
  };
  await act();
  Reflect.deleteProperty(client, "execute");
  return seen.reduce((a, b) => (b.sql.length > a.sql.length ? b : a));
}

/** Finding the guild and borrowing its database, warm; 10,000 guilds known, 500 visited. */
async function resolve(): Promise<readonly Figure[]> {
  await using t = await testApp({ OPEN_MAX: "600" });
  const guild = await t.guild("ironforge");
  const { platform, tenants } = t.services;
  await registerGuilds(t.services.platform, guild.owner.userId, 10_000, "ready");
  const ids: GuildId[] = [];
  for (let i = 0; i < 500; i++) ids.push(await cloneGuild(t, guild.id, i));
  const visits = Array.from({ length: 20_000 }, () => ids[Math.floor(Math.random() ** 3 * 500)]!);
  for (const id of ids) await tenants.use((await platform.guild(id))!, (db) => db.all("SELECT 1"));
  const took: number[] = [];
  const map = new Map(ids.map((id) => [id, {}]));
  const floorTook: number[] = [];
  for (const id of visits) {
    const startedAt = performance.now();
    const found = await platform.guildForUser(id, guild.owner.userId);
    const lease = await tenants.lease(found!.guild);
    took.push((performance.now() - startedAt) * 1_000);
    lease[Symbol.dispose]();
    const floorAt = performance.now();
    await Promise.resolve(map.get(id));
    floorTook.push((performance.now() - floorAt) * 1_000);
  }
  return [
    figure("resolve", "guild + lease, p50", visits.length, "µs", median(took), median(floorTook)),
  ];
}

/** Leases over many more guilds than may be open. A hundredth of the work fails. */
async function pool(): Promise<readonly Figure[]> {
  const leases = FULL ? 1_000_000 : 20_000;
  const guilds = FULL ? 500 : 200;
  return [await churn("pool", leases, guilds, 50, 0.01)];
}

/** Interleaved requests over more guilds than the pool holds: never another guild's row. */
async function isolation(): Promise<readonly Figure[]> {
  return [await churn("isolation", FULL ? 1_000_000 : 20_000, 200, 20, 0)];
}

async function churn(
  bench: string,
  leases: number,
  guilds: number,
  openMax: number,
  failing: number,
): Promise<Figure> {
  await using t = await testApp({ OPEN_MAX: String(openMax) });
  const first = await t.guild("ironforge");
  const ids: GuildId[] = [];
  for (let i = 0; i < guilds; i++) ids.push(await cloneGuild(t, first.id, i));
  const targets = await Promise.all(ids.map((id) => t.services.platform.guild(id)));
  const { tenants } = t.services;
  const base = tenants.gauges().fileDescriptors ?? 0;
  let wrong = 0;
  let filesMax = 0;
  const startedAt = performance.now();
  for (let done = 0; done < leases; done += 50) {
    await Promise.all(
      Array.from({ length: 50 }, async () => {
        const target = targets[Math.floor(Math.random() ** 3 * guilds)]!;
        await tenants
          .use(target, async (db) => {
            const row = await db.first<{ guild_id: string }>("SELECT guild_id FROM _meta");
            if (row?.guild_id !== target.id) wrong++;
            if (Math.random() < failing) throw new Error("as some requests do");
          })
          .catch((error: Error) => {
            if (error.message !== "as some requests do") throw error;
          });
      }),
    );
    filesMax = Math.max(filesMax, (tenants.gauges().fileDescriptors ?? 0) - base);
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  const bound = 3 * (openMax + 50) + 64;
  if (wrong > 0) throw new Error(`${wrong} rows of another guild`);
  if (filesMax > bound) throw new Error(`${filesMax} files open, ${bound} allowed`);
  const variant = `${guilds} guilds, ${openMax} open; files ${filesMax} of ${bound}`;
  return figure(bench, variant, leases, "/s", leases / seconds, null);
}

/** A new guild's file from the template; the floor writes the same bytes as durably. */
async function provisionFile(): Promise<readonly Figure[]> {
  await using t = await testApp();
  const guild = await t.guild("ironforge");
  const { host } = t.services;
  const folder = await mkdtemp(join(tmpdir(), "guildhall-bench-"));
  const location = await host.create(newDatabaseName());
  const bytes = await readFile(new URL(location.url));
  if (bytes.length < 4_096 || guild.slug === "") throw new Error("the template is empty");
  const ours: number[] = [];
  const floor: number[] = [];
  for (let i = 0; i < 200; i++) {
    const oursAt = performance.now();
    await host.create(newDatabaseName());
    ours.push(performance.now() - oursAt);
    const floorAt = performance.now();
    const draft = await open(join(folder, "draft"), "w");
    await draft.write(bytes);
    await draft.sync();
    await draft.close();
    await rename(join(folder, "draft"), join(folder, `${i}.db`));
    const dir = await open(folder, "r");
    await dir.sync();
    await dir.close();
    floor.push(performance.now() - floorAt);
  }
  await rm(folder, { recursive: true });
  return [figure("provision-file", "create, p50", 200, "ms", median(ours), median(floor))];
}

/** Process start to the first answer, 1,000 guilds registered; the floor is a bare server. */
async function coldStart(): Promise<readonly Figure[]> {
  const t = await testApp();
  const guild = await t.guild("ironforge");
  await registerGuilds(t.services.platform, guild.owner.userId, 1_000, "ready");
  const env = {
    ...process.env,
    DATA_DIR: t.dir,
    GUILDHALL_SECRET: "x".repeat(32),
    LOG_LEVEL: "silent",
  };
  await t.services.close();
  const hello = `require("node:http").createServer((_, r) => r.end("hi")).listen(process.env.PORT)`;
  const ours: number[] = [];
  const floor: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(await firstAnswer([join(import.meta.dirname, "node.js")], env));
    floor.push(await firstAnswer(["-e", hello], env));
  }
  await rm(t.dir, { recursive: true, force: true });
  return [figure("cold-start", "first answer", ROUNDS, "ms", median(ours), median(floor))];
}

async function firstAnswer(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const port = await freePort();
  const startedAt = performance.now();
  const child = execFile(process.execPath, args, { env: { ...env, PORT: String(port) } });
  const exited = new Promise((resolve) => child.once("exit", resolve));
  try {
    while (performance.now() - startedAt < 20_000) {
      const answered = await fetch(`http://127.0.0.1:${port}/`).then(
        () => true,
        () => false,
      );
      if (answered) return performance.now() - startedAt;
    }
    throw new Error("the server never answered");
  } finally {
    child.kill("SIGKILL");
    await exited;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function listening(fetch: (request: Request) => Response | Promise<Response>) {
  const server = serve({ fetch, port: 0, hostname: "127.0.0.1" });
  await new Promise<void>((resolve) => server.once("listening", () => resolve()));
  const { port } = server.address() as { port: number };
  return { url: `http://localhost:${port}`, close: () => server.close() };
}

/** Another guild with its own database, without an account. */
async function cloneGuild(t: TestApp, of: GuildId, i: number): Promise<GuildId> {
  const model = (await t.services.platform.guild(of))!;
  const id = newId<GuildId>();
  const name = newDatabaseName();
  const { url } = await t.services.host.create(name);
  await t.services.platform.db.client.execute({
    sql: `INSERT INTO guilds (id, slug, name, name_key, realm, realm_key, region, faction, owner_id,
            plan, status, host, database_name, database_url, schema_version, schema_hash, settings,
            created_at, updated_at)
          SELECT ?1, ?2, ?2, ?2, '', '', 'eu', 'none', owner_id, 'premium', 'ready', 'file', ?3, ?4,
            schema_version, schema_hash, '{}', 0, 0 FROM guilds WHERE id = ?5`,
    args: [id, `clone-${i}`, name, storedFilePlace(name), of],
  });
  const client = await t.services.openClient({ url });
  await client.execute({
    sql: `INSERT INTO _meta (id, guild_id, generation, schema_version, schema_hash, created_at)
          VALUES (1, ?, 1, ?, ?, 0)`,
    args: [id, model.schemaVersion, model.schemaHash],
  });
  await client.close();
  return id;
}
