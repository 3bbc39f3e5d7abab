import { allow, type GuildContext } from "../../tenant/context.ts";
import { allowArea, type OperatorContext, type PlatformContext } from "../context.ts";
import { type SharedRate, sharedRates } from "../limits/rate-states.ts";
import { type GuildShares, guildsByShare } from "../plans/shares.ts";
import { type UsageQuery, type UsageReport, usageReport } from "./queries.ts";

/** Requests with the guild's keys. */
export async function keyUsageReport(
  ctx: GuildContext,
  platform: PlatformContext,
  days: number,
): Promise<UsageReport> {
  allow(ctx, "keys.manage");
  const query = { days, guildId: ctx.guild.id, callerType: "key" } as const;
  return await usageReport(platform.services.platform, query);
}

/** What operators ask. `guild` is a slug or an id. */
export interface PlatformUsageQuery extends Omit<UsageQuery, "guildId"> {
  readonly guild?: string | undefined;
}

/** Requests of all keys and people, or of those in one guild. An unknown guild has none. */
export async function platformUsage(
  ctx: OperatorContext,
  { guild, days, callerType }: PlatformUsageQuery,
): Promise<UsageReport> {
  allowArea(ctx, "guilds");
  const { platform } = ctx.services;
  if (guild === undefined) return await usageReport(platform, { days, callerType });
  const found = await platform.guildForUser(guild, null);
  // Rows outside of guilds have an empty id, so no guild must not become that.
  const guildId = found?.guild.id ?? ("none" as never);
  return await usageReport(platform, { days, callerType, guildId });
}

/** The guilds that are nearest to a limit of their plan. */
export async function guildShares(ctx: OperatorContext): Promise<readonly GuildShares[]> {
  allowArea(ctx, "guilds");
  return await guildsByShare(ctx.services.platform);
}

/** The most used rate limits of this moment. They name accounts and addresses. */
export async function rateStates(ctx: OperatorContext): Promise<readonly SharedRate[]> {
  allowArea(ctx, "accounts");
  const { platform, config } = ctx.services;
  return await sharedRates(platform, config.rates);
}
