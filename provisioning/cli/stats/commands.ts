import { type Command, InvalidArgumentError, Option } from "commander";
import { limits } from "../../../src/limits.ts";
import { examples, JSON_OPTION } from "../output.ts";
import { run } from "../run.ts";

export interface StatsOptions {
  readonly days: number;
  readonly performance?: boolean;
  readonly figures?: boolean;
  readonly json?: boolean;
}

/** `guildhall stats`: statistics of the platform, or of one or more guilds side by side. */
export function statsCommand(program: Command): void {
  program
    .command("stats [slug...]")
    .description("the platform in numbers; with slugs, one guild or several beside each other")
    .option("--days <n>", "how many days back to look", days, limits.statistics.days)
    .option("--performance", "how long a guild's database took to answer, kept for 14 days")
    .addOption(
      new Option(
        "--figures",
        "fights, activity, growth and the largest guilds, from daily counts",
      ).conflicts("performance"),
    )
    .option(...JSON_OPTION)
    .addHelpText(
      "before",
      examples(
        "guildhall stats",
        "guildhall stats iron-vow --days 7",
        "guildhall stats iron-vow ash-and-ember --json",
        "guildhall stats iron-vow --performance --days 2",
        "guildhall stats --figures",
      ),
    )
    .addHelpText(
      "after",
      "\nSign-ins and read logs are counted as far back as sessions and jobs are kept.",
    )
    .action((slugs: string[], o: StatsOptions) =>
      run(o, async (services, out) => {
        const { showStatistics } = await import("./tables.ts");
        return await showStatistics(services, out, slugs, o);
      }),
    );
}

function days(text: string): number {
  const value = Number(text);
  const { daysMax } = limits.statistics;
  if (Number.isInteger(value) && value >= 1 && value <= daysMax) return value;
  throw new InvalidArgumentError(`A number of days from 1 to ${daysMax} is wanted.`);
}
