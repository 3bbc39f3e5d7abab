import { mkdtemp } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type DatabaseName, newDatabaseName } from "../../provisioning/hosts/host.ts";
import { TursoPlatform } from "../../provisioning/hosts/turso-platform.ts";
import { repointTo } from "../../provisioning/repoint.ts";
import { openRemote } from "../../src/database/remote.ts";
import { limits } from "../../src/limits.ts";
import { openProvisioning } from "../support/provisioning.ts";
import { removeSearched } from "../support/secrets/folders.ts";
import { hasSqld, startSqld } from "../support/sqld.ts";
import {
  makeTursoHost,
  type Strike,
  startTurso,
  type TursoStandIn,
} from "../support/turso-platform.ts";

if (!hasSqld) console.log("Tests of the Turso host were not run: they store into the real server.");
describe.runIf(hasSqld)("a host on Turso's cloud", () => {
  let server: Awaited<ReturnType<typeof startSqld>>;
  let cloud: TursoStandIn;
  beforeEach(async () => {
    server = await startSqld();
    cloud = await startTurso(server);
  });
  afterEach(async () => {
    await cloud.stop();
    await server.stop();
  });

  const read = { sql: "SELECT count(*) FROM _meta", args: [] };
  /** Strikes the first calls whose path has this ending, one after another. */
  const strikeAt = (ending: RegExp, ...strikes: Strike[]) => {
    cloud.control.strike = ({ method, path }) =>
      ending.test(`${method} ${path}`) ? strikes.shift() : undefined;
  };

  test("waits for a new database until it serves, also when that takes a while", async () => {
    const { host, open, waits } = await makeTursoHost(cloud);
    await host.create(newDatabaseName());
    waits.length = 0;
    cloud.control.lateFor = 40;
    const client = await open(await host.create(newDatabaseName()));
    expect((await client.execute(read)).rows).toEqual([[0]]);
    await client.close();
    expect(waits.length).toBeGreaterThan(2);
    expect(Math.max(...waits)).toBeLessThanOrEqual(limits.turso.servesPollMsMax);
  });

  test("takes a database that exists, for both of the cloud's answers", async () => {
    const { host, platform } = await makeTursoHost(cloud);
    for (const exists of ["documented", "current"] as const) {
      cloud.control.exists = exists;
      const name = newDatabaseName();
      const first = await host.create(name);
      expect(await host.create(name)).toEqual(first);
      await platform.createGroup("guildhall", "elsewhere");
    }
  });

  test("continues when answers are lost, and makes nothing twice", async () => {
    const { host } = await makeTursoHost(cloud);
    await host.create(newDatabaseName());
    strikeAt(/POST .*\/databases$/, "cut-after", "cut-before", { status: 502, body: "<html>" });
    const name = newDatabaseName();
    const location = await host.create(name);
    expect(await host.locate(name)).toEqual(location);
    expect([...cloud.databases.keys()].filter((one) => one === name)).toHaveLength(1);
    strikeAt(/DELETE /, "cut-after");
    await host.destroy(name);
    expect(cloud.databases.has(name)).toBe(false);
  });

  test("waits as long as it is told to, and not forever", async () => {
    const { host, waits } = await makeTursoHost(cloud);
    await host.create(newDatabaseName());
    waits.length = 0;
    const inTwoSeconds = new Date(cloud.control.nowMs() + 2_000).toUTCString();
    strikeAt(
      /POST .*\/databases$/,
      { status: 429, headers: { "retry-after": "3" } },
      { status: 429, headers: { "retry-after": inTwoSeconds } },
      { status: 503 },
    );
    await host.create(newDatabaseName());
    expect(waits[0]).toBe(3_000);
    expect(waits[1]).toBeGreaterThan(0);
    expect(waits[1]).toBeLessThanOrEqual(2_000);
    expect(waits[2]).toBeLessThanOrEqual(limits.turso.retryMsMax);
    const busy: Strike = { status: 429, headers: { "retry-after": "3600" } };
    strikeAt(/POST .*\/databases$/, busy);
    await expect(host.create(newDatabaseName())).rejects.toMatchObject({ kind: "unreachable" });
  });

  test("asks once when the answer will not change", async () => {
    const { platform } = await makeTursoHost(cloud);
    const kinds = [
      [401, "denied"],
      [402, "full"],
      [403, "denied"],
      [422, "unreachable"],
    ] as const;
    for (const [status, kind] of kinds) {
      cloud.control.strike = () => ({ status, body: '{"error":"No, for a reason."}' });
      const before = cloud.heard.length;
      const asked = platform.database("x");
      await expect(asked).rejects.toMatchObject({
        kind,
        message: expect.stringContaining("reason"),
      });
      expect(cloud.heard.length - before).toBe(1);
    }
  });

  test("gives up on an API with nonsensical answers, and does not reveal its token", async () => {
    const { platform } = await makeTursoHost(cloud);
    for (const body of ["<html>", '{"database":{"Name":"x"}}', "null", ""]) {
      cloud.control.strike = () => ({ status: 200, body });
      const error = await platform.database("x").catch((one: unknown) => one);
      expect(error).toMatchObject({ name: "DatabaseError", kind: "unreachable" });
      expect(JSON.stringify(error) + String(error)).not.toContain(cloud.apiToken);
    }
  });

  test("keeps every name inside its segment of an address", async () => {
    const { platform } = await makeTursoHost(cloud);
    cloud.heard.length = 0;
    for (const name of ["../groups/x", "a/b", "..", "x?y=z"]) await platform.database(name);
    const base = "/v1/organizations/guilds/databases";
    for (const { path } of cloud.heard) expect(path.startsWith(`${base}/`) || path).toBe(true);
  });

  test("makes its group where it is told to, and says what to set when it is not", async () => {
    const { host } = await makeTursoHost(cloud);
    expect([...cloud.groups]).toEqual(["guildhall"]);
    await host.readyGroup();
    const nowhere = makeTursoHost(cloud, { group: "others", placement: undefined });
    await expect(nowhere).rejects.toThrow("TURSO_LOCATION");
    expect([...cloud.groups]).toEqual(["guildhall"]);
  });

  test("renews tokens before they end, and uses old ones while it cannot", async () => {
    const { host, tokens } = await makeTursoHost(cloud, { nowMs: () => cloud.control.nowMs() });
    const name = newDatabaseName();
    await host.create(name);
    const first = await tokens.tokenFor(name);
    expect(await tokens.tokenFor(name)).toBe(first);
    const startMs = cloud.control.nowMs();
    cloud.control.nowMs = () => startMs + limits.turso.tokenMs * 0.6;
    cloud.control.strike = () => ({ status: 503 });
    expect(await tokens.tokenFor(name)).toBe(first);
    cloud.control.strike = undefined;
    expect(await tokens.tokenFor(name)).not.toBe(first);
    cloud.control.strike = () => ({ status: 503 });
    cloud.control.nowMs = () => startMs + limits.turso.tokenMs * 1.7;
    await expect(tokens.tokenFor(name)).rejects.toMatchObject({ kind: "unreachable" });
  });

  test("opens a database with its own token only", async () => {
    const { host, tokens } = await makeTursoHost(cloud);
    const [ours, theirs] = [newDatabaseName(), newDatabaseName()];
    await host.create(ours);
    const { url } = await host.create(theirs);
    for (const authToken of [await tokens.tokenFor(ours), "nonsense", ""]) {
      const client = await openRemote({ url, authToken }, { addressEach: true });
      const kind = expect.stringMatching(/denied|missing/);
      await expect(client.execute(read)).rejects.toMatchObject({ kind });
      await client.close();
    }
  });

  test("restores an earlier moment, as a new database beside the present one", async () => {
    const { host, open } = await makeTursoHost(cloud);
    const [name, before] = [newDatabaseName(), newDatabaseName()];
    const client = await open(await host.create(name));
    const set = (value: string) =>
      client.execute({
        sql: `INSERT INTO settings (name, value, updated_at) VALUES ('motto', ?, 0)
              ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
        args: [JSON.stringify(value)],
      });
    await set("For the Horde");
    await cloud.remember(name);
    const at = new Date(cloud.control.nowMs());
    await set("hacked");
    const past = await open(await host.createAsOf(before, name, at));
    const motto = { sql: "SELECT value FROM settings", args: [] };
    expect((await past.execute(motto)).rows).toEqual([['"For the Horde"']]);
    expect((await client.execute(motto)).rows).toEqual([['"hacked"']]);
    const tooEarly = host.createAsOf(newDatabaseName(), name, new Date(0));
    await expect(tooEarly).rejects.toMatchObject({ name: "DatabaseError" });
    await past.close();
    await client.close();
  });

  test("a guild is restored to an earlier moment, and its state before that is kept", async () => {
    const dir = await mkdtemp(join(tmpdir(), "guildhall-turso-"));
    const elsewhere = await makeTursoHost(cloud);
    const services = await openProvisioning(dir, { elsewhere });
    try {
      const guild = await services.provisioner.provision(await services.recordGuild());
      await cloud.remember(guild.databaseName);
      const at = new Date(cloud.control.nowMs());
      await services.tenants.use(guild, (db) =>
        db.client.execute({
          sql: "INSERT INTO settings (name, value, updated_at) VALUES ('motto', '\"hacked\"', 0)",
          args: [],
        }),
      );
      const source = guild.databaseName as DatabaseName;
      const deps = { ...services, host: elsewhere.host, openClient: elsewhere.open };
      const swapped = await repointTo(deps, guild, (to) =>
        elsewhere.host.createAsOf(to, source, at),
      );
      const pools = await services.tenants.use(swapped, (db) => db.all("SELECT id FROM pools"));
      expect(pools).toHaveLength(1);
      expect(swapped).toMatchObject({ generation: guild.generation + 1 });
      expect([...cloud.databases.keys()]).toContain(source);
    } finally {
      await services.close();
      await removeSearched(dir);
    }
  });

  test("does not list a neighbour's databases in the same group", async () => {
    const { host, platform } = await makeTursoHost(cloud);
    await platform.createDatabase("shop", "guildhall");
    const ours = newDatabaseName();
    await host.create(ours);
    const listed: DatabaseName[] = [];
    for await (const name of host.list()) listed.push(name);
    expect(listed).toEqual([ours]);
  });

  test("restores every kind of value, and append-only rows", async () => {
    const { host, open } = await makeTursoHost(cloud);
    const [from, to] = [newDatabaseName(), newDatabaseName()];
    const client = await open(await host.create(from));
    const values = `it's "odd"; \n-- ${"x".repeat(300_000)}; END;\n-- sha256 0`;
    await client.batch(
      [
        { sql: `CREATE TABLE "odd ""name" (a, b BLOB, c REAL, d INTEGER, e TEXT)`, args: [] },
        {
          sql: `INSERT INTO "odd ""name" VALUES (NULL, x'00ff', 0.1, 9007199254740993, ?)`,
          args: [values],
        },
        {
          sql: `CREATE TRIGGER stays BEFORE INSERT ON "odd ""name" BEGIN
                  SELECT RAISE(ABORT, 'no; more'); END`,
          args: [],
        },
      ],
      "write",
    );
    const copy = await open(await host.restore(to, await host.snapshot(from)));
    const sql = `SELECT a, hex(b), c, CAST(d AS TEXT), e FROM "odd ""name"`;
    const [rows] = (await copy.execute({ sql, args: [] })).rows;
    expect(rows).toEqual([null, "00FF", 0.1, "9007199254740993", values]);
    const more = copy.execute({ sql: `INSERT INTO "odd ""name" (a) VALUES (1)`, args: [] });
    await expect(more).rejects.toThrow("no; more");
    await copy.close();
    await client.close();
  });
});

test("an API that does not answer is given up after some tries", async () => {
  const gone = createServer();
  await new Promise<void>((resolve) => gone.listen(0, "127.0.0.1", resolve));
  const { port } = gone.address() as { port: number };
  await new Promise((resolve) => gone.close(resolve));
  const waits: number[] = [];
  const platform = new TursoPlatform({
    apiUrl: `http://127.0.0.1:${port}`,
    organization: "guilds",
    apiToken: "a token of nobody",
    now: () => new Date(0),
    wait: async (ms) => void waits.push(ms),
  });
  await expect(platform.databases("guildhall")).rejects.toMatchObject({ kind: "unreachable" });
  expect(waits).toHaveLength(limits.turso.triesMax - 1);
});
