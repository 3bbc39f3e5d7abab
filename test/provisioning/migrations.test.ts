import { randomUUID } from "node:crypto";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { migrate, parseMigrations, schemaOf } from "../../provisioning/migrations.ts";
import type { Client } from "../../src/database/client.ts";
import { openEmbedded } from "../../src/database/embedded.ts";
import { removeSearched } from "../support/secrets/folders.ts";

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "guildhall-migrations-"));
});
afterAll(() => removeSearched(dir));

const open = (name: string) =>
  openEmbedded({ url: pathToFileURL(join(dir, `${name}.db`)).href }, { create: true });
const fresh = () => open(randomUUID());
const rowsOf = async (client: Client, sql: string) =>
  (await client.execute({ sql, args: [] })).rows;
const files = (...sql: string[]) =>
  parseMigrations(
    sql.map((text, index) => ({ name: `000${index}_m`, when: 100 + index, sql: text })),
  );
const at = { nowMs: 1_000 };

const A = "CREATE TABLE a (id INTEGER PRIMARY KEY)";
const B = `CREATE TABLE b (a_id INTEGER REFERENCES a(id))
--> statement-breakpoint
INSERT INTO a VALUES (1)
--> statement-breakpoint
INSERT INTO b VALUES (1)`;

describe("one database", () => {
  test("is brought to the newest schema, and the second time there is nothing to do", async () => {
    const client = await fresh();
    expect(await migrate(client, files(A), at)).toEqual({ from: 0, to: 1, applied: ["0000_m"] });
    expect(await migrate(client, files(A, B), at)).toEqual({
      from: 1,
      to: 2,
      applied: ["0001_m"],
    });
    expect(await migrate(client, files(A, B), at)).toEqual({ from: 2, to: 2, applied: [] });
    expect(await rowsOf(client, "SELECT a_id FROM b")).toEqual([[1]]);
  });

  test("gets only a report in a dry run", async () => {
    const client = await fresh();
    const report = await migrate(client, files(A, B), { ...at, dryRun: true });
    expect(report).toEqual({ from: 0, to: 0, applied: ["0000_m", "0001_m"] });
    expect(await rowsOf(client, "SELECT name FROM sqlite_schema")).toEqual([]);
  });

  test("keeps nothing of any pending migration when one of their statements fails", async () => {
    const client = await fresh();
    await migrate(client, files(A), at);
    const report = await migrate(client, files(A, B, "INSERT INTO nowhere VALUES (1)"), at);
    expect(report).toMatchObject({ from: 1, to: 1, applied: [] });
    expect(report.error?.message).toContain("nowhere");
    expect(await rowsOf(client, "SELECT name FROM sqlite_schema WHERE name = 'b'")).toEqual([]);
    expect(await rowsOf(client, "SELECT count(*) FROM _migrations")).toEqual([[1]]);
    expect(await migrate(client, files(A, B), at)).toMatchObject({ from: 1, to: 2 });
  });

  test("refuses a migration that leaves a broken reference", async () => {
    const client = await fresh();
    const orphaning = `${B}\n--> statement-breakpoint\nDELETE FROM a`;
    const report = await migrate(client, files(A, orphaning), at);
    expect(report.error).toMatchObject({ kind: "foreign-key" });
    expect(await rowsOf(client, "SELECT name FROM sqlite_schema WHERE name = 'a'")).toEqual([]);
  });

  test("keeps its rows when a parent table is rebuilt as drizzle-kit does it", async () => {
    const client = await fresh();
    await migrate(client, files(A, B), at);
    const rebuild = [
      "PRAGMA foreign_keys=OFF;",
      "CREATE TABLE __new_a (id INTEGER PRIMARY KEY, note TEXT);",
      "INSERT INTO __new_a (id) SELECT id FROM a;",
      "DROP TABLE a;",
      "ALTER TABLE __new_a RENAME TO a;",
      "PRAGMA foreign_keys=ON;",
    ].join("--> statement-breakpoint\n");
    expect((await migrate(client, files(A, B, rebuild), at)).error).toBeUndefined();
    expect(await rowsOf(client, "SELECT a_id FROM b")).toEqual([[1]]);
    expect(await rowsOf(client, "PRAGMA foreign_keys")).toEqual([[1]]);
  });

  test("names its schema in its stamp", async () => {
    const client = await fresh();
    const meta = `CREATE TABLE _meta (schema_version, schema_hash)
      --> statement-breakpoint
      INSERT INTO _meta VALUES (0, '')`;
    await migrate(client, files(meta), at);
    await migrate(client, files(meta, A), at);
    expect(await rowsOf(client, "SELECT schema_version, schema_hash FROM _meta")).toEqual([
      [2, schemaOf(files(meta, A)).hash],
    ]);
  });

  test("can still be read by drizzle's own tools", async () => {
    const client = await fresh();
    const migrations = files(A, B);
    await migrate(client, migrations, at);
    const rows = await rowsOf(client, "SELECT hash, created_at FROM __drizzle_migrations");
    expect(rows).toEqual(migrations.map(({ hash, when }) => [hash, when]));
  });
});

describe("a history that is not ours is refused and stays unchanged", () => {
  const C = "CREATE TABLE c (x)";
  const cases = {
    edited: { has: files(A, B), ours: files(A, `${B} `) },
    missing: { has: files(A, B), ours: [files(A)[0]!, { ...files(A, C)[1]!, name: "0001_other" }] },
    "out-of-order": { has: [files(A, B)[1]!], ours: files(A, B) },
    ahead: { has: files(A, C), ours: files(A) },
  };
  for (const [code, { has, ours }] of Object.entries(cases)) {
    test(code, async () => {
      const client = await fresh();
      const bare = has.map((one) => (one.name === "0001_m" ? { ...one, statements: [C] } : one));
      expect((await migrate(client, bare, at)).error).toBeUndefined();
      const before = await rowsOf(client, "SELECT * FROM _migrations");
      const report = await migrate(client, ours, at);
      expect(report.error).toMatchObject({ name: "MigrationError", code });
      expect(report.applied).toEqual([]);
      expect(await rowsOf(client, "SELECT * FROM _migrations")).toEqual(before);
    });
  }
});

test("two that migrate one database at once apply each migration once and both succeed", async () => {
  const name = randomUUID();
  const clients = await Promise.all([open(name), open(name), open(name), open(name)]);
  const reports = await Promise.all(clients.map((client) => migrate(client, files(A, B), at)));
  expect(reports.map(({ error }) => error)).toEqual([undefined, undefined, undefined, undefined]);
  expect(reports.flatMap(({ applied }) => applied)).toEqual(["0000_m", "0001_m"]);
  expect(await rowsOf(clients[0]!, "SELECT count(*) FROM b")).toEqual([[1]]);
});

test("an unreadable database is reported, not thrown", async () => {
  const client = await fresh();
  await client.close();
  const report = await migrate(client, files(A), at);
  expect(report.error).toMatchObject({ kind: "closed" });
  expect((await migrate(client, [], at)).error).toMatchObject({ kind: "closed" });
});
