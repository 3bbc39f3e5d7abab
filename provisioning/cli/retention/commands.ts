import type { Command } from "commander";
import { DRY_RUN, examples, JSON_OPTION } from "../output.ts";
import { run } from "../run.ts";

/** `guildhall retention preview|run`. */
export function retentionCommands(program: Command): void {
  const retention = program
    .command("retention")
    .description("what is kept for a time only: logs, key usage, audit, sessions, links");
  const command = (name: string, about: string, isPreview: boolean) =>
    retention
      .command(`${name} [slug]`)
      .description(about)
      .option(...DRY_RUN)
      .option(...JSON_OPTION)
      .addHelpText(
        "before",
        examples(`guildhall retention ${name}`, `guildhall retention ${name} iron-vow --json`),
      )
      .action((slug: string | undefined, options: { json?: boolean; dryRun?: boolean }) =>
        run(options, async (services, out) => {
          const { everywhere } = await import("./expiry.ts");
          return await everywhere(services, out, slug, isPreview || options.dryRun === true);
        }),
      );
  command("preview", "say what would go now, from the platform and every guild or one", true);
  command("run", "let it go now; a server does so by itself once a day", false);
}
