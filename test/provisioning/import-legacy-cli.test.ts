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

const OWNER = ["--owner", "ana@example.test"];
const command = async (t: TestApp, ...args: readonly string[]) => {
  const end = await runCli(main, t.dir, ["import", ...args, "--json"], t.env);
  return { ...end, body: end.out === "" ? undefined : JSON.parse(end.out) };
};

async function query<T extends object>(t: TestApp, slug: string, text: string) {
  const { guild } = (await t.services.platform.guildForUser(slug, null)) as { guild: Guild };
  return await t.services.tenants.use(guild, (db) => db.all<T>(text));
}

/** All rows of the platform and of a guild that an import could change, without sessions and audit. */
async function state(t: TestApp, slug: string) {
  const { db } = t.services.platform;
  const users = await db.all("SELECT id, email, password_hash FROM users ORDER BY id");
  const members = await db.all("SELECT user_id, role FROM memberships ORDER BY user_id");
  const counts: Record<string, unknown> = {};
  const tables = await query<{ name: string }>(
    t,
    slug,
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name",
  );
  for (const { name } of tables) {
    if (name.startsWith("audit")) continue;
    counts[name] = await query(t, slug, `SELECT count(*) AS n FROM "${name}"`);
  }
  return { users, members, counts };
}

describe.skipIf(samples === undefined)("single-guild points databases", () => {
  const expectedOf = (name: string) =>
    JSON.parse(readFileSync(join(samples!, `${name}.expected.json`), "utf8"));
  const hashes = async () =>
    (await readdir(samples!)).sort().map((name) => {
      const bytes = readFileSync(join(samples!, name));
      return [name, createHash("sha256").update(bytes).digest("hex")];
    });

  test("a whole guild moves in with every balance and account, once, and can be taken back", async () => {
    await using t = await testApp({}, { clock: () => new Date() });
    await t.guild("iron-vow");
    const expected = expectedOf("dkp-single-tenant");
    const file = join(samples!, "dkp-single-tenant.db");
    const [before, files] = [await state(t, "iron-vow"), await hashes()];
    const args = [file, ...OWNER, "--guild", "iron-vow", "--time-zone", "Europe/Madrid"];
    const counts = {
      ...{ accounts: 24, memberships: 24, persons: 34, characters: 57, auctions: 26, loot: 28 },
      entries: expected.ledger.posted + expected.epgp.entries,
      ...{ raids: 20, attendance: 258, signups: 54, wishes: 32, councils: 9 },
    };
    const dry = await command(t, "legacy", ...args, "--dry-run");
    expect(dry.err).toBe("");
    expect(dry).toMatchObject({ code: 3, body: { dryRun: true, counts } });
    expect(await state(t, "iron-vow")).toEqual(before);
    const real = await command(t, "legacy", ...args, "--yes");
    expect(real.err).toBe("");
    expect(real).toMatchObject({ code: 3, body: { counts } });
    expect(real.body.balances).toEqual(dry.body.balances);
    const wanted = expected.ledger.balances as {
      legacyUserId: number;
      balance: number;
      correction: number;
    }[];
    expect(
      real.body.balances.map((one: { legacyUserId: number; points: number; corrected: number }) => [
        one.legacyUserId,
        one.points,
        one.corrected,
      ]),
    ).toEqual(wanted.map((one) => [one.legacyUserId, one.balance, one.correction]));
    const stored = await query<{ n: number }>(
      t,
      "iron-vow",
      `SELECT CAST(sum(balance) AS REAL) / 100 AS n FROM balances JOIN accounts ON accounts.id = account_id
       WHERE kind = 'person' AND unit = 'pt'`,
    );
    expect(stored[0]!.n).toBe(expected.ledger.sumOfBalances);
    const again = await command(t, "legacy", ...args, "--yes");
    expect(again.body.alreadyKnown).toEqual(counts);
    expect(Object.values(again.body.counts).every((n) => n === 0)).toBe(true);
    const bytes = await t.storedBytes();
    for (const marker of expected.secrets.markers) expect(bytes.includes(marker)).toBe(false);
    for (const { email, password, passwordUsable } of expected.accounts.list.slice(0, 6)) {
      const answer = await t.anonymous.post("/api/session", { email, password });
      expect([email, answer.status]).toEqual([email, passwordUsable ? 201 : 401]);
    }
    expect(await hashes()).toEqual(files);

    // Accounts that were used are the members' own now.
    const id = real.body.batchId;
    const kept = await command(t, "revert", id, "--guild", "iron-vow", "--yes");
    expect(kept).toMatchObject({ code: 1, body: { state: "done" } });
    expect(kept.body.obstacles[0].kind).toBe("link");
  });

  test("an old database without e-mails comes along with every balance, and no one gets an account", async () => {
    await using t = await testApp({}, { clock: () => new Date() });
    await t.guild("iron-vow");
    const expected = expectedOf("old");
    const args = [join(samples!, "old.db"), ...OWNER, "--guild", "iron-vow", "--yes"];
    const old = await command(t, "legacy", ...args);
    expect(old.err).toBe("");
    const none = { accounts: 0, memberships: 0, attendance: 0, signups: 0, wishes: 0, councils: 0 };
    const counts = {
      ...none,
      persons: 15,
      characters: 15,
      entries: 69,
      auctions: 6,
      loot: 4,
      raids: 5,
    };
    expect(old).toMatchObject({ code: 0, body: { counts } });
    type Balance = { legacyUserId: number; balance: number; correction: number };
    expect(old.body.balances.map((one: { points: number }) => one.points)).toEqual(
      (expected.ledger.balances as Balance[]).map((one) => one.balance),
    );
    const before = await state(t, "iron-vow");
    const file = join(samples!, "dkp-single-tenant.db");
    const real = await command(t, "legacy", file, ...OWNER, "--guild", "iron-vow", "--yes");
    // Both files have members with the same characters: they are found, not doubled.
    expect(real.err + String(real.code)).toMatch(/open-questions|3/);
    const done = await command(t, "list", "--guild", "iron-vow");
    expect(done.body.length).toBeGreaterThan(0);
    expect(before.users.length).toBe(1);
  });
});
