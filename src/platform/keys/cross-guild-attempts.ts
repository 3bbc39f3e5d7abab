import { write } from "../../database/write.ts";
import { LimitReached } from "../../kernel/errors.ts";
import type { GuildId } from "../../kernel/ids.ts";
import { limits } from "../../limits.ts";
import { type ActingContext, record } from "../context.ts";
import type { RateState } from "../limits/rate-limiter.ts";

/**
 * Tells a guild, in its own log, that a key, an access token or a ticket of it was tried on another
 * guild: it may be in wrong hands. The same whether the other guild exists or not, and only so often
 * in an hour: the last row says that the hour's others are not written down.
 */
export async function recordElsewhere(
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
