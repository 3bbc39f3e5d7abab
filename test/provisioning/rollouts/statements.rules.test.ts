import { expect, test } from "vitest";
import { parseMigrations } from "../../../provisioning/migrations.ts";
import { planStatements } from "../../../provisioning/rollouts/statements.ts";
import { tenantMigrations } from "../../../tenant-migrations/index.ts";

const risks = (...statements: readonly string[]) => {
  const sql = statements.join("\n--> statement-breakpoint\n");
  const pending = parseMigrations([{ name: "0001_next", when: 1, sql }]);
  return planStatements(pending).map(({ risk }) => risk);
};

test("statements that delete data are told apart from those that add", () => {
  expect(
    risks(
      "CREATE TABLE loot (id text)",
      "CREATE INDEX loot_by_id ON loot (id)",
      "ALTER TABLE `persons` ADD `rank` text",
      "ALTER TABLE persons ADD COLUMN rank text NOT NULL DEFAULT ''",
      "CREATE TRIGGER guard BEFORE DELETE ON loot BEGIN SELECT RAISE(ABORT, 'no'); END",
    ),
  ).toEqual(["adds", "adds", "adds", "adds", "adds"]);
  expect(
    risks(
      "DROP TABLE persons",
      "ALTER TABLE persons DROP COLUMN note",
      'alter table "persons" rename to "people"',
      "ALTER TABLE persons ADD `rank` text NOT NULL",
      "/* why */ DELETE FROM persons",
      "DROP TRIGGER audit_log_is_never_changed",
    ),
  ).toEqual(Array(6).fill("destructive"));
});

test("an index on existing data may fail or take long; on a new table it does neither", () => {
  expect(risks("CREATE UNIQUE INDEX one ON persons (name)")).toEqual(["may-fail"]);
  expect(risks("CREATE INDEX many ON persons (name)")).toEqual(["rewrites"]);
  expect(risks("CREATE TABLE x (a)", "CREATE UNIQUE INDEX one ON x (a)")).toEqual(["adds", "adds"]);
});

test("a table that is rebuilt counts as destructive", () => {
  expect(
    risks(
      "CREATE TABLE `__new_persons` (id text)",
      "INSERT INTO `__new_persons` (id) SELECT id FROM `persons`",
      "DROP TABLE `persons`",
      "ALTER TABLE `__new_persons` RENAME TO `persons`",
    ),
  ).toEqual(["adds", "rewrites", "destructive", "destructive"]);
});

test("a trigger that is made again in the same migration still guards", () => {
  const again = "CREATE TRIGGER keeps BEFORE DELETE ON persons BEGIN SELECT 1; END";
  expect(risks("DROP TRIGGER keeps;", again)).toEqual(["adds", "adds"]);
  expect(risks("DROP TRIGGER keeps;", again.replace("keeps", "other"))).toEqual([
    "destructive",
    "adds",
  ]);
});

const isDestructive = (...statements: readonly string[]) => {
  const sql = statements.join("\n--> statement-breakpoint\n");
  return parseMigrations([{ name: "0001_next", when: 1, sql }])[0]!.isDestructive;
};

test("R33 a migration that deletes data is recognized by its text, however it is written", () => {
  for (const statements of [
    ["drop table if exists `persons`"],
    ["ALTER TABLE main.persons DROP note"],
    ["ALTER TABLE [persons] /* ; */ DROP COLUMN note -- why"],
    ["WITH gone AS (SELECT 1) DELETE FROM persons WHERE id IN gone"],
    ["UPDATE persons SET note = ''"],
    ["UPDATE OR IGNORE persons SET (note, name) = ('', 'x')"],
    ["ALTER TABLE persons ADD rank text", "UPDATE persons SET rank = 'x', note = ''"],
    ["REPLACE INTO persons (id) VALUES ('x')"],
    ["INSERT OR REPLACE INTO persons (id) VALUES ('x')"],
    ["INSERT INTO persons (id) VALUES ('x') ON CONFLICT (id) DO UPDATE SET note = ''"],
    ["CREATE TRIGGER t AFTER INSERT ON persons BEGIN DELETE FROM characters; END"],
    [
      "CREATE TRIGGER t AFTER INSERT ON pools BEGIN UPDATE persons SET note = ''; END",
      "INSERT INTO pools (id) VALUES ('x')",
    ],
    // The table existed before, so its data is lost.
    ["CREATE TABLE IF NOT EXISTS persons (id text)", "DELETE FROM persons"],
    ["PRAGMA writable_schema = ON"],
    ["ALTER TABLE persons ALTER COLUMN note TO note integer"],
    ["VACUUM"],
  ]) {
    expect([statements.join("; "), isDestructive(...statements)]).toEqual([
      statements.join("; "),
      true,
    ]);
  }
});

test("R33 a migration that only adds, fills new columns or makes an index again needs no approval", () => {
  for (const statements of [
    [
      "ALTER TABLE persons ADD rank text",
      "UPDATE persons SET rank = lower(name) WHERE rank IS NULL",
    ],
    [
      "ALTER TABLE persons ADD a text",
      "ALTER TABLE persons ADD b text",
      "UPDATE persons SET (a, b) = ('x', 'y')",
    ],
    ["CREATE TABLE notes (x)", "INSERT INTO notes SELECT note FROM persons", "DELETE FROM notes"],
    ["CREATE TABLE notes (x)", "DROP TABLE notes"],
    ["INSERT INTO settings VALUES ('-- DROP TABLE persons', ';')"],
    ["ALTER TABLE persons ADD note2 text DEFAULT 'DROP COLUMN note'"],
    ["DROP INDEX persons_by_status", "CREATE INDEX persons_by_status ON persons (status)"],
    ["CREATE TRIGGER t BEFORE DELETE ON persons BEGIN SELECT RAISE(ABORT, 'no'); END"],
  ]) {
    expect([statements.join("; "), isDestructive(...statements)]).toEqual([
      statements.join("; "),
      false,
    ]);
  }
});

test("no migration of the releases so far deletes data", () => {
  const destructive = parseMigrations(tenantMigrations).filter((one) => one.isDestructive);
  expect(destructive.map(({ name }) => name)).toEqual([]);
});
