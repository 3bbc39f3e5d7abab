import type { Command } from "commander";
import { EXIT, examples, JSON_OPTION } from "./output.ts";
import { run } from "./run.ts";

export function sweepCommand(program: Command): void {
  program
    .command("sweep")
    .description("finish or undo what a crash left, and find databases that no guild owns")
    .option(...JSON_OPTION)
    .addHelpText("before", examples("guildhall sweep", "guildhall sweep --json"))
    .action((options: { json?: boolean }) =>
      run(options, async (services, out) => {
        const report = await services.provisioner.resume();
        const failed = report.failed.map(({ id, error }) => ({ id, error: error.message }));
        out.result({ ...report, failed }, () =>
          [
            `${report.finished.length} guilds finished, ${failed.length} failed, ` +
              `${report.orphans.length} empty databases removed.`,
            ...failed.map(({ id, error }) => `Failed: ${id}: ${error}`),
            ...report.unclaimed.map((name) => `No guild owns ${name}, but it may hold data.`),
          ].join("\n"),
        );
        if (failed.length > 0) return report.finished.length > 0 ? EXIT.partial : EXIT.failed;
        return report.unclaimed.length > 0 ? EXIT.drift : EXIT.done;
      }),
    );
}
