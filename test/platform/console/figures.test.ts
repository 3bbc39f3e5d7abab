import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DAY_MS, HOUR_MS } from "../../../src/kernel/time.ts";
import { limits } from "../../../src/limits.ts";
import { expirePlatform } from "../../../src/platform/guilds/retention.ts";
import { FIGURES_JOB } from "../../../src/platform/jobs/kinds.ts";
import { type TestApp, type TestClient, type TestGuild, testApp } from "../../support/app.ts";
import { anOperator } from "./support.ts";

let t: TestApp;
let guild: TestGuild;
let quiet: TestGuild;
let operator: TestClient;
beforeAll(async () => {
  t = await testApp();
  guild = await t.guild("iron-vow");
  quiet = await t.guild("quiet-vow");
  operator = await anOperator(t, ["guilds", "audit"], "olga");
});
afterAll(() => t.close());

const count = async (...guilds: readonly TestGuild[]) => {
  for (const { id } of guilds) await t.services.jobs.enqueue(id, FIGURES_JOB, "");
  await t.services.slowJobRunner.drain([FIGURES_JOB]);
};
const statsOf = async (one: TestGuild) =>
  (await operator.get(`/api/operator/guilds/${one.id}/stats`)).body;
const rowsOf = async (one: TestGuild) =>
  await t.services.platform.db.all<{ day: number; at: number }>(
    "SELECT day, at FROM guild_figures WHERE guild_id = ? ORDER BY day",
    one.id,
  );

/** Adds pulls of bosses as an import would, each at a moment. */
async function addPulls(one: TestGuild, ...pulls: readonly { at: number; outcome: string }[]) {
  const target = (await t.services.platform.guild(one.id))!;
  await t.services.tenants.use(target, async (db) => {
    await db.client.batch(
      [
        {
          sql: `INSERT OR IGNORE INTO log_reports (id, title, file_name, source, state, uploader_name,
              size_bytes, time_zone, stored_bytes, created_at, updated_at)
            VALUES ('log', 'Raid', 'raid.txt', 'upload', 'ready', 'Ash', 9, 'UTC', 4096, 1, ?)`,
          args: [t.now().getTime()],
        },
        ...pulls.map(({ at, outcome }) => ({
          sql: `INSERT INTO encounters (id, report_id, kind, game_id, name, difficulty, start_at, end_at,
              duration_ms, outcome, unattributed_damage, death_count, player_count, start_byte, end_byte,
              details)
            VALUES (?, 'log', 'encounter', 3009, 'Vexie', 15, ?, ?, 240000, ?, 0, 0, 20, ?, ?, '{}')`,
          args: [`pull ${at}`, at, at + 240_000, outcome, at, at + 1],
        })),
      ],
      "write",
    );
  });
}

describe("the figures of a guild", () => {
  test("are unknown before it was counted, and a count is queued once however often it is asked", async () => {
    expect(await statsOf(guild)).toMatchObject({ countedAt: null, totals: null, members: 1 });
    const page = await operator.page(`/operator/guilds/${guild.id}/statistics`);
    expect(page.text).toContain("This guild has not been counted yet.");
    for (let times = 0; times < 3; times++) {
      expect((await operator.post(`/api/operator/guilds/${guild.id}/stats`)).status).toBe(202);
    }
    const queued = await t.services.platform.db.all(
      "SELECT id FROM jobs WHERE kind = ?",
      FIGURES_JOB,
    );
    expect(queued).toHaveLength(1);
    const { body } = await operator.get("/api/operator/audit?action=guild.count");
    expect(body.items[0]).toMatchObject({ actorName: "olga", guildSlug: "iron-vow" });
    await count();
  });

  test("say what it has: fights, kills, time, bosses, people, size, last activity", async () => {
    await guild.owner.post("/roster/persons", { name: "Ash" });
    const evening = t.now().getTime() - DAY_MS;
    await addPulls(
      guild,
      { at: evening, outcome: "wipe" },
      { at: evening + 600_000, outcome: "kill" },
      { at: evening - 30 * DAY_MS, outcome: "wipe" },
    );
    t.advance(HOUR_MS);
    await count(guild);
    const body = await statsOf(guild);
    expect(body).toMatchObject({
      slug: "iron-vow",
      countedAt: t.now().getTime(),
      totals: { fights: 3, kills: 1, combatMs: 720_000, averageMs: 240_000, bosses: 1, persons: 2 },
      recent: { days: 7, fights: 2, kills: 1, combatMs: 480_000 },
    });
    expect(body.totals).toMatchObject({ logs: 1, logBytes: 4096 });
    expect(body.totals.databaseBytes).toBeGreaterThan(4096);
    expect(body.totals.lastActivityAt).toBe(t.now().getTime() - HOUR_MS);
  });

  test("have a row for each day with activity, also of before the first count", async () => {
    const { body } = await operator.get(`/api/operator/guilds/${guild.id}/activity?days=40`);
    expect(body.items).toHaveLength(40);
    const active = body.items.filter((one: { fights: number }) => one.fights > 0);
    expect(active.map((one: { day: string; fights: number }) => [one.day, one.fights])).toEqual([
      ["2025-12-14", 1],
      ["2026-01-13", 2],
    ]);
    expect(body.items.at(-1)).toMatchObject({ day: "2026-01-14", fights: 0 });
    expect(body.items.at(-1).changes).toBeGreaterThan(0);
    // What the guild had on a day on which it was not counted is unknown.
    expect([active[0].size, active[1].size]).toEqual([null, null]);
    expect(body.items.at(-1).size).toMatchObject({ bytes: expect.any(Number) });
    const recent = await operator.get(`/api/operator/guilds/${guild.id}/activity`);
    expect(recent.body.items).toHaveLength(30);
    for (const days of ["0", "91", "many"]) {
      const refused = await operator.get(`/api/operator/guilds/${guild.id}/activity?days=${days}`);
      expect([days, refused.status]).toEqual([days, 422]);
    }
  });

  test("stay as they are while the guild rests, and follow a log that arrives later", async () => {
    t.advance(DAY_MS);
    await count(guild);
    const before = await rowsOf(guild);
    t.advance(DAY_MS);
    await count(guild);
    expect(await rowsOf(guild)).toEqual(before);
    await addPulls(guild, { at: t.now().getTime() - 3 * DAY_MS + 1, outcome: "kill" });
    const target = (await t.services.platform.guild(guild.id))!;
    await t.services.tenants.use(target, (db) =>
      db.client.execute({
        sql: "UPDATE log_reports SET updated_at = ?",
        args: [t.now().getTime()],
      }),
    );
    await count(guild);
    const { body } = await operator.get(`/api/operator/guilds/${guild.id}/activity`);
    const day = body.items.find((one: { day: string }) => one.day === "2026-01-13");
    expect(day.fights).toBe(3);
    expect((await statsOf(guild)).totals.fights).toBe(4);
  });

  test("are collected by the daily job, without one more opening of its database", async () => {
    await count(quiet);
    t.advance(DAY_MS);
    await quiet.owner.post("/roster/persons", { name: "Elm" });
    await t.services.jobs.enqueue(quiet.id, "upkeep.guild", "");
    await t.services.slowJobRunner.drain(["upkeep.guild"]);
    expect((await statsOf(quiet)).totals.persons).toBe(2);
  });
});

