import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type BoundedGuild, boundedServer, expectFairness } from "../support/bounded-server.ts";
import { changeByHand } from "../support/foreign-file.ts";

// Work that reads a guild's whole database. SQLite does each step in one piece, and 150 MB take seconds.

const IS_FULL = process.env["GUILDHALL_SCALE"] === "full";
const MEGABYTES = IS_FULL ? 150 : 80;

let server: Awaited<ReturnType<typeof boundedServer>>;
let guild: BoundedGuild;

beforeAll(async () => {
  server = await boundedServer();
  const folder = join(server.dir, "guilds");
  const before = new Set(await readdir(folder));
  guild = await server.guild("large");
  const path = (await readdir(folder)).find((name) => name.endsWith(".db") && !before.has(name))!;
  changeByHand(
    join(folder, path),
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${MEGABYTES * 500})
     INSERT INTO raids (id, name, pool_id, starts_at, ends_at, status, note, created_at)
     SELECT printf('00000000-0000-4000-8000-%012d', i), 'Night', (SELECT id FROM pools LIMIT 1),
       1000 * i, 1000 * i, 'ended', printf('%.*c', 2000, 'x'), 0 FROM n`,
  );
  expect((await stat(join(folder, path))).size).toBeGreaterThan(MEGABYTES * 1_000_000);
}, 60_000);
afterAll(() => server[Symbol.asyncDispose]());

const WORK: Readonly<Record<string, () => Promise<void>>> = {
  "the export of a large guild": async () => {
    const { status } = await guild.api.post("/settings/export", {});
    expect(status).toBe(200);
  },
  "the backup of a large guild": async () => {
    const { status, text, body } = await guild.api.post("/settings/backups", {});
    expect(status, text).toBe(201);
    // It makes a backup of its own first, so it takes twice as long.
    if (IS_FULL) await restore(body.id);
  },
};

async function restore(id: string): Promise<void> {
  const name = { name: "Guild large" };
  expect((await guild.api.post(`/settings/backups/${id}/restoration`, name)).status).toBe(202);
  const isRestoring = async () => (await guild.api.get("/settings/backups")).body.isRestoring;
  await expect.poll(isRestoring, { timeout: 90_000, interval: 100 }).toBe(false);
  const { items } = (await guild.api.get("/settings/backups")).body;
  expect(items.map(({ reason }: { reason: string }) => reason)).toContain("before-restore");
}

test.each(Object.keys(WORK))(
  "S66 %s lets another guild wait no longer than a moment",
  async (name) => {
    expectFairness(name, await server.cost(WORK[name]!));
  },
  120_000,
);
