import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { limits } from "../../src/limits.ts";
import { performanceOf, together, withoutValues } from "../../src/platform/fleet/performance.ts";
import { expirePlatform } from "../../src/platform/guilds/retention.ts";
import { type TestApp, type TestGuild, testApp } from "../support/app.ts";
import { anOperator } from "./console/support.ts";

const HOUR_MS = 3_600_000;

let t: TestApp;
let guild: TestGuild;
let quiet: TestGuild;
beforeAll(async () => {
  t = await testApp();
  guild = await t.guild("iron-vow");
  quiet = await t.guild("quiet-vow");
  t.services.tenants.evict(guild.id);
  await t.services.performanceLog.flush();
});
afterAll(() => t.close());

const noted = async (id = guild.id, since = 0) =>
  await performanceOf(t.services.platform, id, since);

describe("the performance of a guild's database", () => {
  test("is recorded by guild and hour: queries, failures, the slowest, and whether it was open", async () => {
    const hoursBefore = (await noted()).length;
    t.advance(HOUR_MS);
    expect((await guild.owner.get("/roster")).status).toBe(200);
    expect((await guild.owner.get("/roster")).status).toBe(200);
    await t.services.performanceLog.flush();
    const [hour, ...more] = (await noted()).slice(hoursBefore);
    expect(more).toEqual([]);
    expect(hour!.at).toBe(Math.floor(t.now().getTime() / HOUR_MS) * HOUR_MS);
    expect(hour!.queries).toBeGreaterThan(2);
    expect(hour).toMatchObject({ failures: 0, poolMisses: 1, poolHits: 1 });
    expect(hour!.meanMs).toBeGreaterThan(0);
    expect(hour!.slowestMs).toBeGreaterThanOrEqual(hour!.meanMs);
    expect(hour!.slowestSql).toMatch(/select/i);

    await guild.owner.get("/roster");
    await t.services.performanceLog.flush();
    const sum = (await noted()).at(-1)!;
    expect(sum.queries).toBeGreaterThan(hour!.queries);
    expect(sum).toMatchObject({ poolMisses: 1, poolHits: 2 });
    expect(together([hour!, hour!])).toMatchObject({ queries: hour!.queries * 2, poolMisses: 2 });
  });

  test("reveals nothing of its contents, and nothing of another guild", async () => {
    const before = await noted(quiet.id);
    await guild.owner.post("/roster/persons", { name: "Secretname" });
    await t.services.performanceLog.flush();
    expect(JSON.stringify(await noted())).not.toContain("Secretname");
    expect(await noted(quiet.id)).toEqual(before);
    expect(withoutValues("SELECT a1 FROM t\n WHERE x='it''s 5' AND y = 12.5 AND z=?2 -- q")).toBe(
      "SELECT a1 FROM t WHERE x=? AND y = ? AND z=?2 -- q",
    );
  });

  test("counts a query that failed", async () => {
    const target = (await t.services.platform.guild(guild.id))!;
    const failures = (await noted()).at(-1)!.failures;
    const asked = t.services.tenants.use(target, (db) => db.all("SELECT * FROM nowhere"));
    await expect(asked).rejects.toThrow("nowhere");
    await t.services.performanceLog.flush();
    expect((await noted()).at(-1)!.failures).toBe(failures + 1);
  });

  test("is shown to operators with a chart, in both languages", async () => {
    const operator = await anOperator(t, ["guilds"]);
    t.advance(HOUR_MS);
    await guild.owner.get("/roster");
    await t.services.performanceLog.flush();
    const path = `/operator/guilds/${guild.id}`;
    const { text } = await operator.page(path);
    expect(text).toContain("Slowest statement");
    expect(text).toContain('class="plot"');
    const spanish = await operator.page(path, { "accept-language": "es" });
    expect(spanish.text).toContain("Sentencia más lenta");
  });

  test("is deleted after 14 days", async () => {
    expect((await noted()).length).toBeGreaterThan(0);
    t.advance(limits.performance.keptMs - 4 * HOUR_MS);
    await expirePlatform(t.services.platform, t.services.auditAnchors);
    expect((await noted()).length).toBeGreaterThan(0);
    t.advance(5 * HOUR_MS);
    await expirePlatform(t.services.platform, t.services.auditAnchors);
    expect(await noted()).toEqual([]);
  });
});
