import { type Command, Option } from "commander";
import { DRY_RUN, examples, JSON_OPTION } from "../output.ts";
import { run } from "../run.ts";

export interface IdentityOptions {
  readonly guild: string;
  readonly json?: boolean;
  readonly dryRun?: boolean;
}

export interface IssuesOptions extends IdentityOptions {
  readonly state: "open" | "resolved";
}

export interface MatchOptions extends IdentityOptions {
  readonly explain?: boolean;
  readonly character?: string;
}

const GUILD = ["--guild <slug>", "whose roster and Discord server"] as const;

/** `guildhall identity sync|match|issues|report`: who is who in one guild. */
export function identityCommands(program: Command): void {
  const identity = program
    .command("identity")
    .description("who is who in a guild: read its sources, match, and see what does not fit");
  identity
    .command("sync")
    .description("read the guild's roster from Blizzard and its members from Discord, then match")
    .requiredOption(...GUILD)
    .option(...DRY_RUN)
    .option(...JSON_OPTION)
    .addHelpText(
      "before",
      examples(
        "guildhall identity sync --guild iron-vow",
        "guildhall identity sync --guild iron-vow --json",
      ),
    )
    .addHelpText("after", "\nA source that the guild has not set up is left out.")
    .action((o: IdentityOptions) =>
      run(
        o,
        async (services, out) => (await actions()).sync(services, out, o),
        async (services) => (await actions()).wouldSync(services, o),
      ),
    );
  matchCommand(identity);
  identity
    .command("issues")
    .description("list what does not fit, the newest first")
    .requiredOption(...GUILD)
    .addOption(
      new Option("--state <state>", "which ones").choices(["open", "resolved"]).default("open"),
    )
    .option(...JSON_OPTION)
    .addHelpText(
      "before",
      examples(
        "guildhall identity issues --guild iron-vow",
        "guildhall identity issues --guild iron-vow --state resolved --json",
      ),
    )
    .action((o: IssuesOptions) =>
      run(o, async (services, out) => (await actions()).issues(services, out, o)),
    );
  identity
    .command("report")
    .description("post to the guild's channel what no report has named yet")
    .requiredOption(...GUILD)
    .option(...DRY_RUN)
    .option(...JSON_OPTION)
    .addHelpText(
      "before",
      examples(
        "guildhall identity report --guild iron-vow --dry-run",
        "guildhall identity report --guild iron-vow",
      ),
    )
    .action((o: IdentityOptions) =>
      run(
        o,
        async (services, out) => (await actions()).report(services, out, o),
        async (services) => (await actions()).wouldReport(services, o),
      ),
    );
}

function matchCommand(identity: Command): void {
  identity
    .command("match")
    .description("match characters with Discord members, or explain with the evidence")
    .requiredOption(...GUILD)
    .option("--explain", "print the evidence of each link and suggestion, and change nothing")
    .option("--character <name>", "explain only characters with this in their name")
    .option(...DRY_RUN)
    .option(...JSON_OPTION)
    .addHelpText(
      "before",
      examples(
        "guildhall identity match --guild iron-vow --explain",
        "guildhall identity match --guild iron-vow --explain --character annara",
        "guildhall identity match --guild iron-vow",
      ),
    )
    .action((o: MatchOptions) =>
      run(
        o,
        async (services, out) => {
          const { explain, match } = await actions();
          return o.explain || o.character !== undefined
            ? await explain(services, out, o)
            : await match(services, out, o);
        },
        async (services) => (await actions()).wouldMatch(services, o),
      ),
    );
}

const actions = () => import("./actions.ts");
