import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { leavesOf } from "../../provisioning/cli/leaves.ts";
import { buildProgram } from "../../provisioning/cli/program.ts";
import { shapes } from "../../provisioning/cli/shapes/index.ts";
import { bundleScript } from "../support/bundle.ts";
import { runCli } from "../support/cli.ts";
import { generatedText } from "../support/log-generator.ts";
import { guildSchema, openProvisioning } from "../support/provisioning.ts";
import { removeSearched } from "../support/secrets/folders.ts";
import { hasSqld, startSqld } from "../support/sqld.ts";

const OWNER = "owner@example.test";
const founded = ["--realm", "Area 52", "--region", "eu", "--owner-email", OWNER];
const NEWEST = "<the newest>";

/** An operator's commands, in order. Each has to succeed, and to print its documented shape. */
const DAY: readonly (readonly string[])[] = [
  ["init", "--dry-run"],
  ["init"],
  ["guilds", "create", "--name", "Iron Vow", ...founded, "--dry-run"],
  ["guilds", "create", "--name", "Iron Vow", ...founded],
  ["guilds", "list"],
  ["guilds", "show", "iron-vow"],
  ["guilds", "domain", "iron-vow"],
  ["guilds", "check", "iron-vow"],
  ["guilds", "suspend", "iron-vow", "--reason", "Under review"],
  ["guilds", "resume", "iron-vow"],
  ["guilds", "protect", "iron-vow"],
  ["guilds", "unprotect", "iron-vow", "--confirm", "iron-vow"],
  ["guilds", "export", "iron-vow", "--to", "iron-vow.db.gz"],
  ["guilds", "import", "iron-vow.db.gz", "--owner-email", OWNER, "--dry-run"],
  ["guilds", "import", "iron-vow.db.gz", "--owner-email", OWNER, "--name", "Iron Again"],
  ["guilds", "clone", "iron-vow", "--slug", "iron-lab", "--owner-email", OWNER],
  ["guilds", "rename", "iron-lab", "--to", "iron-yard", "--dry-run"],
  ["guilds", "rename", "iron-lab", "--name", "Iron Yard"],
  ["operators", "add", OWNER, "--may", "all"],
  ["operators", "list"],
  ["operators", "reset-factor", OWNER, "--dry-run"],
  ["operators", "remove", OWNER],
  ["plans", "list"],
  ["plans", "grant", "iron-vow", "--plan", "premium", "--reason", "Beta", "--until", "2099-12-31"],
  ["plans", "revoke", "iron-vow"],
  ["backups", "create", "--all"],
  ["backups", "list"],
  ["backups", "verify", "--all"],
  ["backups", "prune", "--all", "--dry-run"],
  ["backups", "prune", "iron-vow"],
  ["backups", "find", "--all"],
  ["backups", "restore", "iron-vow", "--dry-run"],
  ["backups", "restore", "iron-vow", "--confirm", "iron-vow"],
  ["backups", "platform"],
  ["backups", "restore-platform", NEWEST],
  ["migrate", "plan"],
  ["migrate", "rehearse", "late-vow"],
  ["migrate", "status"],
  ["migrate", "apply", "--dry-run"],
  ["migrate", "apply", "--snapshots"],
  ["migrate", "status"],
  ["migrate", "pause", "--dry-run"],
  ["migrate", "resume", "--dry-run"],
  ["migrate", "retry", "--dry-run"],
  ["migrate", "revert", "--dry-run"],
  ["migrate", "verify"],
  ["migrate", "repair", "iron-vow"],
  ["sweep", "--dry-run"],
  ["sweep"],
  ["audit", "verify", "--all"],
  ["audit", "accept", "iron-vow", "--reason", "Try", "--dry-run"],
  ["clock", "status"],
  ["clock", "confirm", "--dry-run"],
  ["clock", "confirm"],
  ["retention", "preview"],
  ["retention", "run"],
  ["secrets", "status"],
  ["secrets", "rotate", "--dry-run"],
  ["secrets", "rotate"],
  ["stats"],
  ["stats", "iron-vow", "late-vow"],
  ["stats", "iron-vow", "--performance"],
  ["stats", "--figures"],
  ["migrate", "platform"],
  ["migrate", "platform", "--dry-run"],
  ["doctor"],
  ["logs", "analyze", "log.txt"],
  ["logs", "analyze", "log.txt", "log.txt"],
  ["outbox", "list"],
  ["outbox", "retry", "refused", "--dry-run"],
  ["outbox", "retry", "refused"],
  ["outbox", "discard", "bounced"],
  ["identity", "sync", "--guild", "iron-vow", "--dry-run"],
  ["identity", "sync", "--guild", "iron-vow"],
  ["identity", "match", "--guild", "iron-vow", "--explain"],
  ["identity", "issues", "--guild", "iron-vow"],
  ["identity", "report", "--guild", "iron-vow", "--dry-run"],
  ["guilds", "delete", "iron-lab", "--dry-run"],
  ["guilds", "delete", "iron-lab", "--confirm", "iron-lab"],
  ["guilds", "undelete", "iron-lab"],
  ["guilds", "purge", "iron-lab", "--dry-run"],
  ["guilds", "purge", "iron-lab", "--confirm", "iron-lab"],
];

