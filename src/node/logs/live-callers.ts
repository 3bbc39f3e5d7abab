import { type Credential, type CurrentAccess, currentAccess } from "../../http/current-access.ts";
import type { SessionId } from "../../kernel/ids.ts";
import { hashToken } from "../../kernel/tokens.ts";
import { recordCrossGuildAttempt } from "../../platform/keys/cross-guild-attempts.ts";
import { isTicket, useTicket } from "../../platform/keys/live-tickets.ts";
import { keyCaller, ratesOf } from "../../platform/keys/lookup.ts";
import { isKey } from "../../platform/keys/secrets.ts";
import type { Guild } from "../../platform/store.ts";
import type { Actor, GuildContext } from "../../tenant/context.ts";
import type { NodeServices } from "../services.ts";

/** A program or a member that may stream a live log to one guild. */
export interface LiveCaller {
  /** The key or account that connections are counted for. */
  readonly subject: string;
  readonly keyId: string | undefined;
  readonly credential: Credential;
  readonly guildId: Guild["id"];
  readonly eventsPerMinuteMax: number;
  readonly connectionsMax: number;
  readonly within: <T>(work: (ctx: GuildContext) => Promise<T>) => Promise<T>;
}

// A connection's first message authenticates it. Its address and agent are not recorded.
const UNKNOWN = { requestId: "", address: "", agent: "" };

/** Accepts a key with the scope `stream`, or a ticket or session of a member who may upload. */
export async function authenticate(
  services: NodeServices,
  reference: string,
  token: string,
): Promise<LiveCaller | undefined> {
  const credential = await credentialOf(services, reference, token);
  const access = credential && (await accessOf(services, credential, reference));
  return access && callerFor(services, credential, access);
}

/** Whether the caller still has access. Called every few seconds. */
export async function stillMay(services: NodeServices, caller: LiveCaller): Promise<boolean> {
  return (await accessOf(services, caller.credential, caller.guildId)) !== undefined;
}

async function accessOf(
  { platform }: NodeServices,
  credential: Credential,
  reference: string,
): Promise<CurrentAccess | undefined> {
  const access = await currentAccess(platform, credential, reference);
  if (!access?.permissions.has("logs.upload")) return undefined;
  if (access.key) return access.key.scopes.includes("stream") ? access : undefined;
  // Raiders stream a raid's log. An operator who acts for one may not.
  return access.membership && access.session?.impersonationId === null ? access : undefined;
}

async function credentialOf(
  services: NodeServices,
  reference: string,
  token: string,
): Promise<Credential | undefined> {
  const { platform, config } = services;
  if (!isKey(token)) {
    const sessionId = await sessionIdOf(services, reference, token);
    return sessionId && { type: "session", sessionId };
  }
  const key = await keyCaller(platform, config.secret, token);
  const guild = key && (await platform.guild(key.guildId));
  if (!guild) return undefined;
  if (reference === guild.id || reference === guild.slug) return { type: "key", keyId: key.keyId };
  await recordCrossGuildAttempt({ services, caller: key, ...UNKNOWN }, guild.id, reference);
  return undefined;
}

/** The session of a ticket, which is used up by this, or of a session token. */
async function sessionIdOf(
  services: NodeServices,
  reference: string,
  token: string,
): Promise<SessionId | undefined> {
  const { platform } = services;
  if (!isTicket(token)) {
    const session = await platform.session(hashToken(token));
    // A session of a guild's own domain works at that domain only, which live connections do not use.
    return session?.guildId === null ? session.id : undefined;
  }
  const ticket = await useTicket(platform, token);
  const guild = ticket && (await platform.guild(ticket.guildId));
  if (!guild) return undefined;
  if (reference === guild.id || reference === guild.slug) return ticket.sessionId;
  const caller = { type: "system", name: "live ticket" } as const;
  await recordCrossGuildAttempt({ services, caller, ...UNKNOWN }, guild.id, reference);
  return undefined;
}

function callerFor(
  { platform, tenants, now }: NodeServices,
  credential: Credential,
  access: CurrentAccess,
): LiveCaller | undefined {
  const { guild, permissions, readOnly, key, session, membership } = access;
  const { id: guildId, plan } = guild;
  const standing = { permissions, ...(readOnly && { readOnly }) };
  const actor: Actor | undefined = key
    ? { type: "key", keyId: key.keyId, name: key.name, ...standing }
    : session &&
      membership && {
        type: "user",
        userId: session.userId,
        name: session.name,
        membershipId: membership.id,
        role: membership.role,
        ...standing,
      };
  const subject = key?.keyId ?? session?.userId;
  if (!actor || !subject) return undefined;
  const { eventsPerMinuteMax, connectionsMax } = key ?? ratesOf(plan);
  return {
    subject,
    keyId: key?.keyId,
    credential,
    guildId,
    eventsPerMinuteMax,
    connectionsMax,
    // Takes a lease for each piece of work, because a raid night must not keep the guild's database
    // open.
    within: async (work) => {
      const guild = await platform.guild(guildId);
      if (guild?.status !== "ready") throw new Error("The guild is not served any more.");
      return await tenants.use(guild, (db) =>
        work({ guild, db, actor, now, requestId: "", idempotencyKey: undefined }),
      );
    },
  };
}
