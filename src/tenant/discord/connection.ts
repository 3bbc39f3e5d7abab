import { z } from "@hono/zod-openapi";
import { Malformed, NotFound } from "../../kernel/errors.ts";
import {
  authorizationUrl,
  grantedTokens,
  newFlowSecrets,
} from "../../platform/accounts/providers/exchange.ts";
import { seal, unseal } from "../../platform/accounts/providers/flows.ts";
import { type Provider, providerBy } from "../../platform/accounts/providers/providers.ts";
import { type PlatformContext, refuseImpersonator, signedIn } from "../../platform/context.ts";
import { effectivePermissions } from "../../platform/guilds/effective-permissions.ts";
import type { Services } from "../../services.ts";
import { allow, type GuildContext } from "../context.ts";
import { canConnect, connectServer } from "../identity/connect.ts";

/** See channels, send messages and embed links. The bot asks for nothing else. */
const BOT_PERMISSIONS = (1 << 10) | (1 << 11) | (1 << 14);

/** Discord's answer to an installation names the server that its admin chose. */
const installed = z.object({ guild: z.object({ id: z.string().regex(/^\d{1,20}$/) }) });

/**
 * Discord's page on which an admin of a server lets the bot in. Only they can, so the return is a proof that
 * the server is theirs.
 */
export async function beginConnection(ctx: GuildContext, platform: PlatformContext): Promise<URL> {
  allow(ctx, "settings.manage");
  refuseImpersonator(platform.caller);
  const { services } = platform;
  const { sessionId } = signedIn(platform);
  const { codeVerifier } = newFlowSecrets();
  const state = await seal(services, "install", { guildId: ctx.guild.id, sessionId, codeVerifier });
  const url = await authorizationUrl(
    installer(services),
    { state, codeVerifier },
    returnAddress(services),
    { askAgain: false },
  );
  url.searchParams.set("permissions", String(BOT_PERMISSIONS));
  return url;
}

/**
 * Connects the server on which the bot was installed, from the parameters of Discord's redirect. The guild
 * and the session that began are the ones of the sealed state; the server is the one that Discord names, and
 * not the one in the address.
 * @throws {Malformed} `discord/install-not-valid` @throws as `connectServer` does
 */
export async function finishConnection(
  platform: PlatformContext,
  parameters: URLSearchParams,
): Promise<{ readonly slug: string; readonly isConnected: boolean }> {
  const { services } = platform;
  const caller = signedIn(platform);
  refuseImpersonator(caller);
  const state = parameters.get("state") ?? "";
  const begun = await unseal(services, "install", state);
  if (begun === undefined || begun.sessionId !== caller.sessionId) throw notValid();
  const found = await services.platform.guildForUser(begun.guildId, caller.userId);
  if (found?.membership === undefined || found.guild.status !== "ready") throw notValid();
  const { guild, membership } = found;
  const tokens = await grantedTokens(
    installer(services),
    parameters,
    { state, codeVerifier: begun.codeVerifier },
    returnAddress(services),
  ).catch((error: unknown) => {
    throw error instanceof Malformed ? notValid() : error;
  });
  if (tokens === undefined) return { slug: guild.slug, isConnected: false };
  const answer = installed.safeParse(tokens);
  if (!answer.success) throw notValid();
  await services.tenants.use(guild, async (db) => {
    const ctx: GuildContext = {
      guild,
      db,
      actor: {
        type: "user",
        userId: caller.userId,
        name: caller.name,
        membershipId: membership.id,
        role: membership.role,
        ...effectivePermissions(guild, membership),
      },
      now: services.now,
      requestId: platform.requestId,
      origin: { address: platform.address, agent: platform.agent },
      idempotencyKey: undefined,
    };
    await connectServer(ctx, platform, answer.data.guild.id);
  });
  services.auditSealer.touch(guild.id);
  return { slug: guild.slug, isConnected: true };
}

function installer(services: Services): Provider {
  if (canConnect(services)) {
    return { ...providerBy(services.config, "discord"), scope: "bot applications.commands" };
  }
  throw new NotFound("request/no-such-page", "There is no page at this address.");
}

/** An operator registers it with Discord. */
function returnAddress({ config }: Pick<Services, "config">): string {
  return new URL("/discord/callback", config.publicUrl).href;
}

function notValid(): Malformed {
  return new Malformed(
    "discord/install-not-valid",
    "This connection was started in another session, or it has expired. Start again in the settings.",
  );
}
