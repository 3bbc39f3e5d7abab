import { type Command, InvalidArgumentError } from "commander";
import { examples, JSON_OPTION } from "../output.ts";
import { run } from "../run.ts";

export interface ListOptions {
  readonly limit?: number;
  readonly after?: string;
  readonly state?: string;
  readonly json?: boolean;
}

/** `guildhall guilds list`, in the order of founding. */
export function listCommand(guilds: Command): void {
  guilds
    .command("list")
    .description("the guilds, their states and their schemas, the oldest first")
    .option("--limit <n>", "how many; 50 for people and all of them with --json", atLeastOne)
    .option("--after <slug>", "begin after this guild")
    .option(
      "--state <state>",
      "only these: ready, suspended, creating, failed, deleted, deleting, behind or waits",
    )
    .option(...JSON_OPTION)
    .addHelpText(
      "before",
      examples(
        "guildhall guilds list",
        "guildhall guilds list --state waits",
        "guildhall guilds list --after iron-vow --limit 200",
        "guildhall guilds list --json",
      ),
    )
    .action((options: ListOptions) =>
      run(options, async (services, out) =>
        (await import("./list.ts")).listGuilds(services, out, options),
      ),
    );
}

function atLeastOne(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError("Write a whole number above zero.");
}
