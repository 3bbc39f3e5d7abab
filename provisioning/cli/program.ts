import { Command } from "commander";
import { logCommands } from "./logs.ts";
import { examples } from "./output.ts";

/**
 * The whole command line. Reading a log needs no platform, and what a platform is made of takes a second
 * and 100 MB to load, so that comes along only when it is wanted.
 */
export async function buildProgram(options: { readonly logsOnly: boolean }): Promise<Command> {
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
  logCommands(program);
  if (!options.logsOnly) {
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
  return program;
}
