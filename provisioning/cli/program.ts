import { Command } from "commander";
import { auditCommands } from "./audit/commands.ts";
import { backupCommands } from "./backups/commands.ts";
import { clockCommands } from "./clock.ts";
import { companionCommands } from "./companion/commands.ts";
import { completionCommand } from "./completion.ts";
import { declaredCommands } from "./declared/commands.ts";
import { discordCommands } from "./discord.ts";
import { doctorCommand } from "./doctor/commands.ts";
import { guildCommands } from "./guilds/commands.ts";
import { identityCommands } from "./identity/commands.ts";
import { importCommands } from "./import.ts";
import { initCommand } from "./init/commands.ts";
import { leavesOf } from "./leaves.ts";
import { logCommands } from "./logs/commands.ts";
import { migrateCommands } from "./migrate/commands.ts";
import { operatorCommands } from "./operators.ts";
import { outboxCommands } from "./outbox.ts";
import { examples } from "./output.ts";
import { planCommands } from "./plans.ts";
import { retentionCommands } from "./retention/commands.ts";
import { schemaCommand } from "./schema.ts";
import { secretCommands } from "./secrets/commands.ts";
import { statsCommand } from "./stats/commands.ts";
import { sweepCommand } from "./sweep.ts";
import { transferCommands } from "./transfer.ts";

const QUIET = ["--quiet", "print nothing but errors"] as const;

/**
 * The whole command line. The declarations of commands are light. Their actions import the rest when they
 * run, because the platform takes a second and 100 MB to load.
 */
export function buildProgram(): Command {
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
  No command asks anything: what cannot be undone wants --confirm. NO_COLOR=1 takes colours away.
  With --json, errors are {error: {code, message, next}} on standard error.
  Exit codes: 0 done, 1 failed, 2 misused, 3 done in part, 4 differences found, 130 interrupted.`,
    );
  guildCommands(program);
  declaredCommands(program);
  backupCommands(program);
  operatorCommands(program);
  planCommands(program);
  doctorCommand(program);
  initCommand(program);
  migrateCommands(program);
  sweepCommand(program);
  auditCommands(program);
  retentionCommands(program);
  clockCommands(program);
  outboxCommands(program);
  discordCommands(program);
  secretCommands(program);
  statsCommand(program);
  logCommands(program);
  importCommands(program);
  transferCommands(program);
  companionCommands(program);
  identityCommands(program);
  for (const { command } of leavesOf(program)) command.option(...QUIET);
  schemaCommand(program);
  completionCommand(program);
  return program;
}
