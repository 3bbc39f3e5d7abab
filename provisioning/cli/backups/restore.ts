import { z } from "@hono/zod-openapi";
import { Invalid } from "../../../src/kernel/errors.ts";
import { MINUTE_MS } from "../../../src/kernel/time.ts";
import type { NodeServices } from "../../../src/node/services.ts";
import type { Backup } from "../../../src/platform/backups/rows.ts";
import { record } from "../../../src/platform/context.ts";
import type { Guild } from "../../../src/platform/store.ts";
import { bySlug } from "../guilds/lookup.ts";
import { atThisMachine } from "../operators.ts";
import { EXIT, type Output, plural } from "../output.ts";
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
  const at = options.at === undefined ? undefined : momentOf(options.at);
  const copy = await chosen(services, guild, options.backup, at);
  const lost = options.lost ? undefined : await services.backups.lostBy(copy);
  const distance = at === undefined ? undefined : { distanceMs: at - copy.takenAt };
  const plan = { backup: copy.id, takenAt: copy.takenAt, ...distance, lost: lost ?? null };
  const lines = [
    `The copy of ${when(copy.takenAt)}, ${sizeOf(copy)}${distance ? `, ${before(distance.distanceMs)}` : ""}.`,
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

/** @throws {Invalid} `cli/misused` for a time without a zone, which would depend on this machine. */
function momentOf(text: string): number {
  const parsed = MOMENT.safeParse(text);
  if (parsed.success) return Date.parse(parsed.data);
  throw new Invalid("cli/misused", "--at wants an instant, such as 2026-11-21T20:15:00Z.");
}

const MOMENT = z.iso.datetime({ offset: true });

/** How long before the asked moment the copy was made. */
function before(ms: number): string {
  const minutes = Math.floor(ms / MINUTE_MS);
  const [days, hours] = [Math.floor(minutes / 1_440), Math.floor(minutes / 60) % 24];
  const parts = [plural(days, "day"), plural(hours, "hour"), plural(minutes % 60, "minute")];
  const shown = parts.filter((part) => !part.startsWith("0 "));
  return shown.length === 0 ? "less than a minute before that" : `${shown.join(" ")} before that`;
}

/** @throws {Invalid} `cli/misused`, `backup/not-found`, `backup/none-before` */
async function chosen(
  services: NodeServices,
  guild: Guild,
  id: string | undefined,
  at: number | undefined,
): Promise<Backup> {
  if (id !== undefined && at !== undefined) {
    throw new Invalid("cli/misused", "Say either --backup or --at.");
  }
  const next = [`guildhall backups list ${guild.slug}`, `guildhall backups find ${guild.slug}`];
  if (at !== undefined) {
    const found = await services.backups.newestAt(guild.id, at);
    if (found) return found;
    const message = `${guild.name} has no good copy of ${when(at)} or before.`;
    throw new Invalid("backup/none-before", message, { next });
  }
  const copies = await services.backups.list({ guildId: guild.id, limit: -1 });
  const found =
    id === undefined
      ? copies.find(({ status }) => status === "good")
      : copies.find((copy) => copy.id === id);
  if (found) return found;
  throw new Invalid("backup/not-found", `${guild.name} has no such copy that is good.`, { next });
}
