import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { FileHost } from "../../provisioning/hosts/file.ts";
import { fileTemplate } from "../../provisioning/hosts/file-template.ts";
import { openEmbedded } from "../../src/database/embedded.ts";
import { testApp } from "../support/app.ts";
import { guildSchema } from "../support/provisioning.ts";

/** A guild of the running app whose database is still as the first release made it. */
async function withOldDatabase(t: Awaited<ReturnType<typeof testApp>>) {
  const guild = await t.guild("latecomer");
  const { platform, tenants } = t.services;
  const row = (await platform.guild(guild.id))!;
  const root = await mkdtemp(join(tmpdir(), "guildhall-old-"));
  const migrations = guildSchema.slice(0, 1);
  const nowMs = () => t.now().getTime();
  const template = fileTemplate({ root, migrations, openClient: openEmbedded, nowMs });
  const host = new FileHost({ root, template, openClient: openEmbedded });
  const location = await host.create("old" as never);
  const client = await openEmbedded(location);
  await client.execute({
    sql: "INSERT INTO _meta (id, guild_id, generation, schema_version, schema_hash, created_at) VALUES (1, ?, ?, 1, 'old', 1)",
    args: [row.id, row.generation],
  });
  await client.close();
  await platform.db.client.execute({
    sql: "UPDATE guilds SET database_url = ?, schema_version = 1, schema_hash = 'old' WHERE id = ?",
    args: [location.url, row.id],
  });
  await tenants.drain(guild.id);
  return { guild, location, clean: () => rm(root, { recursive: true, force: true }) };
}

test("a guild behind the code answers 503 and is there a moment later", async () => {
  await using t = await testApp();
  const { guild, clean } = await withOldDatabase(t);
  const first = await guild.owner.get("/roster");
  expect(first).toMatchObject({ status: 503, body: { type: "/problems/guild/schema-behind" } });
  expect(Number(first.headers.get("retry-after"))).toBeGreaterThan(0);
  await t.services.upgrades.settled();
  expect(await guild.owner.get("/roster")).toMatchObject({ status: 200 });
  expect((await t.services.platform.guild(guild.id))!.schemaVersion).toBe(guildSchema.length);
  await clean();
});

test("a guild that cannot be migrated is not tried again at every request", async () => {
  await using t = await testApp();
  const { guild, location, clean } = await withOldDatabase(t);
  const client = await openEmbedded(location);
  await client.execute({ sql: "UPDATE _migrations SET hash = 'edited'", args: [] });
  await client.close();
  await guild.owner.get("/roster");
  await t.services.upgrades.settled();
  expect(await guild.owner.get("/roster")).toMatchObject({ status: 503 });
  // Whatever a second try would have opened is no database any more; it was not tried.
  await t.services.tenants.drain(guild.id);
  await writeFile(fileURLToPath(location.url), "no database");
  expect(await guild.owner.get("/roster")).toMatchObject({
    status: 503,
    body: { type: "/problems/guild/quarantined" },
  });
  await clean();
});
