import type { Command } from "commander";
import { examples, JSON_OPTION } from "./output.ts";
import { run } from "./run.ts";

export interface VerifyOptions {
  readonly platform?: boolean;
  readonly all?: boolean;
  readonly json?: boolean;
}

/** `guildhall audit verify`. */
export function auditCommands(program: Command): void {
  const audit = program.command("audit").description("who changed what, and the proof of it");
  audit
    .command("verify [slug]")
    .description("name the first row of an audit log that is not what was written down")
    .option("--platform", "the platform's own log")
    .option("--all", "the platform's log and every guild's")
    .option(...JSON_OPTION)
    .addHelpText(
      "before",
      examples(
        "guildhall audit verify iron-vow",
        "guildhall audit verify --platform",
        "guildhall audit verify --all --json",
      ),
    )
    .action((slug: string | undefined, options: VerifyOptions) =>
      run(options, async (services, out) => {
        const { verifyLogs } = await import("./audit-verify.ts");
        return await verifyLogs(services, out, slug, options);
      }),
    );
}
