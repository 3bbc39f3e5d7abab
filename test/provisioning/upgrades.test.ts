import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { SCHEMA_VERSION_MIN } from "../../provisioning/guild-schema.ts";
import { openEmbedded } from "../../src/database/embedded.ts";
import { PAGES } from "../security/pages.ts";
import { guildOperations, isFault, statusOf } from "../security/support.ts";
import { testApp } from "../support/app.ts";
import { putOnSchema } from "../support/old-schema.ts";
import { guildSchema } from "../support/provisioning.ts";

test("a guild behind the code answers 503 and is ready a moment later", async () => {
  await using t = await testApp();
  const guild = await t.guild("latecomer");
  const { clean } = await putOnSchema(t, guild, 1);
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
  const guild = await t.guild("latecomer");
  const { location, clean } = await putOnSchema(t, guild, 1);
  const client = await openEmbedded(location);
  await client.execute({ sql: "UPDATE _migrations SET hash = 'edited'", args: [] });
  await client.close();
  await guild.owner.get("/roster");
  await t.services.upgrades.settled();
  expect(await guild.owner.get("/roster")).toMatchObject({ status: 503 });
  // A second try would open a file that is no database any more. There was no second try.
  await t.services.tenants.drain(guild.id);
  await writeFile(fileURLToPath(location.url), "no database");
  expect(await guild.owner.get("/roster")).toMatchObject({
    status: 503,
    body: { type: "/problems/guild/quarantined" },
  });
  await clean();
});

test("a guild on the schema before the newest is fully served, also while it is migrated", async () => {
  await using t = await testApp();
  const guild = await t.guild("between-releases", { plan: "premium" });
  const previous = guildSchema.length - 1;
  expect(SCHEMA_VERSION_MIN).toBeLessThanOrEqual(previous);
  const { clean } = await putOnSchema(t, guild, previous);
  const authorization = { authorization: `Bearer ${guild.owner.identity.token}` };
  // What came with the newest schema waits for it; everything else is served.
  const waits = (path: string) =>
    /^\/(identity\/proofs|join$|roster\/(join|claim|.*\/(member|moves)$))/.test(path);
  const served = async (isMigrated: boolean) => {
    expect(await guild.owner.put("/onboarding/example")).toMatchObject({ status: 200 });
    const pages = Object.keys(PAGES).filter((page) => /^GET [^:]*$/.test(page));
    for (const page of pages) {
      const path = page.replace("GET ", "");
      const { status } = await guild.owner.page(`/g/between-releases${path}`);
      if (waits(path) && !isMigrated) expect([200, 303, 503]).toContain(status);
      else expect([path, status < 400]).toEqual([path, true]);
    }
    for (const { id, method, path } of await guildOperations(t)) {
      const hasBody = /POST|PUT|PATCH/.test(method);
      const response = await t.request(`/api/g/between-releases${path}`, {
        method,
        headers: { ...authorization, ...(hasBody && { "content-type": "application/json" }) },
        ...(hasBody && { body: "{}" }),
      });
      const { status, text } = await statusOf(response);
      if (isFault(status) && waits(path) && !isMigrated) {
        expect([id, text]).toEqual([id, expect.stringContaining("guild/schema-behind")]);
      } else expect([id, isFault(status)]).toEqual([id, false]);
    }
    expect(await guild.owner.delete("/onboarding/example")).toMatchObject({ status: 200 });
  };
  await served(false);
  expect((await t.services.platform.guild(guild.id))!.schemaVersion).toBe(previous);
  const [during] = await Promise.all([
    guild.owner.get("/roster"),
    Promise.resolve(t.services.upgrades.prioritise(guild.id)),
  ]);
  expect(during).toMatchObject({ status: 200 });
  await t.services.upgrades.settled();
  expect((await t.services.platform.guild(guild.id))!.schemaVersion).toBe(guildSchema.length);
  await served(true);
  await clean();
});
