import type { Command } from "commander";
import type { GuildOptions, ImportFileOptions, RevertOptions } from "./import-files.ts";
import type { ImportLegacyOptions } from "./import-legacy.ts";
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

const EXAMPLE = "01999999-0000-7000-8000-000000000000";

/** `guildhall import …`: history from other programs. */
export function importCommands(program: Command): void {
  const imports = program
    .command("import")
    .description("bring the history of a guild along from another program");
  fileCommand(imports);
  batchCommands(imports);
  legacyCommand(imports);
  logsCommand(imports);
}

const GUILD = ["--guild <slug>", "the guild"] as const;
const actions = () => import("./import-files.ts");

function fileCommand(imports: Command): void {
  imports
    .command("file <file>")
    .description("import a file of another tool: points, items, raids, people")
    .requiredOption(...GUILD)
    .option("--format <name>", "the tool that wrote the file; auto finds out", "auto")
    .option("--database <name>", "which of several databases in the file")
    .option("--answer <id=value>", "the answer to a question; may be repeated", collect, [])
    .option(...DRY_RUN)
    .option(...YES)
    .option(...JSON_OPTION)
    .addHelpText(
      "before",
      examples(
        "guildhall import file MonolithDKP.lua --guild iron-vow --dry-run",
        "guildhall import file MonolithDKP.lua --guild iron-vow --yes",
        "guildhall import file balances.csv --guild iron-vow --format opening-balances --yes",
      ),
    )
    .addHelpText(
      "after",
      `
The file is only read, and not stored. The same file again adds nothing, and a newer one adds what is new.
Rows that no one can assign are listed, and the command then ends with 3. "import revert" takes an import
back.`,
    )
    .action((file: string, o: ImportFileOptions) =>
      run(o, async (services, out) => (await actions()).importFile(services, out, file, o)),
    );
}

function batchCommands(imports: Command): void {
  imports
    .command("list")
    .description("list the imports of a guild, the newest first")
    .requiredOption(...GUILD)
    .option(...JSON_OPTION)
    .addHelpText("before", examples("guildhall import list --guild iron-vow"))
    .action((o: GuildOptions) =>
      run(o, async (services, out) => (await actions()).listFiles(services, out, o)),
    );
  imports
    .command("show <import>")
    .description("show an import with its report, its conflicts and what prevents a reversal")
    .requiredOption(...GUILD)
    .option(...JSON_OPTION)
    .addHelpText("before", examples(`guildhall import show ${EXAMPLE} --guild iron-vow`))
    .action((id: string, o: GuildOptions) =>
      run(o, async (services, out) => (await actions()).showFile(services, out, id, o)),
    );
  imports
    .command("revert <import>")
    .description("take back all of an import that nothing was built on")
    .requiredOption(...GUILD)
    .option(...DRY_RUN)
    .option("--yes", "revert; without it, only say what prevents it")
    .option(...JSON_OPTION)
    .addHelpText(
      "before",
      examples(
        `guildhall import revert ${EXAMPLE} --guild iron-vow --dry-run`,
        `guildhall import revert ${EXAMPLE} --guild iron-vow --yes`,
      ),
    )
    .action((id: string, o: RevertOptions) =>
      run(o, async (services, out) => (await actions()).revertFile(services, out, id, o)),
    );
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

function legacyCommand(imports: Command): void {
  imports
    .command("legacy <file>")
    .description("import the database of a single-guild points system: people, points, loot, raids")
    .requiredOption("--owner <email>", "the account that owns the new guild")
    .option("--guild <slug>", "the guild; its owner stays")
    .option("--new <name>", "found a guild of this name")
    .option("--realm <realm>", "the realm of the new guild")
    .option("--region <region>", "the region of the new guild: us, eu, kr, tw or cn")
    .option("--edition <name>", "the edition of the game of the new guild")
    .option("--time-zone <zone>", "the zone of the file's dates, such as Europe/Madrid")
    .option("--answer <id=value>", "the answer to a question; may be repeated", collect, [])
    .option(...DRY_RUN)
    .option(...YES)
    .option(...JSON_OPTION)
    .addHelpText(
      "before",
      examples(
        "guildhall import legacy dkp.db --owner ana@example.com --guild iron-vow --dry-run",
        "guildhall import legacy dkp.db --owner ana@example.com --guild iron-vow --yes",
        "guildhall import legacy dkp.db --owner ana@example.com --new 'Iron Vow' --realm Firemaw --region eu --yes",
      ),
    )
    .addHelpText(
      "after",
      `
The file is only read. The same command again finishes an import that was interrupted, and a second run
adds nothing. Members sign in with their old password once. An e-mail that has an account here already,
and a member without an e-mail, is listed under "invitations". Rows that no one can assign are listed,
and the command then ends with 3. "import revert" takes the import back.`,
    )
    .action((file: string, o: ImportLegacyOptions) =>
      run(o, async (services, out) => {
        const { importLegacy } = await import("./import-legacy.ts");
        return await importLegacy(services, out, file, o);
      }),
    );
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
