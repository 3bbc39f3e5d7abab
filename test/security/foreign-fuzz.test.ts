import { copyFile, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { rebuild } from "../../provisioning/backups/rebuild.ts";
import { expectedSchema } from "../../provisioning/cli/migrate/drift.ts";
import { databaseName } from "../../provisioning/hosts/host.ts";
import { compareSchemas, readSchema, type Schema } from "../../provisioning/rollouts/drift.ts";
import { verifyAudit } from "../../src/database/audit-verify.ts";
import { TenantDatabase } from "../../src/database/client.ts";
import { openEmbedded } from "../../src/database/embedded.ts";
import { DatabaseError } from "../../src/database/errors.ts";
import { guildLog } from "../../src/kernel/audit-chain.ts";
import { AppError } from "../../src/kernel/errors.ts";
import { type TestApp, testApp } from "../support/app.ts";
import { changeByHand } from "../support/foreign-file.ts";

const MUTATIONS = process.env["GUILDHALL_SCALE"] === "full" ? 200 : 24;
const SEED = Number(process.env["GUILDHALL_SEED"] ?? 20_261_130);

/** The same numbers for the same seed (mulberry32). */
function randomFrom(seed: number): (max: number) => number {
  let state = seed;
  return (max) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % max;
  };
}

interface Names {
  readonly tables: readonly string[];
  readonly triggers: readonly string[];
  readonly indexes: readonly string[];
}

type Random = (max: number) => number;
const ENDLESS = "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n)";
const pick = (random: Random, from: readonly string[]) => from[random(from.length)]!;

/** The changes to a file, each with its description. */
const CHANGES: Readonly<Record<string, (names: Names, random: Random) => string>> = {
  "a trigger dropped": ({ triggers }, random) => `DROP TRIGGER "${pick(random, triggers)}"`,
  "all triggers dropped": ({ triggers }) =>
    triggers.map((name) => `DROP TRIGGER "${name}"`).join("; "),
  "a trigger added": ({ tables }, random) =>
    `CREATE TRIGGER evil AFTER INSERT ON "${pick(random, tables)}" BEGIN SELECT max(i) FROM ${ENDLESS}; END`,
  "an index dropped": ({ indexes }, random) => `DROP INDEX "${pick(random, indexes)}"`,
  "an index added": ({ tables }, random) => `CREATE INDEX "x'y" ON "${pick(random, tables)}" (1)`,
  "a view added": () => `CREATE VIEW "v'" AS SELECT * FROM ${ENDLESS}`,
  "a table with an odd name": () => `CREATE TABLE "a""b'; --" (x)`,
  "a table dropped": ({ tables }, random) => `DROP TABLE "${pick(random, tables)}"`,
  "a view for a table": ({ tables }, random) => {
    const table = pick(random, tables);
    return `DROP TABLE "${table}"; CREATE VIEW "${table}" AS SELECT * FROM ${ENDLESS}`;
  },
  "a column added": ({ tables }, random) =>
    `ALTER TABLE "${pick(random, tables)}" ADD COLUMN extra TEXT`,
  "a column of another type": ({ tables }, random) => {
    const table = pick(random, tables);
    return `PRAGMA writable_schema = ON; UPDATE sqlite_schema
      SET sql = replace(sql, 'integer', 'text') WHERE name = '${table}'; PRAGMA writable_schema = OFF`;
  },
  "user_version 9999": () => "PRAGMA user_version = 9999",
  "a schema version": () => "UPDATE _meta SET schema_version = 9999",
  "a ledger cut": () => "DELETE FROM _migrations WHERE position > 2",
  "a ledger edited": () => "UPDATE _migrations SET hash = 'x' WHERE position = 1",
  "rows that point nowhere": () =>
    "UPDATE characters SET person_id = 'nobody'; DELETE FROM persons",
  "rows twice": ({ indexes, tables }, random) =>
    `${indexes.map((name) => `DROP INDEX "${name}"`).join("; ")};
     INSERT INTO characters SELECT id || 'x', person_id, name, name_key, realm, realm_key, class, spec, role,
       is_main, created_at FROM characters; SELECT '${pick(random, tables)}'`,
  "no stamp": () => "DELETE FROM _meta",
  "a log cut": ({ triggers }) =>
    `${triggers.map((name) => `DROP TRIGGER "${name}"`).join("; ")}; DELETE FROM audit_log WHERE seq = 2`,
  "a counter set back": () => "UPDATE sqlite_sequence SET seq = 0",
};

