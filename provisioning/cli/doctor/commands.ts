import type { Command } from "commander";
import { examples, JSON_OPTION } from "../output.ts";

/** `guildhall doctor`: shows problems and how to fix them. Shows no secret. */
export function doctorCommand(program: Command): void {
  program
    .command("doctor")
    .description("look at the configuration and the platform, and say what is wrong and what to do")
    .option(...JSON_OPTION)
    .addHelpText("before", examples("guildhall doctor", "guildhall doctor --json"))
    .action(async (options: { readonly json?: boolean; readonly quiet?: boolean }) => {
      const { examine } = await import("./config.ts");
      await examine(options);
    });
}
