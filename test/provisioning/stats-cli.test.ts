import { rm } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestApp, type TestGuild, testApp } from "../support/app.ts";
import { bundleScript } from "../support/bundle.ts";
import { runCli } from "../support/cli.ts";

let main: string;
let t: TestApp;
let guild: TestGuild;
beforeAll(async () => {
  main = await bundleScript("provisioning/cli/main.ts");
  t = await testApp({}, { clock: () => new Date() });
  guild = await t.guild("iron-vow");
  await t.guild("quiet-vow");
  await guild.owner.post("/roster/persons", { name: "Ash" });
});
afterAll(async () => {
  await rm(main, { force: true });
  await t.close();
});

const stats = (...args: readonly string[]) => runCli(main, t.dir, ["stats", ...args], t.env);

test("the platform's statistics count guilds, accounts, sign-ins, backups, jobs", async () => {
  const { code, out } = await stats("--json");
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    days: 30,
    guilds: { state: [{ name: "ready", count: 2 }], plan: [{ name: "free", count: 2 }] },
    accounts: 2,
    memberships: 2,
    signIns: [{ count: 2 }],
    backups: { guilds: 2, without: 2, late: 0, lateSlugs: [], oldestAt: null },
    jobsFailing: 0,
  });
  expect((await stats()).out).toContain("guilds by state");
});

test("a guild's statistics are counted, and several are shown side by side", async () => {
  const { out } = await stats("iron-vow", "quiet-vow", "--json", "--days", "7");
  const [iron, quiet] = JSON.parse(out).guilds;
  expect(iron).toMatchObject({ slug: "iron-vow", members: 1, persons: 2, raids: 0, logs: 0 });
  expect(quiet).toMatchObject({ slug: "quiet-vow", persons: 1 });
  expect(iron.activity.at(-1).changes).toBeGreaterThan(quiet.activity.at(-1)?.changes ?? 0);
  expect(iron).toMatchObject({ fights: 0, averageMs: 0, bosses: 0, logBytes: 0 });
  expect(iron.lastActivityAt).toBeGreaterThan(0);
  expect(iron.bytes).toBeGreaterThan(4096);
  expect((await stats("iron-vow", "quiet-vow")).out).toMatch(/what +iron-vow +quiet-vow/);
  const half = await stats("iron-vow", "nobody", "--json");
  expect(half.code).toBe(3);
  expect(JSON.parse(half.out).guilds[1]).toEqual({
    slug: "nobody",
    error: "No guild has the slug nobody.",
  });
  expect((await stats("nobody")).code).toBe(1);
  expect((await stats("iron-vow", "--days", "0")).code).toBe(2);
});

test("the performance of a guild's database is shown by hour, and looking leaves no trace", async () => {
  expect((await stats("--performance")).code).toBe(2);
  await guild.owner.get("/roster");
  await t.services.performanceLog.flush();
  const look = async () =>
    JSON.parse((await stats("iron-vow", "--performance", "--json")).out).guilds[0];
  const before = await look();
  expect(before.total.queries).toBeGreaterThan(0);
  await stats("iron-vow");
  expect(await look()).toEqual(before);
});

test("stored figures of all guilds are shown without opening a guild's database", async () => {
  const { id } = (await t.services.platform.guildForUser("iron-vow", null))!.guild;
  await t.services.jobs.enqueue(id, "guild.figures", "");
  await t.services.slowJobRunner.drain(["guild.figures"]);
  const found = JSON.parse((await stats("--figures", "--days", "5", "--json")).out);
  expect(found).toMatchObject({ guilds: 2, counted: 1, totals: { persons: 2, fights: 0 } });
  expect(found.days).toHaveLength(5);
  expect((await stats("--figures")).out).toMatch(/active guilds +new guilds/);
});
