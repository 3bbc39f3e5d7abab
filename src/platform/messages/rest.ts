import { and, eq, isNotNull, sql } from "drizzle-orm";
import { build, insertInto } from "../../database/statements.ts";
import { write } from "../../database/write.ts";
import type { GuildId } from "../../kernel/ids.ts";
import type { Services } from "../../services.ts";
import { discordGuilds } from "../schema.ts";

type Deps = Pick<Services, "platform">;

/** Why nothing is sent to Discord for a guild. Undefined for a guild that does not rest. */
export async function restReason(
  { platform }: Deps,
  guildId: GuildId,
): Promise<string | undefined> {
  const [row] = await platform.db.orm
    .select({ reason: discordGuilds.restReason })
    .from(discordGuilds)
    .where(and(eq(discordGuilds.guildId, guildId), isNotNull(discordGuilds.restedAt)));
  return row && (row.reason ?? "");
}

/** Stops everything that Guildhall sends to Discord for a guild, until `endRest`. */
export async function beginRest(
  { platform, log }: Deps & Pick<Services, "log">,
  guildId: GuildId,
  reason: string,
): Promise<void> {
  log.warn("discord.resting", { guildId, reason });
  const set = { restedAt: platform.now().getTime(), restReason: reason };
  await write(platform.db, [
    insertInto(
      discordGuilds,
      { guildId, ...set },
      { on: [discordGuilds.guildId], set, where: sql`${discordGuilds.restedAt} is null` },
    ),
  ]);
}

/**
 * Sends to Discord for a guild again: its settings or its bot changed, or Discord answered for it. Posts
 * that were given up stay dead letters.
 */
export async function endRest({ platform }: Deps, guildId: GuildId): Promise<void> {
  await write(platform.db, [
    build
      .update(discordGuilds)
      .set({ restedAt: null, restReason: null })
      .where(and(eq(discordGuilds.guildId, guildId), isNotNull(discordGuilds.restedAt))),
  ]);
}
