import { expect, test } from "vitest";
import { openEmbedded } from "../../src/database/embedded.ts";
import { type Answer, type TestClient, testApp } from "../support/app.ts";
import { type SmallDisk, smallDisk } from "../support/small-disk.ts";

const MEGABYTE = 1024 * 1024;
const TRIES_MAX = 60;
const DOORS = ["api", "roster", "form", "account", "signUp"] as const;

async function onSmallDisk(work: (disk: SmallDisk) => Promise<void>): Promise<void> {
  using disk = smallDisk(24 * MEGABYTE);
  if (disk) await work(disk);
}

/** The writes of a night, through every door that a person has. */
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

/** A log may have some room left, so that a few writes fit; then the answer is that the disk is full. */
async function untilFull(send: (n: number) => Promise<Answer>, disk: SmallDisk): Promise<Answer> {
  for (let n = 0; n < TRIES_MAX; n++) {
    await disk.fill();
    const answer = await send(n);
    if (answer.status >= 400) return answer;
  }
  throw new Error(`None of ${TRIES_MAX} writes was refused.`);
}

test("R40 a full disk answers every write with 507, guilds not yet open are read, and room ends it", async () =>
  onSmallDisk(async (disk) => {
    const t = await testApp({ DATA_DIR: disk.dir, OPEN_MAX: "1" });
    try {
      const first = await t.guild("first-vow");
      const second = await t.guild("second-vow");
      const made = await first.owner.post("/roster/persons", { name: "Cinder" });
      await second.owner.post("/roster/persons", { name: "Ember" });
      // None of the two is open: the disk is full when they are asked for.
      await t.services.tenants.closeIdle();
      // Without a log that has room of its own, every write of the platform needs some of the disk's.
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
        expect([door, status, text]).toEqual([door, 507, expect.stringMatching(/disk is full/)]);
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

test("R40 a write that does not fit takes nothing of itself, and what was there before stays", async () =>
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
