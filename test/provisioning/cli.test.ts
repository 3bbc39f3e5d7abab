import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openEmbedded } from "../../src/database/embedded.ts";
import { bundleScript } from "../support/bundle.ts";
import { type End, runCli } from "../support/cli.ts";
import { guildSchema, openProvisioning } from "../support/provisioning.ts";
import { removeSearched } from "../support/secrets/folders.ts";

let main: string;
let dir: string;
beforeAll(async () => {
  main = await bundleScript("provisioning/cli/main.ts");
});
afterAll(() => rm(main, { force: true }));
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "guildhall-cli-"));
  await (await openProvisioning(dir)).close();
});
afterEach(() => removeSearched(dir));

function guildhall(...args: readonly string[]): Promise<End> {
  return runCli(main, dir, args);
}

function node(...args: readonly string[]): Promise<End> {
  return new Promise((resolve) => {
    const env = { PATH: process.env["PATH"], DATA_DIR: dir };
    execFile(process.execPath, args, { env }, (error, out, err) => {
      resolve({ code: error ? Number(error.code) : 0, out, err });
    });
  });
}

/** A platform with ready guilds, as a server would leave it. */
async function platformWith(count: number, options: { readonly migrations?: number } = {}) {
  const migrations = guildSchema.slice(0, options.migrations ?? guildSchema.length);
  const services = await openProvisioning(dir, { migrations });
  const guilds = [];
  for (let i = 0; i < count; i++) {
    const id = await services.recordGuild(`guild-${i}`);
    guilds.push(await services.provisioner.provision(id));
  }
  await services.close();
  return guilds;
}

async function inPlatform<Row>(sql: string): Promise<Row[]> {
  const { platform, close } = await openProvisioning(dir);
  const rows = await platform.db.all<Row>(sql);
  await close();
  return rows;
}

test("runs from a fresh checkout without a build, and help begins with lines to copy", async () => {
  const { code, out } = await node(
    join(import.meta.dirname, "../../provisioning/cli/main.ts"),
    "--help",
  );
  expect(code).toBe(0);
  expect(out).toMatch(/^Examples:\n {2}guildhall /);
  for (const command of ["migrate", "sweep", "guilds create", "guilds delete"]) {
    expect((await guildhall(...command.split(" "), "--help")).out).toMatch(/^Examples:\n/);
  }
});

describe("guilds", () => {
  test("are listed and shown, for people and for programs", async () => {
    const [guild] = await platformWith(1);
    const people = await guildhall("guilds", "list");
    expect(people).toMatchObject({ code: 0, err: "" });
    expect(people.out).toContain("guild-0");
    expect(people.out).not.toContain("\u001b");
    const listed = JSON.parse((await guildhall("guilds", "list", "--json")).out);
    expect(listed).toEqual([expect.objectContaining({ id: guild!.id, status: "ready" })]);
    const shown = JSON.parse((await guildhall("guilds", "show", "guild-0", "--json")).out);
    expect(shown).toMatchObject({ slug: "guild-0", error: null });
    expect(shown.steps.at(-1)).toMatchObject({ step: "ready", state: "done" });
  });

  test("that do not exist end with 1 and say what to type next", async () => {
    const people = await guildhall("guilds", "show", "nobody");
    expect(people).toMatchObject({ code: 1, out: "" });
    expect(people.err).toContain("Try:   guildhall guilds list");
    const program = await guildhall("guilds", "show", "nobody", "--json");
    expect(JSON.parse(program.err)).toEqual({
      error: {
        code: "guild/not-found",
        message: "No guild has the slug nobody.",
        next: ["guildhall guilds list"],
      },
    });
  });

  test("are founded for an account that exists, within its plan", async () => {
    await platformWith(0);
    const { platform, close } = await openProvisioning(dir);
    await platform.db.client.execute({
      sql: "INSERT INTO users (id, email, name, created_at) VALUES ('u', 'o@example.test', 'O', 0)",
      args: [],
    });
    await close();
    const create = (...more: string[]) =>
      guildhall(...["guilds", "create", "--realm", "Area 52", "--json"], ...more);
    const named = ["--name", "Iron Vow", "--owner-email", "o@example.test"];
    expect(await create(...named, "--region", "mars")).toMatchObject({ code: 2, out: "" });
    const stranger = await create(
      "--name",
      "X",
      "--owner-email",
      "x@example.test",
      "--region",
      "eu",
    );
    expect(stranger.code).toBe(1);
    const made = await create(...named, "--region", "eu");
    expect(made).toMatchObject({ code: 0, err: "" });
    expect(JSON.parse(made.out)).toMatchObject({ slug: "iron-vow", status: "ready" });
    const second = await create(
      "--name",
      "Two",
      "--owner-email",
      "o@example.test",
      "--region",
      "eu",
    );
    expect(second.code).toBe(1);
    expect(JSON.parse(second.err).error.code).toBe("plan/guilds");
  });

  test("are deleted only when their slug is typed twice, and it is recorded who did it", async () => {
    await platformWith(1);
    const unsure = await guildhall("guilds", "delete", "guild-0");
    expect(unsure.code).toBe(2);
    expect(unsure.err).toContain("Try:   guildhall guilds delete guild-0 --confirm guild-0");
    expect((await guildhall("guilds", "delete", "guild-0", "--confirm", "guild-1")).code).toBe(2);
    expect(await guildhall("guilds", "delete", "guild-0", "--confirm", "guild-0")).toMatchObject({
      code: 0,
    });
    const [closed] = JSON.parse((await guildhall("guilds", "list", "--json")).out);
    expect(closed).toMatchObject({ slug: "guild-0", status: "deleted" });
    const [row] = await inPlatform<{ actor_type: string; actor_id: string }>(
      "SELECT actor_type, actor_id FROM audit_log WHERE action = 'guild.delete'",
    );
    expect(row?.actor_type).toBe("operator");
    expect(row?.actor_id).not.toBe("");
  });
});

