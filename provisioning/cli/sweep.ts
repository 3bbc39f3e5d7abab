import type { Command } from "commander";
import type { NodeServices } from "../../src/node/services.ts";
import { describeFailure } from "./failures.ts";
import { DRY_RUN, EXIT, examples, JSON_OPTION, type Output } from "./output.ts";
import { run } from "./run.ts";

export function sweepCommand(program: Command): void {
  program
    .command("sweep")
    .description("finish or undo what a crash left, and find databases that no guild owns")
    .option(...DRY_RUN)
    .option(...JSON_OPTION)
    .addHelpText("before", examples("guildhall sweep", "guildhall sweep --json"))
    .action((options: { json?: boolean; dryRun?: boolean }) =>
      run(options, async (services, out) => {
        if (options.dryRun) return await preview(services, out);
        const report = await services.provisioner.resume();
        const failed = report.failed.map(({ id, error }) => ({
          id,
          error: describeFailure(error).message,
        }));
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

/** Reports what a sweep would do, without changing anything. */
async function preview(services: NodeServices, out: Output): Promise<number> {
  const { operations } = services.provisioner;
  const { findOrphans } = await import("../orphans.ts");
  const stranded = await operations.stranded();
  const { orphans, unclaimed } = await findOrphans({ ...services, operations });
  out.result({ dryRun: true, stranded, orphans, unclaimed }, () =>
    [
      `${stranded.length} guilds would be finished or undone, ` +
        `${orphans.length} empty databases removed.`,
      ...unclaimed.map((name) => `No guild owns ${name}, but it may hold data.`),
    ].join("\n"),
  );
  return unclaimed.length > 0 ? EXIT.drift : EXIT.done;
}
