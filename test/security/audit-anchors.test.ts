import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type TestApp, type TestGuild, testApp } from "../support/app.ts";
import { bundleScript } from "../support/bundle.ts";
import { runCli } from "../support/cli.ts";
import { changeByHand } from "../support/foreign-file.ts";
import { removeSearched } from "../support/secrets/folders.ts";

// An insider holds the files of a guild and of the platform, and writes to them with a plain driver.
// The platform's signatures reveal the changes.

const ZEROS = "0".repeat(64);
const GUARDS = `SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name LIKE 'audit_%'`;

let main: string;
let t: TestApp;
beforeAll(async () => {
  main = await bundleScript("provisioning/cli/main.ts");
  t = await testApp();
});
afterAll(async () => {
  await t.close();
  await removeSearched(main);
});

const guildhall = (...args: readonly string[]) => runCli(main, t.dir, args, t.env);
const platformFile = () => join(t.dir, "platform.db");

async function verified(...args: readonly string[]) {
  const { code, out } = await guildhall("audit", "verify", ...args, "--json");
  const { bad, unguarded } = JSON.parse(out).logs[0];
  return { code, bad, unguarded };
}

/** A guild with a few rows in its log, all of them sealed and signed. */
async function watched(slug: string) {
  const guild: TestGuild = await t.guild(slug);
  for (let n = 0; n < 4; n++) await guild.owner.post("/roster/persons", { name: `Ash ${n}` });
  await t.services.auditSealer.flush();
  const { location } = (await t.services.platform.guild(guild.id))!;
  t.services.tenants.evict(guild.id);
  const path = fileURLToPath(location.url);
  const last = await t.services.auditAnchors.newestSeq({ log: guild.id, generation: 1 });
  return { guild, path, last: last! };
}

/** Removes the triggers of a log, changes it, and restores them word for word. */
async function behindGuards(path: string, sql: string): Promise<void> {
  const db = path === platformFile() ? t.services.platform.db : undefined;
  const guards = db ? await db.all<{ name: string; sql: string }>(GUARDS) : await guardsOf(path);
  const drops = guards.map(({ name }) => `DROP TRIGGER "${name}"`);
  changeByHand(path, [...drops, sql, ...guards.map((one) => one.sql)].join(";\n"));
}

async function guardsOf(path: string) {
  const client = await t.services.openClient({ url: `file://${path}` });
  try {
    const { rows } = await client.execute({ sql: GUARDS, args: [] });
    return rows.map(([name, sql]) => ({ name: String(name), sql: String(sql) }));
  } finally {
    await client.close();
  }
}

describe("S68 a guild's log whose beginning an insider removed behind a checkpoint", () => {
  test("S68 is detected when the checkpoint holds no real hash", async () => {
    const { path, last } = await watched("zeros-vow");
    await behindGuards(
      path,
      `INSERT INTO audit_checkpoints VALUES (${last}, '${ZEROS}', 1);
       DELETE FROM audit_log; DELETE FROM audit_seals`,
    );
    const bad = { seq: last, fault: "not-as-anchored" };
    expect(await verified("zeros-vow")).toEqual({ code: 4, bad, unguarded: [] });
  });

  test("S68 is detected when the checkpoint holds the hash of a row that existed", async () => {
    const { path, last } = await watched("copied-vow");
    await behindGuards(
      path,
      `INSERT INTO audit_checkpoints SELECT seq, hash, 1 FROM audit_seals WHERE seq = ${last};
       DELETE FROM audit_log WHERE seq < ${last}; DELETE FROM audit_seals WHERE seq < ${last}`,
    );
    const bad = { seq: last, fault: "checkpoint-unknown" };
    expect(await verified("copied-vow")).toEqual({ code: 4, bad, unguarded: [] });
  });

  test("S68 is detected when the platform was given an unsigned checkpoint", async () => {
    const { guild, path, last } = await watched("forged-vow");
    await behindGuards(
      path,
      `INSERT INTO audit_checkpoints SELECT seq, hash, 1 FROM audit_seals WHERE seq = ${last};
       DELETE FROM audit_log; DELETE FROM audit_seals`,
    );
    await behindGuards(
      platformFile(),
      `INSERT INTO audit_anchors SELECT log, generation, 'checkpoint', seq, hash, 1, key_id, signature
       FROM audit_anchors WHERE log = '${guild.id}' AND kind = 'newest'`,
    );
    const bad = { seq: last, fault: "checkpoint-unknown" };
    expect(await verified("forged-vow")).toEqual({ code: 4, bad, unguarded: [] });
  });

  test("S68 is detected when row numbers are set back, and an anchor is changed to fit", async () => {
    const { guild, path } = await watched("short-vow");
    await behindGuards(
      path,
      `DELETE FROM audit_log WHERE seq > 2; DELETE FROM audit_seals WHERE seq > 2;
       UPDATE sqlite_sequence SET seq = 2 WHERE name = 'audit_log'`,
    );
    expect((await verified("short-vow")).bad).toEqual({ seq: 3, fault: "cut-off" });
    await behindGuards(
      platformFile(),
      `UPDATE audit_anchors SET seq = 2 WHERE log = '${guild.id}' AND kind = 'newest'`,
    );
    const { code, bad } = await verified("short-vow");
    expect([code, bad.seq]).toEqual([4, 2]);
  });

  test("S68 a checkpoint after the last row number, or dated tomorrow, is refused as false", async () => {
    const { path, last } = await watched("later-vow");
    await behindGuards(path, `INSERT INTO audit_checkpoints VALUES (${last + 9}, '${ZEROS}', 1)`);
    const bad = { seq: last + 9, fault: "checkpoint-impossible" };
    expect(await verified("later-vow")).toEqual({ code: 4, bad, unguarded: [] });

    const tomorrow = await watched("tomorrow-vow");
    await behindGuards(
      tomorrow.path,
      `INSERT INTO audit_checkpoints
       SELECT seq, hash, ${Date.now() + 86_400_000} FROM audit_seals WHERE seq = ${tomorrow.last}`,
    );
    const early = { seq: tomorrow.last, fault: "checkpoint-impossible" };
    expect(await verified("tomorrow-vow")).toEqual({ code: 4, bad: early, unguarded: [] });
  });
});

