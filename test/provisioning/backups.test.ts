import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { restorePlatform } from "../../provisioning/backups/platform.ts";
import { readConfig } from "../../src/config.ts";
import { systemClock } from "../../src/kernel/clock.ts";
import type { GuildId } from "../../src/kernel/ids.ts";
import { COPIES_JOB } from "../../src/node/backup-jobs.ts";
import { buildNodeServices } from "../../src/node/services.ts";
import { BACKUP_JOB, OF_THE_PLATFORM, ROUND_JOB } from "../../src/platform/jobs/kinds.ts";
import { type TestApp, testApp } from "../support/app.ts";
import { startS3 } from "../support/s3.ts";

const DAY_MS = 86_400_000;

const guildOf = async (t: TestApp, id: string) => (await t.services.platform.guild(id as GuildId))!;
const names = async (t: TestApp, id: string) => {
  const rows = await t.services.tenants.use(await guildOf(t, id), (db) =>
    db.all<{ name: string }>("SELECT name FROM persons ORDER BY name"),
  );
  return rows.map(({ name }) => name);
};

/** A guild with one person, a copy of it, and one more person. */
async function copied(t: TestApp, slug = "iron-vow") {
  const guild = await t.guild(slug);
  await guild.owner.post("/roster/persons", { name: "Before" });
  const copy = await t.services.backups.create(await guildOf(t, guild.id), "manual", "test");
  t.advance(1_000);
  await guild.owner.post("/roster/persons", { name: "After" });
  return { guild, copy };
}

for (const where of ["a folder", "a bucket"] as const) {
  describe(`copies in ${where}`, () => {
    const bucketFor = async () => (where === "a bucket" ? await startS3() : undefined);

    test("a guild can go back to one, and forward again to what it had before", async () => {
      const s3 = await bucketFor();
      await using t = await testApp(s3?.env);
      const { guild, copy } = await copied(t);
      expect(copy).toMatchObject({ status: "good", rows: { persons: 2 }, slug: "iron-vow" });
      expect(await t.services.backups.lostBy(copy)).toEqual({ changes: 1 });
      await t.services.backups.restore(copy, "test");
      expect(await names(t, guild.id)).not.toContain("After");
      expect((await guild.owner.get("/roster")).status).toBe(200);
      const [kept] = await t.services.backups.list({ guildId: guild.id as GuildId });
      expect(kept).toMatchObject({ reason: "before-restore", status: "good" });
      await t.services.backups.restore(kept!, "test");
      expect(await names(t, guild.id)).toContain("After");
      await s3?.close();
    });

    test("an unchanged guild takes no more space, and pruning leaves what others need", async () => {
      const s3 = await bucketFor();
      await using t = await testApp(s3?.env);
      const { guild } = await copied(t);
      const target = await guildOf(t, guild.id);
      const first = await t.services.backups.create(target, "schedule", "schedule");
      t.advance(60 * DAY_MS);
      const second = await t.services.backups.create(target, "schedule", "schedule");
      expect(second.objectKey).toBe(first.objectKey);
      expect(await t.services.backups.prune(target.id)).toBeGreaterThan(0);
      const left = await t.services.backups.list({ guildId: target.id });
      for (const copy of left) await t.services.backups.verify(copy);
      expect(left.map(({ id }) => id)).toContain(second.id);
      await s3?.close();
    });

    test("a copy that was changed in the store is detected and never restored", async () => {
      const s3 = await bucketFor();
      await using t = await testApp(s3?.env);
      const { guild, copy } = await copied(t);
      const path = join(t.services.config.dataDir, "backups", copy.objectKey!);
      const bytes = s3 ? s3.objects.get(copy.objectKey!)! : await readFile(path);
      const changed = Buffer.from(bytes);
      changed[changed.length >> 1]! ^= 1;
      if (s3) s3.objects.set(copy.objectKey!, changed);
      else await writeFile(path, changed);
      await expect(t.services.backups.restore(copy, "test")).rejects.toThrow(/unpacked|hash/);
      await expect(t.services.backups.verify(copy)).rejects.toThrow(/unpacked|hash/);
      expect(await t.services.backups.backup(copy.id)).toMatchObject({ status: "damaged" });
      expect(await names(t, guild.id)).toContain("After");
      await s3?.close();
    });

    test("after the platform is restored, newer copies are found again in the store", async () => {
      const s3 = await bucketFor();
      await using t = await testApp(s3?.env);
      const { guild, copy } = await copied(t);
      await t.services.platform.db.client.execute({ sql: "DELETE FROM backups", args: [] });
      const [found] = await t.services.backups.find(await guildOf(t, guild.id));
      expect(found).toMatchObject({ objectKey: copy.objectKey, status: "good", rows: copy.rows });
      expect(found!.takenAt).toBeGreaterThanOrEqual(copy.takenAt);
      expect(await t.services.backups.find(await guildOf(t, guild.id))).toEqual([]);
      await s3?.close();
    });
  });
}

