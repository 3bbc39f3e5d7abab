import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { inspectCopy, rebuildForeign } from "../../provisioning/backups/foreign.ts";
import { type TestApp, testApp } from "../support/app.ts";
import { bundleScript } from "../support/bundle.ts";
import { runCli } from "../support/cli.ts";
import { changeByHand, changedExport } from "../support/foreign-file.ts";
import { removeSearched } from "../support/secrets/folders.ts";

// A stranger prepares a file for `guilds import`. The result has this release's schema and rows that
// fit it, or there is no result and the answer says why.

const ENDLESS = `(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n)`;

let main: string;
let t: TestApp;
let file: string;
beforeAll(async () => {
  main = await bundleScript("provisioning/cli/main.ts");
  t = await testApp();
  const guild = await t.guild("iron-vow");
  const person = await guild.owner.post("/roster/persons", { name: "Jaina" });
  const award = { personIds: [person.body.id], points: 5, reason: "Onyxia" };
  expect((await guild.owner.post("/dkp/awards", award)).status).toBe(201);
  await t.services.auditSealer.flush();
  file = join(t.dir, "iron-vow.db.gz");
  expect((await guildhall("guilds", "export", "iron-vow", "--to", file)).code).toBe(0);
});
afterAll(async () => {
  await t.close();
  await removeSearched(main);
});

const guildhall = (...args: readonly string[]) => runCli(main, t.dir, args, t.env);

let count = 0;
async function imported(sql: string) {
  const name = `Import ${++count}`;
  const owner = (await t.signUp()).identity.email;
  const changed = await changedExport(file, join(t.dir, `changed-${count}.db.gz`), sql);
  const who = ["--owner-email", owner, "--name", name, "--json"];
  const { code, out, err } = await guildhall("guilds", "import", changed, ...who);
  const refusal = err === "" ? undefined : (JSON.parse(err) as { error: { code: string } }).error;
  return { code, slug: code === 0 ? String(JSON.parse(out).slug) : "", refusal: refusal?.code };
}

/** The guild as `guilds check` and `audit verify` see it: both must find nothing wrong. */
async function checks(slug: string) {
  const check = await guildhall("guilds", "check", slug);
  const audit = await guildhall("audit", "verify", slug);
  return [check.code, audit.code];
}

describe("S69 a file that was changed before it is imported", () => {
  test("S69 triggers, indexes and foreign views of the file are not imported: the guild has ours", async () => {
    const { code, slug } = await imported(`
      DROP TRIGGER audit_log_is_never_changed; DROP TRIGGER ledger_tx_is_never_shortened;
      DROP INDEX characters_one_main; CREATE VIEW "v""; --" AS SELECT * FROM ${ENDLESS};
      CREATE INDEX "odd ""name" ON persons (name)`);
    expect(code).toBe(0);
    expect(await checks(slug)).toEqual([0, 0]);
  });

  test("S69 a trigger on an endless view never runs, neither at import nor at a write", async () => {
    const { code, slug } = await imported(`
      CREATE VIEW endless AS SELECT i FROM ${ENDLESS};
      CREATE TRIGGER hangs AFTER INSERT ON audit_log BEGIN SELECT max(i) FROM endless; END;
      CREATE TRIGGER hangs_too AFTER DELETE ON secrets BEGIN SELECT max(i) FROM endless; END`);
    expect(code).toBe(0);
    expect(await checks(slug)).toEqual([0, 0]);
  });

  test.each([
    ["a table with a quote in its name", `CREATE TABLE "a""b'; --" (x)`, "copy/schema-differs"],
    [
      "a view in the place of a table",
      `DROP TABLE loot_wishes; CREATE VIEW loot_wishes AS SELECT * FROM ${ENDLESS}`,
      "copy/schema-differs",
    ],
    [
      "a table of another shape",
      "ALTER TABLE persons ADD COLUMN extra TEXT",
      "copy/schema-differs",
    ],
    ["a virtual table", "CREATE VIRTUAL TABLE texts USING fts5(body)", "copy/schema-differs"],
    ["another schema version", "UPDATE _meta SET schema_version = 9999", "copy/schema-differs"],
    [
      "a migration of a later release",
      `INSERT INTO _migrations (position, name, hash, applied_at)
       SELECT max(position) + 1, '9999_later', 'x', 0 FROM _migrations`,
      "copy/newer-release",
    ],
    [
      "rows that point at nothing",
      "INSERT INTO ledger_postings SELECT tx_id, 77, 'nobody', amount, unit FROM ledger_postings LIMIT 1",
      "copy/rows-refused",
    ],
    [
      "a text in a column of numbers",
      "UPDATE persons SET created_at = 'soon'",
      "copy/rows-refused",
    ],
    [
      "a row of its audit log changed",
      "DROP TRIGGER audit_log_is_never_changed; UPDATE audit_log SET actor_name = 'x' WHERE seq = 2",
      "copy/audit-broken",
    ],
    ["another guild's name on it", "UPDATE _meta SET guild_id = 'another'", "copy/audit-broken"],
  ])("S69 %s is refused, and no guild is made", async (_, sql, code) => {
    const before = await t.services.platform.db.all("SELECT 1 FROM guilds");
    expect((await imported(sql)).refusal).toBe(code);
    expect(await t.services.platform.db.all("SELECT 1 FROM guilds")).toHaveLength(before.length);
  });
});

test("S69 a file that takes too long to read is given up, and leaves nothing", async () => {
  const path = join(t.dir, "slow.db");
  changeByHand(path, "CREATE TABLE x (y)");
  const to = join(t.dir, "slow-copy.db");
  const slow = rebuildForeign({ from: path, to, nowMs: 0 }, 1);
  await expect(slow).rejects.toMatchObject({ code: "copy/too-slow" });
});

test("S69 a copy in the store that takes too long to read counts as damaged, and delays nothing else", async () => {
  const path = join(t.dir, "endless.db");
  const stamp = "i AS id, 'x' AS guild_id, 1 AS generation, 1 AS schema_version";
  changeByHand(path, `CREATE VIEW _meta AS SELECT ${stamp} FROM ${ENDLESS} WHERE i < 0`);
  let turns = 0;
  const timer = setInterval(() => turns++, 10);
  const inspected = inspectCopy(path, { isOurs: false, msMax: 1_000 });
  await expect(inspected).rejects.toMatchObject({ kind: "corrupt" });
  clearInterval(timer);
  expect(turns).toBeGreaterThan(10);
});
