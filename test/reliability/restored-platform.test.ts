import { readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pack, unpack } from "../../provisioning/backups/copies.ts";
import { hashIn, keyOf } from "../../provisioning/backups/keys.ts";
import { checkpoint, inFile } from "../../provisioning/backups/whole-files.ts";
import { draftIn, makeFolder } from "../../provisioning/hosts/file-drafts.ts";
import { systemClock } from "../../src/kernel/clock.ts";
import { type TestApp, testApp } from "../support/app.ts";
import { bundleScript } from "../support/bundle.ts";
import { runCli } from "../support/cli.ts";
import { removeSearched } from "../support/secrets/folders.ts";

let t: TestApp;
let main: string;
let store: string;
beforeAll(async () => {
  t = await testApp({}, { clock: systemClock });
  main = await bundleScript("provisioning/cli/main.ts");
  store = join(t.dir, "backups");
});
afterAll(async () => {
  await rm(main);
  await t.close();
});

let folders = 0;
async function inNewFolder(
  work: (dir: string, restore: (...args: string[]) => ReturnType<typeof runCli>) => Promise<void>,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const dir = `${t.dir}-restored-${++folders}`;
  await makeFolder(dir);
  const given = { ...t.env, DATA_DIR: dir, BACKUP_DIR: store, ...env };
  try {
    await work(dir, (...args) =>
      runCli(main, dir, ["backups", "restore-platform", ...args], given),
    );
  } finally {
    await removeSearched(dir);
  }
}

/** Stores the copy behind `key` again, after `change` was applied to it. */
async function changedCopy(key: string, sql: string): Promise<string> {
  const scratch = join(t.dir, "scratch");
  await makeFolder(scratch);
  const [file, packed] = [draftIn(scratch), draftIn(scratch)];
  await unpack(await t.services.backupStore.get(key), file, hashIn(key));
  await inFile(file, async (client) => {
    await client.execute({ sql, args: [] });
    await checkpoint(client);
  });
  const { sha256 } = await pack(file, packed);
  const changed = keyOf("platform", systemClock(), sha256);
  await t.services.backupStore.put(changed, packed);
  for (const path of [file, packed]) await rm(path);
  return changed;
}

const isThere = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );

test("R38 restore-platform refuses files that are no copy of a platform, and says which keys are", async () => {
  const { id } = await t.guild("iron-vow");
  const guild = (await t.services.platform.guild(id))!;
  const { objectKey } = await t.services.backups.create(guild, "manual", "test");
  const damaged = "platform/20261121T101500123Z-".concat("0".repeat(64), ".db.gz");
  await makeFolder(join(store, "platform"));
  await writeFile(join(store, damaged), "no copy at all");
  await inNewFolder(async (dir, restore) => {
    for (const more of [["--dry-run"], []]) {
      const other = await restore(objectKey!, ...more);
      expect([other.code, other.err]).toEqual([1, expect.stringMatching(/begins with platform\//)]);
      const broken = await restore(damaged, ...more);
      expect([broken.code, broken.err]).toEqual([1, expect.stringMatching(/unpacked/)]);
      const missing = await restore("platform/nothing.db.gz", ...more);
      expect([missing.code, missing.err]).toEqual([1, expect.stringMatching(/does not have/)]);
    }
    expect(await isThere(join(dir, "platform.db"))).toBe(false);
    expect(await readdir(join(dir, "scratch"))).toEqual([]);
  });
});

test("R38 restore-platform without a key lists the copies, and changes nothing", async () => {
  const { key } = await t.services.platformBackups.create();
  await inNewFolder(async (dir, restore) => {
    const listed = await restore();
    expect(listed).toMatchObject({ code: 0, out: expect.stringContaining(key) });
    expect(listed.out).toContain(`Try:   guildhall backups restore-platform ${key}`);
    const [newest] = JSON.parse((await restore("--json")).out);
    expect(newest).toEqual({ key, takenAt: expect.any(Number) });
    expect(await isThere(join(dir, "platform.db"))).toBe(false);
  });
});

test("R41 restore-platform refuses a newer release's copy, and says what an older one lacks", async () => {
  const { key } = await t.services.platformBackups.create();
  const newer = await changedCopy(
    key,
    `INSERT INTO _migrations (position, name, hash, applied_at)
     SELECT max(position) + 1, 'later', 'f00d', 0 FROM _migrations`,
  );
  await inNewFolder(async (dir, restore) => {
    const { code, err } = await restore(newer);
    expect([code, err]).toEqual([1, expect.stringMatching(/newer release made this copy/)]);
    expect(await isThere(join(dir, "platform.db"))).toBe(false);
    const done = await restore(key, "--json");
    expect([done.code, JSON.parse(done.out).pending]).toEqual([0, []]);
    expect((await stat(join(dir, "platform.db"))).mode & 0o077).toBe(0);
  });
});

test("R38 restore-platform replaces no platform, reads no leftover log, and restores into files only", async () => {
  const { key } = await t.services.platformBackups.create();
  for (const left of ["platform.db", "platform.db-wal", "platform.db-journal"]) {
    await inNewFolder(async (dir, restore) => {
      await writeFile(join(dir, left), "");
      for (const more of [["--dry-run"], []]) {
        const { code, err } = await restore(key, ...more);
        expect([left, code, err]).toEqual([left, 1, expect.stringMatching(/move platform\.db/)]);
      }
      expect(await readdir(dir)).toEqual([left]);
    });
  }
  const remote = { PLATFORM_DATABASE_URL: "http://127.0.0.1:9" };
  await inNewFolder(async (dir, restore) => {
    const { code, err } = await restore(key);
    expect([code, err]).toEqual([1, expect.stringMatching(/PLATFORM_DATABASE_URL/)]);
    expect(await readdir(dir)).toEqual([]);
  }, remote);
});

test("R42 a copy of the platform that cannot be read back whole from the store is removed there", async () => {
  const { backupStore } = t.services;
  const before = await t.services.platformBackups.list();
  const get = backupStore.get.bind(backupStore);
  backupStore.get = async () => new Response("cut off").body!;
  await expect(t.services.platformBackups.create()).rejects.toThrow();
  backupStore.get = get;
  expect(await t.services.platformBackups.list()).toEqual(before);
});
