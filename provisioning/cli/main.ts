#!/usr/bin/env node
import { Command, CommanderError } from "commander";
import { readConfig } from "../../src/config.ts";
import { buildNodeServices, type NodeServices } from "../../src/node/services.ts";
import { guildCommands } from "./guilds.ts";
import { migrateCommand } from "./migrate.ts";
import { EXIT, Output } from "./output.ts";

/** What every command is given: the services, and where to print. Returns the exit code. */
export type Run = (services: NodeServices, out: Output) => Promise<number>;

/** Runs a command against the platform that the environment names. */
export async function run(json: boolean, work: Run): Promise<void> {
  const out = new Output(json);
  let services: NodeServices | undefined;
  try {
    const env = { LOG_LEVEL: "error", GUILDHALL_SECRET: NOTHING_IS_SIGNED_HERE, ...process.env };
    services = await buildNodeServices(readConfig(env));
    process.exitCode = await work(services, out);
  } catch (error) {
    process.exitCode = out.failure(error);
  } finally {
    await services?.close();
  }
}

// Commands sign no tokens, so they need no secret; the configuration wants one all the same.
const NOTHING_IS_SIGNED_HERE = "the command line signs nothing at all";

const program = new Command("guildhall")
  .description("Operates the guilds of a Guildhall platform and their databases.")
  .exitOverride()
  .addHelpText(
    "beforeAll",
    `Examples:
  guildhall guilds list
  guildhall guilds create --name "Iron Vow" --realm "Area 52" --region eu --owner-email o@example.com
  guildhall migrate --dry-run
  guildhall sweep --json

DATA_DIR names the folder of the platform (default: data).
`,
  );
guildCommands(program);
migrateCommand(program);
program
  .command("sweep")
  .description("finish or undo what a crash left, and remove databases that no guild owns")
  .option("--json", "print one JSON document")
  .action((options: { json?: boolean }) =>
    run(options.json === true, async (services, out) => {
      const report = await services.provisioner.resume();
      const failed = report.failed.map(({ id, error }) => ({ id, error: error.message }));
      out.result(
        { ...report, failed },
        () =>
          `${report.finished.length} finished, ${failed.length} failed, ` +
          `${report.orphans.length} orphans removed`,
      );
      return failed.length > 0 ? EXIT.partial : EXIT.done;
    }),
  );

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.misused;
}
