import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../src/kernel/clock.ts";
import { type TestApp, testApp } from "../support/app.ts";
import { bundleScript } from "../support/bundle.ts";
import { runCli } from "../support/cli.ts";

let main: string;
beforeAll(async () => {
  main = await bundleScript("provisioning/cli/main.ts");
});
afterAll(() => rm(main, { force: true }));

/** A server with one guild, and the command line on the same machine. */
async function platform() {
  const t = await testApp({}, { clock: systemClock });
  const guild = await t.guild("iron-vow");
  await guild.owner.post("/roster/persons", { name: "Jaina" });
  const { dataDir } = t.services.config;
  const guildhall = (...args: readonly string[]) => runCli(main, dataDir, args);
  const email = guild.owner.identity.email!;
  return { t, guild, guildhall, dataDir, email };
}

const personsOf = async (t: TestApp, slug: string) => {
  const found = await t.services.platform.guildForUser(slug, null);
  return await t.services.tenants.use(found!.guild, (db) =>
    db.all<{ name: string; user_id: string | null }>("SELECT name, user_id FROM persons"),
  );
};

/** Gives a guild a domain that was proved. */
const withDomain = (t: TestApp, guildId: string) =>
  t.services.platform.db.client.execute({
    sql: `INSERT INTO guild_domains (guild_id, domain, status, challenge, created_at, proved_at, checked_at)
          VALUES (?, 'raids.ironvow.org', 'active', 'abc', 0, 0, 0)`,
    args: [guildId],
  });
const domainsOf = async (t: TestApp) => {
  const sql = "SELECT guild_id FROM guild_domains";
  return (await t.services.platform.db.all<{ guild_id: string }>(sql)).map((row) => row.guild_id);
};

describe("a guild that an operator deletes", () => {
  test("is closed to all, comes back as it was, and is gone for good when purged", async () => {
    const { t, guild, guildhall, dataDir } = await platform();
    await using _t = t;
    await withDomain(t, guild.id);
    const deleted = await guildhall("guilds", "delete", "iron-vow", "--confirm", "iron-vow");
    expect(deleted.out).toContain("Try:   guildhall guilds undelete iron-vow");
    expect((await guild.owner.get("/roster")).status).toBe(404);
    expect((await guildhall("guilds", "undelete", "iron-vow", "--dry-run")).code).toBe(0);
    expect((await guild.owner.get("/roster")).status).toBe(404);
    expect((await guildhall("guilds", "undelete", "iron-vow")).code).toBe(0);
    expect((await guild.owner.get("/roster")).status).toBe(200);
    const again = await guildhall("guilds", "undelete", "iron-vow", "--json");
    expect(JSON.parse(again.err).error.code).toBe("guild/status-changed");
    await guildhall("backups", "create", "iron-vow");
    t.services.tenants.evict(guild.id);
    const dry = await guildhall("guilds", "purge", "iron-vow", "--dry-run", "--json");
    expect(JSON.parse(dry.out)).toMatchObject({ backups: 1 });
    expect((await guildhall("guilds", "purge", "iron-vow")).code).toBe(2);
    const purged = await guildhall("guilds", "purge", "iron-vow", "--confirm", "iron-vow");
    expect(purged).toMatchObject({ code: 0 });
    expect(await domainsOf(t)).toEqual([]);
    expect(JSON.parse((await guildhall("guilds", "list", "--json")).out)).toEqual([]);
    expect(JSON.parse((await guildhall("backups", "list", "--json")).out)).toEqual([]);
    await expect(readFile(join(dataDir, "backups", "guilds"))).rejects.toThrow();
  });
});

test("a renamed guild is found under both addresses, and keeps its address when the new one is refused", async () => {
  const { t, guild, guildhall } = await platform();
  await using _t = t;
  const other = await t.guild("iron-wall");
  const rename = (...args: readonly string[]) => guildhall("guilds", "rename", "iron-vow", ...args);
  expect((await rename()).code).toBe(2);
  expect((await rename("--to", "")).err).toContain("--to:");
  expect(JSON.parse((await rename("--to", "api", "--json")).err).error.code).toMatch(/slug/);
  const taken = await rename("--to", other.slug, "--json");
  expect(taken).toMatchObject({ code: 1 });
  expect(JSON.parse(taken.err).error.code).toBe("guild/slug-taken");
  expect((await rename("--to", "ironvow", "--dry-run")).out).toContain("/g/ironvow");
  expect((await guild.owner.page("/g/iron-vow")).status).toBe(200);
  const renamed = await rename("--to", "ironvow", "--name", "Iron Vow Reborn", "--json");
  expect(JSON.parse(renamed.out)).toEqual({
    id: guild.id,
    name: "Iron Vow Reborn",
    slug: "ironvow",
  });
  const moved = await guild.owner.page("/g/iron-vow");
  expect([moved.status, moved.headers.get("location")]).toEqual([308, "/g/ironvow"]);
  const page = await guild.owner.page("/g/ironvow");
  expect(page.text).toContain("Iron Vow Reborn");
  expect((await guild.owner.page("/g/ironvow/audit")).text).toContain("guild.change");
});