/** Changes bytes of the file itself, as a bad disk or a bad copy does. */
async function damage(path: string, random: Random): Promise<void> {
  const file = await open(path, "r+");
  try {
    const { size } = await file.stat();
    if (random(3) === 0) await file.truncate(random(size));
    else await file.write(Buffer.alloc(1 + random(4_096), random(256)), 0, undefined, random(size));
  } finally {
    await file.close();
  }
}

async function namesIn(path: string): Promise<Names> {
  const client = await openEmbedded({ url: pathToFileURL(path).href });
  const { rows } = await client.execute({
    sql: "SELECT type, name FROM sqlite_schema WHERE name NOT LIKE 'sqlite%' AND sql IS NOT NULL",
    args: [],
  });
  await client.close();
  const of = (type: string) =>
    rows.filter(([kind]) => kind === type).map(([, name]) => String(name));
  return { tables: of("table"), triggers: of("trigger"), indexes: of("index") };
}

async function guildFile(t: TestApp): Promise<string> {
  const guild = await t.guild("iron-vow");
  const person = await guild.owner.post("/roster/persons", { name: "Jaina" });
  await guild.owner.post(`/roster/persons/${person.body.id}/characters`, {
    name: "Jaina",
    class: "mage",
  });
  await guild.owner.post("/dkp/awards", { personIds: [person.body.id], points: 5, reason: "Ony" });
  await t.services.auditSealer.flush();
  const found = (await t.services.platform.guild(guild.id))!;
  const path = join(t.dir, "original.db");
  const { copyToFile } = await import("../../provisioning/backups/copies.ts");
  await copyToFile(t.services.host, databaseName(found.databaseName), path);
  return path;
}

/** A code, or a database with our schema whose log and rows are valid. */
async function outcomeOf(from: string, to: string, expected: Schema): Promise<string> {
  try {
    const { guildId } = await rebuild({ from, to, nowMs: 2e12 });
    const client = await openEmbedded({ url: pathToFileURL(to).href });
    try {
      expect(compareSchemas(expected, await readSchema(client))).toEqual([]);
      const known = { heads: [], nowMs: 2e12 };
      const log = guildLog(guildId as Parameters<typeof guildLog>[0]);
      expect((await verifyAudit(new TenantDatabase(client), log, known)).bad).toBeUndefined();
      const { rows } = await client.execute({ sql: "PRAGMA integrity_check", args: [] });
      expect(rows).toEqual([["ok"]]);
      const broken = await client.execute({ sql: "PRAGMA foreign_key_check", args: [] });
      expect(broken.rows).toEqual([]);
    } finally {
      await client.close();
    }
    return "ours";
  } catch (error) {
    if (error instanceof AppError) return error.code;
    if (error instanceof DatabaseError && error.kind === "corrupt") return "corrupt";
    throw error;
  }
}

test(`S69 ${MUTATIONS} files changed at random are refused with a code, or come out with our schema`, async () => {
  await using t = await testApp();
  const original = await guildFile(t);
  const names = await namesIn(original);
  const expected = await expectedSchema();
  const random = randomFrom(SEED);
  const kinds = [...Object.keys(CHANGES), "damaged bytes"];
  const ends = new Map<string, number>();
  for (let n = 0; n < MUTATIONS; n++) {
    const kind = kinds[n % kinds.length]!;
    const [from, to] = [join(t.dir, `m${n}.db`), join(t.dir, `m${n}-new.db`)];
    await copyFile(original, from);
    const change = CHANGES[kind];
    try {
      if (change) changeByHand(from, change(names, random));
      else await damage(from, random);
    } catch {
      // SQLite itself refused the change: the unchanged file must be accepted.
    }
    const end = await outcomeOf(from, to, expected).catch((cause: unknown) => {
      throw new Error(`seed ${SEED}, number ${n}: ${kind}`, { cause });
    });
    ends.set(end, (ends.get(end) ?? 0) + 1);
    for (const path of [from, to]) {
      for (const tail of ["", "-wal", "-shm"]) await rm(path + tail, { force: true });
    }
  }
  // Both results occur. Otherwise the changes have no effect.
  expect(ends.get("ours")).toBeGreaterThan(0);
  expect([...ends.values()].reduce((sum, count) => sum + count, 0)).toBe(MUTATIONS);
  expect(ends.size).toBeGreaterThan(3);
}, 600_000);