test("S68 a log whose triggers were removed or changed does not verify", async () => {
  const { path } = await watched("bare-vow");
  changeByHand(
    path,
    `DROP TRIGGER audit_log_is_never_changed; DROP TRIGGER audit_seals_are_never_removed;
     CREATE TRIGGER audit_seals_are_never_removed BEFORE DELETE ON audit_seals BEGIN SELECT 1; END`,
  );
  const { code, bad, unguarded } = await verified("bare-vow");
  expect([code, bad]).toEqual([4, null]);
  expect(unguarded).toEqual([
    "trigger audit_log_is_never_changed is missing",
    "trigger audit_seals_are_never_removed is different",
  ]);
});

test("S68 the platform's own log is compared with what was signed, and with lines kept elsewhere", async () => {
  const lines = join(t.dir, "server.log");
  const { head } = JSON.parse((await guildhall("audit", "verify", "--platform", "--json")).out)
    .logs[0];
  const signed = t.services.auditAnchors.signedHead({ log: "platform", generation: 1, ...head })!;
  const { at: signedAt, ...rest } = signed;
  await writeFile(lines, `${JSON.stringify({ event: "audit.head", ...rest, signedAt })}\nnoise\n`);
  expect((await verified("--platform", "--heads", lines)).code).toBe(0);

  await behindGuards(
    platformFile(),
    `INSERT INTO audit_checkpoints VALUES (${head.seq}, '${ZEROS}', 1);
     DELETE FROM audit_log; DELETE FROM audit_seals`,
  );
  const cut = await verified("--platform");
  expect([cut.code, cut.bad.seq]).toEqual([4, head.seq]);
  // An insider who removes the anchors and begins a new log still cannot change lines kept elsewhere.
  await behindGuards(
    platformFile(),
    `DELETE FROM audit_checkpoints; DELETE FROM audit_anchors WHERE log = 'platform';
     UPDATE sqlite_sequence SET seq = 0 WHERE name = 'audit_log'`,
  );
  expect((await verified("--platform", "--heads", lines)).bad).toEqual({
    seq: 1,
    fault: "cut-off",
  });
  expect(await readFile(lines, "utf8")).toContain(head.hash);
});

test("S68 after a new secret an operator signs a log again, and the platform's log says who did", async () => {
  await using fresh = await testApp();
  const { owner } = await fresh.guild("new-vow");
  await owner.post("/roster/persons", { name: "Ash" });
  await fresh.services.auditSealer.flush();
  const env = {
    ...fresh.env,
    GUILDHALL_SECRET: "another secret for all that is signed from today",
  };
  const cli = (...args: readonly string[]) => runCli(main, fresh.dir, args, env);
  const other = JSON.parse((await cli("audit", "verify", "new-vow", "--json")).out).logs[0];
  expect(other).toMatchObject({ bad: { fault: "signed-otherwise" } });
  expect(other.next).toEqual(["guildhall audit accept new-vow --dry-run"]);
  const accepted = await cli("audit", "accept", "new-vow", "--reason", "new secret", "--json");
  expect(JSON.parse(accepted.out)).toMatchObject({ log: "new-vow", accepted: true });
  expect((await cli("audit", "verify", "new-vow")).code).toBe(0);
  const noted = await fresh.services.platform.db.first<{ after: string }>(
    "SELECT after FROM audit_log WHERE action = 'audit.accept'",
  );
  expect(JSON.parse(noted!.after)).toEqual({ reason: "new secret" });
});
