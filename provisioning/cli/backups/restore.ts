import { Invalid } from "../../../src/kernel/errors.ts";
import type { NodeServices } from "../../../src/node/services.ts";
import type { Backup } from "../../../src/platform/backups/rows.ts";
import { record } from "../../../src/platform/context.ts";
import type { Guild } from "../../../src/platform/store.ts";
import { bySlug } from "../guilds/lookup.ts";
import { atThisMachine } from "../operators.ts";
import { EXIT, type Output } from "../output.ts";
import type { RestoreOptions } from "./commands.ts";
import { sizeOf, when } from "./guilds.ts";

/** Restores a guild from a backup, after showing what would be lost. */
export async function restoreGuild(
  services: NodeServices,
  out: Output,
  slug: string,
  options: RestoreOptions,
): Promise<number> {
  const guild = await bySlug(services, slug);
  const copy = await chosen(services, guild, options.backup);
  const lost = options.lost ? undefined : await services.backups.lostBy(copy);
  const plan = { backup: copy.id, takenAt: copy.takenAt, lost: lost ?? null };
  const lines = [
    `The copy of ${when(copy.takenAt)}, ${sizeOf(copy)}.`,
    lost
      ? `Since then ${lost.changes} changes were noted; they would be lost.`
      : "What was written since then is lost.",
  ];
  if (options.dryRun) {
    out.result(plan, () => lines.join("\n"));
    return EXIT.done;
  }
  if (options.confirm !== slug) {
    const next = [`guildhall backups restore ${slug} --backup ${copy.id} --confirm ${slug}`];
    out.failure(new Invalid("cli/not-confirmed", lines.join(" "), { next }));
    return EXIT.misused;
  }
  const ctx = atThisMachine(services);
  const restored = await services.backups.restore(copy, ctx.caller.name, {
    isLost: options.lost === true,
    alongside: [
      record(ctx, "guild.restore", guild.id, { guildId: guild.id, after: { backup: copy.id } }),
    ],
  });
  out.result({ ...plan, generation: restored.generation }, () =>
    [`${guild.name} has the database of ${when(copy.takenAt)} again.`, ...lines.slice(1)].join(
      "\n",
    ),
  );
  return EXIT.done;
}

async function chosen(
  services: NodeServices,
  guild: Guild,
  id: string | undefined,
): Promise<Backup> {
  const copies = await services.backups.list({ guildId: guild.id, limit: -1 });
  const found =
    id === undefined
      ? copies.find(({ status }) => status === "good")
      : copies.find((copy) => copy.id === id);
  if (found) return found;
  throw new Invalid("backup/not-found", `${guild.name} has no such copy that is good.`, {
    next: [`guildhall backups list ${guild.slug}`, `guildhall backups find ${guild.slug}`],
  });
}
