import { readFile } from "node:fs/promises";
import { type Command, InvalidArgumentError } from "commander";
import { processBackground } from "../../../src/kernel/background.ts";
import { EXIT, examples, JSON_OPTION, Output } from "../output.ts";
import type { Analysis } from "./analyze.ts";
import type { FollowOptions } from "./follow.ts";

interface AnalyzeOptions {
  readonly timezone?: string;
  readonly year?: number;
  readonly json?: boolean;
}

/** `guildhall logs …`: combat logs on this machine. Needs neither a server nor a platform. */
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
Damage counts pets and what shields took of it, not overkill (shown apart) and not friendly fire.
Friendly fire and damage taken include overkill and what shields took. Healing counts what healed and
what shields absorbed (absorbsGranted). A delayed hit (Stagger) counts once, when it lands.
Times are Unix milliseconds.
With several files, --json prints a list of documents.`,
    )
    .action(analyze);
  logs
    .command("follow <file>")
    .description(
      "send the game's log, or the newest of a folder, to a guild; Ctrl-C ends the report",
    )
    .requiredOption("--guild <slug>", "whose report it becomes")
    .option("--server <url>", "where Guildhall is", "http://localhost:3000")
    .option("--key-file <path>", "a file that holds the guild's key; else GUILDHALL_KEY")
    .option("--timezone <zone>", "where the log writes no offset from UTC; else as here", zone)
    .option("--until-idle <seconds>", "end when the file has not grown for so long", seconds)
    .option(...JSON_OPTION)
    .addHelpText(
      "before",
      examples(
        "guildhall logs follow WoWCombatLog.txt --guild iron-vow --key-file key.txt",
        "GUILDHALL_KEY=… guildhall logs follow WoWCombatLog.txt --guild iron-vow --server https://guilds.example",
      ),
    )
    .action(followFile);
}

interface CliFollowOptions {
  readonly guild: string;
  readonly server: string;
  readonly keyFile?: string;
  readonly timezone?: string;
  readonly untilIdle?: number;
  readonly json?: boolean;
}

/**
 * The key comes from a file or the environment, because shells store typed arguments and other users can
 * see them.
 */
async function followFile(file: string, options: CliFollowOptions): Promise<void> {
  const out = new Output(options);
  const { follow } = await import("./follow.ts");
  const key = options.keyFile
    ? (await readFile(options.keyFile, "utf8")).trim()
    : process.env["GUILDHALL_KEY"];
  if (!key) {
    out.failure(new Error("Name the file that holds the guild's key, or set GUILDHALL_KEY."));
    process.exitCode = EXIT.misused;
    return;
  }
  const stop = new AbortController();
  processBackground.once(process, "SIGINT", () => stop.abort());
  const { guild, server, timezone: timeZone = localZone(), untilIdle } = options;
  try {
    const idleMs = untilIdle === undefined ? undefined : untilIdle * 1_000;
    const end = await follow({
      ...{ file, guild, server, key, timeZone, idleMs, signal: stop.signal },
      onNews: (news) => {
        const text = textOf(news);
        if (text !== undefined) process.stderr.write(`${text}\n`);
      },
    });
    out.result(end, () => `${end.bytes} bytes sent. The report is ${end.session}.`);
    process.exitCode = EXIT.done;
  } catch (error) {
    process.exitCode = out.failure(error);
  }
}

function textOf(news: Parameters<FollowOptions["onNews"]>[0]): string | undefined {
  switch (news.type) {
    case "acknowledged":
      return undefined;
    case "connected":
      return `Connected; the server has ${news.offset} bytes.`;
    case "throttled":
      return `The guild's limit of lines per minute is reached. ${news.behindBytes} bytes wait; they are sent more slowly.`;
    case "caught-up":
      return `Caught up at ${news.offset} bytes.`;
    case "next-file":
      return `The game began another log. The report ${news.session} has ended with ${news.bytes} bytes.`;
    case "lost":
      return `${news.reason} Trying again in ${(news.retryMs / 1_000).toFixed(1)} s.`;
  }
}

function localZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

function seconds(text: string): number {
  const value = Number(text);
  if (value > 0) return value;
  throw new InvalidArgumentError("A number of seconds is wanted.");
}

async function analyze(files: readonly string[], options: AnalyzeOptions): Promise<void> {
  const out = new Output(options);
  const { analyzeFile, peopleText } = await import("./analyze.ts");
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
