import { rm } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestApp, type TestGuild, testApp } from "../support/app.ts";
import { startBlizzard } from "../support/blizzard.ts";
import { bundleScript } from "../support/bundle.ts";
import { runCli } from "../support/cli.ts";
import { startDiscord } from "../support/discord.ts";
import { member, ROLES, SETTINGS, settingsOf } from "../tenant/identity/support.ts";

const SERVER = "500000000000000001";

let main: string;
let t: TestApp;
let guild: TestGuild;
let blizzard: Awaited<ReturnType<typeof startBlizzard>>;
let discord: Awaited<ReturnType<typeof startDiscord>>;
beforeAll(async () => {
  main = await bundleScript("provisioning/cli/main.ts");
  blizzard = await startBlizzard();
  discord = await startDiscord();
  t = await testApp({ ...blizzard.env, ...discord.env }, { clock: () => new Date() });
  guild = await t.guild("iron-vow");
  await t.guild("quiet-vow");
  const names = ["Annara", "Borin", "Borinn", "Loner"];
  blizzard.setRoster(
    { realm: "area-52", name: "iron-vow" },
    names.map((name, at) => ({ id: at + 1, name, realm: "area-52", rank: 3 })),
  );
  discord.setServer(SERVER, [member("1", "annara"), member("2", "borin")], ROLES);
  expect((await guild.owner.put(SETTINGS, settingsOf("iron-vow", SERVER))).status).toBe(200);
}, 60_000);
afterAll(async () => {
  await rm(main, { force: true });
  await t.close();
  await blizzard.stop();
  await discord.stop();
});

const identity = (verb: string, ...args: readonly string[]) =>
  runCli(main, t.dir, ["identity", verb, "--guild", "iron-vow", ...args], t.env);

interface Explained {
  readonly name: string;
  readonly person: string | null;
  readonly source: string | null;
}

test("a sync reads every source that is set up and matches, and a dry run reads none", async () => {
  const dry = await identity("sync", "--dry-run", "--json");
  expect(JSON.parse(dry.out).would).toBe("read blizzard and discord of iron-vow, and match");
  expect(blizzard.asked).toEqual([]);
  const { code, out } = await identity("sync", "--json");
  expect(code).toBe(0);
  expect(JSON.parse(out).runs).toMatchObject([
    { kind: "blizzard", state: "done", counts: { seen: 4 } },
    { kind: "discord", state: "done", counts: { seen: 2 } },
    { kind: "match", state: "done", counts: { linked: 4 } },
  ]);
  const { body } = await guild.owner.get("/guild-sync/status");
  expect(body.runs.map(({ requestedBy }: { requestedBy: string }) => requestedBy)).toContainEqual(
    expect.stringContaining("operator"),
  );
}, 60_000);

test("the evidence of every link and suggestion is printed, and nothing is changed", async () => {
  const before = await guild.owner.get("/identity/persons");
  const { code, out } = await identity("match", "--explain", "--json");
  expect(code).toBe(0);
  const { characters, suggestions, links, ends } = JSON.parse(out);
  expect([links, ends]).toEqual([0, 0]);
  expect(characters.map((one: Explained) => [one.name, one.person, one.source])).toEqual([
    ["Annara", "annara", "exact_name"],
    ["Borin", "borin", "exact_name"],
    ["Borinn", null, null],
    ["Loner", null, null],
  ]);
  expect(characters[0].evidence).toMatchObject({ rule: "exact_name", text: expect.any(String) });
  expect(characters[0].rules).toContainEqual(
    expect.objectContaining({ rule: "exact_name", outcome: "decides" }),
  );
  expect(suggestions).toEqual([
    expect.objectContaining({
      character: "Borinn",
      member: "borin",
      similarity: expect.any(Number),
    }),
  ]);
  const people = await identity("match", "--explain", "--character", "anna");
  expect(people.out).toContain("Annara-area-52 → annara (exact_name)");
  expect(people.out).not.toContain("Borin");
  expect((await guild.owner.get("/identity/persons")).body).toEqual(before.body);
  const dry = await identity("match", "--dry-run");
  expect(dry.out).toContain("It would make 0 links, end 0");
}, 60_000);

test("issues are listed, and a report without a channel fails and says so", async () => {
  const { code, out } = await identity("issues", "--json");
  expect(code).toBe(0);
  const { items } = JSON.parse(out);
  expect(items.map(({ type }: { type: string }) => type)).toContain("orphan_wow");
  expect((await identity("issues", "--state", "resolved")).code).toBe(0);
  expect((await identity("issues", "--state", "old")).code).toBe(2);
  const dry = await identity("report", "--dry-run");
  expect(dry.out).toContain("has no channel for reports");
  const refused = await identity("report", "--json");
  expect(refused.code).toBe(1);
  expect(JSON.parse(refused.out).runs).toMatchObject([
    { kind: "report", state: "failed", error: "identity/not-configured" },
  ]);
}, 60_000);

test("a source that fails does not stop the others, and an unknown guild is named", async () => {
  blizzard.faults.push({ status: 500 });
  const { code, out } = await identity("sync", "--json");
  expect(code).toBe(3);
  expect(JSON.parse(out).runs).toMatchObject([
    { kind: "blizzard", state: "failed", error: "identity/upstream-unavailable" },
    { kind: "discord", state: "done" },
    { kind: "match", state: "done" },
  ]);
  const nobody = await runCli(main, t.dir, ["identity", "sync", "--guild", "nobody"], t.env);
  expect([nobody.code, nobody.err]).toEqual([1, expect.stringContaining("No guild has the slug")]);
  const without = await runCli(main, t.dir, ["identity", "sync"], t.env);
  expect(without.code).toBe(2);
  const quiet = await runCli(main, t.dir, ["identity", "sync", "--guild", "quiet-vow"], t.env);
  expect([quiet.code, quiet.out]).toEqual([0, expect.stringContaining("match")]);
}, 60_000);
