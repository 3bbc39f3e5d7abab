import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { openExport } from "../../../provisioning/backups/archives.ts";
import { testApp } from "../../support/app.ts";

/** Makes the password check too old. */
const LATER_MS = 20 * 60_000;
const MONTH_MS = 30 * 86_400_000;

test("an owner makes a backup, sees what going back would lose, and goes back", async () => {
  await using t = await testApp();
  const { owner } = await t.guild("iron-vow");
  await owner.post("/roster/persons", { name: "Before" });
  const made = await owner.post("/settings/backups");
  expect(made).toMatchObject({ status: 201, body: { status: "good", reason: "manual" } });
  t.advance(1_000);
  await owner.post("/roster/persons", { name: "After" });
  const seen = await owner.get(`/settings/backups/${made.body.id}`);
  expect(seen.body).toMatchObject({ changes: 1 });
  expect(seen.body.tables).toContainEqual({ table: "persons", inCopy: 2, today: 3 });
  const path = `/settings/backups/${made.body.id}/restoration`;
  t.advance(LATER_MS);
  const unproved = await owner.post(path, { name: "Guild iron-vow" });
  expect(unproved).toMatchObject({ status: 403, body: { type: "/problems/auth/proof-required" } });
  await owner.prove();
  expect((await owner.post(path, { name: "iron-vow" })).status).toBe(422);
  expect((await owner.post(path, { name: "Guild iron-vow" })).status).toBe(202);
  expect((await owner.get("/settings/backups")).body.isRestoring).toBe(true);
  await t.services.slowJobRunner.drain();
  const after = await owner.get("/settings/backups");
  expect(after.body).toMatchObject({ isRestoring: false });
  expect(after.body.items).toHaveLength(2);
  const { body } = await owner.get("/roster");
  const names = JSON.stringify(body);
  expect(names).toContain("Before");
  expect(names).not.toContain("After");
});

test("S8 a backup of another guild does not exist here: it can be neither seen nor restored", async () => {
  await using t = await testApp();
  const [ours, theirs] = [await t.guild("iron-vow"), await t.guild("other-vow")];
  const made = await theirs.owner.post("/settings/backups");
  await ours.owner.prove();
  const seen = await ours.owner.get(`/settings/backups/${made.body.id}`);
  const path = `/settings/backups/${made.body.id}/restoration`;
  const tried = await ours.owner.post(path, { name: "Guild iron-vow" });
  for (const answer of [seen, tried]) {
    expect(answer).toMatchObject({ status: 404, body: { type: "/problems/backup/not-found" } });
  }
  await t.services.slowJobRunner.drain();
  expect((await ours.owner.get("/settings/backups")).body.items).toEqual([]);
});

test("a damaged backup is not restored, and nothing keeps waiting for it", async () => {
  await using t = await testApp();
  const { owner } = await t.guild("iron-vow");
  const made = await owner.post("/settings/backups");
  const { objectKey } = await t.services.backups.backup(made.body.id);
  await writeFile(join(t.services.config.dataDir, "backups", objectKey!), "nothing of worth");
  const path = `/settings/backups/${made.body.id}/restoration`;
  expect((await owner.post(path, { name: "Guild iron-vow" })).status).toBe(202);
  await t.services.slowJobRunner.drain();
  expect((await owner.get("/settings/backups")).body.isRestoring).toBe(false);
  const runs = await t.services.platform.db.all<{ outcome: string; detail: string }>(
    "SELECT outcome, detail FROM job_runs WHERE kind = 'guild.restore'",
  );
  expect(runs).toMatchObject([{ outcome: "failed", detail: expect.stringContaining("unpacked") }]);
  expect((await owner.get("/roster")).status).toBe(200);
});

test("the backup of a moment is found by its time", async () => {
  await using t = await testApp();
  const { owner } = await t.guild("iron-vow");
  const { body: first } = await owner.post("/settings/backups");
  t.advance(LATER_MS);
  await owner.post("/settings/backups");
  const at = async (ms: number) => {
    const moment = encodeURIComponent(new Date(first.takenAt + ms).toISOString());
    return (await owner.get(`/settings/backups?at=${moment}`)).body.items;
  };
  expect(await at(LATER_MS - 1)).toMatchObject([{ id: first.id }]);
  expect(await at(LATER_MS)).toHaveLength(1);
  expect(await at(-1)).toEqual([]);
  expect((await owner.get("/settings/backups?at=yesterday")).status).toBe(422);
});

test("backups by hand are limited, however many are requested at once", async () => {
  await using t = await testApp();
  const { owner } = await t.guild("iron-vow");
  const asked = Array.from({ length: 50 }, () => owner.post("/settings/backups"));
  const statuses = (await Promise.all(asked)).map(({ status }) => status);
  expect(statuses.filter((status) => status === 201)).toHaveLength(6);
  expect(new Set(statuses)).toEqual(new Set([201, 429]));
});