describe("a guild's life", () => {
  test("suspended it is closed until it is resumed, and it is recorded who did it", async () => {
    await platformWith(1);
    const reason = "Under review";
    expect(await guildhall("guilds", "suspend", "guild-0", "--reason", reason)).toMatchObject({
      code: 0,
    });
    const shown = JSON.parse((await guildhall("guilds", "show", "guild-0", "--json")).out);
    expect(shown).toMatchObject({ status: "suspended", statusReason: reason });
    expect((await guildhall("guilds", "suspend", "guild-0", "--reason", "again")).code).toBe(1);
    expect((await guildhall("guilds", "resume", "guild-0")).code).toBe(0);
    expect(
      await inPlatform(
        "SELECT action, actor_type FROM audit_log WHERE action LIKE 'guild.%s%' ORDER BY seq",
      ),
    ).toEqual([
      { action: "guild.suspend", actor_type: "operator" },
      { action: "guild.resume", actor_type: "operator" },
    ]);
  });

  test("is checked: its completeness, stamp, schema and ledger", async () => {
    const [guild] = await platformWith(1);
    const right = await guildhall("guilds", "check", "guild-0", "--json");
    expect(right.code).toBe(0);
    expect(JSON.parse(right.out)).toMatchObject({ isRight: true, integrity: "ok", brokenRows: 0 });
    const client = await openEmbedded(guild!.location);
    await client.execute({ sql: "DROP INDEX characters_by_person", args: [] });
    await client.close();
    const drifted = await guildhall("guilds", "check", "guild-0");
    expect(drifted.code).toBe(4);
    expect(drifted.out).toContain("index characters_by_person is missing");
    await writeFile(fileURLToPath(guild!.location.url), "no database");
    expect((await guildhall("guilds", "check", "guild-0")).code).toBe(4);
  });
});

test("doctor says what is missing and what to do, and shows no secret", async () => {
  const sick = await guildhall("doctor", "--json");
  expect(sick.code).toBe(4);
  const { faults, variables } = JSON.parse(sick.out);
  expect(faults).toEqual([expect.stringContaining("GUILDHALL_SECRET: is missing")]);
  expect(variables.find((one: { name: string }) => one.name === "PORT").state).toBe(
    "3000 (default)",
  );
  const env = { PATH: process.env["PATH"], DATA_DIR: dir, GUILDHALL_SECRET: "s".repeat(40) };
  const well = await new Promise<string>((resolve, reject) => {
    execFile(process.execPath, [main, "doctor"], { env }, (error, out) =>
      error ? reject(error) : resolve(out),
    );
  });
  expect(well).toContain("Everything that has to be set is set.");
  expect(well).not.toContain("ssss");
});

