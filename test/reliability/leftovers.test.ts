import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { FolderStore } from "../../provisioning/backups/folder-store.ts";
import { draftIn } from "../../provisioning/hosts/file-drafts.ts";
import { databaseName } from "../../provisioning/hosts/host.ts";
import { rehearse } from "../../provisioning/rollouts/rehearse.ts";
import { withTemporaryCopy } from "../../provisioning/temporary-copy.ts";
import { limits } from "../../src/limits.ts";
import { guildSchema } from "../../src/node/services.ts";
import { type TestApp, testApp } from "../support/app.ts";
import { startS3 } from "../support/s3.ts";
import { removeSearched } from "../support/secrets/folders.ts";

let t: TestApp;
afterEach(() => t?.close());

const guildOf = async (slug: string) => (await t.services.platform.guildForUser(slug, null))!.guild;

/** The name of a temporary file of a dead process of this machine. */
function draftOfDead(folder: string): string {
  const { pid } = spawnSync(process.execPath, ["-e", "0"]);
  return draftIn(folder).replace(`-${process.pid}.`, `-${pid}.`);
}

test("R42 a copy that could not be stored leaves nothing in the store and in the scratch folder", async () => {
  t = await testApp();
  await t.guild("iron-vow");
  const dir = t.services.config.dataDir;
  const { store, guild } = { store: t.services.backupStore, guild: await guildOf("iron-vow") };
  const put = FolderStore.prototype.put;
  // The disk fills up in the middle of the copy: the stream of the file breaks off.
  const folder = join(dir, "backups", "guilds", guild.id);
  await mkdir(folder, { recursive: true });
  store.put = (key, _path) => put.call(store, key, join(dir, "missing"));
  await expect(t.services.backups.create(guild, "manual", "test")).rejects.toThrow();
  expect(await readdir(folder)).toEqual([]);
  expect(await readdir(join(dir, "scratch"))).toEqual([]);
});

test("R42 a copy that cannot be read back whole from the store is removed there", async () => {
  t = await testApp();
  await t.guild("iron-vow");
  const guild = await guildOf("iron-vow");
  const { backupStore: store } = t.services;
  const get = store.get.bind(store);
  store.get = async () => new Response("cut off").body!;
  await expect(t.services.backups.create(guild, "manual", "test")).rejects.toThrow();
  store.get = get;
  const kept: string[] = [];
  for await (const key of store.list(`guilds/${guild.id}/`)) kept.push(key);
  expect(kept).toEqual([]);
});

test("R42 temporary files of dead processes are swept at once, those of living ones are not", async () => {
  const root = await mkdtemp(join(tmpdir(), "guildhall-store-"));
  const folder = join(root, "guilds", "some-guild");
  await mkdir(folder, { recursive: true });
  await writeFile(draftOfDead(folder), "half a copy");
  await writeFile(draftIn(folder), "being written");
  expect(await new FolderStore(root).sweep()).toBe(1);
  const [left] = await readdir(folder);
  expect(await readFile(join(folder, left!), "utf8")).toBe("being written");
  await removeSearched(root);
});

test("R42 a scheduled copy that fails still thins out old copies, so that a full store does not stay full", async () => {
  t = await testApp();
  await t.guild("iron-vow");
  const guild = await guildOf("iron-vow");
  await t.services.backups.create(guild, "manual", "test");
  t.advance(1);
  const newest = await t.services.backups.create(guild, "manual", "test");
  t.advance(limits.backups.byHandMs + 1);
  await t.services.tenants.use(guild, (db) =>
    db.client.execute({ sql: "UPDATE persons SET name = 'Changed'", args: [] }),
  );
  t.services.backupStore.put = async () => {
    throw new Error("no space left on device");
  };
  await t.services.jobs.enqueue(guild.id, "guild.backup", "");
  await t.services.slowJobRunner.drain();
  const left = await t.services.backups.list({ guildId: guild.id });
  // Without a new one, the newest is all that the guild has.
  expect(left.filter(({ status }) => status === "good")).toEqual([newest]);
});

test("R42 an interrupted multipart upload is aborted, and one of a dead process by the sweep", async () => {
  const s3 = await startS3();
  t = await testApp(s3.env);
  const dir = t.services.config.dataDir;
  const path = join(dir, "large");
  await writeFile(path, Buffer.alloc(20 * 1024 * 1024, 7));
  s3.failParts(true);
  await expect(t.services.backupStore.put("guilds/x/large.db.gz", path)).rejects.toThrow();
  expect(s3.uploadsOpen()).toBe(0);
  s3.beginUpload("guilds/x/dead.db.gz");
  expect(await t.services.backupStore.sweep()).toBe(1);
  expect(s3.uploadsOpen()).toBe(0);
  await s3.close();
});

test("R44 a trial copy is recorded in the platform, and is removed when its process died", async () => {
  t = await testApp();
  await t.guild("iron-vow");
  const guild = await guildOf("iron-vow");
  const { services } = t;
  const deps = { ...services, migrations: guildSchema };
  const snapshot = await services.host.snapshot(databaseName(guild.databaseName));
  // The process dies while it has the copy open: nothing after this line runs in it.
  const hang = Promise.withResolvers<void>();
  const dying = withTemporaryCopy(deps, guild, snapshot, () => hang.promise);
  await expect.poll(() => databases()).toHaveLength(2);
  expect((await services.provisioner.resume()).unclaimed).toEqual([]);
  expect(await databases()).toHaveLength(2);
  t.advance(limits.fleet.temporaryMs + 1);
  const { spares, unclaimed } = await services.provisioner.resume();
  expect([spares.length, unclaimed]).toEqual([1, []]);
  expect(await databases()).toEqual([`${guild.databaseName}.db`]);
  hang.resolve();
  await dying;

  async function databases() {
    const files = await readdir(join(services.config.dataDir, "guilds"));
    return files.filter((name) => name.endsWith(".db"));
  }
});

test("R44 rehearsals while the server sweeps are never reported as databases that no guild owns", async () => {
  t = await testApp();
  await t.guild("iron-vow");
  const guild = await guildOf("iron-vow");
  const deps = { ...t.services, migrations: guildSchema };
  let isOver = false;
  const rehearsing = (async () => {
    for (let n = 0; n < 5; n++) await rehearse(deps, guild);
    isOver = true;
  })();
  while (!isOver) expect((await t.services.provisioner.resume()).unclaimed).toEqual([]);
  await rehearsing;
});
