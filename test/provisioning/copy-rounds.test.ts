import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { retainedBy } from "../../provisioning/backups/policy.ts";
import { installFault } from "../../provisioning/fault.ts";
import { openEmbedded } from "../../src/database/embedded.ts";
import type { GuildId } from "../../src/kernel/ids.ts";
import { limits } from "../../src/limits.ts";
import { lateness } from "../../src/platform/fleet/statistics.ts";
import { OF_THE_PLATFORM, ROUND_JOB } from "../../src/platform/jobs/kinds.ts";
import { type TestApp, type TestGuild, testApp } from "../support/app.ts";

const { everyMs, lateMs, verifyEveryMs } = limits.backups;
const HOUR_MS = 3_600_000;

afterEach(() => installFault(undefined));

/** The platform of most of these tests. */
let t: TestApp;
beforeAll(async () => {
  t = await testApp();
});
afterAll(() => t.close());

const listOf = (t: TestApp, { id }: TestGuild) =>
  t.services.backups.list({ guildId: id as GuildId, limit: -1 });

/** Lets a whole round pass. */
async function round(t: TestApp, afterMs: number = everyMs): Promise<void> {
  t.advance(afterMs);
  await t.services.jobs.enqueue(OF_THE_PLATFORM, ROUND_JOB, "");
  await t.services.slowJobRunner.drain();
}

const person = (guild: TestGuild, name: string) => guild.owner.post("/roster/persons", { name });

/** A guild whose newest backup holds everything, and one more round after that. */
async function copied(t: TestApp, slug = "iron-vow"): Promise<TestGuild> {
  const guild = await t.guild(slug);
  await t.services.jobs.enqueue(OF_THE_PLATFORM, ROUND_JOB, "");
  await t.services.slowJobRunner.drain();
  await t.services.auditSealer.flush();
  for (let n = 0; n < 2; n++) await round(t);
  return guild;
}

/** Files written in the folder of temporary copies, seen at the point of each copy. */
function countCopies(): () => number {
  let copies = 0;
  installFault((point) => {
    if (point === "backup.copied") copies++;
  });
  return () => copies;
}

test("R43 a guild is not read at all while nothing changed, whatever was read from it", async () => {
  const guild = await copied(t, "read-vow");
  const copies = countCopies();
  for (let n = 0; n < 3; n++) {
    expect((await guild.owner.get("/roster")).status).toBe(200);
    await round(t);
  }
  await t.services.tenants.closeIdle();
  await round(t);
  expect(copies()).toBe(0);
});

test("R43 a guild that did not change gets no backup, no copy and no run of a job; one that changed gets one", async () => {
  const still = await copied(t, "still-vow");
  const busy = await copied(t, "still-vow-two");
  const [before, rows] = [await listOf(t, still), (await listOf(t, busy)).length];
  const copies = countCopies();
  for (let n = 1; n <= 2; n++) {
    await person(busy, `Person ${n}`);
    // Seals are writes too. They follow within seconds.
    await t.services.auditSealer.flush();
    await round(t);
  }
  expect(await listOf(t, still)).toEqual(before);
  expect(await listOf(t, busy)).toHaveLength(rows + 2);
  expect(copies()).toBeLessThanOrEqual(4);
  const runs = await t.services.platform.db.all<{ kind: string }>(
    "SELECT kind FROM job_runs WHERE guild_id IN (?, ?) AND kind LIKE '%backup%'",
    still.id,
    busy.id,
  );
  expect(runs).toEqual([]);
});

test("R43 a write of a process that died before it noted the write is in the next round's backup", async () => {
  const guild = await copied(t, "raw-vow");
  const before = (await listOf(t, guild)).length;
  const found = (await t.services.platform.guild(guild.id as GuildId))!;
  // The other process shares only the file with this one.
  const client = await openEmbedded(found.location);
  const sql = "UPDATE persons SET name = 'Renamed' WHERE rowid = (SELECT min(rowid) FROM persons)";
  await client.execute({ sql, args: [] });
  await client.close();
  await round(t);
  expect(await listOf(t, guild)).toHaveLength(before + 1);
});

