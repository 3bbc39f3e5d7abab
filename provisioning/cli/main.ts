#!/usr/bin/env node
import { Command, CommanderError } from "commander";
import { logCommands } from "./logs.ts";
import { EXIT, examples } from "./output.ts";

const program = new Command("guildhall")
  .description("Operates the guilds of a Guildhall platform and their databases.")
  .exitOverride()
  .addHelpText(
    "before",
    examples(
      "guildhall guilds list",
      "guildhall guilds show iron-vow --json",
      "guildhall migrate plan",
      "guildhall backups create --all",
      "guildhall sweep",
      "guildhall secrets status",
      "guildhall logs analyze WoWCombatLog.txt",
    ),
  )
  .addHelpText(
    "afterAll",
    `
The folder of the platform is DATA_DIR, by default ./data.
Exit codes: 0 done, 1 failed, 2 misused, 3 done in part, 4 differences found, 130 interrupted.`,
  );
// Whoever reads the first lines only, such as `head`, closes the pipe: no reason to complain.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

logCommands(program);
// Reading a log needs no platform, and what a platform is made of takes a second and 100 MB to load.
if (process.argv[2] !== "logs") {
  const [
    { guildCommands },
    { backupCommands },
    { operatorCommands },
    { planCommands },
    { doctorCommand },
    { migrateCommands },
    { sweepCommand },
    { auditCommands },
    { retentionCommands },
    { secretCommands },
    { statsCommand },
  ] = await Promise.all([
    import("./guilds.ts"),
    import("./backups.ts"),
    import("./operators.ts"),
    import("./plans.ts"),
    import("./doctor.ts"),
    import("./migrate.ts"),
    import("./sweep.ts"),
    import("./audit.ts"),
    import("./retention.ts"),
    import("./secrets.ts"),
    import("./stats.ts"),
  ]);
  guildCommands(program);
  backupCommands(program);
  operatorCommands(program);
  planCommands(program);
  doctorCommand(program);
  migrateCommands(program);
  sweepCommand(program);
  auditCommands(program);
  retentionCommands(program);
  secretCommands(program);
  statsCommand(program);
}

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.misused;
}
