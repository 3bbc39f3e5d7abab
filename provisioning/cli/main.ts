#!/usr/bin/env node
import { Command, CommanderError } from "commander";
import { guildCommands } from "./guilds.ts";
import { logCommands } from "./logs.ts";
import { migrateCommands } from "./migrate.ts";
import { EXIT, examples } from "./output.ts";
import { sweepCommand } from "./sweep.ts";

const program = new Command("guildhall")
  .description("Operates the guilds of a Guildhall platform and their databases.")
  .exitOverride()
  .addHelpText(
    "before",
    examples(
      "guildhall guilds list",
      "guildhall guilds show iron-vow --json",
      "guildhall migrate plan",
      "guildhall sweep",
      "guildhall logs analyze WoWCombatLog.txt",
    ),
  )
  .addHelpText(
    "after",
    `
The folder of the platform is DATA_DIR, by default ./data.
Exit codes: 0 done, 1 failed, 2 misused, 3 done in part, 4 differences found, 130 interrupted.`,
  );
// Whoever reads the first lines only, such as `head`, closes the pipe: no reason to complain.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

guildCommands(program);
migrateCommands(program);
sweepCommand(program);
logCommands(program);

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.misused;
}
