import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, statSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hashSync } from "bcryptjs";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Guild } from "../../src/platform/store.ts";
import { type TestApp, testApp } from "../support/app.ts";
import { bundleScript } from "../support/bundle.ts";
import { runCli } from "../support/cli.ts";
import { type LegacyMember, makeLegacyDatabase } from "../support/legacy-database.ts";
import { removeSearched } from "../support/secrets/folders.ts";

let main: string;
let folder: string;
let t: TestApp;
beforeAll(async () => {
  main = await bundleScript("provisioning/cli/main.ts");
  folder = await mkdtemp(join(tmpdir(), "guildhall-legacy-"));
  t = await testApp({}, { clock: () => new Date() });
});
afterAll(async () => {
  await t.close();
  await rm(main, { force: true });
  await removeSearched(folder);
});

async function command(...args: readonly string[]) {
  const { code, out, err } = await runCli(main, t.dir, ["import", ...args, "--json"], t.env);
  expect(err).toBe("");
  return { code, body: JSON.parse(out) };
}

const OWNER = ["--owner", "owner@example.test"];
const COST = 4;
const member = (id: number, name: string, more: Partial<LegacyMember> = {}): LegacyMember => ({
  ...{ id, name, points: 0 },
  ...more,
});

/** Everything of a guild that people see, by name instead of by id. */
async function contents(slug: string) {
  const { guild } = (await t.services.platform.guildForUser(slug, null)) as { guild: Guild };
  return await t.services.tenants.use(guild, async (db) => ({
    balances: await db.all(`SELECT persons.name, unit, balance FROM balances
      JOIN accounts ON accounts.id = account_id JOIN persons ON persons.id = person_id
      WHERE balance <> 0 ORDER BY 1, 2`),
    bids: await db.all(`SELECT item_name, name, value, bids.state FROM bids
      JOIN auctions ON auctions.id = auction_id JOIN persons ON persons.id = person_id ORDER BY 1`),
    loot: await db.all(
      "SELECT item_name, price, tx_id IS NULL AS unpaid FROM loot_awards ORDER BY 1",
    ),
    raids: await db.all("SELECT name, starts_at FROM raids ORDER BY 1"),
    people: await db.all(
      "SELECT name, user_id IS NULL AS free FROM persons WHERE status = 'active' ORDER BY 1",
    ),
  }));
}

interface Membership {
  readonly email: string;
  readonly role: string;
}

function byEmail(a: Membership, b: Membership): number {
  return a.email < b.email ? -1 : 1;
}

async function memberships(slug: string) {
  return await t.services.platform.db.all<Membership>(
    `SELECT email, role FROM memberships JOIN users ON users.id = user_id
     JOIN guilds ON guilds.id = guild_id WHERE slug = ? ORDER BY email`,
    slug,
  );
}

