import { expect, test } from "vitest";
import { parseMigrations } from "../../../provisioning/migrations.ts";
import { planStatements } from "../../../provisioning/rollouts/statements.ts";

const risks = (...statements: readonly string[]) => {
  const sql = statements.join("\n--> statement-breakpoint\n");
  const pending = parseMigrations([{ name: "0001_next", when: 1, sql }]);
  return planStatements(pending).map(({ risk }) => risk);
};

test("what takes data away is told from what adds", () => {
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

test("an index on what is there may fail or take long; on what is new it does neither", () => {
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
