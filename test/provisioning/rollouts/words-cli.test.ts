import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { openEmbedded } from "../../../src/database/embedded.ts";
import type { Guild } from "../../../src/platform/store.ts";
import { bundleScript } from "../../support/bundle.ts";
import { runCli } from "../../support/cli.ts";
import { guildSchema, openProvisioning } from "../../support/provisioning.ts";
import { removeSearched } from "../../support/secrets/folders.ts";

const GUILDS = 24;
/** As many guilds as a summary names. */
const SHOWN = 20;

let main: string;
let dir: string;
beforeAll(async () => {
  main = await bundleScript("provisioning/cli/main.ts");
});
afterAll(() => rm(main, { force: true }));
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "guildhall-words-"));
  const services = await openProvisioning(dir, { migrations: guildSchema.slice(0, -1) });
  for (let i = 0; i < GUILDS; i++) {
    await services.provisioner.provision(await services.recordGuild(`guild-${i}`));
  }
  await services.close();
});
afterEach(() => removeSearched(dir));

const guildhall = (...args: readonly string[]) => runCli(main, dir, args);

/** Runs a statement in every guild, or in the first ones. */
async function inGuilds(sql: string, count = GUILDS): Promise<void> {
  const services = await openProvisioning(dir);
  const guilds: Guild[] = [];
  for await (const guild of services.platform.guilds()) guilds.push(guild);
  for (const guild of guilds.slice(0, count)) {
    const client = await openEmbedded(guild.location);
    await client.execute({ sql, args: [] });
    await client.close();
  }
  await services.close();
}

test("the losses of a revert are a summary of twenty guilds, and all of them when asked", async () => {
  expect(await guildhall("migrate", "apply", "--snapshots")).toMatchObject({ code: 0 });
  await inGuilds(
    `INSERT INTO audit_log (at, actor_type, actor_id, actor_name, action, subject, request_id)
     VALUES (1, 'user', 'u', 'U', 'person.rename', 'p', 'r')`,
  );
  const summary = await guildhall("migrate", "revert", "--dry-run");
  expect(summary.code).toBe(0);
  const named = (text: string) => new Set(text.match(/\bguild-\d+\b/g)).size;
  expect(named(summary.out)).toBe(SHOWN);
  expect(summary.out).toContain(`${GUILDS} of them have written since: ${GUILDS} changes would be`);
  expect(summary.out).toContain(`${GUILDS - SHOWN} more guilds with losses; --all shows every`);
  expect(summary.out.split("\n").length).toBeLessThan(SHOWN + 15);
  const all = await guildhall("migrate", "revert", "--dry-run", "--all");
  expect(named(all.out)).toBe(GUILDS);
});

test("after a migration that failed, status says which guilds, why, and to mend it and apply again", async () => {
  await inGuilds("UPDATE _migrations SET hash = 'x' WHERE position = 1", 1);
  const applied = await guildhall("migrate", "apply");
  expect(applied.code).not.toBe(0);
  const { out } = await guildhall("migrate", "status");
  expect(out).toContain("1 guild failed in the first wave, in which no failure is allowed.");
  expect(out).not.toContain("1 guilds");
  expect(out).toContain("correct it, build again and apply again.");
  expect(out).toMatch(/Begun by \S+.* at .+ UTC/);
});