test("a process that dies after a backup and before it notes so makes no second backup of the same", async () => {
  const guild = await copied(t, "died-vow");
  await person(guild, "New");
  await t.services.auditSealer.flush();
  installFault((point) => {
    if (point === "backup.good") throw new Error("died");
  });
  await round(t);
  installFault(undefined);
  const after = await listOf(t, guild);
  expect(after[0]).toMatchObject({ status: "good", rows: { persons: 2 } });
  for (let n = 0; n < 2; n++) await round(t);
  expect(await listOf(t, guild)).toEqual(after);
  const state = await t.services.changes.state(guild.id as GuildId);
  expect(state).toMatchObject({ copied: state!.changes, revision: expect.any(String) });
});

test("a guild whose backup fails is tried again by a job of its own, and the others are backed up", async () => {
  const [first, second] = [await copied(t, "down-vow"), await copied(t, "down-vow-two")];
  const [rows, others] = [(await listOf(t, first)).length, (await listOf(t, second)).length];
  for (const guild of [first, second]) await person(guild, "New");
  // A seal in between would be one more change.
  await t.services.auditSealer.flush();
  let isDown = true;
  const put = t.services.backupStore.put.bind(t.services.backupStore);
  t.services.backupStore.put = async (key, path) => {
    if (isDown && key.includes(first.id)) throw new Error("The store is down.");
    await put(key, path);
  };
  await round(t);
  expect((await listOf(t, first))[0]).toMatchObject({ status: "failed" });
  expect((await listOf(t, second)).filter(({ status }) => status === "good")).toHaveLength(
    others + 1,
  );
  isDown = false;
  await round(t);
  expect((await listOf(t, first)).filter(({ status }) => status === "good")).toHaveLength(rows + 1);
});

test("unchanged guilds are not late; changes that wait, and rounds that stop, are", async () => {
  await using own = await testApp({ BACKUP_EVERY_MINUTES: "60" });
  const guild = await copied(own, "iron-vow");
  await copied(own, "other-vow");
  const hours = async (count: number) => {
    for (let n = 0; n < count; n++) await round(own, HOUR_MS);
  };
  const late = async () => (await lateness(own.services.platform)).lateSlugs;
  await hours(8);
  const newest = (await listOf(own, guild))[0]!.takenAt;
  expect(own.now().getTime() - newest).toBeGreaterThan(2 * lateMs);
  expect(await late()).toEqual([]);
  own.services.backupStore.put = async () => {
    throw new Error("The store is down.");
  };
  await person(guild, "New");
  await hours(2);
  expect(await late()).toEqual([]);
  await hours(3);
  expect(await late()).toEqual(["iron-vow"]);
  own.advance(lateMs + HOUR_MS);
  expect(await late()).toEqual(["iron-vow", "other-vow"]);
});

test("old backups are opened again on a schedule, and a damaged one is replaced", async () => {
  await using t = await testApp();
  const guild = await copied(t);
  const [newest] = await listOf(t, guild);
  await t.services.backups.create(
    (await t.services.platform.guild(guild.id as GuildId))!,
    "manual",
    "test",
  );
  const path = join(t.services.config.dataDir, "backups", newest!.objectKey!);
  const bytes = await readFile(path);
  bytes[bytes.length >> 1]! ^= 1;
  await writeFile(path, bytes);
  t.advance(verifyEveryMs);
  for (let n = 0; n < 3; n++) await round(t);
  const found = await listOf(t, guild);
  const sharing = found.filter(({ objectKey }) => objectKey === newest!.objectKey);
  expect(new Set(sharing.map(({ status }) => status))).toEqual(new Set(["damaged"]));
  expect(sharing).toHaveLength(2);
  expect(found[0]).toMatchObject({ status: "good", reason: "schedule" });
  await t.services.backups.verify(found[0]!);
});