describe("a guild's copies at the command line", () => {
  test("are made, listed, opened, thinned out and restored, after naming what would be lost", async () => {
    const { t, guild, guildhall } = await platform();
    await using _t = t;
    const none = await guildhall("backups", "restore", "iron-vow", "--json");
    expect(JSON.parse(none.err).error.code).toBe("backup/not-found");
    expect((await guildhall("backups", "create")).code).toBe(2);
    expect((await guildhall("backups", "create", "--all")).out).toContain("✓ iron-vow");
    await guild.owner.post("/roster/persons", { name: "Later" });
    const dry = await guildhall("backups", "restore", "iron-vow", "--dry-run", "--json");
    expect(JSON.parse(dry.out).lost).toEqual({ changes: 1 });
    const unsure = await guildhall("backups", "restore", "iron-vow");
    expect(unsure.code).toBe(2);
    expect(unsure.err).toContain("1 changes");
    const back = await guildhall("backups", "restore", "iron-vow", "--confirm", "iron-vow");
    expect(back).toMatchObject({ code: 0, err: "" });
    const people = await personsOf(t, "iron-vow");
    expect(people.map(({ name }) => name)).not.toContain("Later");
    expect((await guildhall("backups", "verify", "iron-vow")).code).toBe(0);
    const pruned = await guildhall("backups", "prune", "--all", "--dry-run", "--json");
    expect(JSON.parse(pruned.out).done).toHaveLength(1);
    const listed = JSON.parse((await guildhall("backups", "list", "iron-vow", "--json")).out);
    expect(listed.map(({ reason }: { reason: string }) => reason)).toEqual([
      "before-restore",
      "manual",
    ]);
    expect((await guildhall("backups", "platform")).out).toContain("platform/");
  });

  test("go back to a moment, to the newest of it or before, and say so when there is none", async () => {
    const { t, guild, guildhall } = await platform();
    await using _t = t;
    const found = (await t.services.platform.guildForUser("iron-vow", null))!.guild;
    const made = await t.services.backups.create(found, "manual", "test");
    // The commands have a clock of their own.
    const first = { ...made, takenAt: made.takenAt - 90 * 60_000 };
    await t.services.platform.db.client.execute({
      sql: "UPDATE backups SET taken_at = ? WHERE id = ?",
      args: [first.takenAt, first.id],
    });
    await guild.owner.post("/roster/persons", { name: "Later" });
    await t.services.backups.create(found, "manual", "test");
    const at = (ms: number) => new Date(first.takenAt + ms).toISOString();
    const restore = (...args: readonly string[]) =>
      guildhall("backups", "restore", "iron-vow", ...args, "--json");
    const before = await restore("--at", at(-1), "--dry-run");
    expect(JSON.parse(before.err).error.code).toBe("backup/none-before");
    for (const vague of ["yesterday", "2026-01-14T20:00:00"]) {
      expect((await restore("--at", vague, "--dry-run")).code).toBe(2);
    }
    expect((await restore("--at", at(0), "--backup", first.id)).code).toBe(2);
    const dry = await restore("--at", at(75 * 60_000), "--dry-run");
    expect(JSON.parse(dry.out)).toMatchObject({ backup: first.id, distanceMs: 75 * 60_000 });
    const told = ["backups", "restore", "iron-vow", "--at", at(75 * 60_000), "--dry-run"];
    expect((await guildhall(...told)).out).toContain("1 hour 15 minutes before that");
    const back = await restore("--at", at(75 * 60_000), "--confirm", "iron-vow");
    expect(back).toMatchObject({ code: 0, err: "" });
    const people = await personsOf(t, "iron-vow");
    expect(people.map(({ name }) => name)).not.toContain("Later");
  });
});

