import { copyFile, mkdtemp, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { type Migration, parseMigrations } from "../../../provisioning/migrations.ts";
import { openEmbedded } from "../../../src/database/embedded.ts";
import type { Guild } from "../../../src/platform/store.ts";
import { guildSchema, openProvisioning } from "../../support/provisioning.ts";
import { rolloutsOver } from "../../support/rollouts.ts";
import { removeSearched } from "../../support/secrets/folders.ts";

const isFull = process.env["GUILDHALL_SCALE"] === "full";
const GUILDS = isFull ? 5_000 : 150;
const POISONED = 25;

/** A migration that fails where two people have the same note, and where a character has no person. */
const NEXT: readonly Migration[] = [
  ...guildSchema,
  ...parseMigrations([
    {
      name: "9998_unique",
      when: 9e12,
      sql: "CREATE UNIQUE INDEX one_note ON persons (officer_note)",
    },
  ]),
];

async function run(guild: Guild, sql: string): Promise<void> {
  const client = await openEmbedded(guild.location);
  await client.migrate([{ sql, args: [] }]).catch(async () => {
    await client.execute({ sql: "PRAGMA foreign_keys = OFF", args: [] });
    await client.execute({ sql, args: [] });
  });
  await client.close();
}

/** Each way in which a guild's database can be unfit, and an operator's repair of it. */
const POISONS: readonly {
  readonly name: string;
  readonly poison: (guild: Guild) => Promise<void>;
  readonly mend: (guild: Guild) => Promise<void>;
}[] = [
  {
    name: "no database at all",
    poison: (guild) => writeFile(fileURLToPath(guild.location.url), "no database"),
    mend: (guild) => copyFile(keptOf(guild), fileURLToPath(guild.location.url)),
  },
  {
    name: "cut to nothing",
    poison: (guild) => truncate(fileURLToPath(guild.location.url), 0),
    mend: (guild) => copyFile(keptOf(guild), fileURLToPath(guild.location.url)),
  },
  {
    name: "another guild's stamp",
    poison: (guild) => run(guild, "UPDATE _meta SET guild_id = 'somebody'"),
    mend: (guild) => run(guild, `UPDATE _meta SET guild_id = '${guild.id}'`),
  },
  {
    name: "a migration that was edited",
    poison: (guild) => run(guild, "UPDATE _migrations SET hash = 'x' WHERE position = 1"),
    mend: (guild) =>
      run(guild, `UPDATE _migrations SET hash = '${guildSchema[0]!.hash}' WHERE position = 1`),
  },
  {
    name: "data that the migration cannot take",
    poison: (guild) =>
      run(
        guild,
        `INSERT INTO persons (id, name, name_key, created_at, updated_at)
         VALUES ('twin', 'Twin', 'twin', 1, 1)`,
      ),
    mend: (guild) => run(guild, "UPDATE persons SET officer_note = 'another' WHERE id = 'twin'"),
  },
];

function keptOf(guild: Guild): string {
  return `${fileURLToPath(guild.location.url)}.kept`;
}

test(`of ${GUILDS} guilds, ${POISONED} of them unfit, exactly those are left, with their causes`, async () => {
  const dir = await mkdtemp(join(tmpdir(), "guildhall-poison-"));
  const services = await openProvisioning(dir);
  try {
    const guilds: Guild[] = [];
    for (let i = 0; i < GUILDS; i++) {
      guilds.push(await services.provisioner.provision(await services.recordGuild(`guild-${i}`)));
    }
    guilds.sort((a, b) => (a.id < b.id ? -1 : 1));
    const step = Math.floor(GUILDS / (POISONED + 1));
    const unfit = Array.from({ length: POISONED }, (_, i) => ({
      guild: guilds[(i + 1) * step]!,
      ...POISONS[i % POISONS.length]!,
    }));
    for (const { guild, poison } of unfit) {
      await copyFile(fileURLToPath(guild.location.url), keptOf(guild));
      await poison(guild);
    }
    const fleet = rolloutsOver(dir, services, NEXT);
    const ended = await fleet.apply({ failuresMax: POISONED }, ["1%", "10%", "100%"]);
    expect(ended.status).toBe("failed");
    expect(await fleet.countsOf(ended)).toEqual({ done: GUILDS - POISONED, failed: POISONED });
    const failures = await fleet.rollouts.failures(ended);
    const named = failures.flatMap(({ slugs }) => slugs.split(" ")).sort();
    expect(named).toEqual(unfit.map(({ guild }) => guild.slug).sort());
    expect(failures).toHaveLength(POISONS.length);
    expect(failures.every(({ count }) => count === POISONED / POISONS.length)).toBe(true);

    for (const { guild, mend } of unfit) await mend(guild);
    const touched: string[] = [];
    const again = await fleet.rollouts.resume(ended, { retry: true });
    const mended = await fleet.run(again, { onOutcome: ({ slug }) => void touched.push(slug) });
    expect(mended.status).toBe("done");
    expect(touched.sort()).toEqual(named);
    console.log(`${GUILDS} guilds, ${POISONED} unfit in ${POISONS.length} ways: all told apart`);
  } finally {
    await services.close();
    await removeSearched(dir);
  }
}, 600_000);

test("a bad migration is halted in the first wave, and other guilds are not touched", async () => {
  const dir = await mkdtemp(join(tmpdir(), "guildhall-poison-"));
  const services = await openProvisioning(dir);
  try {
    for (let i = 0; i < 20; i++) {
      await services.provisioner.provision(await services.recordGuild(`guild-${i}`));
    }
    const bad = parseMigrations([
      { name: "9999_bad", when: 9e12, sql: "ALTER TABLE nobody ADD x" },
    ]);
    const fleet = rolloutsOver(dir, services, [...guildSchema, ...bad]);
    const ended = await fleet.apply({ failuresMax: 100 }, ["2", "rest"]);
    expect(ended.status).toBe("halted");
    const { done = 0, failed = 0, pending } = await fleet.countsOf(ended);
    expect([done, pending]).toEqual([0, 20 - failed]);
    expect(failed).toBeLessThanOrEqual(2);
  } finally {
    await services.close();
    await removeSearched(dir);
  }
});
