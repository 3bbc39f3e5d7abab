import type { Command } from "commander";
import { DRY_RUN, examples, JSON_OPTION } from "../output.ts";
import { run } from "../run.ts";

export interface VerifyOptions {
  readonly platform?: boolean;
  readonly all?: boolean;
  readonly heads?: string;
  readonly json?: boolean;
}

export interface AcceptOptions {
  readonly platform?: boolean;
  readonly reason: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** `guildhall audit verify|accept`. */
export function auditCommands(program: Command): void {
  const audit = program.command("audit").description("who changed what, and the proof of it");
  audit
    .command("verify [slug]")
    .description("name the first row of an audit log that is not what was written down")
    .option("--platform", "the platform's own log")
    .option("--all", "the platform's log and every guild's")
    .option("--heads <file>", "log lines of a server: the audit.head lines in it are compared too")
    .option(...JSON_OPTION)
    .addHelpText(
      "before",
      examples(
        "guildhall audit verify iron-vow",
        "guildhall audit verify --platform --heads server.log",
        "guildhall audit verify --all --json",
      ),
    )
    .action((slug: string | undefined, options: VerifyOptions) =>
      run(options, async (services, out) => {
        const { verifyLogs } = await import("./verify.ts");
        return await verifyLogs(services, out, slug, options);
      }),
    );
  audit
    .command("accept [slug]")
    .description("sign a log as it is now, after the secret was changed or rows were lost for good")
    .requiredOption("--reason <text>", "why; the platform's audit log keeps it")
    .option("--platform", "the platform's own log")
    .option(...DRY_RUN)
    .option(...JSON_OPTION)
    .addHelpText(
      "before",
      examples(
        "guildhall audit accept iron-vow --reason 'new secret' --dry-run",
        "guildhall audit accept --platform --reason 'new secret'",
      ),
    )
    .action((slug: string | undefined, options: AcceptOptions) =>
      run(
        options,
        async (services, out) => {
          const { acceptLog } = await import("./accept.ts");
          return await acceptLog(services, out, slug, options);
        },
        undefined,
        options.platform ? "accept" : "use",
      ),
    );
}