test("a round goes through all guilds once, in parts, and continues where a dead process stopped", async () => {
  await using t = await testApp();
  const guilds: TestGuild[] = [];
  for (let n = 0; n < 4; n++) guilds.push(await t.guild(`guild-${n}`));
  const drain = async () => {
    await t.services.jobs.enqueue(OF_THE_PLATFORM, ROUND_JOB, "");
    await t.services.slowJobRunner.drain();
  };
  const withBackup = async () => {
    const lists = await Promise.all(guilds.map((guild) => listOf(t, guild)));
    return lists.filter((list) => list.length > 0).length;
  };
  await drain();
  expect(await withBackup()).toBe(1);
  t.advance(everyMs / 2);
  await drain();
  expect(await withBackup()).toBe(3);
  t.advance(everyMs / 2);
  await drain();
  expect(await withBackup()).toBe(4);
  const runs = await t.services.platform.db.all("SELECT 1 FROM job_runs WHERE kind = ?", ROUND_JOB);
  expect(runs.length).toBeGreaterThanOrEqual(3);
  const scratch = await readdir(join(t.services.config.dataDir, "scratch"));
  expect(scratch).toEqual([]);
});

test("pruning keeps what the policy retains, and never removes an object that another backup needs", async () => {
  await using t = await testApp();
  const { id } = await t.guild("iron-vow");
  const guild = (await t.services.platform.guild(id as GuildId))!;
  const made = await t.services.backups.create(guild, "manual", "test");
  const { db } = t.services.platform;
  const { backupStore: store, config } = t.services;
  const object = join(config.dataDir, "backups", made.objectKey!);
  const row = fc.record({
    hoursAgo: fc.integer({ min: 0, max: 24 * 90 }),
    object: fc.integer({ min: 0, max: 5 }),
    reason: fc.constantFrom("schedule", "schedule", "manual", "before-restore"),
    status: fc.constantFrom("good", "good", "good", "damaged", "failed"),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 60 }), async (rows) => {
      await db.client.execute({ sql: "DELETE FROM backups", args: [] });
      for await (const key of store.list(`guilds/${id}/`)) {
        if (key.includes("object-")) await store.remove(key);
      }
      const nowMs = t.now().getTime();
      const keys = rows.map((one) => `guilds/${id}/object-${one.object}.db.gz`);
      for (const key of new Set(keys)) await store.put(key, object);
      await db.client.batch(
        rows.map((one, n) => ({
          sql: `INSERT INTO backups (id, guild_id, reason, status, taken_at, created_by, object_key)
                VALUES (?, ?, ?, ?, ?, 'test', ?)`,
          args: [`b${n}`, id, one.reason, one.status, nowMs - one.hoursAgo * HOUR_MS, keys[n]!],
        })),
        "write",
      );
      await t.services.backups.prune(guild.id);
      const left = await t.services.backups.list({ guildId: guild.id, limit: -1 });
      const stored = (await Array.fromAsync(store.list(`guilds/${id}/`))).filter((key) =>
        key.includes("object-"),
      );
      expect(stored.sort()).toEqual([...new Set(left.map((one) => one.objectKey))].sort());
      const good = rows.filter(({ status }) => status === "good");
      const scheduled = good.filter(({ reason }) => reason === "schedule");
      const times = scheduled.map(({ hoursAgo }) => nowMs - hoursAgo * HOUR_MS);
      const kept = new Set(left.map(({ takenAt }) => takenAt));
      for (const at of retainedBy(limits.backups.kept, times)) expect(kept.has(at)).toBe(true);
      const newest = Math.max(...good.map(({ hoursAgo }) => nowMs - hoursAgo * HOUR_MS));
      if (good.length > 0) expect(kept.has(newest)).toBe(true);
    }),
    { numRuns: process.env["GUILDHALL_SCALE"] === "full" ? 200 : 12 },
  );
});
