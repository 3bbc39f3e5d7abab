import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Guild } from "../../src/platform/store.ts";
import { type TestApp, testApp } from "../support/app.ts";
import { bundleScript } from "../support/bundle.ts";
import { runCli } from "../support/cli.ts";
import { samplesFolder } from "../support/samples.ts";

const samples = samplesFolder("imports/legacy");
let main: string;
beforeAll(async () => {
  main = await bundleScript("provisioning/cli/main.ts");
});
afterAll(() => rm(main, { force: true }));

const imported = async (t: TestApp, ...args: readonly string[]) => {
  const end = await runCli(main, t.dir, ["import", "combat-logs", ...args, "--json"], t.env);
  return { ...end, body: end.out === "" ? undefined : JSON.parse(end.out) };
};

async function query(t: TestApp, slug: string, sql: string) {
  const { guild } = (await t.services.platform.guildForUser(slug, null)) as { guild: Guild };
  return await t.services.tenants.use(guild, (db) => db.all<Record<string, number>>(sql));
}

interface ExpectedGuild {
  readonly legacyGuildId: number | null;
  readonly encounters: number;
  readonly mythicPlus: number;
  readonly kills: number;
  readonly durationUnknown: number;
  readonly sumDurationMs: number;
  readonly firstStart: string;
  readonly lastStart: string;
  readonly byDifficulty: Readonly<Record<string, number>>;
  readonly characters: number;
  readonly archivedCharacters: number;
  readonly metrics: number;
  readonly damageDone: string;
  readonly healingDone: string;
  readonly logFiles: number;
}

