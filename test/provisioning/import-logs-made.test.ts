import { existsSync, writeFileSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestApp, type TestGuild, testApp } from "../support/app.ts";
import { bundleScript } from "../support/bundle.ts";
import { runCli } from "../support/cli.ts";
import { removeSearched } from "../support/secrets/folders.ts";

const Native = createRequire(import.meta.url)("libsql") as new (
  path: string,
) => { exec(sql: string): void; close(): void };

// A small database in the other spelling of the legacy program, with one row of each kind of trouble.
const TABLES = `
  CREATE TABLE schema_version (version INTEGER);
  INSERT INTO schema_version VALUES (2);
  CREATE TABLE guilds (guild_id INTEGER PRIMARY KEY, guild_name TEXT, server TEXT, region TEXT,
    faction TEXT, is_active);
  INSERT INTO guilds VALUES (1, 'Default Guild', 'Unknown', 'US', 'Alliance', 1),
    (2, 'Iron Vow', 'Area 52', 'EU', 'Horde', 1);
  CREATE TABLE log_files (file_id INTEGER PRIMARY KEY, file_path TEXT, file_hash TEXT, guild_id);
  INSERT INTO log_files VALUES (1, 'C:\\logs\\one.txt', '${"a".repeat(64)}', 2),
    (2, '/var/two.txt', 'not a hash', 2);
  CREATE TABLE encounters (guild_id, boss_name TEXT, encounter_id INTEGER PRIMARY KEY,
    log_file_id INTEGER, encounter_type TEXT, difficulty TEXT, start_time REAL, combat_length REAL,
    success, raid_size, wipe_percentage);
  INSERT INTO encounters VALUES
    (2, 'Cinder', 1, 1, 'raid', 'hEROIC', 1736537290.25, 61.5, 1, 20, NULL),
    (2, 'Cinder', 2, 2, 'raid', '15', '2025-01-10T20:28:10.250+01:00', NULL, 0, 20, 12.5),
    (2, 'Cinder', 3, 2, 'raid', 'Heroic', '2025-02-30 10:00:00', 10, 0, 20, 12.5),
    (2, 'Mill', 4, 2, 'mythic_plus', 'Mythic+ 7', '2025-01-11 10:00:00', NULL, 1, 5, NULL),
    (7, 'Cinder', 5, 2, 'raid', 'LFR', '2025-01-12 10:00:00', 10, 0, 20, 50),
    (1, 'Cinder', 6, 2, 'raid', 'LFR', '2025-01-13 10:00:00', 10, 0, 20, 50);
  CREATE TABLE characters (character_id INTEGER PRIMARY KEY, character_guid TEXT, character_name TEXT,
    server TEXT, region TEXT, class_name TEXT, spec_name TEXT, is_active, first_seen, last_seen,
    guild_id);
  INSERT INTO characters VALUES
    (1, 'Player-1-0A', 'Ash', 'Area 52', 'EU', 'DEATHKNIGHT', 'Blood', 1, NULL, NULL, 2),
    (2, 'Player-1-0B', 'Birch', 'Area 52', 'EU', NULL, NULL, 0, '2025-01-01 00:00:00', NULL, NULL),
    (3, 'Player-1-0C', 'Alder', 'Area 52', 'EU', 'priest', NULL, 1, NULL, NULL, 9);
  CREATE TABLE character_metrics (metric_id INTEGER PRIMARY KEY, encounter_id, character_id,
    damage_done, healing_done, death_count, activity_percentage);
  INSERT INTO character_metrics VALUES (1, 1, 1, 6150, 10, 1, 50), (2, 1, 2, 100, 0, 0, 100),
    (3, 1, 2, 100, 0, 0, 100), (4, 1, 77, 5, 5, 0, 0), (5, 99, 1, 5, 5, 0, 0),
    (6, 4, 1, 9223372036854775807, 5, 0, 0), (7, 4, 2, 40, 'many', 0, 0);
  CREATE TABLE api_keys (key_id TEXT PRIMARY KEY, key_hash TEXT, client_id TEXT, guild_id, permissions);
  INSERT INTO api_keys VALUES ('k1', 'hash-of-a-secret-key', 'page', 2, 'no list');
  CREATE VIEW metadata AS SELECT 'schema_version' AS key, '1' AS value;`;

let main: string;
let folder: string;
let t: TestApp;
let guild: TestGuild;
beforeAll(async () => {
  main = await bundleScript("provisioning/cli/main.ts");
  folder = await mkdtemp(join(tmpdir(), "guildhall-legacy-"));
  t = await testApp({}, { clock: () => new Date() });
  guild = await t.guild("iron-vow");
});
afterAll(async () => {
  await t.close();
  await rm(main, { force: true });
  await removeSearched(folder);
});

function made(name: string, more = ""): string {
  const path = join(folder, name);
  const db = new Native(path);
  db.exec(TABLES + more);
  db.close();
  return path;
}

