import { and, eq, isNotNull } from "drizzle-orm";
import { columnsOf, prepare, type Values } from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import type { UserId } from "../../kernel/ids.ts";
import { type Permission, ROLE_PERMISSIONS } from "../../kernel/permissions.ts";
import { visitorPermissions } from "../../kernel/visitor-areas.ts";
import { effectivePermissions } from "../../platform/guilds/effective-permissions.ts";
import { discordGuilds, identities, users } from "../../platform/schema.ts";
import type { Guild, Membership, PlatformStore } from "../../platform/store.ts";
import type { Services } from "../../services.ts";
import type { Actor, GuildContext } from "../context.ts";
import { type DiscordLink, isOwnClaim, linkOfDiscord } from "../identity/own-discord.ts";

/** Who called, and where. */
export interface CallPlace {
  readonly serverId: string;
  readonly discordId: string;
  readonly requestId: string;
}

/** A caller with the guild of their server. */
export interface ServerCaller {
  readonly ctx: GuildContext;
  /** The person that the account is linked to, by whatever claim. */
  readonly link: DiscordLink | undefined;
}

/**
 * What a person may do through Discord. Notes and settings of officers stay on the pages: a message in
 * Discord is seen by everyone who looks over a shoulder, and by Discord.
 */
const THROUGH_DISCORD: ReadonlySet<Permission> = new Set(ROLE_PERMISSIONS.raider);

const guildOfServer = prepare(({ serverId }: Values<{ serverId: string }>) =>
  build
    .select(columnsOf(discordGuilds, "guildId"))
    .from(discordGuilds)
    .where(and(eq(discordGuilds.serverId, serverId), isNotNull(discordGuilds.connectedAt))),
);

const accountOfDiscord = prepare(({ discordId }: Values<{ discordId: string }>) =>
  build
    .select(columnsOf(users, "id", "name"))
    .from(identities)
    .innerJoin(users, eq(users.id, identities.userId))
    .where(and(eq(identities.provider, "discord"), eq(identities.subject, discordId))),
);

const accountById = prepare(({ id }: Values<{ id: UserId }>) =>
  build
    .select(columnsOf(users, "id", "name"))
    .from(users)
    .where(eq(users.id, id)),
);

/** The guild that proved that this server is its own. Undefined for all other servers. */
export async function guildOf(
  platform: PlatformStore,
  serverId: string,
): Promise<Guild | undefined> {
  const row = await guildOfServer.first(platform.db, { serverId });
  const guild = row && (await platform.guild(row.guildId));
  return guild?.status === "ready" ? guild : undefined;
}

/**
 * Does work as the person behind a Discord account, with the rights that they have in the guild. An
 * account counts as a member's if the member signs in with it or bound it by `/link`; links that others
 * made give no rights.
 */
export async function asCaller<T>(
  services: Pick<Services, "platform" | "tenants" | "now">,
  guild: Guild,
  { discordId, requestId }: CallPlace,
  work: (caller: ServerCaller) => Promise<T>,
): Promise<T> {
  const { platform, tenants, now } = services;
  const account = await accountOfDiscord.first(platform.db, { discordId });
  const member = account && (await memberOf(platform, guild, account));
  return await tenants.use(guild, async (db) => {
    const link = await linkOfDiscord.first(db, { discordId });
    const bound = member ?? (await memberBehind(platform, guild, link));
    const ctx: GuildContext = {
      guild,
      db,
      actor: bound ?? visitorOf(guild),
      now,
      requestId,
      idempotencyKey: undefined,
    };
    return await work({ ctx, link });
  });
}

async function memberBehind(
  platform: PlatformStore,
  guild: Guild,
  link: DiscordLink | undefined,
): Promise<Actor | undefined> {
  if (link?.userId == null || !isOwnClaim(link)) return undefined;
  const account = await accountById.first(platform.db, { id: link.userId });
  return account && (await memberOf(platform, guild, account));
}

async function memberOf(
  platform: PlatformStore,
  guild: Guild,
  { id, name }: { readonly id: UserId; readonly name: string },
): Promise<Actor | undefined> {
  const found = await platform.guildForUser(guild.id, id);
  if (found?.membership === undefined) return undefined;
  return memberActor(found.guild, found.membership, id, name);
}

function memberActor(guild: Guild, membership: Membership, userId: UserId, name: string): Actor {
  const { permissions, ...rest } = effectivePermissions(guild, membership);
  return {
    type: "user",
    userId,
    name,
    membershipId: membership.id,
    role: membership.role,
    permissions: new Set([...permissions].filter((one) => THROUGH_DISCORD.has(one))),
    ...rest,
  };
}

function visitorOf(guild: Guild): Actor {
  const permissions = visitorPermissions(guild.visitorAreas);
  return { type: "visitor", signedIn: true, permissions };
}
