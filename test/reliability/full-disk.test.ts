import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openEmbedded } from "../../src/database/embedded.ts";
import { handlesReleased } from "../../src/database/embedded-handles.ts";
import { systemClock } from "../../src/kernel/clock.ts";
import { type Answer, type TestClient, testApp } from "../support/app.ts";
import { bundleScript } from "../support/bundle.ts";
import { runCli } from "../support/cli.ts";
import { seen } from "../support/secrets/seen.ts";
import { type SmallDisk, smallDisk } from "../support/small-disk.ts";

const MEGABYTE = 1024 * 1024;
const TRIES_MAX = 60;
const DOORS = ["api", "roster", "form", "account", "signUp"] as const;

async function onSmallDisk(work: (disk: SmallDisk) => Promise<void>): Promise<void> {
  using disk = smallDisk(24 * MEGABYTE);
  if (disk) await work(disk);
}

/** The writes of a night, through every interface that a person has. */
const writes = (owner: TestClient, slug: string, personId: string, n: number) => ({
  api: () =>
    owner.post(`/api/g/${slug}/dkp/awards`, { personIds: [personId], points: 1, reason: "Full" }),
  roster: () => owner.post(`/api/g/${slug}/roster/persons`, { name: `Latecomer ${n}` }),
  form: () => owner.submit(`/g/${slug}/roster/new`, { name: `By form ${n}` }),
  account: () => owner.patch("/api/account", { name: `Renamed ${n}` }),
  signUp: () =>
    owner.post("/api/users", {
      email: `late-${n}@example.test`,
      password: `four words of no use ${n}`,
      name: "New",
    }),
});

/** A log may have some room left, so that a few writes fit. Then the answer is that the disk is full. */
async function untilFull(send: (n: number) => Promise<Answer>, disk: SmallDisk): Promise<Answer> {
  for (let n = 0; n < TRIES_MAX; n++) {
    await disk.fill();
    const answer = await send(n);
    if (answer.status >= 400) return answer;
  }
  throw new Error(`None of ${TRIES_MAX} writes was refused.`);
}

test("R40 a full disk answers every write with 507, serves reads of guilds not yet open, and recovers with room", async () =>
  onSmallDisk(async (disk) => {
    const t = await testApp({ DATA_DIR: disk.dir, OPEN_MAX: "1" });
    try {
      const first = await t.guild("first-vow");
      const second = await t.guild("second-vow");
      const made = await first.owner.post("/roster/persons", { name: "Cinder" });
      await second.owner.post("/roster/persons", { name: "Ember" });
      // Neither of the two is open: the first request finds the disk full.
      await t.services.tenants.closeIdle();
      // Without free space in its log, every write of the platform needs some of the disk.
      const sql = "PRAGMA wal_checkpoint(TRUNCATE)";
      await t.services.platform.db.client.execute({ sql, args: [] });
      await disk.fill();

      for (const guild of [first, second, first]) {
        const list = await guild.owner.get("/roster");
        expect([list.status, list.text]).toEqual([200, expect.stringMatching(/Cinder|Ember/)]);
      }
      const owner = first.owner.platform();
      for (const door of DOORS) {
        const { status, text } = await untilFull(
          (n) => writes(owner, first.slug, made.body.id, n)[door](),
          disk,
        );
        expect([door, status, text]).toEqual([
          door,
          507,
          expect.stringMatching(/disk of this server is full/),
        ]);
      }
      const { email, password } = owner.identity;
      const entered = await untilFull(
        () => t.anonymous.post("/api/session", { email, password }),
        disk,
      );
      expect([entered.status, entered.body.type]).toEqual([507, "/problems/database/storage-full"]);

      await disk.free();
      await expect
        .poll(async () => (await first.owner.post("/roster/persons", { name: "Ash" })).status, {
          timeout: 10_000,
        })
        .toBe(201);
      expect((await t.anonymous.post("/api/session", { email, password })).status).toBe(201);
    } finally {
      await t.close();
    }
  }));

test("R40 a write that does not fit leaves no part of itself, and earlier data stays", async () =>
  onSmallDisk(async (disk) => {
    const url = `file://${disk.dir}/whole.db`;
    const client = await openEmbedded({ url }, { create: true });
    const run = (sql: string, ...args: (string | number)[]) => client.execute({ sql, args });
    await run("CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)");
    await run("INSERT INTO notes (text) VALUES (?)", "before");
    await disk.fill();
    const failed = await client
      .batch(
        Array.from({ length: 50 }, () => ({
          sql: "INSERT INTO notes (text) VALUES (?)",
          args: ["x".repeat(4096)],
        })),
        "write",
      )
      .catch((error: unknown) => error);
    expect(failed).toMatchObject({ kind: "full", reason: "ENOSPC" });
    expect((await run("SELECT text FROM notes")).rows).toEqual([["before"]]);
    await disk.free();
    await run("INSERT INTO notes (text) VALUES (?)", "after");
    expect((await run("SELECT text FROM notes")).rows).toEqual([["before"], ["after"]]);
    await client.close();
  }));

/** Fills the disk except for this many bytes. */
async function fillBut(disk: SmallDisk, bytes: number): Promise<void> {
  const gap = join(disk.dir, "gap");
  await writeFile(gap, Buffer.alloc(bytes));
  await disk.fill();
  await rm(gap);
}