test("a backup of another guild is refused, even when it is presented as this one's", async () => {
  await using t = await testApp();
  const { guild, copy } = await copied(t);
  const other = await copied(t, "other-vow");
  await t.services.platform.db.client.execute({
    sql: "UPDATE backups SET guild_id = ? WHERE id = ?",
    args: [other.guild.id, copy.id],
  });
  const claimed = await t.services.backups.backup(copy.id);
  await expect(t.services.backups.restore(claimed, "test")).rejects.toThrow(
    "another guild's stamp",
  );
  expect(await names(t, other.guild.id)).toContain("After");
  expect(await names(t, guild.id)).toContain("After");
});

test("a guild whose database is lost comes back from its copy", async () => {
  await using t = await testApp();
  const { guild, copy } = await copied(t);
  const { databaseName } = await guildOf(t, guild.id);
  t.services.tenants.evict(guild.id as GuildId);
  await writeFile(join(t.services.config.dataDir, "guilds", `${databaseName}.db`), "no database");
  expect((await guild.owner.get("/roster")).status).toBe(503);
  await expect(t.services.backups.restore(copy, "test")).rejects.toThrow();
  await t.services.backups.restore(copy, "test", { isLost: true });
  expect((await guild.owner.get("/roster")).status).toBe(200);
  expect(await names(t, guild.id)).toContain("Before");
});

test("a store that does not answer is named as the reason, and the guild keeps working", async () => {
  const s3 = await startS3();
  await using t = await testApp(s3.env);
  const guild = await t.guild("iron-vow");
  s3.setDown(true);
  await expect(
    t.services.backups.create(await guildOf(t, guild.id), "manual", "test"),
  ).rejects.toMatchObject({ code: "backup/store-unreachable" });
  expect((await guild.owner.get("/roster")).status).toBe(200);
  const [copy] = await t.services.backups.list();
  expect(copy).toMatchObject({ status: "failed" });
  await s3.close();
});

test("every open guild and the platform are copied on time, by any process", async () => {
  await using t = await testApp({ BACKUP_EVERY_MINUTES: "60" });
  const guilds = [await t.guild("iron-vow"), await t.guild("other-vow")];
  await t.services.jobs.enqueue(OF_THE_PLATFORM, COPIES_JOB, "");
  // It begins the round too.
  await t.services.slowJobRunner.drain();
  t.advance(3_600_000);
  await t.services.slowJobRunner.drain();
  for (const { id } of guilds) {
    const [copy] = await t.services.backups.list({ guildId: id as GuildId });
    expect(copy).toMatchObject({ reason: "schedule", status: "good" });
  }
  expect(await t.services.platformBackups.list()).toHaveLength(2);
  const runs = await t.services.platform.db.all<{ kind: string; outcome: string }>(
    "SELECT kind, outcome FROM job_runs WHERE kind IN (?, ?)",
    BACKUP_JOB,
    ROUND_JOB,
  );
  expect(new Set(runs.map(({ kind }) => kind))).toEqual(new Set([ROUND_JOB]));
  expect(new Set(runs.map(({ outcome }) => outcome))).toEqual(new Set(["done"]));
});

test("after a restore, a guild's due work is that of the copy", async () => {
  await using t = await testApp();
  const { guild, copy } = await copied(t);
  await t.services.platform.db.client.execute({ sql: "DELETE FROM jobs", args: [] });
  await t.services.backups.restore(copy, "test");
  const due = await t.services.platform.db.all<{ kind: string }>(
    "SELECT kind FROM jobs WHERE guild_id = ?",
    guild.id,
  );
  expect(due.map(({ kind }) => kind)).toContain("dkp.decay");
});

test("a whole platform is restored from its store alone: accounts, guilds and their contents", async () => {
  await using t = await testApp({}, { clock: systemClock });
  const { guild } = await copied(t);
  const target = await guildOf(t, guild.id);
  await t.services.backups.create(target, "manual", "test");
  const { key } = await t.services.platformBackups.create();
  const dir = t.services.config.dataDir;
  await t.services.close();
  for (const file of await readdir(dir)) {
    if (file !== "backups") await rm(join(dir, file), { recursive: true, force: true });
  }
  const { rows } = await restorePlatform(t.services.backupStore, key, join(dir, "platform.db"));
  expect(rows["guilds"]).toBe(1);
  const again = await buildNodeServices(
    readConfig({ DATA_DIR: dir, GUILDHALL_SECRET: "x".repeat(40), LOG_LEVEL: "silent" }),
  );
  try {
    const [copy] = await again.backups.list({ guildId: target.id });
    const restored = await again.backups.restore(copy!, "test", { isLost: true });
    const people = await again.tenants.use(restored, (db) =>
      db.all<{ name: string }>("SELECT name FROM persons"),
    );
    expect(people.map(({ name }) => name)).toContain("After");
    await expect(
      restorePlatform(again.backupStore, key, join(dir, "platform.db")),
    ).rejects.toMatchObject({ code: "backup/platform-there" });
  } finally {
    await again.close();
  }
});
