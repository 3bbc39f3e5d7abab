import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { migrate } from "../../provisioning/migrations.ts";
import { sealAudit } from "../../src/database/audit-log.ts";
import { verifyAudit } from "../../src/database/audit-verify.ts";
import type { Database } from "../../src/database/client.ts";
import { TenantDatabase } from "../../src/database/client.ts";
import { openEmbedded } from "../../src/database/embedded.ts";
import { guildLog, PLATFORM_LOG } from "../../src/kernel/audit-chain.ts";
import { newId } from "../../src/kernel/ids.ts";
import { guildSchema } from "../../src/node/services.ts";
import { PLATFORM_PLACE } from "../../src/platform/audit/anchors.ts";
import { type TestApp, type TestGuild, testApp } from "../support/app.ts";

const DAY_MS = 86_400_000;
const NOTHING = { heads: [], nowMs: 0 };
let t: TestApp;
let guild: TestGuild;

beforeEach(async () => {
  t = await testApp();
  guild = await t.guild("watched");
  for (let n = 0; n < 8; n++) await guild.owner.post("/roster/persons", { name: `Ash ${n}` });
  await t.services.auditSealer.flush();
});
afterEach(() => t.close());

async function inDatabase<T>(work: (db: Database) => Promise<T>): Promise<T> {
  return await t.services.tenants.use((await t.services.platform.guild(guild.id))!, work);
}

/** Writes as a holder of the file would: removes the triggers, and restores them afterwards. */
async function byHand(...statements: string[]): Promise<void> {
  const found = (await t.services.platform.guild(guild.id))!;
  const client = await t.services.openClient(found.location);
  try {
    const db = new TenantDatabase(client);
    const triggers = await db.all<{ name: string; sql: string }>(
      "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name LIKE 'audit_%'",
    );
    const sql = [
      ...triggers.map(({ name }) => `DROP TRIGGER ${name}`),
      ...statements,
      ...triggers.map((trigger) => trigger.sql),
    ];
    await client.batch(
      sql.map((text) => ({ sql: text, args: [] })),
      "write",
    );
  } finally {
    await client.close();
  }
}

const knownOfGuild = () => t.services.auditAnchors.known({ log: guild.id, generation: 1 });
const headsOfDays = async () => {
  const { heads } = await knownOfGuild();
  return heads.filter((one) => "kind" in one && one.kind === "head");
};

const verify = async () =>
  await inDatabase(async (db) => verifyAudit(db, guildLog(guild.id), await knownOfGuild()));

const lastSeq = async () =>
  (await inDatabase((db) => db.first<{ seq: number }>("SELECT max(seq) AS seq FROM audit_log")))!
    .seq;

describe("S56 a guild's audit log", () => {
  test("is sealed within seconds of a change, and verifies", async () => {
    const last = await lastSeq();
    expect(await verify()).toMatchObject({
      rows: last,
      unsealed: 0,
      head: { seq: last },
      bad: undefined,
    });
    await guild.owner.post("/roster/persons", { name: "Late" });
    expect(await verify()).toMatchObject({ rows: last, unsealed: 1, bad: undefined });
    await expect
      .poll(async () => (await verify()).unsealed, { timeout: 10_000, interval: 100 })
      .toBe(0);
  });

  test.each([
    ["edited", "UPDATE audit_log SET actor_name = 'nobody' WHERE seq = 4", 4, "changed"],
    [
      "edited in its address",
      "UPDATE audit_log SET address = '6.6.6.6' WHERE seq = 4",
      4,
      "changed",
    ],
    ["deleted", "DELETE FROM audit_log WHERE seq = 4", 4, "missing"],
    [
      "given the place of another",
      `UPDATE audit_log SET seq = CASE seq WHEN 4 THEN -5 ELSE -4 END WHERE seq IN (4, 5);
       UPDATE audit_log SET seq = -seq WHERE seq < 0`,
      4,
      "changed",
    ],
    ["robbed of its seal", "DELETE FROM audit_seals WHERE seq = 4", 4, "inserted"],
  ])("names the first row that was %s", async (_, sql, seq, fault) => {
    await byHand(...sql.split(";"));
    expect((await verify()).bad).toEqual({ seq, fault });
  });

  test("names the place of an inserted row", async () => {
    const last = await lastSeq();
    await byHand(
      `UPDATE audit_log SET seq = -seq - 1 WHERE seq >= 4`,
      `UPDATE audit_log SET seq = -seq WHERE seq < 0`,
      `INSERT INTO audit_log (seq, at, actor_type, actor_id, actor_name, action, subject, request_id)
       VALUES (4, 0, 'user', '', 'nobody', 'person.add', '', '')`,
    );
    expect(await lastSeq()).toBe(last + 1);
    expect((await verify()).bad).toEqual({ seq: 4, fault: "changed" });
  });

  test("misses rows that were cut off at the end, with or without their seals", async () => {
    const last = await lastSeq();
    await byHand(`DELETE FROM audit_log WHERE seq > ${last - 2}`);
    expect((await verify()).bad).toEqual({ seq: last - 1, fault: "missing" });
    await byHand(`DELETE FROM audit_seals WHERE seq > ${last - 2}`);
    expect((await verify()).bad).toEqual({ seq: last - 1, fault: "cut-off" });
  });

  test("misses rows from before the day's anchor even when its database has no trace of them", async () => {
    const last = await lastSeq();
    expect(await t.services.auditSealer.anchor(guild.id)).toBe(true);
    await byHand(
      `DELETE FROM audit_log WHERE seq > ${last - 2}`,
      `DELETE FROM audit_seals WHERE seq > ${last - 2}`,
      `UPDATE sqlite_sequence SET seq = ${last - 2} WHERE name = 'audit_log'`,
    );
    expect((await verify()).bad).toEqual({ seq: last - 1, fault: "cut-off" });
  });

  test("that was rewritten and sealed again does not match the day's anchor", async () => {
    const last = await lastSeq();
    await t.services.auditSealer.anchor(guild.id);
    await byHand(
      "UPDATE audit_log SET actor_name = 'nobody' WHERE seq = 4",
      "DELETE FROM audit_seals WHERE seq >= 4",
    );
    await inDatabase((db) => sealAudit(db, guildLog(guild.id)));
    expect((await verify()).bad).toEqual({ seq: last, fault: "not-as-anchored" });
  });

  test("stays one chain under 20 writers and 5 that seal at the same time", async () => {
    await Promise.all([
      ...Array.from({ length: 20 }, async (_, writer) => {
        for (let n = 0; n < 5; n++) {
          const answer = await guild.owner.post("/roster/persons", { name: `W${writer} ${n}` });
          expect(answer.status).toBe(201);
        }
      }),
      ...Array.from({ length: 5 }, async () => {
        for (let n = 0; n < 10; n++) await inDatabase((db) => sealAudit(db, guildLog(guild.id)));
      }),
    ]);
    await inDatabase((db) => sealAudit(db, guildLog(guild.id)));
    const last = await lastSeq();
    expect(last).toBeGreaterThanOrEqual(108);
    expect(await verify()).toMatchObject({ rows: last, unsealed: 0, bad: undefined });
  });

  test.each([
    "UPDATE audit_log SET actor_name = 'nobody'",
    "DELETE FROM audit_log",
    "UPDATE audit_seals SET hash = ''",
    "DELETE FROM audit_seals",
    "INSERT INTO audit_seals (seq, hash) VALUES (2, '')",
    "INSERT OR REPLACE INTO audit_seals (seq, hash) VALUES (1, '')",
    "INSERT INTO audit_checkpoints (seq, hash, at) VALUES (3, '', 9e12)",
    "INSERT INTO audit_checkpoints (seq, hash, at) SELECT seq, hash, 1768420800000 FROM audit_seals",
    `INSERT OR REPLACE INTO audit_log
       (seq, at, actor_type, actor_id, actor_name, action, subject, request_id)
     VALUES (3, 0, '', '', '', '', '', '')`,
  ])("refuses by itself: %s", async (sql) => {
    const tried = inDatabase((db) => db.client.execute({ sql, args: [] }));
    await expect(tried).rejects.toThrow();
    expect((await verify()).bad).toBeUndefined();
  });
});

