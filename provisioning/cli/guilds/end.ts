import type { Command } from "commander";
import { Conflict, Invalid } from "../../../src/kernel/errors.ts";
import type { NodeServices } from "../../../src/node/services.ts";
import type { Guild } from "../../../src/platform/store.ts";
import { atThisMachine } from "../operators.ts";
import { EXIT, examples, JSON_OPTION, type Output } from "../output.ts";
import { run } from "../run.ts";
import { bySlug } from "./lookup.ts";

interface EndOptions {
  readonly confirm?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** `guildhall guilds delete|undelete|purge`. */
export function endCommands(guilds: Command): void {
  guilds
    .command("delete <slug>")
    .description("close a guild for good; for 30 days that can be taken back")
    .option("--confirm <slug>", "the slug once more")
    .option("--dry-run", "only say what would happen")
    .option(...JSON_OPTION)
    .addHelpText("before", examples("guildhall guilds delete iron-vow --confirm iron-vow"))
    .action((slug: string, o: EndOptions) =>
      run(o, (services, out) => deleteOne(services, out, slug, o)),
    );
  guilds
    .command("undelete <slug>")
    .description("bring a deleted guild back as it was")
    .option("--dry-run", "only say what would happen")
    .option(...JSON_OPTION)
    .addHelpText("before", examples("guildhall guilds undelete iron-vow"))
    .action((slug: string, o: EndOptions) =>
      run(o, async (services, out) => {
        const guild = await bySlug(services, slug);
        const { undeleteGuild } = await import("../../../src/platform/guilds/deletion.ts");
        if (!o.dryRun) await undeleteGuild(atThisMachine(services), guild);
        out.result({ undeleted: guild.id, dryRun: o.dryRun === true }, () =>
          o.dryRun ? `${guild.name} would be back.` : `${guild.name} is back.`,
        );
        return EXIT.done;
      }),
    );
  guilds
    .command("purge <slug>")
    .description("end a guild now: its database, logs, keys and backups. Cannot be undone")
    .option("--confirm <slug>", "the slug once more")
    .option("--dry-run", "only say what would go")
    .option(...JSON_OPTION)
    .addHelpText(
      "before",
      examples(
        "guildhall guilds export iron-vow --to iron-vow.guildhall",
        "guildhall guilds purge iron-vow --confirm iron-vow",
      ),
    )
    .action((slug: string, o: EndOptions) =>
      run(o, (services, out) => purgeOne(services, out, slug, o)),
    );
}

async function deleteOne(
  services: NodeServices,
  out: Output,
  slug: string,
  { confirm, dryRun }: EndOptions,
): Promise<number> {
  const guild = await bySlug(services, slug);
  if (dryRun) {
    out.result({ wouldDelete: guild.id }, () => `${guild.name} would be closed for everybody.`);
    return EXIT.done;
  }
  const what = `This closes ${guild.name} for everybody.`;
  if (confirm !== slug) return notConfirmed(out, what, `guildhall guilds delete ${slug}`, slug);
  refuseLocked(guild);
  const { deleteGuild } = await import("../../../src/platform/guilds/deletion.ts");
  const { purgeAfter } = await deleteGuild(atThisMachine(services), guild);
  out.result({ deleted: guild.id, purgeAfter }, () =>
    [
      `${guild.name} is deleted. Nothing of it will be left on ${dayOf(purgeAfter)}.`,
      `Try:   guildhall guilds undelete ${slug}`,
    ].join("\n"),
  );
  return EXIT.done;
}

async function purgeOne(
  services: NodeServices,
  out: Output,
  slug: string,
  { confirm, dryRun }: EndOptions,
): Promise<number> {
  const guild = await bySlug(services, slug);
  const copies = await services.backups.list({ guildId: guild.id, limit: -1 });
  const what = `This ends ${guild.name}, its database, logs, keys and ${copies.length} backups.`;
  if (dryRun) {
    out.result({ wouldPurge: guild.id, backups: copies.length }, () => what);
    return EXIT.done;
  }
  if (confirm !== slug) return notConfirmed(out, what, `guildhall guilds purge ${slug}`, slug);
  refuseLocked(guild);
  const { record } = await import("../../../src/platform/context.ts");
  const before = { slug: guild.slug, name: guild.name, database: guild.databaseName };
  await services.provisioner.deprovision(guild.id, [
    record(atThisMachine(services), "guild.purge", guild.id, { guildId: guild.id, before }),
  ]);
  out.result({ purged: guild.id }, () => `${guild.name} is gone.`);
  return EXIT.done;
}

/** The same as the guard in the write, with the command that unlocks the guild. */
function refuseLocked({ slug, name, isProtected }: Guild): void {
  if (!isProtected) return;
  throw new Conflict("guild/protected", `${name} is protected. Unlock it first.`, {
    next: [`guildhall guilds unprotect ${slug} --confirm ${slug}`],
  });
}

function notConfirmed(out: Output, what: string, command: string, slug: string): number {
  const next = [`${command} --confirm ${slug}`];
  out.failure(new Invalid("cli/not-confirmed", `${what} Type its slug once more.`, { next }));
  return EXIT.misused;
}

function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