test("an imported account signs in once by its old password, and no file opens an account that exists", async () => {
  const { owner } = await t.guild("iron-vow");
  const stranger = await t.signUp("ana");
  const file = join(folder, "accounts.db");
  const costly = `$2b$15$${hashSync("x", COST).slice(7)}`;
  makeLegacyDatabase(file, {
    nights: 2,
    members: [
      member(1, "Ana", {
        email: " ANA@example.test",
        hash: hashSync("of the old one", COST),
        role: "admin",
      }),
      member(2, "Ben", {
        email: "ben@old.test",
        hash: hashSync("ben's old words", COST),
        role: "officer",
      }),
      member(3, "Cleo", {
        email: "cleo@old.test",
        hash: hashSync("admin123", COST),
        role: "admin",
      }),
      member(4, "Dora", { email: "dora@old.test", hash: costly }),
      member(5, "Eve"),
      member(6, "Fay", { email: "BEN@OLD.test", hash: hashSync("of fay", COST) }),
    ],
  });
  const before = await memberships("iron-vow");
  const { code, body } = await command("legacy", file, ...OWNER, "--guild", "iron-vow", "--yes");
  expect(code).toBe(0);
  expect(body.counts).toMatchObject({ accounts: 3, memberships: 3, persons: 6 });
  expect(body.invitations).toEqual([
    expect.objectContaining({ legacyUserId: 5, why: "no e-mail" }),
    expect.objectContaining({ legacyUserId: 6, why: "e-mail belongs to another member" }),
    expect.objectContaining({
      legacyUserId: 1,
      role: "admin",
      why: expect.stringContaining("has an account"),
    }),
  ]);
  expect(await memberships("iron-vow")).toEqual(
    [
      ...before,
      { email: "ben@old.test", role: "officer" },
      { email: "cleo@old.test", role: "admin" },
      { email: "dora@old.test", role: "raider" },
    ].toSorted(byEmail),
  );

  const signIn = async (email: string, password: string) =>
    (await t.anonymous.post("/api/session", { email, password })).status;
  expect(await signIn("ana@example.test", "of the old one")).toBe(401);
  expect(await signIn("ana@example.test", String(stranger.identity.password))).toBe(201);
  expect(await signIn("ben@old.test", "of fay")).toBe(401);
  expect(await signIn("ben@old.test", "ben's old words")).toBe(201);
  expect(await signIn("cleo@old.test", "admin123")).toBe(401);
  expect(await signIn("dora@old.test", "x")).toBe(401);
  const hashes = await t.services.platform.db.all<{ email: string; kind: string }>(
    "SELECT email, substr(password_hash, 1, 3) AS kind FROM users WHERE email LIKE '%@old.test' ORDER BY 1",
  );
  expect(hashes.map(({ kind }) => kind)).not.toContainEqual("$2b$");
  expect(hashes[0]!.kind).not.toBe("$2b");
  expect(await signIn("ben@old.test", "ben's old words")).toBe(201);

  const exported = await owner.get("/imports");
  const { guild } = (await t.services.platform.guildForUser("iron-vow", null)) as { guild: Guild };
  const stored = await t.services.tenants.use(guild, (db) =>
    db.all("SELECT label, data FROM import_rows UNION ALL SELECT action, after FROM audit_log"),
  );
  const texts = JSON.stringify([exported.body, stored, body]);
  for (const secret of ["$2b$", "CANARY-RESET", "ben@old.test"]) {
    expect(texts.includes(secret)).toBe(false);
  }
});

test("an import that no member has used is taken back with its accounts, points and auctions", async () => {
  const { owner } = await t.guild("ash");
  const file = join(folder, "reverted.db");
  makeLegacyDatabase(file, {
    nights: 3,
    members: [
      member(1, "Gil", { email: "gil@old.test", hash: hashSync("gil's words", COST), points: 99 }),
      member(2, "Hal", { points: 30 }),
    ],
  });
  const [before, members] = [await contents("ash"), await memberships("ash")];
  const dry = await command("legacy", file, ...OWNER, "--guild", "ash", "--dry-run");
  expect([await contents("ash"), await memberships("ash")]).toEqual([before, members]);
  const { body } = await command("legacy", file, ...OWNER, "--guild", "ash", "--yes");
  expect(body.counts).toEqual(dry.body.counts);
  expect(body.balances).toEqual([
    expect.objectContaining({ person: "Gil", points: 99, corrected: 74 }),
    expect.objectContaining({ person: "Hal", points: 30, corrected: 10 }),
  ]);
  const plan = await command("revert", body.batchId, "--guild", "ash", "--dry-run");
  expect(plan).toMatchObject({ code: 0, body: { obstacles: [] } });
  const back = await command("revert", body.batchId, "--guild", "ash", "--yes");
  expect(back).toMatchObject({ code: 0, body: { state: "reverted" } });
  expect([await contents("ash"), await memberships("ash")]).toEqual([before, members]);
  expect((await owner.get("/dkp/verification")).body.isRight).toBe(true);
});

