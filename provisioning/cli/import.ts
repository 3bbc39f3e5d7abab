import type { Command } from "commander";
import { DRY_RUN, examples, JSON_OPTION } from "./output.ts";
import { run } from "./run.ts";

export interface ImportLogsOptions {
  readonly guild?: string;
  readonly map?: string;
  readonly unassigned?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

const YES = ["--yes", "import; without it, only say what would be imported"] as const;

/** `guildhall import …`: history from other programs. */
export function importCommands(program: Command): void {
  const imports = program
    .command("import")
    .description("bring the history of a guild along from another program");
  logsCommand(imports);
}

function logsCommand(imports: Command): void {
  imports
    .command("combat-logs <file>")
    .description("import the database of a combat-log system into one guild or several")
    .option("--guild <slug>", "the guild that gets everything; for a database without guilds")
    .option("--map <pairs>", "which guild of the file goes where: 2=iron-vow,3=ash-and-ember")
    .option(
      "--unassigned <slug>",
      "where the rows of the file's default guild go; skip leaves them behind",
    )
    .option(...DRY_RUN)
    .option(...YES)
    .option(...JSON_OPTION)
    .addHelpText(
      "before",
      examples(
        "guildhall import combat-logs combat_logs.db --guild iron-vow --dry-run",
        "guildhall import combat-logs combat_logs.db --map 2=iron-vow,3=ash-and-ember --yes",
        "guildhall import combat-logs combat_logs.db --map 2=iron-vow --unassigned skip --yes --json",
      ),
    )
    .addHelpText(
      "after",
      `
The file is only read. A second run adds what the first one did not. Rows without a guild are listed
under "unassigned", and the command then ends with 3. API keys are listed and never imported.`,
    )
    .action((file: string, o: ImportLogsOptions) =>
      run(o, async (services, out) => {
        const { importLogs } = await import("./import-logs.ts");
        return await importLogs(services, out, file, o);
      }),
    );
}
