import { join } from "node:path";
import type { Command } from "commander";
import { Conflict, Invalid } from "../../src/kernel/errors.ts";
import type { GuildId } from "../../src/kernel/ids.ts";
import type { NodeServices } from "../../src/node/services.ts";
import { record } from "../../src/platform/context.ts";
import { foundGuild } from "../../src/platform/guilds/service.ts";
import type { Guild } from "../../src/platform/store.ts";
import { exportGuild, importGuild, readManifest } from "../backups/archives.ts";
import { inspectCopy, pack, unpackFile, withScratch } from "../backups/copies.ts";
import { draftIn, isThere, makeFolder } from "../hosts/file-drafts.ts";
import { account, bySlug, facts } from "./guilds.ts";
import { atThisMachine } from "./operators.ts";
import { DRY_RUN, EXIT, examples, JSON_OPTION, type Output } from "./output.ts";
import { run } from "./run.ts";

interface ImportOptions {
  readonly ownerEmail: string;
  readonly slug?: string;
  readonly name?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

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
        (services, out) => exportOne(services, out, slug, o.to),
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
      run(o, (services, out) => importOne(services, out, file, o)),
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
        (services, out) => cloneOne(services, out, slug, o),
        async (services) => {
          const owner = await account(services, o.ownerEmail);
          return `copy ${(await bySlug(services, slug)).name} to ${o.slug} for ${owner.name}`;
        },
      ),
    );
}

async function exportOne(
  services: NodeServices,
  out: Output,
  slug: string,
  to: string,
): Promise<number> {
  if (await isThere(to)) {
    throw new Conflict("export/file-there", `There is a file ${to} already. Choose another name.`);
  }
  const guild = await bySlug(services, slug);
  const copy = await scratchFile(services);
  return await withScratch([copy], async () => {
    const manifest = await exportGuild(services.archiving, guild, copy);
    const { storedBytes, sha256 } = await pack(copy, to);
    out.result({ file: to, bytes: storedBytes, sha256, ...manifest }, () =>
      [
        `${guild.name} is in ${to}, ${Math.ceil(storedBytes / 1024)} KB.`,
        `SHA-256 ${sha256}`,
        `Try:   guildhall guilds import ${to} --dry-run --owner-email owner@example.com`,
      ].join("\n"),
    );
    return EXIT.done;
  });
}

async function importOne(
  services: NodeServices,
  out: Output,
  file: string,
  options: ImportOptions,
): Promise<number> {
  const copy = await scratchFile(services);
  return await withScratch([copy], async () => {
    await unpackFile(file, copy);
    const manifest = await readManifest(copy);
    await inspectCopy(copy);
    if (options.dryRun) {
      const rows = Object.values(manifest.rows).reduce((sum, n) => sum + n, 0);
      const { name, realm } = manifest.guild;
      out.result(manifest, () => `${name} of ${realm}, ${manifest.exportedAt}, ${rows} rows.`);
      return EXIT.done;
    }
    const guild = await fill(services, copy, options);
    out.result(facts(guild), () => `${guild.name} is ready at /g/${guild.slug}`);
    return EXIT.done;
  });
}

async function cloneOne(
  services: NodeServices,
  out: Output,
  slug: string,
  options: ImportOptions,
): Promise<number> {
  const original = await bySlug(services, slug);
  const copy = await scratchFile(services);
  return await withScratch([copy], async () => {
    await exportGuild(services.archiving, original, copy);
    const name = options.name ?? `${original.name} sandbox`;
    const guild = await fill(services, copy, { ...options, name });
    out.result(facts(guild), () => `${guild.name} is ready at /g/${guild.slug}`);
    return EXIT.done;
  });
}

/** Founds the guild, or goes on with one that an earlier try was interrupted at, and fills it. */
async function fill(services: NodeServices, file: string, options: ImportOptions): Promise<Guild> {
  const manifest = await readManifest(file);
  const caller = await account(services, options.ownerEmail);
  const context = { services, caller, requestId: "", address: "", agent: "guildhall" };
  const { realm, region, faction } = manifest.guild;
  const name = options.name ?? manifest.guild.name;
  const begun = options.slug && (await services.platform.guildForUser(options.slug, caller.userId));
  let id: GuildId;
  if (begun && begun.guild.ownerId === caller.userId && begun.guild.generation === 1) {
    id = begun.guild.id;
  } else {
    const wish = options.slug === undefined ? {} : { slug: options.slug };
    id = (await foundGuild(context, { name, realm, region, faction, ...wish })).id;
  }
  const guild = await services.provisioner.provision(id);
  if (guild.status === "failed") throw new Invalid("import/not-founded", guild.statusReason ?? "");
  const filled = await importGuild(services.archiving, guild, file, [
    record(atThisMachine(services), "guild.import", id, {
      guildId: id,
      after: { from: manifest.guild.id, exportedAt: manifest.exportedAt },
    }),
  ]);
  await services.setJobsAnew(filled);
  return filled;
}

async function scratchFile(services: NodeServices): Promise<string> {
  const folder = join(services.archiving.scratch);
  await makeFolder(folder);
  return draftIn(folder);
}