test("an import that is killed at any moment is finished by the same command, as if nothing had happened", async () => {
  const [first, second] = [await t.guild("undisturbed"), await t.guild("killed")];
  const file = join(folder, "killed.db");
  const members = Array.from({ length: 12 }, (_, at) =>
    member(at + 1, `Kim${"abcdefghijkl"[at]}`, {
      points: 7,
      ...(at === 0 && { email: "kim@old.test" }),
    }),
  );
  makeLegacyDatabase(file, { nights: 20, members });
  const args = (slug: string) => ["legacy", file, ...OWNER, "--guild", slug, "--yes"];
  const whole = await command(...args("undisturbed"));
  for (const afterMs of [400, 800, 1_200, 1_600]) {
    const child = spawn(process.execPath, [main, "import", ...args("killed"), "--json"], {
      env: { PATH: process.env["PATH"], DATA_DIR: t.dir, ...t.env },
      stdio: "ignore",
    });
    const ended = once(child, "exit");
    setTimeout(() => child.kill("SIGKILL"), afterMs);
    await ended;
  }
  const { body } = await command(...args("killed"));
  const sum = (counts: Record<string, number>) => ({ ...counts, accounts: 0, memberships: 0 });
  const all = (one: { counts: Record<string, number>; alreadyKnown: Record<string, number> }) =>
    Object.fromEntries(
      Object.keys(one.counts).map((kind) => [kind, one.counts[kind]! + one.alreadyKnown[kind]!]),
    );
  expect(sum(all(body))).toEqual(sum(all(whole.body)));
  expect(body.balances).toEqual(whole.body.balances);
  const [a, b] = [await contents("undisturbed"), await contents("killed")];
  expect({ ...b, people: [] }).toEqual({ ...a, people: [] });
  expect((await first.owner.get("/dkp/verification")).body.isRight).toBe(true);
  expect((await second.owner.get("/dkp/verification")).body.isRight).toBe(true);
});

test("a new guild is founded with the history, once", async () => {
  const ana = await t.signUp("founder");
  const file = join(folder, "new.db");
  makeLegacyDatabase(file, { nights: 1, members: [member(1, "Ida", { points: 5 })] });
  const email = String(ana.identity.email);
  const args = [
    "legacy",
    file,
    "--owner",
    email,
    "--new",
    "New Dawn",
    "--realm",
    "Area 52",
    "--region",
    "us",
  ];
  const dry = await command(...args, "--dry-run");
  expect(dry.body.counts).toMatchObject({ persons: 1, entries: 2 });
  expect(await memberships("new-dawn")).toEqual([]);
  const done = await command(...args, "--yes");
  expect(done.body).toMatchObject({
    guild: "new-dawn",
    counts: { persons: 1, entries: 2, raids: 1 },
  });
  expect(await memberships("new-dawn")).toEqual([{ email, role: "owner" }]);
  const again = await command(...args, "--yes");
  expect(again.body.alreadyKnown).toMatchObject({ persons: 1, entries: 2, raids: 1 });
});

const FULL = process.env["GUILDHALL_SCALE"] === "full";
/** Pictures and logs that stay behind are most of a large database. */
const SIZE = FULL
  ? { nights: 1_000, people: 40, megabytes: 190 }
  : { nights: 6, people: 10, megabytes: 8 };
const MEMORY_MB_MAX = 256;

test("a large database is imported in bounded memory", { timeout: 1_200_000 }, async () => {
  await t.guild("large");
  const file = join(folder, "large.db");
  const members = Array.from({ length: SIZE.people }, (_, at) =>
    member(at + 1, `Lu${letters(at)}`),
  );
  makeLegacyDatabase(file, {
    nights: SIZE.nights,
    members,
    fillerBytes: SIZE.megabytes * 1024 ** 2,
  });
  const words = ["import", "legacy", file, ...OWNER, "--guild", "large", "--yes", "--json"];
  const env = { PATH: process.env["PATH"], DATA_DIR: t.dir, ...t.env };
  const child = spawn(process.execPath, [main, ...words], { env, stdio: "ignore" });
  const ended = once(child, "exit");
  let peakMb = 0;
  const watch = setInterval(() => {
    peakMb = Math.max(peakMb, peakOf(child.pid!));
  }, 50);
  const [code] = await ended;
  clearInterval(watch);
  console.info(`Peak memory: ${peakMb} MB for ${Math.round(statSync(file).size / 1024 ** 2)} MB`);
  expect(code).toBe(0);
  expect(peakMb).toBeGreaterThan(0);
  expect(peakMb).toBeLessThanOrEqual(MEMORY_MB_MAX);
});

function letters(number: number): string {
  return String.fromCharCode(97 + Math.floor(number / 26), 97 + (number % 26));
}

/** The most memory that a process has used so far, in megabytes; 0 once it has ended. */
function peakOf(pid: number): number {
  try {
    const found = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
    return Math.round(Number(found?.[1] ?? 0) / 1024);
  } catch {
    return 0;
  }
}
