import { and, eq, ne, sql } from "drizzle-orm";
import { existsIn } from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import { type Guard, guard, write } from "../../database/write.ts";
import { Conflict } from "../../kernel/errors.ts";
import type { GuildId } from "../../kernel/ids.ts";
import { type ActingContext, record } from "../context.ts";
import { guilds } from "../schema.ts";
import type { Guild } from "../store.ts";

/**
 * A check before the write. `unlessProtected` is the guard in it.
 * @throws {Conflict} `guild/protected`
 */
export function refuseProtected({ isProtected }: Pick<Guild, "isProtected">): void {
  if (isProtected) throw isLocked();
}

/**
 * Guards every write that ends a guild or replaces its data: deletion, purge and reverts. A purge that has
 * begun is finished.
 */
export function unlessProtected(id: GuildId): Guard {
  const isKept = and(
    eq(guilds.id, id),
    eq(guilds.isProtected, true),
    ne(guilds.status, "deleting"),
  );
  return guard(sql`not ${existsIn(guilds, isKept)}`, isLocked);
}

/** Locks a guild, or unlocks it. For operators. */
export async function protectGuild(
  ctx: ActingContext,
  guild: Guild,
  isProtected: boolean,
): Promise<void> {
  await write(ctx.services.platform.db, [
    build.update(guilds).set({ isProtected }).where(eq(guilds.id, guild.id)),
    record(ctx, isProtected ? "guild.protect" : "guild.unprotect", guild.id, { guildId: guild.id }),
  ]);
}

function isLocked(): Conflict {
  return new Conflict(
    "guild/protected",
    "This guild is protected. An operator has to unlock it first.",
  );
}
