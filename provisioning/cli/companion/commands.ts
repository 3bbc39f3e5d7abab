import type { Command } from "commander";
import { processBackground } from "../../../src/kernel/background.ts";
import { EXIT, examples, JSON_OPTION, Output } from "../output.ts";
import type { Status } from "./companion.ts";
import type { CompanionOptions } from "./run.ts";

interface CliOptions extends Omit<CompanionOptions, "folder"> {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** `guildhall companion …`: uploads exports of the game's addon. Needs a server and a key, no platform. */
export function companionCommands(program: Command): void {
  const companion = program
    .command("companion")
    .description("upload what the game's addon exports, from this machine");
  declare(
    companion,
    "watch",
    "upload each export when the game has written it; Ctrl-C ends it",
  ).action(watch);
  declare(companion, "once", "upload what is there now, for schedules of your own").action(once);
}

function declare(companion: Command, name: "watch" | "once", description: string): Command {
  return companion
    .command(`${name} [folder]`)
    .description(description)
    .option("--server <url>", "where Guildhall is", "http://localhost:3000")
    .option("--guild <slug>", "whose roster it is; else the guild of the key")
    .option("--key-file <path>", "a file that holds the guild's key; else GUILDHALL_KEY")
    .option("--state <path>", "where it remembers what was uploaded; else a file of its own")
    .option(...JSON_OPTION)
    .addHelpText(
      "before",
      examples(
        `guildhall companion ${name} "/Applications/World of Warcraft" --key-file key.txt --server https://guilds.example`,
        `GUILDHALL_KEY=… guildhall companion ${name} ~/Games/wow --server https://guilds.example --json`,
      ),
    )
    .addHelpText(
      "after",
      `
The folder holds _retail_, _classic_era_ and others. All accounts and editions in it are found.
The key needs the permission to upload the addon's roster. The game's files are only read.
An export is tried for as long as it takes. A wrong key or guild ends the command with 1; a refused
export is not sent again.${name === "watch" ? "\nWith --json, it prints one document per line, at each change." : ""}`,
    );
}

async function once(folder: string | undefined, options: CliOptions): Promise<void> {
  const out = new Output(options);
  try {
    const [{ runOnce }, { statusText }] = await load();
    const status = await runOnce({ ...options, folder }, quiet(options));
    out.result(status, () => statusText(status));
    process.exitCode = exitCodeOf(status);
  } catch (error) {
    process.exitCode = out.failure(error);
  }
}

async function watch(folder: string | undefined, options: CliOptions): Promise<void> {
  const out = new Output(options);
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"]) {
    processBackground.once(process, signal, () => stop.abort());
  }
  const [{ runWatch }, { Screen }] = await load();
  const screen = new Screen(process.stdout);
  const isForPeople = options.json !== true && options.quiet !== true;
  try {
    await runWatch(
      { ...options, folder },
      {
        onNews: (news) => isForPeople && screen.news(news),
        onStatus: (status) => {
          if (isForPeople) screen.status(status);
          else out.result(status, () => "");
        },
      },
      stop.signal,
    );
    process.exitCode = EXIT.done;
  } catch (error) {
    if (isForPeople) screen.end();
    process.exitCode = out.failure(error);
  }
}

const load = () => Promise.all([import("./run.ts"), import("./print.ts")]);

/** Where a schedule keeps the error output, failures are worth a line. */
function quiet({ json, quiet: isQuiet }: CliOptions) {
  return {
    onNews: ({ kind, text }: { kind: string; text: string }) => {
      if (kind === "failed" && !json && !isQuiet) process.stderr.write(`${text}\n`);
    },
    onStatus: () => {},
  };
}

/** 0 when the server has everything, 3 when it has some, 1 when it has none. */
function exitCodeOf({ files }: Status): number {
  const open = files.filter(({ state }) => /^(waiting|refused|unreadable|unfinished)$/.test(state));
  if (open.length === 0) return EXIT.done;
  return files.some(({ state }) => state === "delivered") ? EXIT.partial : EXIT.failed;
}
