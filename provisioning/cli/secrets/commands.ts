import type { Command } from "commander";
import { examples, JSON_OPTION } from "../output.ts";
import { run } from "../run.ts";

export interface RotateOptions {
  readonly json?: boolean;
  readonly dryRun?: boolean;
  readonly background?: boolean;
}

const sealing = () => import("./rotate.ts");

/** `guildhall secrets …`: secrets for other services, and the keys that seal them. */
export function secretCommands(program: Command): void {
  const secrets = program.command("secrets").description("look after sealed secrets");
  secrets
    .command("status")
    .description("say which keys seal how many secrets, and which key is needed no more")
    .option(...JSON_OPTION)
    .addHelpText("before", examples("guildhall secrets status", "guildhall secrets status --json"))
    .action((options: { json?: boolean }) =>
      run(options, async (s, out) => (await sealing()).showStatus(s, out)),
    );
  secrets
    .command("rotate")
    .description("seal every secret with the first key of SECRETS_KEYS")
    .option("--dry-run", "say what would be sealed again, and change nothing")
    .option("--background", "leave it to the servers that are running")
    .option(...JSON_OPTION)
    .addHelpText(
      "before",
      examples(
        "guildhall secrets rotate --dry-run",
        "guildhall secrets rotate",
        "guildhall secrets rotate --background --json",
      ),
    )
    .addHelpText(
      "after",
      `
To change the key: put a new one in front of SECRETS_KEYS and keep the old one behind it, restart
the servers, rotate, and take the old one out once \`guildhall secrets status\` says so.
Killed on the way, run it again: it goes on where it was.`,
    )
    .action((options: RotateOptions) =>
      run(options, async (s, out) => (await sealing()).rotate(s, out, options)),
    );
}
