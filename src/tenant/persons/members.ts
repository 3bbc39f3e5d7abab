import { eq } from "drizzle-orm";
import { prepare, type Values } from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import type { GuildId, UserId } from "../../kernel/ids.ts";
import { memberships } from "../../platform/schema.ts";
import type { PlatformStore } from "../../platform/store.ts";
import type { GuildContext } from "../context.ts";

const membersOfGuild = prepare(({ guildId }: Values<{ guildId: GuildId }>) =>
  build
    .select({ userId: memberships.userId })
    .from(memberships)
    .where(eq(memberships.guildId, guildId)),
);

/**
 * The accounts that are members of the guild now. A person keeps the account of a member who left, so that
 * they find their points when they come back.
 */
export async function currentMembers(
  ctx: Pick<GuildContext, "guild">,
  { db }: Pick<PlatformStore, "db">,
): Promise<ReadonlySet<UserId>> {
  const rows = await membersOfGuild.all(db, { guildId: ctx.guild.id });
  return new Set(rows.map(({ userId }) => userId));
}