describe.skipIf(samples === undefined)("combat-log databases", () => {
  const expectedOf = (name: string) =>
    JSON.parse(readFileSync(join(samples!, `${name}.expected.json`), "utf8"));
  const hashes = async () => {
    const names = (await readdir(samples!)).sort();
    return names.map((name) => [
      name,
      createHash("sha256")
        .update(readFileSync(join(samples!, name)))
        .digest("hex"),
    ]);
  };

  async function expectGuild(t: TestApp, slug: string, expected: ExpectedGuild) {
    const [fights] = await query(
      t,
      slug,
      `SELECT count(*) AS encounters, sum(difficulty = 8) AS mythicPlus,
         sum(outcome = 'kill') AS kills, sum(duration_ms = 0) AS durationUnknown,
         sum(duration_ms) AS sumDurationMs, min(start_at) AS firstAt, max(start_at) AS lastAt,
         sum(difficulty = 17) AS lfr, sum(difficulty = 14) AS normal, sum(difficulty = 15) AS heroic,
         sum(difficulty = 16) AS mythic FROM encounters`,
    );
    const { Heroic, LFR, Mythic, Normal } = expected.byDifficulty;
    expect(fights).toEqual({
      encounters: expected.encounters,
      mythicPlus: expected.mythicPlus,
      kills: expected.kills,
      durationUnknown: expected.durationUnknown,
      sumDurationMs: expected.sumDurationMs,
      firstAt: Date.parse(expected.firstStart),
      lastAt: Date.parse(expected.lastStart),
      ...{ lfr: LFR, normal: Normal, heroic: Heroic, mythic: Mythic },
    });
    const [players] = await query(
      t,
      slug,
      `SELECT count(*) AS metrics, sum(damage) AS damage, sum(healing) AS healing
       FROM encounter_players`,
    );
    expect(players).toEqual({
      metrics: expected.metrics,
      damage: Number(expected.damageDone),
      healing: Number(expected.healingDone),
    });
    const [characters] = await query(
      t,
      slug,
      "SELECT count(*) AS characters, sum(is_archived) AS archived FROM log_characters",
    );
    expect(characters).toEqual({
      characters: expected.characters,
      archived: expected.archivedCharacters,
    });
  }

  test("a database from before guilds becomes one guild's history, exactly, and only once", async () => {
    await using t = await testApp({}, { clock: () => new Date() });
    await t.guild("iron-vow");
    const expected = expectedOf("combat-logs-v1");
    const file = join(samples!, "combat-logs-v1.db");
    const before = await hashes();
    const [only] = expected.guilds as ExpectedGuild[];
    const counts = {
      encounters: only!.encounters,
      characters: only!.characters,
      metrics: only!.metrics,
      logFiles: only!.logFiles,
    };
    const dry = await imported(t, file, "--guild", "iron-vow", "--dry-run");
    expect(dry.err).toBe("");
    expect(dry.body.guilds[0]).toMatchObject(counts);
    expect(dry.body.notImported).toEqual({
      encounters: expected.notImported.encounters,
      metrics: expected.notImported.metrics,
    });
    expect(await query(t, "iron-vow", "SELECT id FROM encounters")).toEqual([]);
    const real = await imported(t, file, "--guild", "iron-vow", "--yes");
    expect(real.code).toBe(0);
    expect(real.body.guilds[0]).toMatchObject({ slug: "iron-vow", ...counts });
    await expectGuild(t, "iron-vow", only!);
    const again = await imported(t, file, "--guild", "iron-vow", "--yes");
    expect(again.body.guilds[0]).toMatchObject({
      ...{ encounters: 0, characters: 0, metrics: 0, logFiles: 0, alreadyKnown: counts },
    });
    await expectGuild(t, "iron-vow", only!);
    expect(await hashes()).toEqual(before);
  });

  test("a database with guilds is split, and rows without a guild are listed", async () => {
    await using t = await testApp({}, { clock: () => new Date() });
    const slugs = new Map([1, 2, 3, 4].map((id) => [id, `guild-${id}`]));
    for (const slug of slugs.values()) await t.guild(slug);
    const expected = expectedOf("combat-logs-v2");
    const file = join(samples!, "combat-logs-v2.db");
    const map = "2=guild-2,3=guild-3,4=guild-4";
    const skipped = await imported(t, file, "--map", map, "--unassigned", "skip", "--yes");
    expect([skipped.code, skipped.err]).toEqual([3, ""]);
    const guilds = expected.guilds as ExpectedGuild[];
    for (const one of guilds.slice(1)) await expectGuild(t, slugs.get(one.legacyGuildId!)!, one);
    const ids = (table: string, why?: RegExp) =>
      (skipped.body.unassigned as { table: string; id: number; why: string }[])
        .filter((row) => row.table === table && (why === undefined || why.test(row.why)))
        .map(({ id }) => id);
    const { encounterIds } = expected.notImported;
    expect(ids("encounters", /is NULL/)).toEqual(encounterIds["guild_id is NULL"]);
    expect(ids("encounters", /no guild \d/)).toEqual(encounterIds["guild_id names no guild"]);
    expect(ids("encounters", /start/)).toEqual(encounterIds["start_time cannot be read"]);
    expect(ids("encounters", /duplicate/)).toEqual(Object.values(encounterIds)[3]);
    expect(ids("encounters", /default guild/)).toHaveLength(guilds[0]!.encounters);
    expect(skipped.body.transfers).toEqual(expected.transfers);
    expect(skipped.body.apiKeys).toEqual(expected.apiKeys);
    expect(skipped.out).not.toContain("8bd83f09d4140107");

    const whole = await imported(t, file, "--map", map, "--unassigned", "guild-1", "--yes");
    for (const one of guilds) await expectGuild(t, slugs.get(one.legacyGuildId!)!, one);
    expect(
      whole.body.guilds.slice(0, 3).map((one: { encounters: number }) => one.encounters),
    ).toEqual([0, 0, 0]);
    const { "no guild was named for them": _, ...left } = whole.body.notImported.encounters;
    expect(left).toEqual(expected.notImported.encounters);
    expect(whole.body.notImported.metrics).toEqual(expected.notImported.metrics);
    const unassigned = whole.body.unassigned as { table: string; id: number }[];
    expect(unassigned.filter(({ table }) => table === "characters").map(({ id }) => id)).toEqual(
      expected.notImported.characters,
    );
  });

  test("files of other kinds, of other versions and damaged ones are refused with the reason", async () => {
    await using t = await testApp({}, { clock: () => new Date() });
    await t.guild("iron-vow");
    const codes = {
      "truncated.db": "import/file-cut",
      "not-a-database.db": "import/not-a-database",
      "empty.db": "import/file-empty",
      "other-kind.db": "import/unknown-kind",
      "combat-logs-v9.db": "import/unknown-version",
      "missing.db": "import/file-missing",
    };
    for (const [name, code] of Object.entries(codes)) {
      const end = await imported(t, join(samples!, name), "--guild", "iron-vow", "--yes");
      expect(end.code).toBe(1);
      expect(JSON.parse(end.err).error.code).toBe(code);
    }
  });
});
