import { type Command, InvalidArgumentError } from "commander";
import { limits } from "../../src/limits.ts";
import { guildSchema, type NodeServices } from "../../src/node/services.ts";
import { migrateFleet } from "../fleet.ts";
import { schemaOf } from "../migrations.ts";
import { bySlug } from "./guilds.ts";
import { EXIT, examples, JSON_OPTION, type Output, table } from "./output.ts";
import { run } from "./run.ts";

interface Options {
  readonly guild?: string;
  readonly lanes: number;
  readonly canaries: number;
  readonly failuresMax: number;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export function migrateCommand(program: Command): void {
  program
    .command("migrate")
    .description("bring every guild's database to the newest schema; run again, it goes on")
    .option("--guild <slug>", "only this guild")
    .option("--lanes <n>", "how many at once", count, limits.fleet.lanes)
    .option("--canaries <n>", "how many first; if one fails, the rest is left alone", count, 1)
    .option("--failures-max <n>", "stop after more failures than this", count, 10)
    .option("--dry-run", "say what would be done, and change nothing")
    .option(...JSON_OPTION)
    .addHelpText(
      "before",
      examples(
        "guildhall migrate",
        "guildhall migrate --dry-run",
        "guildhall migrate --guild iron-vow",
        "guildhall migrate --lanes 8 --json",
      ),
    )
    .action((options: Options) =>
      run(options, (services, out) => migrateGuilds(services, out, options)),
    );
}

async function migrateGuilds(
  services: NodeServices,
  out: Output,
  options: Options,
): Promise<number> {
  if (options.guild !== undefined) await bySlug(services, options.guild);
  const interrupt = new AbortController();
  const onSignal = () => interrupt.abort();
  process.once("SIGINT", onSignal);
  const bar = out.progress();
  try {
    const report = await migrateFleet(
      { ...services, migrations: guildSchema, runner: `command line, process ${process.pid}` },
      {
        ...options,
        signal: interrupt.signal,
        onBegin: (behind) => bar.begin(behind),
        onOutcome: ({ error }) => bar.tick(error !== undefined),
      },
    );
    bar.end();
    const failed = report.failed.map(({ guild, error }) => ({
      slug: guild.slug,
      error: error?.message ?? "",
    }));
    const next = report.stopped || failed.length > 0 ? `\nTry:   guildhall migrate` : "";
    out.result({ target: schemaOf(guildSchema), ...report, failed }, () => {
      const verb = options.dryRun ? "can be migrated" : "migrated";
      const left = report.behind - report.done - failed.length;
      const counts = `${report.done} of ${report.behind} guilds behind ${verb}`;
      const rest = report.stopped ? `, ${failed.length} failed, ${left} left` : "";
      if (failed.length === 0) return `${counts}${rest}.${next}`;
      const rows = failed.map(({ slug, error }) => [slug, error]);
      return `${counts}${rest}.\n\n${table(["guild", "error"], rows)}\n${next}`;
    });
    if (interrupt.signal.aborted) return EXIT.interrupted;
    if (failed.length === 0) return EXIT.done;
    return report.done > 0 ? EXIT.partial : EXIT.failed;
  } finally {
    process.off("SIGINT", onSignal);
  }
}

function count(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0) return value;
  throw new InvalidArgumentError("A whole number is wanted.");
}