test("S62 an export is one database that describes itself, and only its owner gets it", async () => {
  await using t = await testApp();
  const guild = await t.guild("iron-vow");
  const admin = await t.as("admin", guild);
  expect((await admin.post("/settings/export")).status).toBe(403);
  t.advance(LATER_MS);
  expect((await guild.owner.post("/settings/export")).status).toBe(403);
  await guild.owner.prove();
  const answer = await guild.owner.download("/settings/export");
  expect(answer.headers.get("content-disposition")).toMatch(/iron-vow-2026-01-14\.db\.gz/);
  const file = join(t.services.config.dataDir, "exported.db");
  await writeFile(file, gunzipSync(answer.body));
  const { manifest } = await openExport(t.services.archiving, file, `${file}.again`);
  expect(manifest).toMatchObject({
    format: "guildhall-guild",
    guild: { id: guild.id, name: "Guild iron-vow" },
  });
});

test("S62 a deleted guild is gone for all, and its owner brings it back within the month", async () => {
  await using t = await testApp();
  const guild = await t.guild("iron-vow");
  const raider = await t.as("raider", guild);
  const admin = await t.as("admin", guild);
  expect((await admin.post("/settings/deletion", { name: "Guild iron-vow" })).status).toBe(403);
  await guild.owner.prove();
  expect((await guild.owner.post("/settings/deletion", { name: "Iron" })).status).toBe(422);
  const ended = await guild.owner.post("/settings/deletion", { name: "Guild iron-vow" });
  expect(ended.status).toBe(202);
  expect(ended.body.purgeAfter - MONTH_MS).toBe(Date.UTC(2026, 0, 14, 20));
  for (const who of [guild.owner, raider, admin]) {
    expect((await who.get("/roster")).status).toBe(404);
  }
  const { owner } = guild;
  const listed = await owner.platform().get("/api/deleted-guilds");
  expect(listed.body.items).toMatchObject([{ slug: "iron-vow" }]);
  const path = `/api/deleted-guilds/${guild.id}/restoration`;
  expect((await raider.platform().post(path)).status).toBe(404);
  expect((await raider.platform().get("/api/deleted-guilds")).body.items).toEqual([]);
  expect((await owner.platform().post(path)).body).toEqual({ slug: "iron-vow" });
  expect((await raider.get("/roster")).status).toBe(200);
  expect((await owner.platform().post(path)).status).toBe(404);
});

test("after the month nothing of it is left, and its owner may found again", async () => {
  await using t = await testApp();
  const guild = await t.guild("iron-vow");
  await guild.owner.post("/settings/backups");
  await guild.owner.prove();
  await guild.owner.post("/settings/deletion", { name: "Guild iron-vow" });
  await t.services.slowJobRunner.drain();
  expect(await t.services.platform.guild(guild.id)).toBeDefined();
  t.advance(MONTH_MS);
  await t.services.slowJobRunner.drain();
  expect(await t.services.platform.guild(guild.id)).toBeUndefined();
  expect(await t.services.backups.list()).toEqual([]);
});

test("bringing a guild back counts towards the plan", async () => {
  await using t = await testApp();
  const guild = await t.guild("iron-vow");
  await guild.owner.prove();
  await guild.owner.post("/settings/deletion", { name: "Guild iron-vow" });
  const another = { name: "Another", realm: "Area 52", region: "eu", faction: "horde" };
  const made = await guild.owner.platform().post("/api/guilds", another);
  expect([201, 202]).toContain(made.status);
  const back = await guild.owner.platform().post(`/api/deleted-guilds/${guild.id}/restoration`);
  expect(back).toMatchObject({ status: 402, body: { type: "/problems/plan/guilds" } });
});

test("all of it works by pages without scripts", async () => {
  await using t = await testApp();
  const { owner } = await t.guild("iron-vow");
  const made = await owner.submit("/g/iron-vow/settings/backups", {});
  expect(made).toMatchObject({ status: 303 });
  const list = await owner.page("/g/iron-vow/settings/backups");
  const [, id] = /settings\/backups\/([0-9a-f-]{36})/.exec(list.text)!;
  const path = `/g/iron-vow/settings/backups/${id}`;
  expect((await owner.page(path)).text).toContain("Nothing has changed since.");
  t.advance(LATER_MS);
  expect((await owner.submit(path, { name: "x" })).headers.get("location")).toContain(
    "/account/proof",
  );
  await owner.prove();
  expect(await owner.submit(path, { name: "Wrong" })).toMatchObject({ status: 422 });
  expect(await owner.submit(path, { name: "Guild iron-vow" })).toMatchObject({ status: 303 });
  expect((await owner.page("/g/iron-vow/settings/backups")).text).toContain("being restored");
  await t.services.slowJobRunner.drain();
  expect((await owner.page("/g/iron-vow/settings/deletion")).status).toBe(200);
  const ended = await owner.submit("/g/iron-vow/settings/deletion", { name: "Guild iron-vow" });
  expect(ended.headers.get("location")).toBe("/guilds?done=removed");
  const mine = await owner.page("/guilds");
  expect(mine.text).toContain("Restore guild");
  const [, action] = /action="(\/deleted-guilds\/[^"]+)"/.exec(mine.text)!;
  expect((await owner.submit(action!, {})).headers.get("location")).toBe("/g/iron-vow");
  expect((await owner.page("/g/iron-vow")).status).toBe(200);
});
