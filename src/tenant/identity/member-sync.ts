import { Invalid } from "../../kernel/errors.ts";
import type { Services } from "../../services.ts";
import { secretOf } from "../connections/service.ts";
import type { GuildContext } from "../context.ts";
import { noteFailure } from "./blizzard-sync.ts";
import type { SyncResult } from "./character-sync.ts";
import { requireServer } from "./connect.ts";
import { storeMembers } from "./discord-sync.ts";
import { readSettings } from "./settings.ts";

/**
 * Reads members and roles of the guild's Discord server and stores them.
 * @throws {Invalid} `identity/not-configured` @throws {UpstreamError}
 */
export async function syncDiscord(
  ctx: GuildContext,
  deps: Pick<Services, "discord" | "envelopes" | "platform">,
): Promise<SyncResult> {
  const { discord: server } = await readSettings(ctx);
  if (server === null) throw notConfigured("Set the id of the guild's Discord server first.");
  const own = await secretOf(ctx, deps.envelopes, "discord-bot");
  const token = own?.value ?? deps.discord.ownToken;
  if (token === undefined) throw notConfigured("Store a Discord bot in the connections first.");
  if (own === undefined) await requireServer(ctx, deps, server.serverId);
  try {
    const roles = await deps.discord.roles(token, server.serverId);
    const members = await deps.discord.members(token, server.serverId);
    return await storeMembers(ctx, {
      isComplete: true,
      members: members.map(({ user, nick, roles: roleIds, joined_at }) => ({
        id: user.id,
        username: user.username,
        displayName: user.global_name ?? null,
        nick: nick ?? null,
        isBot: user.bot ?? false,
        roleIds,
        joinedAt: joined_at ? Date.parse(joined_at) : null,
      })),
      roles: roles.map(({ managed, ...role }) => ({ ...role, isManaged: managed })),
    });
  } catch (error) {
    await noteFailure(ctx, "discord_members", error);
    throw error;
  }
}

function notConfigured(message: string): Invalid {
  return new Invalid("identity/not-configured", message);
}