describe("migrate", () => {
  const json = async (...args: readonly string[]) =>
    JSON.parse((await guildhall("migrate", ...args, "--json")).out);

  test("plans wave by wave, does it, and has nothing left to do", async () => {
    await platformWith(3, { migrations: 1 });
    const plan = await json("plan", "--wave", "1", "--wave", "rest");
    expect(plan).toMatchObject({ behind: 3, waves: [{ guilds: 1 }, { guilds: 2 }] });
    expect(plan.waves[0].from).toEqual({ 1: 1 });
    const looked = await guildhall("migrate", "plan");
    expect(looked.out).toContain("3 guilds are behind schema");
    expect(looked.out).toContain("Try:   guildhall migrate apply");
    const done = await guildhall("migrate", "apply", "--reason", "a release", "--json");
    expect(done).toMatchObject({ code: 0, err: "" });
    expect(JSON.parse(done.out)).toMatchObject({ status: "done", reason: "a release", next: [] });
    expect(await json("apply")).toMatchObject({ behind: 0 });
    expect(await json("status")).toMatchObject({ status: "done" });
  });

  test("opens no guild's database when all are up to date", async () => {
    await platformWith(2);
    await rm(join(dir, "guilds"), { recursive: true });
    expect(await guildhall("migrate", "apply")).toMatchObject({ code: 0, err: "" });
    expect(await json("apply")).toMatchObject({ behind: 0 });
  });

  test("rehearses on copies, and changes nothing", async () => {
    await platformWith(2, { migrations: 1 });
    const found = await json("rehearse", "guild-1");
    expect(found).toMatchObject({
      behind: 2,
      rehearsals: [{ slug: "guild-1", error: null, from: 1 }],
    });
    expect(await json("plan")).toMatchObject({ behind: 2 });
    expect(await guildhall("migrate", "rehearse", "nobody")).toMatchObject({ code: 1, out: "" });
    expect(await guildhall("migrate", "apply", "--lanes", "many")).toMatchObject({ code: 2 });
    expect(await guildhall("migrate", "apply", "--wave", "tall")).toMatchObject({ code: 1 });
  });

  test("that fails for some ends with 3, groups them by cause and says what to type next", async () => {
    const guilds = await platformWith(4, { migrations: 1 });
    for (const guild of guilds.slice(1, 3)) {
      await writeFile(fileURLToPath(guild.location.url), "no database");
    }
    const waves = ["--wave", "guild=guild-0", "--wave", "rest"];
    const { code, out } = await guildhall("migrate", "apply", ...waves);
    expect(code).toBe(3);
    expect(out).toMatch(/\b2 +.+ +guild-1 guild-2\n/);
    expect(out).toContain("Try:   guildhall migrate retry");
    const status = await json("status");
    expect(status.failures).toEqual([
      { cause: expect.any(String), count: 2, slugs: ["guild-1", "guild-2"] },
    ]);
    expect((await guildhall("migrate", "retry")).code).toBe(3);
  });

  test("interrupted finishes the guild in progress, ends with 130, and continues when resumed", async () => {
    await platformWith(120, { migrations: 1 });
    const { platform, close } = await openProvisioning(dir);
    const env = { PATH: process.env["PATH"], DATA_DIR: dir };
    const child = spawn(process.execPath, [main, "migrate", "apply", "--lanes", "1", "--json"], {
      env,
    });
    let out = "";
    child.stdout.on("data", (chunk) => {
      out += chunk;
    });
    const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
    const count = async () =>
      (await platform.db.first<{ n: number }>(
        "SELECT count(*) AS n FROM rollout_guilds WHERE status = 'done'",
      ))!.n;
    while ((await count()) === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    child.kill("SIGINT");
    expect(await ended).toBe(130);
    const first = JSON.parse(out);
    expect(first).toMatchObject({ status: "stopped", next: ["guildhall migrate resume"] });
    const done = await count();
    expect(done).toBeLessThan(120);
    await close();
    expect(await json("resume")).toMatchObject({ id: first.id, status: "done" });
    expect((await guildhall("migrate", "resume")).code).toBe(1);
  });

  test("restores the copies it kept, after saying what would be lost", async () => {
    await platformWith(2, { migrations: 1 });
    const { id } = await json("apply", "--snapshots");
    expect(await guildhall("migrate", "revert")).toMatchObject({ code: 2 });
    expect((await json("revert", "--dry-run")).guilds).toHaveLength(2);
    expect(await json("revert", "--confirm", id)).toMatchObject({ reverted: 2, left: 0 });
    expect(await json("status")).toMatchObject({ status: "reverted" });
    expect(await json("plan")).toMatchObject({ behind: 2 });
  });

  test("verify names exactly the differences and ends with 4; repair proposes and applies the repair", async () => {
    const guilds = await platformWith(3);
    expect(await guildhall("migrate", "verify")).toMatchObject({ code: 0 });
    const client = await openEmbedded(guilds[1]!.location);
    for (const sql of [
      "DROP INDEX characters_by_person",
      "DROP TRIGGER ledger_tx_is_never_changed",
    ]) {
      await client.execute({ sql, args: [] });
    }
    await client.close();
    const { code, out } = await guildhall("migrate", "verify", "--json");
    expect(code).toBe(4);
    const { found } = JSON.parse(out);
    expect(found).toHaveLength(1);
    expect(found[0].slug).toBe("guild-1");
    expect(
      found[0].drift.map((one: { what: string; kind: string }) => [one.what, one.kind]),
    ).toEqual([
      ["trigger ledger_tx_is_never_changed", "missing"],
      ["index characters_by_person", "missing"],
    ]);
    expect(await guildhall("migrate", "repair", "guild-1")).toMatchObject({ code: 4 });
    expect(await guildhall("migrate", "repair", "guild-1", "--apply")).toMatchObject({ code: 0 });
    expect(await guildhall("migrate", "verify")).toMatchObject({ code: 0 });
  });
});

test("sweep ends with 4 when a database with data has no guild", async () => {
  await platformWith(1);
  expect(await guildhall("sweep")).toMatchObject({ code: 0 });
  const { platform, close } = await openProvisioning(dir);
  await platform.db.client.batch(
    ["memberships", "guilds"].map((table) => ({ sql: `DELETE FROM ${table}`, args: [] })),
    "write",
  );
  await close();
  const { code, out } = await guildhall("sweep", "--json");
  expect(code).toBe(4);
  expect(JSON.parse(out)).toMatchObject({ orphans: [], unclaimed: [expect.any(String)] });
});
