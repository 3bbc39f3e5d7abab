import { join } from "node:path";
import { Conflict, Invalid } from "../../../src/kernel/errors.ts";
import type { GuildId } from "../../../src/kernel/ids.ts";
import type { NodeServices } from "../../../src/node/services.ts";
import { record } from "../../../src/platform/context.ts";
import { foundGuild } from "../../../src/platform/guilds/service.ts";
import type { Guild } from "../../../src/platform/store.ts";
import {
  exportGuild,
  type Imported,
  importGuild,
  type Manifest,
  openExport,
} from "../../backups/archives.ts";
import { pack, unpackFile, withScratch } from "../../backups/copies.ts";
import { draftIn, isThere, makeFolder } from "../../hosts/file-drafts.ts";
import { atThisMachine } from "../operators.ts";
import { EXIT, type Output } from "../output.ts";
import type { ImportOptions } from "./archives.ts";
import { account, bySlug, facts } from "./lookup.ts";

/** Exports all of a guild's own data to one file. */
export async function exportOne(
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

/** Creates a guild from an exported file, or only shows the file's content. */
export async function importOne(
  services: NodeServices,
  out: Output,
  file: string,
  options: ImportOptions,
): Promise<number> {
  const [copy, rebuilt] = [await scratchFile(services), await scratchFile(services)];
  return await withScratch([copy, rebuilt], async () => {
    await unpackFile(file, copy);
    // Run all checks before the guild exists.
    const opened = await openExport(services.archiving, copy, rebuilt);
    if (options.dryRun) return textOf(out, opened);
    const { manifest } = opened;
    const guild = await fill(services, copy, manifest, options);
    out.result(facts(guild), () => `${guild.name} is ready at /g/${guild.slug}`);
    return EXIT.done;
  });
}

function textOf(out: Output, { manifest, rebuilt }: Imported): number {
  const rows = Object.values(manifest.rows).reduce((sum, n) => sum + n, 0);
  const { name, realm } = manifest.guild;
  const left = rebuilt.left.map((what) => `\nLeft behind: ${what}`).join("");
  out.result(
    { ...manifest, left: rebuilt.left },
    () => `${name} of ${realm}, ${manifest.exportedAt}, ${rows} rows.${left}`,
  );
  return EXIT.done;
}

/** Creates a second guild with the same data. */
export async function cloneOne(
  services: NodeServices,
  out: Output,
  slug: string,
  options: ImportOptions,
): Promise<number> {
  const original = await bySlug(services, slug);
  const copy = await scratchFile(services);
  return await withScratch([copy], async () => {
    const manifest = await exportGuild(services.archiving, original, copy);
    const name = options.name ?? `${original.name} sandbox`;
    const guild = await fill(services, copy, manifest, { ...options, name });
    out.result(facts(guild), () => `${guild.name} is ready at /g/${guild.slug}`);
    return EXIT.done;
  });
}

/** Founds the guild, or continues an interrupted attempt, and fills it. */
async function fill(
  services: NodeServices,
  file: string,
  manifest: Manifest,
  options: ImportOptions,
): Promise<Guild> {
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
