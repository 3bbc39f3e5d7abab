import type { Command } from "commander";
import { DRY_RUN, examples, JSON_OPTION } from "./output.ts";
import { run } from "./run.ts";

export interface TransferOptions {
  readonly from: string;
  readonly to: string;
  readonly ids?: string;
  readonly since?: string;
  readonly until?: string;
  readonly boss?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

const YES = ["--yes", "move; without it, only say what would be moved"] as const;
const actions = () => import("./transfer-fights.ts");

/** `guildhall transfer …`: what belongs to another guild. */
export function transferCommands(program: Command): void {
  const transfer = program
    .command("transfer")
    .description("move fights of combat logs from one guild to another");
  encountersCommand(transfer);
  transfer
    .command("revert <id>")
    .description(
      "take a transfer back: the fights return to the guild and the report they came from",
    )
    .option(...DRY_RUN)
    .option(...YES)
    .option(...JSON_OPTION)
    .addHelpText(
      "before",
      examples("guildhall transfer revert 01999999-0000-7000-8000-000000000000 --yes"),
    )
    .action((id: string, o: { dryRun?: boolean; yes?: boolean; json?: boolean }) =>
      run(o, async (services, out) => (await actions()).revertTransfer(services, out, id, o)),
    );
  transfer
    .command("resume")
    .description("finish transfers whose process was interrupted")
    .option(...DRY_RUN)
    .option(...JSON_OPTION)
    .addHelpText(
      "before",
      examples("guildhall transfer resume --dry-run", "guildhall transfer resume"),
    )
    .action((o: { json?: boolean; dryRun?: boolean }) =>
      run(
        o,
        async (services, out) => (await actions()).resumeTransfers(services, out),
        async (services) => await (await actions()).resumptionOf(services),
      ),
    );
}

function encountersCommand(transfer: Command): void {
  transfer
    .command("encounters")
    .description("move fights with their figures; all of them, or none")
    .requiredOption("--from <slug>", "the guild that has them")
    .requiredOption("--to <slug>", "the guild that they belong to")
    .option("--ids <list>", "these fights, by id, separated by commas")
    .option("--since <time>", "fights from this instant or day of UTC on, such as 2025-03-01")
    .option("--until <time>", "fights before this instant or day of UTC")
    .option("--boss <name>", "fights with this boss, by name or by the game's number")
    .option(...DRY_RUN)
    .option(...YES)
    .option(...JSON_OPTION)
    .addHelpText(
      "before",
      examples(
        "guildhall transfer encounters --from iron-vow --to ash --since 2025-03-01 --dry-run",
        "guildhall transfer encounters --from iron-vow --to ash --boss Cinder --yes",
      ),
    )
    .addHelpText(
      "after",
      `
Fights keep their ids. The log itself stays where it is, and is not read again while fights of it are
in another guild. A run that was interrupted is continued by "transfer resume", or by the same command.`,
    )
    .action((o: TransferOptions) =>
      run(o, async (services, out) => (await actions()).transferEncounters(services, out, o)),
    );
}
