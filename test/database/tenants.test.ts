import { copyFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { OpenClient } from "../../src/database/client.ts";
import { openEmbedded } from "../../src/database/embedded.ts";
import { TenantDatabases, type TenantTarget } from "../../src/database/tenants.ts";
import { type GuildId, newId } from "../../src/kernel/ids.ts";
import { descriptors, newDatabase, run, scratch, urlOf } from "./support.ts";

const FULL = process.env["GUILDHALL_SCALE"] === "full";

/** A guild's database with its stamp, closed. */
async function tenant(dir: string, generation = 1): Promise<TenantTarget & { path: string }> {
  const id = newId<GuildId>();
  const path = join(dir, `${id}.db`);
  const client = await newDatabase(path);
  await run(
    client,
    "CREATE TABLE _meta (id INTEGER PRIMARY KEY, guild_id, generation, schema_version)",
  );
  await run(client, "INSERT INTO _meta VALUES (1, ?, ?, 2)", id, generation);
  await run(client, "INSERT INTO t (id, v) VALUES (1, ?)", id);
  await run(client, "PRAGMA wal_checkpoint(TRUNCATE)");
  await client.close();
  return { id, generation, location: { url: urlOf(path) }, path };
}

const openClient: OpenClient = (location) => openEmbedded(location);

function pool(options: Partial<ConstructorParameters<typeof TenantDatabases>[0]> = {}) {
  return new TenantDatabases({ openMax: 10, openClient, ...options });
}

describe("a lease", () => {
  test("keeps its database open while others would evict it", async () => {
    const dir = scratch();
    const tenants = pool({ openMax: 1 });
    const [first, ...others] = await Promise.all(Array.from({ length: 5 }, () => tenant(dir)));
    const lease = await tenants.lease(first!);
    for (const other of others) await tenants.use(other, (db) => db.all("SELECT 1"));
    tenants.evict(first!.id);
    await lease.db.client.execute({ sql: "INSERT INTO t (v) VALUES ('still open')", args: [] });
    lease[Symbol.dispose]();
    lease[Symbol.dispose]();
    expect(tenants.gauges()).toMatchObject({ leased: 0, open: 1 });
    await tenants.close();
  });

  test("opens a cold guild once for 500 first visitors", async () => {
    const target = await tenant(scratch());
    let opened = 0;
    const tenants = pool({
      openClient: (location) => {
        opened++;
        return openEmbedded(location);
      },
    });
    const leases = await Promise.all(Array.from({ length: 500 }, () => tenants.lease(target)));
    expect(opened).toBe(1);
    expect(new Set(leases.map(({ db }) => db)).size).toBe(1);
    for (const lease of leases) lease[Symbol.dispose]();
    expect(tenants.gauges()).toMatchObject({ open: 1, leased: 0, waiting: 0 });
    await tenants.close();
  });

  test("is waited for before a database is removed", async () => {
    const target = await tenant(scratch());
    const tenants = pool();
    const lease = await tenants.lease(target);
    let drained = false;
    const draining = tenants.drain(target.id).then(() => {
      drained = true;
    });
    await lease.db.all("SELECT 1");
    expect(drained).toBe(false);
    lease[Symbol.dispose]();
    await draining;
    expect(tenants.gauges().open).toBe(0);
    await tenants.close();
  });
});

describe("a guild is quarantined, and other guilds keep working, when its file", () => {
  const damages: Record<string, (path: string, other: string) => void> = {
    "is missing": (path) => rmSync(path),
    "is empty": (path) => writeFileSync(path, ""),
    "is no database": (path) => writeFileSync(path, "x".repeat(8_192)),
    "is another guild's": (path, other) => copyFileSync(other, path),
  };
  for (const [what, damage] of Object.entries(damages)) {
    test(what, async () => {
      const dir = scratch();
      const tenants = pool();
      const [target, other] = [await tenant(dir), await tenant(dir)];
      damage(target.path, other.path);
      await expect(tenants.lease(target)).rejects.toMatchObject({ code: "guild/quarantined" });
      expect(await tenants.use(other, (db) => db.all("SELECT v FROM t"))).toEqual([
        { v: other.id },
      ]);
      await tenants.close();
    });
  }

  test("is of an older generation than in the platform", async () => {
    const target = await tenant(scratch());
    const tenants = pool();
    await tenants.use(target, (db) => db.all("SELECT 1"));
    const restored = tenants.lease({ ...target, generation: 2 });
    await expect(restored).rejects.toMatchObject({ code: "guild/quarantined" });
    await tenants.close();
  });
});

test("a guild behind the code is refused with the time to try again", async () => {
  const target = await tenant(scratch());
  const tenants = pool({ schemaVersionMin: 3 });
  const refused = { code: "guild/schema-behind", details: { retryAfterMs: expect.any(Number) } };
  await expect(tenants.lease(target)).rejects.toMatchObject(refused);
  await tenants.close();
});

test("idle databases are closed after a while", async () => {
  const target = await tenant(scratch());
  const tenants = pool({ idleMs: 20 });
  await tenants.use(target, (db) => db.all("SELECT 1"));
  expect(tenants.gauges().open).toBe(1);
  await expect.poll(() => tenants.purge().open).toBe(0);
  await tenants.close();
});

test("churn over many guilds closes nothing in use and keeps files bounded", async () => {
  const dir = scratch();
  const guilds = FULL ? 500 : 60;
  const openMax = FULL ? 50 : 10;
  const leases = FULL ? 10_000 : 1_500;
  const targets = await Promise.all(Array.from({ length: guilds }, () => tenant(dir)));
  const tenants = pool({ openMax });
  const base = descriptors();
  let failed = 0;
  let wrong = 0;
  for (let round = 0; round < leases / 50; round++) {
    await Promise.all(
      Array.from({ length: 50 }, async (_, i) => {
        const target = targets[Math.floor(Math.random() ** 2 * guilds)]!;
        await tenants
          .use(target, async (db) => {
            const [row] = await db.all<{ v: string }>("SELECT v FROM t WHERE id = 1");
            if (row?.v !== target.id) wrong++;
            if (i % 5 === 0) throw new Error("as some requests do");
          })
          .catch(() => failed++);
      }),
    );
    const { open, leased } = tenants.gauges();
    expect(leased).toBe(0);
    expect(open).toBeLessThanOrEqual(openMax);
    expect(descriptors()).toBeLessThanOrEqual(base + 3 * (openMax + 50) + 64);
  }
  expect({ wrong, failed }).toEqual({ wrong: 0, failed: leases / 5 });
  await tenants.close();
}, 120_000);
