import type { Command } from "commander";
import { limits } from "../../src/limits.ts";
import { guildSchema } from "../../src/node/services.ts";
import { migrateFleet } from "../fleet.ts";
import { schemaOf } from "../migrations.ts";
import { run } from "./main.ts";
import { EXIT, table } from "./output.ts";

interface Options {
  readonly guild?: string;
  readonly lanes: string;
  readonly canaries: string;
  readonly failuresMax: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export function migrateCommand(program: Command): void {
  program
    .command("migrate")
    .description("bring every guild's database to the newest schema")
    .option("--guild <slug>", "only this guild")
    .option("--lanes <n>", "how many at once", String(limits.fleet.lanes))
    .option("--canaries <n>", "how many first, alone", "1")
    .option("--failures-max <n>", "stop after more failures than this", "10")
    .option("--dry-run", "say what would be done")
    .option("--json", "print one JSON document")
    .action((options: Options) =>
      run(options.json === true, async (services, out) => {
        const interrupt = new AbortController();
        const onSignal = () => interrupt.abort();
        process.once("SIGINT", onSignal);
        const bar = out.progress(await countBehind(services.platform.db));
        const report = await migrateFleet(
          {
            ...services,
            migrations: guildSchema,
            openClient: services.openClient,
            runner: `command line ${process.pid}`,
          },
          {
            lanes: count(options.lanes),
            canaries: count(options.canaries),
            failuresMax: count(options.failuresMax),
            signal: interrupt.signal,
            onOutcome: (outcome) => bar.tick(outcome.error !== undefined),
            ...(options.guild && { guild: options.guild }),
            ...(options.dryRun && { dryRun: true }),
          },
        );
        bar.end();
        process.off("SIGINT", onSignal);
        const failed = report.failed.map(({ guild, error }) => ({
          slug: guild.slug,
          error: error?.message ?? "",
        }));
        out.result({ target: schemaOf(guildSchema), ...report, failed }, () => {
          const verb = options.dryRun ? "would be migrated" : "migrated";
          const summary = `${report.done} of ${report.behind} guilds behind ${verb}.`;
          if (failed.length === 0) return summary;
          const rows = failed.map(({ slug, error }) => [slug, error]);
          return `${summary}\n\n${table(["guild", "error"], rows)}\n\nTry: guildhall migrate`;
        });
        if (interrupt.signal.aborted) return EXIT.interrupted;
        if (failed.length === 0) return EXIT.done;
        return report.done > 0 ? EXIT.partial : EXIT.failed;
      }),
    );
}

function count(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0) return value;
  throw new Error(`${text} is not a whole number.`);
}

async function countBehind(db: {
  first<Row>(sql: string, ...args: string[]): Promise<Row | undefined>;
}): Promise<number> {
  const row = await db.first<{ n: number }>(
    "SELECT count(*) AS n FROM guilds WHERE schema_hash <> ? AND status IN ('ready','suspended')",
    schemaOf(guildSchema).hash,
  );
  return row?.n ?? 0;
}
