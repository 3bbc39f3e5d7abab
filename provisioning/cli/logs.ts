import { type Command, InvalidArgumentError } from "commander";
import { type Analysis, analyzeFile, peopleText } from "./logs-analyze.ts";
import { EXIT, examples, JSON_OPTION, Output } from "./output.ts";

interface AnalyzeOptions {
  readonly timezone?: string;
  readonly year?: number;
  readonly json?: boolean;
}

/** `guildhall logs …`: combat logs on this machine. Needs no server and no platform. */
export function logCommands(program: Command): void {
  const logs = program.command("logs").description("read combat logs");
  logs
    .command("analyze <file...>")
    .description("say who did what in every encounter of combat logs; reads .gz and .zip, and - ")
    .option(
      "--timezone <zone>",
      "where the log writes no offset from UTC, such as Europe/Berlin",
      zone,
    )
    .option("--year <year>", "where the log writes no year: that of its first line", year)
    .option(...JSON_OPTION)
    .addHelpText(
      "before",
      examples(
        "guildhall logs analyze WoWCombatLog.txt",
        "guildhall logs analyze raid.txt.gz --json",
        "guildhall logs analyze old.txt --year 2010 --timezone America/New_York",
        "zcat raid.gz | guildhall logs analyze - --json",
      ),
    )
    .addHelpText(
      "after",
      `
Damage counts pets and what shields took of it, not overkill and not friendly fire. Healing counts
what healed and what shields absorbed (absorbsGranted). Times are Unix milliseconds.
With several files, --json prints a list of documents.`,
    )
    .action(analyze);
}

async function analyze(files: readonly string[], options: AnalyzeOptions): Promise<void> {
  const out = new Output(options.json === true);
  const found: Analysis[] = [];
  let failed = 0;
  for (const file of files) {
    try {
      found.push(await analyzeFile(file, { year: options.year, timeZone: options.timezone }));
    } catch (error) {
      failed++;
      out.failure(error);
    }
  }
  const document = files.length === 1 ? found[0] : found;
  if (document !== undefined) out.result(document, () => found.map(peopleText).join("\n\n"));
  process.exitCode = failed === 0 ? EXIT.done : found.length > 0 ? EXIT.partial : EXIT.failed;
}

function zone(text: string): string {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: text }).resolvedOptions().timeZone;
  } catch {
    throw new InvalidArgumentError("An IANA zone is wanted, such as Europe/Berlin or UTC.");
  }
}

function year(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 2004 && value <= 9999) return value;
  throw new InvalidArgumentError("A year of four digits is wanted.");
}
