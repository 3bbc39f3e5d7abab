import { and, eq, ne, notInArray, sql } from "drizzle-orm";
import { build, insertInto } from "../../database/statements.ts";
import { guard, write } from "../../database/write.ts";
import { Conflict } from "../../kernel/errors.ts";
import type { GuildId } from "../../kernel/ids.ts";
import { type PlatformContext, record, signedIn } from "../../platform/context.ts";
import { endRest } from "../../platform/messages/rest.ts";
import { discordGuilds, type GuildStatus, guilds } from "../../platform/schema.ts";
import type { Services } from "../../services.ts";
import type { GuildContext } from "../context.ts";
import { allowIdentity } from "./access.ts";
import { IDENTITY_JOB } from "./runs.ts";
import type { RunKind } from "./schema.ts";
import { type IdentitySettings, readSettings, storeSettings } from "./settings.ts";

/**
 * Stores the identity settings and plans the runs of the sources that they name. A Discord server
 * belongs to the first guild that connects it: the platform's bot answers for all guilds, so a second
 * one could read members who never heard of it.
 * @throws {Conflict} `identity/server-taken`
 */
export async function connect(
  ctx: GuildContext,
  services: Pick<Services, "platform" | "jobs" | "wakeJobs">,
  settings: IdentitySettings,
): Promise<void> {
  allowIdentity(ctx, "settings.manage");
  await claimServer(ctx, services, settings.discord?.serverId ?? null);
  await storeSettings(ctx, settings);
  await endRest(services, ctx.guild.id);
  const kinds: readonly RunKind[] = [
    ...(settings.blizzard ? (["blizzard"] as const) : []),
    ...(settings.discord ? (["discord"] as const) : []),
    "match",
  ];
  for (const kind of kinds) await services.jobs.enqueue(ctx.guild.id, IDENTITY_JOB, kind);
  services.wakeJobs();
}

/** Can guilds add the bot to a server here? It and the sign-in with Discord have to be one application. */
export function canConnect({ config, discord }: Pick<Services, "config" | "discord">): boolean {
  return config.providers.discord !== undefined && discord.ownToken !== undefined;
}

/** The server that a guild proved to be its own. */
export async function provedServer(
  ctx: GuildContext,
  { platform }: Pick<Services, "platform">,
): Promise<string | null> {
  const [row] = await platform.db.orm
    .select({ serverId: discordGuilds.serverId })
    .from(discordGuilds)
    .where(eq(discordGuilds.guildId, ctx.guild.id));
  return row?.serverId ?? null;
}

/**
 * Connects a server whose admin let the bot in for this guild. The proof outranks guilds that only named the
 * server in their settings, and no guild that proved it before.
 * @throws {Conflict} `identity/server-taken` @throws {UpstreamError} if the bot is not on the server.
 */
export async function connectServer(
  ctx: GuildContext,
  platform: PlatformContext,
  serverId: string,
): Promise<void> {
  allowIdentity(ctx, "settings.manage");
  const { services } = platform;
  const { db } = services.platform;
  const { id } = ctx.guild;
  await services.discord.roles(services.discord.ownToken ?? "", serverId);
  const isOthers = and(eq(discordGuilds.serverId, serverId), ne(discordGuilds.guildId, id));
  const none = { serverId: null, connectedAt: null, connectedBy: null };
  const proof = {
    serverId,
    connectedAt: ctx.now().getTime(),
    connectedBy: signedIn(platform).userId,
    restedAt: null,
    restReason: null,
  };
  await write(db, [
    guard(
      sql`not exists (select 1 from ${discordGuilds} join ${guilds}
        on ${guilds.id} = ${discordGuilds.guildId}
        where ${and(isOthers, notInArray(guilds.status, [...GONE]))})`,
      serverTaken,
    ),
    build.update(discordGuilds).set(none).where(isOthers),
    build
      .update(guilds)
      .set({ discordGuildId: null })
      .where(and(eq(guilds.discordGuildId, serverId), ne(guilds.id, id))),
    build.update(guilds).set({ discordGuildId: serverId }).where(eq(guilds.id, id)),
    insertInto(
      discordGuilds,
      { guildId: id, ...proof },
      { on: [discordGuilds.guildId], set: proof },
    ),
    record(platform, "discord.connect", serverId, { guildId: id }),
  ]);
  const settings = await readSettings(ctx);
  const discord =
    settings.discord?.serverId === serverId ? settings.discord : { serverId, auditChannelId: null };
  await storeSettings(ctx, { ...settings, discord });
  for (const kind of ["discord", "match"] as const) {
    await services.jobs.enqueue(id, IDENTITY_JOB, kind);
  }
  services.wakeJobs();
}

/**
 * Refuses a server that belongs to another guild. The platform's bot may be there, but not for this guild.
 * @throws {Conflict} `identity/server-taken`
 */
export async function requireServer(
  ctx: GuildContext,
  { platform }: Pick<Services, "platform">,
  serverId: string,
): Promise<void> {
  const [other] = await platform.db.orm
    .select({ id: guilds.id })
    .from(guilds)
    .where(isTaken(serverId, ctx.guild.id))
    .limit(1);
  if (other !== undefined) throw serverTaken();
}

const GONE: readonly GuildStatus[] = ["deleted", "deleting", "failed"];

function isTaken(serverId: string, by: GuildId) {
  return and(
    eq(guilds.discordGuildId, serverId),
    ne(guilds.id, by),
    notInArray(guilds.status, [...GONE]),
  );
}

async function claimServer(
  ctx: GuildContext,
  { platform }: Pick<Services, "platform">,
  serverId: string | null,
): Promise<void> {
  const { db } = platform;
  const { id } = ctx.guild;
  await write(db, [
    ...(serverId === null
      ? []
      : [
          guard(
            sql`not exists (select 1 from ${guilds} where ${isTaken(serverId, id)})`,
            serverTaken,
          ),
        ]),
    db.orm.update(guilds).set({ discordGuildId: serverId }).where(eq(guilds.id, id)),
    // A proof is for one server: another one has to be proved too.
    build
      .update(discordGuilds)
      .set({ serverId: null, connectedAt: null, connectedBy: null })
      .where(and(eq(discordGuilds.guildId, id), sql`${discordGuilds.serverId} is not ${serverId}`)),
  ]);
}

function serverTaken(): Conflict {
  return new Conflict(
    "identity/server-taken",
    "Another guild has connected this Discord server. Its officers have to remove it there first.",
    { errors: [{ pointer: "/discord/serverId", detail: "Connected by another guild." }] },
  );
}