const found = (person: TestClient, slug: string) =>
  person.post("/api/guilds", {
    name: `Guild ${slug}`,
    realm: "Area 52",
    region: "eu",
    faction: "horde",
    slug,
  });

test("R40 a guild founded on a full disk gets 507 and leaves nothing, also where a little room is left", async () =>
  onSmallDisk(async (disk) => {
    const t = await testApp({ DATA_DIR: disk.dir });
    try {
      await t.guild("first-vow");
      const [owner, failed] = [await t.signUp(), await t.guild("failed-vow")];
      for (const bytes of [0, 64 * 1024, 300 * 1024, 520 * 1024]) {
        await fillBut(disk, bytes);
        const answer = await found(owner, "full-vow");
        expect([bytes, answer.status, answer.body.type, answer.body.detail]).toEqual([
          bytes,
          507,
          "/problems/database/storage-full",
          expect.stringMatching(/disk of this server is full.*Try again/),
        ]);
        const page = await owner.submit("/guilds/new", {
          name: "Guild full-vow",
          realm: "Area 52",
          region: "eu",
          faction: "horde",
        });
        expect([page.status, page.text]).toEqual([
          507,
          expect.stringContaining("disk of this server is full"),
        ]);
        expect((await owner.get("/api/g/full-vow/roster")).status).toBe(404);
        await disk.free();
      }
      const sql = "UPDATE guilds SET status = 'failed' WHERE slug = 'failed-vow'";
      await t.services.platform.db.client.execute({ sql, args: [] });
      await fillBut(disk, 300 * 1024);
      const { body, status } = await failed.owner.get("/roster");
      expect([status, body.type]).toEqual([507, "/problems/database/storage-full"]);
      const retry = await failed.owner.platform().post(`/api/guilds/${failed.id}/operation`);
      expect(retry.status).toBe(507);
      await disk.free();
      expect((await failed.owner.get("/roster")).status).toBe(503);
      expect((await found(owner, "full-vow")).status).toBe(201);
    } finally {
      await t.close();
    }
  }));

test("R40 of guilds that are founded at once, those without room get 507, and their page offers another try", async () =>
  onSmallDisk(async (disk) => {
    const t = await testApp({ DATA_DIR: disk.dir });
    try {
      await t.guild("first-vow");
      const people = await Promise.all(Array.from({ length: 6 }, () => t.signUp()));
      await fillBut(disk, 1_400 * 1024);
      const answers = await Promise.all(people.map((one, n) => found(one, `vow-number-${n}`)));
      const statuses = answers.map(({ status }) => status);
      expect(statuses.filter((status) => status !== 201 && status !== 507)).toEqual([]);
      expect(statuses).toContain(507);
      await disk.free();
      const late = answers.findIndex(({ body }) => /guild is kept/i.test(body.detail));
      expect(late).toBeGreaterThanOrEqual(0);
      const founded = await t.services.platform.guildForUser(`vow-number-${late}`, null);
      const { id } = founded!.guild;
      // Owners try failed foundings again. The sweep handles those that could not even be recorded.
      t.advance(60_000);
      await t.services.provisioner.resume();
      const again = await people[late]!.post(`/api/guilds/${id}/operation`);
      expect([again.status, again.body.status]).toEqual([202, "ready"]);
    } finally {
      await t.close();
    }
  }));

test("R36 a full disk that comes and goes is logged once a minute, and one that stays is logged then", async () =>
  onSmallDisk(async (disk) => {
    const t = await testApp({ DATA_DIR: disk.dir });
    try {
      const { owner } = await t.guild("first-vow");
      const award = (n: number) => owner.post("/roster/persons", { name: `Latecomer ${n}` });
      const from = seen.lines.length;
      const told = (event: string) =>
        seen.lines.slice(from).filter((line) => line.includes(`"event":"${event}"`)).length;
      for (let time = 0; time < 3; time++) {
        expect((await untilFull((n) => award(100 * time + n), disk)).status).toBe(507);
        await disk.free();
        await expect.poll(async () => (await award(1_000 + time)).status).toBe(201);
      }
      expect([told("database.fault"), told("database.recovered")]).toEqual([1, 1]);
      expect((await untilFull((n) => award(500 + n), disk)).status).toBe(507);
      t.advance(61_000);
      expect((await untilFull((n) => award(600 + n), disk)).status).toBe(507);
      expect(told("database.fault")).toBe(2);
    } finally {
      await t.close();
    }
  }));

test("R40 a command on a full disk says that room has to be made, and changes nothing", async () =>
  onSmallDisk(async (disk) => {
    const main = await bundleScript("provisioning/cli/main.ts");
    const t = await testApp({ DATA_DIR: disk.dir }, { clock: systemClock });
    try {
      await t.guild("first-vow");
      await t.services.platform.db.close();
      await handlesReleased();
      await disk.fill();
      for (const args of [
        ["guilds", "suspend", "first-vow", "--reason", "Under review"],
        ["backups", "create", "--all"],
      ]) {
        const { code, out, err } = await runCli(main, disk.dir, args, t.env);
        expect([code, out + err]).toEqual([1, expect.stringMatching(/Make room on the disk/)]);
      }
      const json = ["guilds", "suspend", "first-vow", "--reason", "Under review", "--json"];
      const { err } = await runCli(main, disk.dir, json, t.env);
      expect(JSON.parse(err).error.code).toBe("database/storage-full");
      await disk.free();
    } finally {
      await t.close();
      await rm(main);
    }
  }));
