import type { Command } from "commander";
import { DRY_RUN, EXIT, examples, JSON_OPTION } from "../output.ts";
import { run } from "../run.ts";

/** `guildhall init`: creates an empty platform in a new or empty folder. */
export function initCommand(program: Command): void {
  program
    .command("init")
    .description(
      "make a new platform in a new or empty DATA_DIR; a server that starts does the same",
    )
    .option(...DRY_RUN)
    .option(...JSON_OPTION)
    .addHelpText("before", examples("guildhall init", "guildhall init --dry-run"))
    .action(async (options: { json?: boolean; dryRun?: boolean; quiet?: boolean }) => {
      if (options.dryRun) {
        const { describeInit } = await import("./platform.ts");
        return await describeInit(options);
      }
      await run(
        options,
        async ({ config }, out) => {
          out.result({ made: config.dataDir }, () =>
            [`A new platform is in ${config.dataDir}.`, "Try:   npm start"].join("\n"),
          );
          return EXIT.done;
        },
        undefined,
        "init",
      );
    });
}
