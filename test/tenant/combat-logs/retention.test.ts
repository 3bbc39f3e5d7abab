import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { limits } from "../../../src/limits.ts";
import { type TestGuild, testApp } from "../../support/app.ts";
import { generatedText } from "../../support/log-generator.ts";

const DAY_MS = 86_400_000;

test("a free guild's logs are deleted after thirty days with everything derived from them; a premium one's stay", async () => {
  await using t = await testApp();
  const upload = async (guild: TestGuild, seed: number) => {
    const { bytes } = generatedText({ seed, generation: 22, events: 30 });
    const begun = await guild.owner.post("/logs", { fileName: `${seed}`, sizeBytes: bytes.length });
    const { id } = begun.body;
    await guild.owner.putBytes(`/logs/${id}/content`, bytes, { "upload-offset": "0" });
    await t.services.logIngest.drain();
    return id as string;
  };
  const filesOf = async (guild: TestGuild) => {
    const { databaseName } = (await t.services.platform.guild(guild.id))!;
    const folder = join(t.dir, "logs", databaseName);
    return existsSync(folder) ? readdirSync(folder).sort() : [];
  };
  const free = await t.guild("free-logs");
  const premium = await t.guild("premium-logs", { plan: "premium" });
  await upload(free, 1);
  const kept = await upload(premium, 1);
  t.advance(20 * DAY_MS);
  const newer = await upload(free, 2);
  await t.services.logIngest.drain();
  expect((await free.owner.get("/logs")).body.items).toHaveLength(2);

  t.advance(10 * DAY_MS);
  await t.services.logIngest.drain();
  const left = (await free.owner.get("/logs")).body.items;
  expect(left.map(({ id }: { id: string }) => id)).toEqual([newer]);
  expect(await filesOf(free)).toEqual([newer]);
  const row = (await t.services.platform.guild(free.id))!;
  expect(
    await t.services.tenants.use(row, (db) =>
      db.all("SELECT count(*) AS n FROM encounters WHERE report_id <> ?", newer),
    ),
  ).toEqual([{ n: 0 }]);
  const { items } = (await free.owner.get("/audit")).body;
  expect(items[0]).toMatchObject({ action: "log.expire", actorType: "system" });

  t.advance(400 * DAY_MS);
  await t.services.logIngest.drain();
  expect((await free.owner.get("/logs")).status).toBe(401);
  expect(await filesOf(free)).toEqual([]);
  expect(await filesOf(premium)).toEqual([kept]);
});

test("a smaller plan deletes no log that the larger plan kept, only later ones", async () => {
  await using t = await testApp();
  const guild = await t.guild("came-down", { plan: "premium" });
  const upload = async (seed: number) => {
    const { bytes } = generatedText({ seed, generation: 22, events: 30 });
    const begun = await guild.owner.post("/logs", { fileName: `${seed}`, sizeBytes: bytes.length });
    const path = `/logs/${begun.body.id}/content`;
    await guild.owner.putBytes(path, bytes, { "upload-offset": "0" });
    await t.services.logIngest.drain();
    return begun.body.id as string;
  };
  const kept = await upload(1);
  t.advance(DAY_MS);
  await t.services.platform.db.client.execute({
    sql: "UPDATE guilds SET plan = 'free', plan_since = ? WHERE id = ?",
    args: [t.now().getTime(), guild.id],
  });
  await upload(2);
  t.advance(40 * DAY_MS);
  await t.services.logIngest.drain();
  const row = (await t.services.platform.guild(guild.id))!;
  const left = await t.services.tenants.use(row, (db) => db.all("SELECT id FROM log_reports"));
  expect(left).toEqual([{ id: kept }]);
});

test("an abandoned upload is deleted, with its bytes", async () => {
  await using t = await testApp();
  const guild = await t.guild("abandoned");
  const { id } = (await guild.owner.post("/logs", { fileName: "a", sizeBytes: 100 })).body;
  await guild.owner.putBytes(`/logs/${id}/content`, new Uint8Array(10), { "upload-offset": "0" });
  t.advance(limits.logs.abandonedMs + 1);
  await t.services.logIngest.drain();
  expect((await guild.owner.get("/logs")).body.items).toEqual([]);
});
