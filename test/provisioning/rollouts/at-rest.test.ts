import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Migration, parseMigrations } from "../../../provisioning/migrations.ts";
import { migrateAtRest } from "../../../provisioning/rollouts/at-rest.ts";
import { migrateGuild } from "../../../provisioning/rollouts/guild.ts";
import { openEmbedded } from "../../../src/database/embedded.ts";
import { handlesReleased } from "../../../src/database/embedded-handles.ts";
import type { Guild } from "../../../src/platform/store.ts";
import { guildSchema, openProvisioning } from "../../support/provisioning.ts";
import { guildsById } from "../../support/rollouts.ts";
import { removeSearched } from "../../support/secrets/folders.ts";

const step = (name: string, when: number, ...statements: readonly string[]) => ({
  name,
  when: 9e12 + when,
  sql: statements.join("\n--> statement-breakpoint\n"),
});
const TRIGGER = `CREATE TRIGGER keepsakes_stay BEFORE DELETE ON keepsakes
  BEGIN SELECT RAISE(ABORT, 'it''s kept; for ever'); END;`;
const NEXT = [
  ...guildSchema,
  ...parseMigrations([
    step("9001_keepsakes", 1, "CREATE TABLE keepsakes (x TEXT DEFAULT 'it''s')", TRIGGER),
    step(
      "9002_rank",
      2,
      "ALTER TABLE settings ADD `rank` integer",
      "CREATE INDEX by_rank ON settings (rank)",
    ),
  ]),
];
const now = () => new Date(1_800_000_000_000);

let dir: string;
let services: Awaited<ReturnType<typeof openProvisioning>>;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "guildhall-rest-"));
  services = await openProvisioning(dir);
});
afterEach(async () => {
  await services.close();
  await removeSearched(dir);
});

const pathOf = ({ location }: Guild) => fileURLToPath(location.url);
const atRest = (guild: Guild, migrations: readonly Migration[] = NEXT) =>
  migrateAtRest({ migrations, now }, guild);
const usual = (guild: Guild, migrations: readonly Migration[] = NEXT) =>
  migrateGuild({ migrations, now, openClient: openEmbedded }, guild);

/** Guilds whose files nothing has open. */
async function idleGuilds(count: number): Promise<readonly Guild[]> {
  const guilds = await guildsById(services, count);
  for (const { id } of guilds) services.tenants.evict(id);
  await handlesReleased();
  return guilds;
}

async function rowsOf(guild: Guild, sql: string) {
  const client = await openEmbedded(guild.location);
  try {
    return (await client.execute({ sql, args: [] })).rows;
  } finally {
    await client.close();
    await handlesReleased();
  }
}

/** The schema, the histories and the stamp, without what differs from guild to guild. */
const stateOf = async (guild: Guild) => [
  await rowsOf(guild, "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name"),
  await rowsOf(guild, "SELECT position, name, hash FROM _migrations ORDER BY position"),
  await rowsOf(guild, "SELECT hash, created_at FROM __drizzle_migrations ORDER BY rowid"),
  await rowsOf(guild, "SELECT schema_version, schema_hash FROM _meta"),
  await rowsOf(guild, "PRAGMA journal_mode"),
  await rowsOf(guild, "PRAGMA integrity_check"),
];

test("a guild's closed file is migrated to exactly what the usual way makes of it, with nothing left beside it", async () => {
  const [one, other] = await idleGuilds(2);
  const report = atRest(one!);
  expect(report).toEqual({
    from: guildSchema.length,
    to: NEXT.length,
    applied: ["9001_keepsakes", "9002_rank"],
  });
  expect(existsSync(`${pathOf(one!)}-wal`)).toBe(false);
  expect(existsSync(`${pathOf(one!)}-shm`)).toBe(false);
  expect(await usual(other!)).toEqual(report);
  expect(await stateOf(one!)).toEqual(await stateOf(other!));
  expect(await rowsOf(one!, "SELECT applied_at FROM _migrations WHERE position > 16")).toEqual(
    await rowsOf(other!, "SELECT applied_at FROM _migrations WHERE position > 16"),
  );
});

test("a file that is open elsewhere is left to the usual way, which waits for its turn", async () => {
  const [guild] = await idleGuilds(1);
  const client = await openEmbedded(guild!.location);
  await client.execute({ sql: "SELECT count(*) FROM persons", args: [] });
  expect(atRest(guild!)).toBeUndefined();
  expect(await usual(guild!)).toMatchObject({ to: NEXT.length });
  await client.close();
});

test("a database with another stamp, another history or a failing statement stays byte for byte as it was", async () => {
  const [guild] = await idleGuilds(1);
  const before = await stateOf(guild!);
  const other = { ...guild!, id: "another" as Guild["id"] };
  const later = { ...guild!, generation: guild!.generation + 1 };
  const older = { ...guild!, schemaVersion: guildSchema.length - 1 };
  const edited = NEXT.map((one, index) => (index === 3 ? { ...one, hash: "0".repeat(64) } : one));
  const failing = [
    ...NEXT,
    ...parseMigrations([
      step("9003_twice", 3, "CREATE TABLE more (x)", "CREATE TABLE keepsakes (x)"),
    ]),
  ];
  for (const one of [other, later, older]) expect(atRest(one)).toBeUndefined();
  for (const migrations of [edited, failing]) expect(atRest(guild!, migrations)).toBeUndefined();
  expect(await stateOf(guild!)).toEqual(before);
  expect((await usual(guild!, edited)).error?.message).toContain(
    "was changed after it had been applied",
  );
  expect((await usual(guild!, failing)).error?.message).toContain("keepsakes");
  expect(await stateOf(guild!)).toEqual(before);
});

test("a missing or empty file is not made to a database", async () => {
  const [guild] = await idleGuilds(1);
  await rm(pathOf(guild!));
  expect(atRest(guild!)).toBeUndefined();
  expect(existsSync(pathOf(guild!))).toBe(false);
  await writeFile(pathOf(guild!), "");
  expect(atRest(guild!)).toBeUndefined();
});

test("migrations that could break a reference or take data away are left to the usual way and its checks", async () => {
  const [guild] = await idleGuilds(1);
  for (const sql of [
    "INSERT INTO settings VALUES ('a', 'b', 0)",
    "ALTER TABLE settings ADD person_id text REFERENCES persons (id)",
    "CREATE TABLE more AS SELECT * FROM settings",
    "DROP TABLE settings",
    "UPDATE settings SET value = ''",
  ]) {
    const migrations = [...guildSchema, ...parseMigrations([step("9001_other", 1, sql)])];
    expect([sql, atRest(guild!, migrations)]).toEqual([sql, undefined]);
  }
  expect(atRest(guild!, guildSchema)).toBeUndefined();
});
