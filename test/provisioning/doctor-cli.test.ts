import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newDatabaseName } from "../../provisioning/hosts/host.ts";
import { type TestApp, type TestGuild, testApp } from "../support/app.ts";
import { bundleScript } from "../support/bundle.ts";
import { runCli } from "../support/cli.ts";

let main: string;
let t: TestApp;
let guild: TestGuild;
beforeAll(async () => {
  main = await bundleScript("provisioning/cli/main.ts");
  t = await testApp({}, { clock: () => new Date() });
  guild = await t.guild("iron-vow");
});
afterAll(async () => {
  await rm(main, { force: true });
  await t.close();
});

const doctor = async () => {
  const { code, out } = await runCli(main, t.dir, ["doctor", "--json"], t.env);
  return { code, findings: JSON.parse(out).findings as { finding: string; next: string }[] };
};
const inPlatform = (sql: string) => t.services.platform.db.client.execute({ sql, args: [] });

test("the doctor finds nothing wrong with a healthy platform", async () => {
  expect(await doctor()).toEqual({ code: 0, findings: [] });
});

test("late backups, old schemas, failing jobs and unclaimed databases end with 4 and what to type", async () => {
  await inPlatform("UPDATE guilds SET created_at = 1, schema_hash = 'older'");
  await inPlatform(`INSERT INTO jobs (id, guild_id, kind, subject, due_at, created_at, error)
    VALUES ('j', '${guild.id}', 'test.kind', '', 0, 0, 'no room')`);
  const stray = newDatabaseName();
  await t.services.host.create(stray);
  await writeFile(join(t.dir, "guilds", `${stray}.db`), "nobody knows what this is");
  const { code, findings } = await doctor();
  expect(code).toBe(4);
  const found = (text: string) => findings.find(({ finding }) => finding.includes(text))?.next;
  expect(found("backup is late: 1, of them iron-vow")).toBe("guildhall backups create --all");
  expect(found("behind this release's schema: 1")).toBe("guildhall migrate plan");
  expect(found("test.kind that fail: 1, such as: no room")).toBe("guildhall stats");
  expect(found(stray)).toBe("guildhall sweep");
});

test("a platform that cannot be opened is a finding, and the doctor continues", async () => {
  const dir = join(t.dir, "broken");
  await mkdir(dir);
  await writeFile(join(dir, "platform.db"), "this is no database at all, but a file of its name");
  const env = { ...t.env, DATA_DIR: dir };
  const { code, out } = await runCli(main, dir, ["doctor"], env);
  expect(code).toBe(4);
  expect(out).toContain("The platform cannot be looked at");
  expect(out).toContain("GUILDHALL_SECRET");
});

test("no colours without a terminal, and every help explains the exit codes", async () => {
  for (const args of [
    ["guilds", "list"],
    ["guilds", "show", "nobody"],
  ]) {
    const { out, err } = await runCli(main, t.dir, args, { ...t.env, CI: "1", FORCE_COLOR: "1" });
    expect(out + err).not.toContain("\u001b");
  }
  const { out } = await runCli(main, t.dir, ["backups", "prune", "--help"], t.env);
  expect(out).toMatch(/^Examples:/);
  expect(out).toContain("Exit codes: 0 done, 1 failed, 2 misused, 3 done in part");
});
