import type { Command } from "commander";
import { DRY_RUN, examples, JSON_OPTION } from "../output.ts";
import { run } from "../run.ts";

export interface Which {
  readonly all?: boolean;
  readonly json?: boolean;
  readonly dryRun?: boolean;
}

export interface WholeOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly dryRun?: boolean;
}

const copies = () => import("./guilds.ts");
const ofPlatform = () => import("./platform.ts");

/** `guildhall backups create|list|verify|restore|prune|find|platform|restore-platform`. */
export function backupCommands(program: Command): void {
  const backups = program.command("backups").description("copies of guilds and of the platform");
  backups
    .command("create [slug]")
    .description("copy a guild while it is in use, store the copy and open it")
    .option("--all", "every guild that is open")
    .option(...DRY_RUN)
    .option(...JSON_OPTION)
    .addHelpText("before", examples("guildhall backups create iron-vow", ALL("create")))
    .action((slug: string | undefined, o: Which) =>
      run(
        o,
        async (services, out) => (await copies()).forChosen(services, out, slug, o, "create"),
        async (services) => (await copies()).describeCopy(services, slug, o),
      ),
    );
  backups
    .command("list [slug]")
    .description("the copies there are, the newest first")
    .option(...JSON_OPTION)
    .addHelpText("before", examples("guildhall backups list", "guildhall backups list iron-vow"))
    .action((slug: string | undefined, o: Which) =>
      run(o, async (services, out) => (await copies()).listCopies(services, out, slug)),
    );
  backups
    .command("verify [slug]")
    .description("read copies back from the store and open them: the newest, or all of a guild")
    .option("--all", "the newest of every guild")
    .option(...JSON_OPTION)
    .addHelpText("before", examples("guildhall backups verify iron-vow", ALL("verify")))
    .action((slug: string | undefined, o: Which) =>
      run(o, async (services, out) => (await copies()).forChosen(services, out, slug, o, "verify")),
    );
  backups
    .command("prune [slug]")
    .description("remove the copies that the policy lets go of")
    .option("--all", "of every guild")
    .option("--dry-run", "only say which")
    .option(...JSON_OPTION)
    .addHelpText(
      "before",
      examples(`${ALL("prune")} --dry-run`, "guildhall backups prune iron-vow"),
    )
    .action((slug: string | undefined, o: Which) =>
      run(o, async (services, out) => (await copies()).forChosen(services, out, slug, o, "prune")),
    );
  backups
    .command("find [slug]")
    .description("note copies that the store has and the platform does not know of")
    .option("--all", "of every guild")
    .option(...DRY_RUN)
    .option(...JSON_OPTION)
    .addHelpText("before", examples(ALL("find")))
    .action((slug: string | undefined, o: Which) =>
      run(
        o,
        async (services, out) => (await copies()).forChosen(services, out, slug, o, "find"),
        async (services) => (await copies()).describeFind(services, slug, o),
      ),
    );
  restoreCommand(backups);
  platformCommands(backups);
}

const ALL = (verb: string) => `guildhall backups ${verb} --all`;

export interface RestoreOptions {
  readonly backup?: string;
  readonly at?: string;
  readonly confirm?: string;
  readonly lost?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

function restoreCommand(backups: Command): void {
  backups
    .command("restore <slug>")
    .description("give a guild the database of a copy; what it has now is copied first")
    .option("--backup <id>", "which copy; the newest good one when left out")
    .option(
      "--at <time>",
      "the newest good copy of this instant or before, such as 2026-11-21T20:15Z",
    )
    .option("--lost", "its database cannot be read any more, so there is nothing to copy")
    .option("--confirm <slug>", "the slug once more")
    .option("--dry-run", "only say what would be lost")
    .option(...JSON_OPTION)
    .addHelpText(
      "before",
      examples(
        "guildhall backups restore iron-vow --dry-run",
        "guildhall backups restore iron-vow --at 2026-11-21T20:15:00Z --dry-run",
        "guildhall backups restore iron-vow --confirm iron-vow",
        "guildhall backups restore iron-vow --lost --confirm iron-vow",
      ),
    )
    .action((slug: string, o: RestoreOptions) =>
      run(o, async (services, out) => {
        const { restoreGuild } = await import("./restore.ts");
        return await restoreGuild(services, out, slug, o);
      }),
    );
}

function platformCommands(backups: Command): void {
  backups
    .command("platform")
    .description("copy the platform's own database, and list the copies of it")
    .option("--list", "only list them")
    .option(...DRY_RUN)
    .option(...JSON_OPTION)
    .addHelpText("before", examples("guildhall backups platform"))
    .action((o: { list?: boolean; json?: boolean; dryRun?: boolean }) =>
      run(
        o,
        async (services, out) => (await ofPlatform()).copyPlatform(services, out, o.list === true),
        async () => "copy the platform's database to the store",
      ),
    );
  backups
    .command("restore-platform [key]")
    .description(
      "put a copy of the platform's database where there is none; without a key, list the copies",
    )
    .option(...DRY_RUN)
    .option(...JSON_OPTION)
    .addHelpText(
      "before",
      examples(
        "guildhall backups restore-platform",
        "guildhall backups restore-platform platform/2026…db.gz",
      ),
    )
    .action(async (key: string | undefined, o: WholeOptions) =>
      (await ofPlatform()).restoreWhole(key, o),
    );
}
