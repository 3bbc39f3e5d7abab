import type { SessionId, UserId } from "../kernel/ids.ts";
import { hashToken } from "../kernel/tokens.ts";
import { recordElsewhere } from "../platform/elsewhere.ts";
import { isKeyGood, keyCaller, ratesOf } from "../platform/key-lookup.ts";
import { isKey } from "../platform/key-secrets.ts";
import { isTicket, useTicket } from "../platform/live-tickets.ts";
import { keyStandingOf, standingOf } from "../platform/standing.ts";
import type { Guild, SessionRow } from "../platform/store.ts";
import type { Actor, GuildContext } from "../tenant/context.ts";
import type { NodeServices } from "./services.ts";

/** Somebody who may send a live log to one guild. */
export interface LiveCaller {
  /** Whom connections are counted for. */
  readonly subject: string;
  readonly keyId: string | undefined;
  /** Who made the key. */
  readonly madeBy: UserId | undefined;
  readonly sessionId: SessionId | undefined;
  readonly guildId: Guild["id"];
  readonly eventsPerMinuteMax: number;
  readonly connectionsMax: number;
  readonly within: <T>(work: (ctx: GuildContext) => Promise<T>) => Promise<T>;
}

// The first message of a connection says who it is; from where it came is not kept for it.
const UNKNOWN = { requestId: "", address: "", agent: "" };

/** By a key with the scope `stream`, or by a ticket or the session of a member who may upload. */
export async function authenticate(
  services: NodeServices,
  reference: string,
  token: string,
): Promise<LiveCaller | undefined> {
  const { platform, config } = services;
  if (isKey(token)) {
    const key = await keyCaller(platform, config.secret, token);
    const found = key && (await platform.guildForUser(key.guildId, key.madeBy));
    if (!found) return undefined;
    const { guild, membership } = found;
    if (reference !== guild.id && reference !== guild.slug) {
      await recordElsewhere({ services, caller: key, ...UNKNOWN }, guild.id, reference);
      return undefined;
    }
    if (!key.scopes.includes("stream")) return undefined;
    const { keyId, name, scopes, eventsPerMinuteMax, connectionsMax } = key;
    const standing = keyStandingOf(guild, membership, scopes);
    if (!standing.permissions.has("logs.upload")) return undefined;
    const actor: Actor = { type: "key", keyId, name, ...standing };
    return callerFor(services, guild, actor, {
      subject: keyId,
      keyId,
      madeBy: key.madeBy,
      sessionId: undefined,
      eventsPerMinuteMax,
      connectionsMax,
    });
  }
  const session = await sessionOf(services, reference, token);
  return session && (await memberCaller(services, reference, session));
}

/** By a ticket, which is used up by that, or by the token of the session itself. */
async function sessionOf(
  services: NodeServices,
  reference: string,
  token: string,
): Promise<SessionRow | undefined> {
  const { platform } = services;
  if (!isTicket(token)) return await platform.session(hashToken(token));
  const ticket = await useTicket(platform, token);
  const guild = ticket && (await platform.guild(ticket.guildId));
  if (!guild) return undefined;
  if (reference === guild.id || reference === guild.slug) {
    return await platform.sessionById(ticket.sessionId);
  }
  const caller = { type: "system", name: "live ticket" } as const;
  await recordElsewhere({ services, caller, ...UNKNOWN }, guild.id, reference);
  return undefined;
}

async function memberCaller(
  services: NodeServices,
  reference: string,
  session: SessionRow,
): Promise<LiveCaller | undefined> {
  if (session.expiresAt <= services.now().getTime()) return undefined;
  // A raid's log comes from those who raid, not from an operator who looks through their eyes.
  if (session.impersonationId !== null) return undefined;
  const found = await services.platform.guildForUser(reference, session.userId);
  if (!found?.membership) return undefined;
  const { id: membershipId, role } = found.membership;
  const { permissions } = standingOf(found.guild, found.membership);
  if (!permissions.has("logs.upload")) return undefined;
  const { userId, name } = session;
  const actor: Actor = { type: "user", userId, name, membershipId, role, permissions };
  return callerFor(services, found.guild, actor, {
    subject: userId,
    keyId: undefined,
    madeBy: undefined,
    sessionId: session.id,
    ...ratesOf(found.guild.plan),
  });
}

/** Asked every few seconds: has the key, the session, the membership or the guild ended? */
export async function stillMay(services: NodeServices, caller: LiveCaller): Promise<boolean> {
  const { keyId, madeBy = null, guildId } = caller;
  const found = await services.platform.guildForUser(guildId, madeBy);
  if (found?.guild.status !== "ready") return false;
  if (keyId !== undefined) {
    const { permissions } = keyStandingOf(found.guild, found.membership, ["stream"]);
    return permissions.has("logs.upload") && (await isKeyGood(services.platform, keyId));
  }
  const session = caller.sessionId && (await services.platform.sessionById(caller.sessionId));
  return session ? (await memberCaller(services, caller.guildId, session)) !== undefined : false;
}

function callerFor(
  services: NodeServices,
  { id: guildId }: Guild,
  actor: Actor,
  facts: Pick<
    LiveCaller,
    "subject" | "keyId" | "madeBy" | "sessionId" | "eventsPerMinuteMax" | "connectionsMax"
  >,
): LiveCaller {
  const { platform, tenants, now } = services;
  return {
    ...facts,
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
