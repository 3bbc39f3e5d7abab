import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Command, CommanderError } from "commander";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { leavesOf } from "../../provisioning/cli/leaves.ts";
import { buildProgram } from "../../provisioning/cli/program.ts";
import { bundleScript } from "../support/bundle.ts";
import { runCli } from "../support/cli.ts";
import { openProvisioning } from "../support/provisioning.ts";
import { removeSearched } from "../support/secrets/folders.ts";

/** Commands whose output is always for programs. */
const PRINT_FOR_PROGRAMS = new Set(["schema", "completion"]);

/** Commands that change nothing on the platform. Every other one needs a dry run. */
const CHANGE_NOTHING = new Set([
  ...["guilds list", "guilds show", "guilds domain", "guilds check", "operators list"],
  ...["plans list", "stats"],
  ...["backups list", "backups verify", "audit verify", "secrets status", "clock status", "doctor"],
  ...["migrate plan", "migrate rehearse", "migrate status", "migrate verify", "logs analyze"],
  ...["declared validate", "declared diff", "declared plan", "declared export"],
  ...["import list", "import show", "outbox list", "identity issues"],
  ...["schema", "completion"],
  // It uploads the game's log while the game writes it, so there is nothing to preview.
  "logs follow",
  // They upload what the game wrote. The server takes the same export once.
  "companion watch",
  "companion once",
]);

const program = buildProgram();
const leaves = leavesOf(program);
const helpOf = (command: Command) => {
  let text = "";
  command.configureOutput({ writeOut: (part) => (text += part) });
  command.outputHelp();
  return text;
};

let main: string;
let dir: string;
beforeAll(async () => {
  main = await bundleScript("provisioning/cli/main.ts");
  dir = await mkdtemp(join(tmpdir(), "guildhall-cli-"));
  await (await openProvisioning(dir)).close();
});
afterAll(async () => {
  await rm(main, { force: true });
  await removeSearched(dir);
});

describe("every command", () => {
  test.each(leaves.map(({ name, command }) => [name, command] as const))(
    "%s begins its help with lines to copy, speaks to programs, and says what its end means",
    (name, command) => {
      const help = helpOf(command);
      expect(help.trimStart()).toMatch(/^Examples:\n {2}guildhall /);
      if (!PRINT_FOR_PROGRAMS.has(name)) expect(help).toMatch(/--json[\s\S]+--quiet/);
      expect(help).toContain("Exit codes: 0 done, 1 failed, 2 misused, 3 done in part");
      expect(command.description()).not.toBe("");
    },
  );

  test("that changes something has a dry run that says what it would do", () => {
    const without = leaves.filter(
      ({ name, command }) =>
        !CHANGE_NOTHING.has(name) && !command.options.some(({ long }) => long === "--dry-run"),
    );
    expect(without.map(({ name }) => name)).toEqual([]);
    expect([...CHANGE_NOTHING].filter((name) => !leaves.some((one) => one.name === name))).toEqual(
      [],
    );
  });

  test.each(leaves.map(({ name }) => [name] as const))(
    "%s refuses an option that it does not know",
    async (name) => {
      const args = ["node", "guildhall", ...name.split(" "), "--no-such-option"];
      const quiet = buildProgram();
      for (const { command } of leavesOf(quiet)) command.configureOutput({ writeErr: () => {} });
      await expect(quiet.parseAsync(args)).rejects.toBeInstanceOf(CommanderError);
    },
  );

  test("is quiet on request, and still prints errors", async () => {
    const list = await runCli(main, dir, ["guilds", "list", "--quiet"]);
    expect(list).toEqual({ code: 0, out: "", err: "" });
    const wrong = await runCli(main, dir, ["guilds", "show", "nobody", "--quiet"]);
    expect(wrong).toMatchObject({ code: 1, out: "" });
    expect(wrong.err).toContain("No guild has the slug nobody.");
  });

  test("is completed by a shell, with its options", async () => {
    const { out } = await runCli(main, dir, ["completion", "bash"]);
    const complete = async (...words: readonly string[]) => {
      const script = `${out}
        COMP_WORDS=(guildhall ${words.map((word) => `"${word}"`).join(" ")})
        COMP_CWORD=${words.length}; _guildhall; printf '%s\n' "\${COMPREPLY[@]}"`;
      const found = await promisify(execFile)("bash", ["-c", script]);
      return found.stdout.trim().split("\n");
    };
    expect(await complete("mig")).toEqual(["migrate"]);
    expect(await complete("migrate", "re")).toEqual([
      "rehearse",
      "resume",
      "retry",
      "revert",
      "repair",
    ]);
    expect(await complete("guilds", "show", "iron-vow", "--j")).toEqual(["--json"]);
    expect(await complete("guilds", "show", "--q")).toEqual(["--quiet"]);
    const zsh = await runCli(main, dir, ["completion", "zsh"]);
    expect(zsh.out).toContain("bashcompinit");
    expect((await runCli(main, dir, ["completion", "tcsh"])).code).toBe(2);
  });

  test("ends with 2 when it is misused, and prints no colours to programs", async () => {
    for (const args of [["guilds", "list", "--no-such-option"], ["guilds", "list"], ["--help"]]) {
      const end = await runCli(main, dir, args, { FORCE_COLOR: "1", CI: "1" });
      expect([args, end.code]).toEqual([args, args.includes("--no-such-option") ? 2 : 0]);
      expect(`${end.out}${end.err}`).not.toContain("\u001b");
    }
  }, 60_000);
});
