import type { Command } from "commander";
import { DRY_RUN, examples, JSON_OPTION, Output } from "../output.ts";
import { run } from "../run.ts";

/** The options of all commands on guild files. */
interface FileOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly dryRun?: boolean;
}

/** `guildhall declared …`: guilds that an operator declares in files. */
export function declaredCommands(program: Command): void {
  const declared = program
    .command("declared")
    .description("compare guilds with the files that declare them, and apply the files");
  validateCommand(declared);
  diffCommands(declared);
  applyCommand(declared);
  pruneCommand(declared);
  exportCommand(declared);
  reconcileCommand(declared);
}

function validateCommand(declared: Command): void {
  declared
    .command("validate <dir>")
    .description("check every guild file of a folder, without a platform")
    .option(...JSON_OPTION)
    .addHelpText("before", examples("guildhall declared validate guilds"))
    .action(async (dir: string, options: FileOptions) => {
      const out = new Output(options);
      try {
        const { validate } = await import("./validate.ts");
        process.exitCode = await validate(out, dir);
      } catch (error) {
        process.exitCode = out.failure(error);
      }
    });
}

function diffCommands(declared: Command): void {
  declared
    .command("diff <dir>")
    .description("say how the platform differs from the files; exits with 4 when it does")
    .option(...JSON_OPTION)
    .addHelpText("before", examples("guildhall declared diff guilds"))
    .action((dir: string, options: FileOptions) =>
      run(options, async (s, out) => (await import("./diff.ts")).diff(s, out, dir)),
    );
  declared
    .command("plan <dir>")
    .description("write the differences to a file, which apply takes")
    .requiredOption("--out <file>", "where the plan is written")
    .option(...JSON_OPTION)
    .addHelpText(
      "before",
      examples(
        "guildhall declared plan guilds --out plan.json",
        "guildhall declared apply plan.json --yes",
      ),
    )
    .action((dir: string, options: FileOptions & { out: string }) =>
      run(options, async (s, out) => (await import("./diff.ts")).plan(s, out, dir, options.out)),
    );
}

function applyCommand(declared: Command): void {
  declared
    .command("apply <folder-or-plan>")
    .description("make the platform as the files say. It never deletes a guild")
    .option("--yes", "make the changes")
    .option(...DRY_RUN)
    .option(...JSON_OPTION)
    .addHelpText(
      "before",
      examples(
        "guildhall declared apply guilds --dry-run",
        "guildhall declared apply guilds --yes",
        "guildhall declared apply plan.json --yes",
      ),
    )
    .addHelpText(
      "after",
      `
A plan is refused when the platform has changed since it was made. What was interrupted is finished by
running the command again.`,
    )
    .action((from: string, options: FileOptions & { yes?: boolean }) =>
      run(
        options,
        async (s, out) => (await import("./apply.ts")).apply(s, out, from, options.yes === true),
        async (s) => (await import("./apply.ts")).describeApply(s, from),
      ),
    );
}

function pruneCommand(declared: Command): void {
  declared
    .command("prune <dir>")
    .description("delete guilds that were applied from a file that is gone. They can be undeleted")
    .option("--confirm <number>", "delete at most so many guilds")
    .option(...DRY_RUN)
    .option(...JSON_OPTION)
    .addHelpText(
      "before",
      examples(
        "guildhall declared prune guilds --dry-run",
        "guildhall declared prune guilds --confirm 2",
      ),
    )
    .addHelpText(
      "after",
      `
Guilds that no file has ever declared are not touched, and protected ones are skipped. Each deleted guild
can be undeleted for 30 days.`,
    )
    .action((dir: string, options: FileOptions & { confirm?: string }) =>
      run(
        options,
        async (s, out) => (await import("./prune.ts")).prune(s, out, dir, options.confirm),
        async (s) => (await import("./prune.ts")).describePrune(s, dir),
      ),
    );
}

function exportCommand(declared: Command): void {
  declared
    .command("export")
    .description("write the guilds of the platform as files")
    .requiredOption("--to <dir>", "a new or empty folder")
    .option(...JSON_OPTION)
    .addHelpText("before", examples("guildhall declared export --to guilds"))
    .action((options: FileOptions & { to: string }) =>
      run(options, async (s, out) => (await import("./export.ts")).exportFiles(s, out, options.to)),
    );
}

function reconcileCommand(declared: Command): void {
  declared
    .command("reconcile <dir>")
    .description(
      "say of each guild whether it is in step, drifted or unmanaged, and who changed it",
    )
    .option("--repair", "set drifted fields of existing guilds to what the files say")
    .option(...DRY_RUN)
    .option(...JSON_OPTION)
    .addHelpText(
      "before",
      examples(
        "guildhall declared reconcile guilds",
        "guildhall declared reconcile guilds --repair",
      ),
    )
    .action((dir: string, options: FileOptions & { repair?: boolean }) =>
      run({ ...options, dryRun: false }, async (s, out) => {
        const isRepair = options.repair === true && options.dryRun !== true;
        return (await import("./reconcile.ts")).reconcile(s, out, dir, isRepair);
      }),
    );
}