describe("one file of a guild", () => {
  test("describes itself, and makes the same guild again under another owner", async () => {
    const { t, guildhall, dataDir } = await platform();
    await using _t = t;
    const file = join(dataDir, "iron-vow.db.gz");
    expect((await guildhall("guilds", "export", "iron-vow", "--to", file)).code).toBe(0);
    expect((await guildhall("guilds", "export", "iron-vow", "--to", file)).code).toBe(1);
    const stranger = (await t.signUp()).identity.email!;
    const who = ["--owner-email", stranger, "--json"];
    const looked = await guildhall("guilds", "import", file, "--dry-run", ...who);
    expect(JSON.parse(looked.out)).toMatchObject({ guild: { name: "Guild iron-vow" } });
    const taken = await guildhall("guilds", "import", file, ...who);
    expect(JSON.parse(taken.err).error.code).toBe("guild/name-taken");
    const made = await guildhall("guilds", "import", file, "--name", "Iron Again", ...who);
    expect(JSON.parse(made.out)).toMatchObject({ slug: "iron-again", status: "ready" });
    const people = await personsOf(t, "iron-again");
    expect(people).toContainEqual({ name: "Jaina", user_id: null });
    expect((await guildhall("guilds", "check", "iron-again")).code).toBe(0);
    expect((await guildhall("migrate", "verify", "--guild", "iron-again")).code).toBe(0);
  });

  test("keeps the guild's description, contact, time zone, schedule and edition", async () => {
    const { t, guildhall, dataDir } = await platform();
    await using _t = t;
    const who = async () => ["--owner-email", (await t.signUp()).identity.email];
    const settings = {
      description: "We raid\non Wednesdays.",
      contact: "ash@example.test",
      timeZone: "Europe/Madrid",
      raidSchedule: { weekdays: [3, 7], startsAt: "21:00", endsAt: "23:30" },
    };
    const all = "description, contact, time_zone, raid_schedule, edition, is_public";
    const settingsOf = (slug: string) =>
      t.services.platform.db.first<Record<string, unknown>>(
        `SELECT ${all} FROM guilds WHERE slug = ?`,
        slug,
      );
    await t.services.platform.db.client.execute({
      sql: `UPDATE guilds SET description = ?, contact = ?, time_zone = ?, raid_schedule = ?,
        edition = 'era', is_public = 1 WHERE slug = 'iron-vow'`,
      args: [
        settings.description,
        settings.contact,
        settings.timeZone,
        JSON.stringify(settings.raidSchedule),
      ],
    });
    const { guild } = (await t.services.platform.guildForUser("iron-vow", null))!;
    await withDomain(t, guild.id);
    const before = await settingsOf("iron-vow");
    const file = join(dataDir, "iron-vow.db.gz");
    expect((await guildhall("guilds", "export", "iron-vow", "--to", file)).code).toBe(0);
    const made = await guildhall(
      "guilds",
      "import",
      file,
      "--name",
      "Iron Again",
      ...(await who()),
    );
    expect(made).toMatchObject({ code: 0, err: "" });
    // Whether it is public is decided again.
    expect(await settingsOf("iron-again")).toEqual({ ...before, is_public: 0 });
    const cloned = await guildhall(
      "guilds",
      "clone",
      "iron-vow",
      "--slug",
      "iron-lab",
      ...(await who()),
    );
    expect(cloned).toMatchObject({ code: 0, err: "" });
    expect(await settingsOf("iron-lab")).toEqual({ ...before, is_public: 0 });
    // The proof of a domain belongs to one guild.
    expect(await domainsOf(t)).toEqual([guild.id]);
    const shown = await guildhall("guilds", "domain", "iron-vow");
    expect(shown.out).toMatch(/domain +raids\.ironvow\.org[\s\S]*status +suspended/);
    const none = await guildhall("guilds", "domain", "iron-lab");
    expect(none.out).toContain("iron-lab has no domain of its own");
  });

  test("that is no database, or damaged, changes nothing", async () => {
    const { t, guildhall, dataDir, email } = await platform();
    await using _t = t;
    for (const [name, bytes] of [
      ["text.gz", gzipSync("not a database at all")],
      ["plain.txt", Buffer.from("neither")],
    ] as const) {
      const file = join(dataDir, name);
      await writeFile(file, bytes);
      const refused = await guildhall("guilds", "import", file, "--owner-email", email, "--json");
      expect(JSON.parse(refused.err).error.code).toBe("import/not-an-export");
    }
    const guilds = JSON.parse((await guildhall("guilds", "list", "--json")).out);
    expect(guilds).toHaveLength(1);
  });

  test("a clone is a separate guild: changes to it stay in it", async () => {
    const { t, guildhall, email } = await platform();
    await using _t = t;
    await t.services.platform.db.client.execute({
      sql: "UPDATE guilds SET plan = (SELECT name FROM plans ORDER BY position DESC LIMIT 1)",
      args: [],
    });
    const args = ["clone", "iron-vow", "--slug", "iron-lab", "--owner-email", email, "--json"];
    const made = await guildhall("guilds", ...args);
    expect(made.err).toBe("");
    expect(JSON.parse(made.out)).toMatchObject({ slug: "iron-lab", generation: 2 });
    const [original, clone] = [await personsOf(t, "iron-vow"), await personsOf(t, "iron-lab")];
    expect(clone).toEqual(original);
    expect((await guildhall("guilds", "check", "iron-lab")).code).toBe(0);
  });
});