async function run(...args: readonly string[]) {
  const end = await runCli(main, t.dir, ["import", "combat-logs", ...args, "--json"], t.env);
  return { ...end, body: end.out === "" ? undefined : JSON.parse(end.out) };
}

test("the legacy program's other spelling is read, and each row left behind is named", async () => {
  const file = made("logs.db");
  const without = await run(file, "--map", "2=iron-vow");
  expect(without).toMatchObject({ code: 3, body: { dryRun: true } });
  expect((await guild.owner.get("/logs")).body.items).toEqual([]);

  const { code, body, out } = await run(file, "--map", "2=iron-vow", "--yes");
  expect(code).toBe(3);
  expect(body.guilds).toMatchObject([
    { slug: "iron-vow", encounters: 2, characters: 2, metrics: 2, logFiles: 2 },
  ]);
  expect(body.unassigned).toEqual(
    expect.arrayContaining([
      { table: "encounters", id: 2, why: "duplicate of encounter 1" },
      { table: "encounters", id: 3, why: "its start cannot be read" },
      { table: "encounters", id: 5, why: "there is no guild 7" },
      {
        table: "encounters",
        id: 6,
        why: "lies in the default guild; name one with --unassigned",
      },
      { table: "characters", id: 3, why: "there is no guild 9" },
      { table: "character_metrics", id: 3, why: "counted twice in its encounter" },
      { table: "character_metrics", id: 4, why: "character-missing" },
      { table: "character_metrics", id: 5, why: "encounter-missing" },
      { table: "character_metrics", id: 6, why: "figure cannot be read" },
      { table: "character_metrics", id: 7, why: "figure cannot be read" },
    ]),
  );
  expect(out).not.toContain("hash-of-a-key");
  const { items } = (await guild.owner.get("/logs")).body;
  expect(items).toMatchObject([{ source: "import" }, { source: "import" }]);
  const one = items.find((report: { title: string }) => report.title === "one");
  const { fights } = (await guild.owner.get(`/logs/${one.id}`)).body;
  expect(fights).toMatchObject([
    { name: "Cinder", difficulty: 15, startAt: 1736537290250, durationMs: 61500, outcome: "kill" },
  ]);
  const whole = (await guild.owner.get(`/fights/${fights[0].id}`)).body;
  expect(whole.players).toMatchObject([
    { guid: "Player-1-0A", class: "Death Knight", damage: 6150, deaths: 1, activeMs: 30750 },
    { guid: "Player-1-0B", class: null, damage: 100 },
  ]);
});

test("a later copy adds only what is new, and a run that was cut off is completed", async () => {
  const more = `INSERT INTO encounters VALUES
    (2, 'Cinder', 8, 2, 'raid', 'Heroic', '2025-01-20 10:00:00', 10, 0, 20, 50);
    INSERT INTO character_metrics VALUES (8, 8, 1, 7, 7, 0, 0), (9, 8, 2, 7, 7, 0, 0);`;
  const file = made("later.db", more);
  const first = await run(file, "--map", "2=iron-vow", "--yes");
  expect(first.body.guilds).toMatchObject([
    {
      ...{ encounters: 1, characters: 0, metrics: 2 },
      alreadyKnown: { encounters: 2, characters: 2, metrics: 2 },
    },
  ]);
  // A crash between two transactions leaves a fight without some of its figures.
  const { guild: row } = (await t.services.platform.guildForUser("iron-vow", null))!;
  await t.services.tenants.use(row, (db) =>
    db.client.execute({
      sql: "DELETE FROM encounter_players WHERE damage = 7 AND guid LIKE '%B'",
      args: [],
    }),
  );
  const second = await run(file, "--map", "2=iron-vow", "--yes");
  expect(second.body.guilds).toMatchObject([{ encounters: 0, characters: 0, metrics: 1 }]);
  const third = await run(file, "--map", "2=iron-vow", "--yes");
  expect(third.body.guilds).toMatchObject([{ encounters: 0, characters: 0, metrics: 0 }]);
});

test("the file stays as it is, with nothing beside it, and one that is still in use is refused", async () => {
  const file = made("still.db", "PRAGMA journal_mode = WAL;");
  for (const end of ["-wal", "-shm"]) await rm(`${file}${end}`, { force: true });
  const { code } = await run(file, "--map", "2=iron-vow", "--dry-run");
  expect(code).toBe(3);
  expect((await readdir(folder)).filter((name) => name.startsWith("still"))).toEqual(["still.db"]);
  writeFileSync(`${file}-wal`, "changes");
  const refused = await run(file, "--map", "2=iron-vow", "--dry-run");
  expect(JSON.parse(refused.err).error.code).toBe("import/file-in-use");
  expect(existsSync(`${file}-wal`)).toBe(true);
});
