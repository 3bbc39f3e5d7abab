import type { Command } from "commander";
import { DRY_RUN, examples, JSON_OPTION } from "../output.ts";
import { run } from "../run.ts";
import { account, bySlug } from "./lookup.ts";

export interface ImportOptions {
  readonly ownerEmail: string;
  readonly slug?: string;
  readonly name?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

const files = () => import("./files.ts");

/** `guildhall guilds export|import|clone`. */
export function archiveCommands(guilds: Command): void {
  guilds
    .command("export <slug>")
    .description("write one file that holds all of a guild's own data and says what it is")
    .requiredOption("--to <file>", "a new file; it is a libSQL database, compressed with gzip")
    .option(...DRY_RUN)
    .option(...JSON_OPTION)
    .addHelpText("before", examples("guildhall guilds export iron-vow --to iron-vow.db.gz"))
    .action((slug: string, o: { to: string; json?: boolean; dryRun?: boolean }) =>
      run(
        o,
        async (services, out) => (await files()).exportOne(services, out, slug, o.to),
        async (services) => `write ${(await bySlug(services, slug)).name} to ${o.to}`,
      ),
    );
  guilds
    .command("import <file>")
    .description("make a new guild from an exported file, for an account that exists")
    .requiredOption("--owner-email <address>", "whose guild it is")
    .option("--slug <slug>", "its address; made from the name when left out")
    .option("--name <name>", "what it is called here, if not as it was")
    .option("--dry-run", "only say what is in the file")
    .option(...JSON_OPTION)
    .addHelpText(
      "before",
      examples("guildhall guilds import iron-vow.db.gz --owner-email owner@example.com"),
    )
    .action((file: string, o: ImportOptions) =>
      run(o, async (services, out) => (await files()).importOne(services, out, file, o)),
    );
  guilds
    .command("clone <slug>")
    .description("make a second guild with the same data, to try something out in")
    .requiredOption("--slug <slug>", "the address of the new one")
    .requiredOption("--owner-email <address>", "whose guild it is")
    .option("--name <name>", "what it is called; the same and 'sandbox' when left out")
    .option(...DRY_RUN)
    .option(...JSON_OPTION)
    .addHelpText(
      "before",
      examples("guildhall guilds clone iron-vow --slug iron-lab --owner-email me@example.com"),
    )
    .action((slug: string, o: Omit<ImportOptions, "slug"> & { slug: string }) =>
      run(
        o,
        async (services, out) => (await files()).cloneOne(services, out, slug, o),
        async (services) => {
          const owner = await account(services, o.ownerEmail);
          return `copy ${(await bySlug(services, slug)).name} to ${o.slug} for ${owner.name}`;
        },
      ),
    );
}
