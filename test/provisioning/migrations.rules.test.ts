import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { platformMigrations } from "../../platform-migrations/index.ts";
import { bundleOf } from "../../provisioning/cli/bundle-migrations.ts";
import { parseMigrations, schemaOf } from "../../provisioning/migrations.ts";
import { tenantMigrations } from "../../tenant-migrations/index.ts";

/** Released migrations: name and the beginning of the hash. Only add to this list. */
const RELEASED = {
  platform: [
    ["0000_platform", "537826c7562d7abb"],
    ["0001_plans_and_audit", "517594aafc227204"],
    ["0002_slug_looks", "60c29ca9d6bdbbdd"],
    ["0003_rollouts", "3e03720767a17964"],
    ["0004_runs_are_rollouts", "de84654b9c087349"],
    ["0005_jobs", "cdd75412507a6e5b"],
    ["0006_keys_and_tickets", "4881f6e24c36bdfd"],
    ["0007_operations_keys_and_limits", "802d84511db67a71"],
    ["0008_audit_chain_holds", "a66b14d077e4cb5a"],
    ["0009_plan_limits", "55bf84d5d22167f8"],
    ["0010_live_connections", "0c24fbd22f2a49d7"],
  ],
  tenant: [
    ["0000_guild", "5e294f515858aa9a"],
    ["0001_history_only_grows", "bea6bee925adc47a"],
    ["0002_combat_logs", "899041952d6a2a66"],
    ["0003_raids_and_auctions", "e85a045606a634c4"],
    ["0004_bids_stay_as_they_were", "c46ec63b01568dab"],
    ["0005_audit_chain_and_secrets", "9d4f927f0c35587c"],
    ["0006_audit_chain_holds", "798f313ab011b963"],
  ],
} as const;

const file = (sql: string, name = "0000_first") => ({ name, when: 1, sql });
const statementsOf = (sql: string) => parseMigrations([file(sql)])[0]!.statements;

test("the bundled migrations match the SQL files", () => {
  for (const kind of ["platform", "tenant"] as const) {
    const bundle = new URL(`../../${kind}-migrations/index.ts`, import.meta.url);
    expect(readFileSync(bundle, "utf8")).toBe(bundleOf(kind));
  }
});

test("a released migration keeps its name and its text", () => {
  const now = { platform: platformMigrations, tenant: tenantMigrations };
  for (const kind of ["platform", "tenant"] as const) {
    const found = parseMigrations(now[kind]).map(({ name, hash }) => [name, hash.slice(0, 16)]);
    // A change needs a new migration. A new one gets its line above when it is released.
    expect(found.slice(0, RELEASED[kind].length)).toEqual(RELEASED[kind]);
  }
});

test("a breakpoint separates statements, and pieces without a statement are left out", () => {
  const sql = "-- made by hand\n--> statement-breakpoint\nSELECT 1;--> statement-breakpoint\n";
  expect(statementsOf(sql)).toEqual(["SELECT 1;"]);
});

test("a trigger with several statements in its body is one statement", () => {
  const trigger = `CREATE TRIGGER t BEFORE UPDATE ON a BEGIN
    SELECT RAISE(ABORT, 'no; END;'); -- not here; END;
    SELECT 2;
  END;`;
  expect(statementsOf(trigger)).toEqual([trigger]);
});

test("two statements without a breakpoint are refused, and the message says where", () => {
  expect(() => statementsOf("CREATE TABLE a (x);\nCREATE TABLE b (y);")).toThrow(
    expect.objectContaining({ code: "statements", message: expect.stringContaining("0000_first") }),
  );
});

test("text that looks like a comment inside a value stays as it is", () => {
  const sql = "INSERT INTO a VALUES ('first\n-- second\nthird')";
  expect(statementsOf(sql)).toEqual([sql]);
});

test("the schema's hash changes with every letter, name and order of its migrations", () => {
  const hashOf = (...files: ReturnType<typeof file>[]) => schemaOf(parseMigrations(files)).hash;
  const two = [file("SELECT 1", "a"), file("SELECT 2", "b")] as const;
  const hashes = [
    hashOf(...two),
    hashOf(two[1], two[0]),
    hashOf(two[0]),
    hashOf(two[0], file("SELECT 2 ", "b")),
    hashOf(two[0], file("SELECT 2", "c")),
  ];
  expect(new Set(hashes).size).toBe(hashes.length);
});

test("any number of statements joined by breakpoints splits into the same statements", () => {
  const literal = fc
    .string({ maxLength: 20 })
    .map((text) => `SELECT '${text.replaceAll("'", "''")}'`);
  const sound = literal.filter((sql) => !sql.includes("--> statement-breakpoint"));
  fc.assert(
    fc.property(fc.array(sound, { maxLength: 6 }), (statements) => {
      expect(statementsOf(statements.join("\n--> statement-breakpoint\n"))).toEqual(statements);
    }),
  );
});
