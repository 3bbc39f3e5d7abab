import { write } from "../../database/write.ts";
import { LimitReached } from "../../kernel/errors.ts";
import type { GuildId } from "../../kernel/ids.ts";
import { limits } from "../../limits.ts";
import { type ActingContext, record } from "../context.ts";
import type { RateState } from "../limits/rate-limiter.ts";

/**
 * Records in a guild's own audit log that one of its keys, access tokens or tickets was used on another
 * guild, because it may be stolen. It does not matter whether the other guild exists. The number of
 * rows per hour is limited. The last row says that further attempts in this hour are not recorded.
 */
export async function recordCrossGuildAttempt(
  ctx: ActingContext,
  guildId: GuildId,
  asked: string,
): Promise<void> {
  const { rates, platform } = ctx.services;
  let state: RateState | undefined;
  try {
    state = await rates.use("elsewhere", "guild", guildId);
  } catch (error) {
    if (error instanceof LimitReached) return;
    throw error;
  }
  const { caller } = ctx;
  const subject = caller.type === "key" ? caller.keyId : "";
  const after = {
    asked: asked.slice(0, limits.guild.askedCharsMax),
    ...(state?.left === 0 && { last: true }),
  };
  await write(platform.db, [record(ctx, "guild.elsewhere", subject, { guildId, after })]);
}
