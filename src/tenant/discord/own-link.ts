import { Malformed } from "../../kernel/errors.ts";
import { MINUTE_MS } from "../../kernel/time.ts";
import { hashToken, newToken } from "../../kernel/tokens.ts";
import { limits } from "../../limits.ts";
import { seal, unseal } from "../../platform/accounts/providers/flows.ts";
import { type PlatformContext, refuseImpersonator } from "../../platform/context.ts";
import type { GuildContext } from "../context.ts";
import { plainText } from "../identity/integrity/discord-text.ts";
import { isOwnClaim, linkOwnDiscord } from "../identity/own-discord.ts";
import type { Person } from "../roster/service.ts";
import type { Call } from "./commands.ts";
import { pageUrl } from "./page-url.ts";

/** Below a guild's address: where a member binds the Discord account that typed `/link`. */
export const LINK_PATH = "/identity/discord-link";

/** `/link`: an address that binds the caller's Discord account to the member who opens it. */
export async function linkAnswer(call: Call): Promise<string> {
  const { ctx, link, services, messages, place, name } = call;
  const t = messages.discord;
  if (link !== undefined && isOwnClaim(link)) return t.linkedAs(plainText(link.name));
  const token = await seal(services, "discord-link", {
    guildId: ctx.guild.id,
    discordId: place.discordId,
    name,
    proof: hashToken(newToken()),
  });
  const minutes = limits.auth.providerRoundMs / MINUTE_MS;
  return t.linkReady(`${pageUrl(call, LINK_PATH)}?token=${token}`, minutes);
}

/** The Discord account that an address of `/link` is for. */
export async function claimOf(ctx: GuildContext, platform: PlatformContext, token: string) {
  const claim = await unseal(platform.services, "discord-link", token);
  if (claim?.guildId === ctx.guild.id) return claim;
  throw new Malformed(
    "discord/link-not-valid",
    "This address was used or has expired. Type /link in Discord to get a new one.",
  );
}

/**
 * Binds the Discord account of an address to the caller.
 * @throws {Malformed} `discord/link-not-valid` @throws as `linkOwnDiscord` does
 */
export async function bindDiscord(
  ctx: GuildContext,
  platform: PlatformContext,
  token: string,
): Promise<Person> {
  refuseImpersonator(platform.caller);
  return await linkOwnDiscord(ctx, await claimOf(ctx, platform, token));
}