test("S56 a log from before seals existed is sealed at its first check, and cannot change from then on", async () => {
  const url = pathToFileURL(join(t.dir, "old.db")).href;
  const client = await openEmbedded({ url }, { create: true });
  const old = guildSchema.slice(
    0,
    guildSchema.findIndex(({ name }) => name.includes("audit_chain")),
  );
  expect((await migrate(client, old, { nowMs: 0 })).error).toBeUndefined();
  await client.batch(
    Array.from({ length: 1_200 }, (_, n) => ({
      sql: `INSERT INTO audit_log (at, actor_type, actor_id, actor_name, action, subject, request_id)
            VALUES (?, 'user', 'u', 'Ash', 'person.add', ?, '')`,
      args: [n, `person ${n}`],
    })),
    "write",
  );
  expect((await migrate(client, guildSchema, { nowMs: 0 })).error).toBeUndefined();
  const db = new TenantDatabase(client);
  const log = guildLog(guild.id);
  expect(await verifyAudit(db, log, NOTHING)).toMatchObject({
    rows: 0,
    unsealed: 1_200,
    bad: undefined,
  });
  expect(await sealAudit(db, log)).toBe(1_200);
  expect(await verifyAudit(db, log, NOTHING)).toMatchObject({
    rows: 1_200,
    unsealed: 0,
    bad: undefined,
  });
  // Another guild's log has other seals, even with the same rows.
  expect((await verifyAudit(db, guildLog(newId()), NOTHING)).bad).toEqual({
    seq: 1,
    fault: "changed",
  });
  await client.close();
});

describe("S56 the platform's audit log", () => {
  test("is sealed as well, and names what was edited", async () => {
    const { db } = t.services.platform;
    expect(
      await verifyAudit(db, PLATFORM_LOG, await t.services.auditAnchors.known(PLATFORM_PLACE)),
    ).toMatchObject({ unsealed: 0, bad: undefined });
    await db.client.batch(
      [
        { sql: "DROP TRIGGER audit_log_is_never_changed", args: [] },
        { sql: "UPDATE audit_log SET actor_id = 'nobody' WHERE seq = 2", args: [] },
      ],
      "write",
    );
    const { bad } = await verifyAudit(
      db,
      PLATFORM_LOG,
      await t.services.auditAnchors.known(PLATFORM_PLACE),
    );
    expect(bad).toEqual({ seq: 2, fault: "changed" });
  });

  test("keeps one head a day of each guild that changed", async () => {
    expect(await t.services.auditSealer.anchor(guild.id)).toBe(true);
    expect(await t.services.auditSealer.anchor(guild.id)).toBe(false);
    t.advance(DAY_MS);
    expect(await t.services.auditSealer.anchor(guild.id)).toBe(false);
    await guild.owner.post("/roster/persons", { name: "Next day" });
    expect(await t.services.auditSealer.anchor(guild.id)).toBe(true);
    expect(await headsOfDays()).toHaveLength(2);
  });
});
