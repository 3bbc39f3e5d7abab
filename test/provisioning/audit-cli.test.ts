import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestApp, type TestGuild, testApp } from "../support/app.ts";
import { bundleScript } from "../support/bundle.ts";
import { runCli } from "../support/cli.ts";
import { guildSchema, openProvisioning } from "../support/provisioning.ts";
import { removeSearched } from "../support/secrets/folders.ts";

let main: string;
let t: TestApp;
let guild: TestGuild;
beforeAll(async () => {
  main = await bundleScript("provisioning/cli/main.ts");
  t = await testApp();
  guild = await t.guild("iron-vow");
  for (let n = 0; n < 5; n++) await guild.owner.post("/roster/persons", { name: `Ash ${n}` });
  await t.services.auditSealer.flush();
});
afterAll(async () => {
  await t.close();
  await rm(main, { force: true });
});

const guildhall = (...args: readonly string[]) => runCli(main, t.dir, args, t.env);

test("S56 `audit verify` says that all is well, or which row is not, with an exit code for scripts", async () => {
  const well = await guildhall("audit", "verify", "--all");
  expect(well).toMatchObject({ code: 0, err: "" });
  expect(well.out).toMatch(/All are what was written down/);

  const found = (await t.services.platform.guild(guild.id))!;
  await t.services.tenants.use(found, (db) =>
    db.client.batch(
      [
        { sql: "DROP TRIGGER audit_log_is_never_changed", args: [] },
        { sql: "UPDATE audit_log SET actor_name = 'nobody' WHERE seq = 3", args: [] },
      ],
      "write",
    ),
  );
  const wrong = await guildhall("audit", "verify", "iron-vow");
  expect(wrong.code).toBe(4);
  expect(wrong.out).toMatch(/iron-vow\s+3\s+row 3 is not what was written down/);
  const json = await guildhall("audit", "verify", "--all", "--json");
  expect(json.code).toBe(4);
  expect(JSON.parse(json.out)).toMatchObject({
    checked: 2,
    wrong: 1,
    logs: [
      { log: "platform", bad: null },
      { log: "iron-vow", bad: { seq: 3, fault: "changed" } },
    ],
  });
  const nothing = await guildhall("audit", "verify");
  expect([nothing.code, nothing.err]).toEqual([2, expect.stringContaining("--all")]);
  expect((await guildhall("audit", "verify", "--help")).out).toContain("guildhall audit verify");
});

test("`audit verify` of a guild that is behind says so and what to type, and checks the others", async () => {
  const dir = await mkdtemp(join(tmpdir(), "guildhall-behind-"));
  // The first release with an audit log had no seals.
  const early = guildSchema.findIndex(({ statements }) =>
    statements.join().includes("audit_seals"),
  );
  const older = await openProvisioning(dir, { migrations: guildSchema.slice(0, early) });
  await older.provisioner.provision(await older.recordGuild("late-vow"));
  await older.close();
  const people = await runCli(main, dir, ["audit", "verify", "--all"]);
  expect(people.code).toBe(4);
  expect(people.out).toContain(
    `late-vow       This guild is behind (schema ${early}, this release's is ${guildSchema.length})`,
  );
  expect(people.out).toContain("Try:   guildhall migrate apply");
  expect(people.out).not.toContain("no such table");
  const json = await runCli(main, dir, ["audit", "verify", "late-vow", "--json"]);
  expect(JSON.parse(json.out).logs[0].next).toEqual(["guildhall migrate apply"]);
  expect((await runCli(main, dir, ["migrate", "apply"])).code).toBe(0);
  expect((await runCli(main, dir, ["audit", "verify", "late-vow"])).code).toBe(0);
  await removeSearched(dir);
});

test("`retention preview` says what would be deleted and deletes nothing; `run` deletes it", async () => {
  const links = async () => (await t.services.platform.db.all("SELECT 1 FROM email_tokens")).length;
  await t.services.messageRunner.drain();
  // The command line uses the machine's clock, which is long after the test's.
  expect((await guildhall("clock", "confirm")).code).toBe(0);
  const before = await links();
  const preview = await guildhall("retention", "preview", "--json");
  expect(preview.code).toBe(0);
  const { places } = JSON.parse(preview.out);
  expect(places[0]).toMatchObject({ where: "platform", error: null });
  expect(places[0].removed).toContainEqual({ what: "mailed links", rows: before });
  expect(await links()).toBe(before);
  const run = await guildhall("retention", "run");
  expect(run.code).toBe(0);
  expect(run.out).toMatch(/platform\s+mailed links\s+\d+/);
  expect(await links()).toBe(0);
});
