import { permissionsOf } from "../kernel/permissions.ts";
import { hashToken } from "../kernel/tokens.ts";
import { limits } from "../limits.ts";
import { isKeyGood, keyCaller, permissionsOfScopes } from "../platform/key-lookup.ts";
import type { Guild } from "../platform/store.ts";
import type { Actor, GuildContext } from "../tenant/context.ts";
import type { NodeServices } from "./services.ts";

/** Somebody who may send a live log to one guild. */
export interface LiveCaller {
  /** Whom connections are counted for. */
  readonly subject: string;
  readonly keyId: string | undefined;
  readonly token: string;
  readonly guildId: Guild["id"];
  readonly eventsPerMinuteMax: number;
  readonly connectionsMax: number;
  readonly within: <T>(work: (ctx: GuildContext) => Promise<T>) => Promise<T>;
}

/** By a key with the scope `stream`, or by the session of a member who may upload. */
export async function authenticate(
  services: NodeServices,
  reference: string,
  token: string,
): Promise<LiveCaller | undefined> {
  const { platform, config } = services;
  if (token.startsWith("gh_")) {
    const key = await keyCaller(platform, config.secret, token);
    const guild = key && (await platform.guild(key.guildId));
    if (!guild || !key.scopes.includes("stream")) return undefined;
    if (reference !== guild.id && reference !== guild.slug) return undefined;
    const { keyId, name, scopes, eventsPerMinuteMax, connectionsMax } = key;
    const actor: Actor = { type: "key", keyId, name, permissions: permissionsOfScopes(scopes) };
    return callerFor(services, guild, actor, token, {
      subject: keyId,
      keyId,
      eventsPerMinuteMax,
      connectionsMax,
    });
  }
  const session = await platform.session(hashToken(token));
  if (session === undefined || session.expiresAt <= services.now().getTime()) return undefined;
  const found = await platform.guildForUser(reference, session.userId);
  if (!found?.membership) return undefined;
  const { id: membershipId, role, overrides } = found.membership;
  const permissions = permissionsOf(role, overrides);
  if (!permissions.has("logs.upload")) return undefined;
  const { userId, name } = session;
  const actor: Actor = { type: "user", userId, name, membershipId, role, permissions };
  return callerFor(services, found.guild, actor, token, {
    subject: userId,
    keyId: undefined,
    ...limits.keys.free,
  });
}

/** Asked every few seconds: has the key, the session, the membership or the guild ended? */
export async function stillMay(services: NodeServices, caller: LiveCaller): Promise<boolean> {
  const guild = await services.platform.guild(caller.guildId);
  if (guild?.status !== "ready") return false;
  if (caller.keyId !== undefined) return await isKeyGood(services.platform, caller.keyId);
  return (await authenticate(services, caller.guildId, caller.token)) !== undefined;
}

function callerFor(
  services: NodeServices,
  { id: guildId }: Guild,
  actor: Actor,
  token: string,
  limits_: Pick<LiveCaller, "subject" | "keyId" | "eventsPerMinuteMax" | "connectionsMax">,
): LiveCaller {
  const { platform, tenants, now } = services;
  return {
    ...limits_,
    token,
    guildId,
    // A lease for each piece of work: a raid night must not hold the guild's database open.
    within: async (work) => {
      const guild = await platform.guild(guildId);
      if (guild?.status !== "ready") throw new Error("The guild is not served any more.");
      return await tenants.use(guild, (db) =>
        work({ guild, db, actor, now, requestId: "", idempotencyKey: undefined }),
      );
    },
  };
}