describe("an operator", () => {
  test("sees all guilds together, by day, and which have the most", async () => {
    const { body } = await operator.get("/api/operator/stats?days=30");
    expect(body).toMatchObject({
      guilds: 2,
      counted: 2,
      totals: { fights: 4, kills: 2, persons: 4, averageMs: 240_000 },
      recent: { days: 7, fights: 3, activeGuilds: 2 },
    });
    expect(body.days).toHaveLength(30);
    const founded = body.days.find((one: { day: string }) => one.day === "2026-01-14");
    expect(founded).toMatchObject({ newGuilds: 2, activeGuilds: 1 });
    expect(body.largest.map(({ slug }: { slug: string }) => slug)).toContain("quiet-vow");
    expect(body.busiest).toEqual([
      { id: guild.id, slug: "iron-vow", name: "Guild iron-vow", value: 3 },
    ]);
  });

  test("compares guilds by slug and id in the given order, and an unknown one is named", async () => {
    const both = await operator.get(`/api/operator/compare?guild=quiet-vow&guild=${guild.id}`);
    expect(both.body.items.map(({ slug }: { slug: string }) => slug)).toEqual([
      "quiet-vow",
      "iron-vow",
    ]);
    const one = await operator.get("/api/operator/compare?guild=iron-vow");
    expect(one.body.items).toHaveLength(1);
    expect((await operator.get("/api/operator/compare")).status).toBe(422);
    expect((await operator.get("/api/operator/compare?guild=no-vow")).status).toBe(404);
    const names = Array.from({ length: limits.figures.comparedMax + 1 }, () => "guild=iron-vow");
    expect((await operator.get(`/api/operator/compare?${names.join("&")}`)).status).toBe(422);
  });

  test("reads the same on pages with charts, tables and both languages", async () => {
    const all = await operator.page("/operator/statistics?days=90");
    for (const text of ["Active guilds by day", 'class="plot"', "Show", "Guild iron-vow"]) {
      expect(all.text).toContain(text);
    }
    const own = await operator.page(`/operator/guilds/${guild.id}/statistics`);
    expect(own.text).toContain("Boss pulls by day");
    const two = await operator.page("/operator/comparison?guilds=iron-vow,%20quiet-vow");
    expect(two.text).toMatch(/Guild iron-vow[\s\S]*Guild quiet-vow[\s\S]*Time in fights/);
    for (const path of ["statistics", "comparison", `guilds/${guild.id}/statistics`]) {
      const { text } = await operator.page(`/operator/${path}`, { "accept-language": "es" });
      expect([path, text.includes("Consola de operadores")]).toEqual([path, true]);
    }
    await operator.prove();
    const sent = await operator.submit(`/operator/guilds/${guild.id}/statistics/count`, {});
    expect([sent.status, sent.headers.get("location")]).toEqual([
      303,
      `/operator/guilds/${guild.id}/statistics?done=added`,
    ]);
  });
});

test("figures are kept for two years and leave with their guild", async () => {
  const { platform, auditAnchors } = t.services;
  t.advance(limits.figures.keptMs - 40 * DAY_MS);
  await expirePlatform(platform, auditAnchors);
  expect((await rowsOf(guild)).length).toBeGreaterThan(0);
  t.advance(60 * DAY_MS);
  await expirePlatform(platform, auditAnchors);
  expect(await rowsOf(guild)).toEqual([]);
});