/** Moving is tested below. The others have tests of their own. */
const ELSEWHERE = [
  ...["guilds move", "guilds purge-moved", "logs follow"],
  ...["validate", "diff", "plan", "apply", "prune", "export", "reconcile"].map(
    (verb) => `declared ${verb}`,
  ),
  ...["companion watch", "companion once", "discord register"],
  ...["import file", "import list", "import show", "import revert"],
  ...["import legacy", "import combat-logs"],
  ...["transfer encounters", "transfer revert", "transfer resume"],
];
if (!hasSqld) console.log("guilds move was not asked: npm has the server for Linux on x64 only.");

let main: string;
let dir: string;
let env: Record<string, string>;
beforeAll(async () => {
  main = await bundleScript("provisioning/cli/main.ts");
  dir = await mkdtemp(join(tmpdir(), "guildhall-shapes-"));
  env = {
    BACKUP_DIR: join(dir, "copies"),
    GUILDHALL_SECRET: randomBytes(32).toString("hex"),
    SECRETS_KEYS: `first:${randomBytes(32).toString("base64")}`,
  };
  const older = await openProvisioning(dir, { migrations: guildSchema.slice(0, -1) });
  await older.provisioner.provision(await older.recordGuild("late-vow"));
  await older.platform.db.client.execute({
    sql: `INSERT INTO users (id, email, name, email_verified_at, created_at)
          VALUES ('owner', ?, 'Olga', 1, 0)`,
    args: [OWNER],
  });
  await older.platform.db.client.execute({
    sql: `INSERT INTO outgoing_messages (id, kind, template, sealed, created_at, expires_at, dead_at, dead_reason)
          SELECT value, 'email', 'reset', '', 0, ?, 1, 'no such mailbox'
          FROM json_each('["refused", "bounced"]')`,
    args: [Number.MAX_SAFE_INTEGER],
  });
  // An account with the largest plan may have several guilds.
  await older.platform.db.client.execute({
    sql: "UPDATE plans SET guilds_per_account_max = NULL",
    args: [],
  });
  await older.close();
  const { text } = generatedText({ seed: 1, generation: 22, events: 2_000 });
  await writeFile(join(dir, "log.txt"), text);
});
afterAll(async () => {
  await rm(main, { force: true });
  await removeSearched(dir);
});

const isFile = (word: string) => /\.(txt|gz)$/.test(word);

describe("--json", () => {
  test.each(DAY.map((args) => [args.join(" "), args] as const))("%s", async (_name, args) => {
    const copies = args.includes(NEWEST)
      ? await runCli(main, dir, ["backups", "platform", "--list", "--json"], env)
      : undefined;
    const newest = copies && JSON.parse(copies.out)[0].key;
    const typed = args.map((word) =>
      word === NEWEST ? newest : isFile(word) ? join(dir, word) : word,
    );
    // A platform is restored where there is none.
    const isNew = args[0] === "init";
    const folder = copies ? join(dir, "elsewhere") : isNew ? join(dir, "new") : dir;
    const end = await runCli(main, folder, [...typed, "--json"], env);
    expect(end).toMatchObject({ code: 0, err: "" });
    expect(JSON.parse(end.out)).toBeDefined();
  });

  test.runIf(hasSqld)("guilds move", async () => {
    const server = await startSqld();
    try {
      const { PLATFORM_DATABASE_URL: _, ...servers } = server.env;
      for (const more of [["--dry-run"], []]) {
        const args = ["guilds", "move", "iron-vow", "--to", "sqld", ...more, "--json"];
        expect(await runCli(main, dir, args, { ...env, ...servers })).toMatchObject({ code: 0 });
      }
      const purge = ["guilds", "purge-moved", "iron-vow", "--json"];
      expect(await runCli(main, dir, purge, { ...env, ...servers })).toMatchObject({ code: 0 });
    } finally {
      await server.stop();
    }
  });

  test("every command with output for programs has a documented shape, and was run", () => {
    const speaking = leavesOf(buildProgram())
      .filter(({ command }) => command.options.some(({ long }) => long === "--json"))
      .map(({ name }) => name);
    expect(Object.keys(shapes).sort()).toEqual([...speaking].sort());
    const asked = new Set(DAY.flatMap((args) => [args[0]!, args.slice(0, 2).join(" ")]));
    const left = speaking.filter((name) => !asked.has(name));
    expect(left.sort()).toEqual([...ELSEWHERE].sort());
  });

  test("the command's help shows its shape, and `schema` prints all of it", async () => {
    const help = await runCli(main, dir, ["guilds", "check", "--help"]);
    expect(help.out).toContain("JSON:\n  {isRight, slug, bytes, drift: [{what, kind, repair}]");
    const one = await runCli(main, dir, ["schema", "guilds", "check"]);
    expect(JSON.parse(one.out)).toMatchObject({ type: "object", additionalProperties: false });
    const all = await runCli(main, dir, ["schema"]);
    expect(Object.keys(JSON.parse(all.out)).sort()).toEqual(
      [...Object.keys(shapes), "error"].sort(),
    );
    expect((await runCli(main, dir, ["schema", "guilds", "lsit"])).code).toBe(2);
  });
});
