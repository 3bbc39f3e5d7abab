import type { SessionId } from "../kernel/ids.ts";
import type { Permission } from "../kernel/permissions.ts";
import { visitorPermissions } from "../kernel/visitor-areas.ts";
import type { Caller } from "../platform/context.ts";
import {
  effectiveKeyPermissions,
  effectivePermissions,
  type ReadOnly,
} from "../platform/guilds/effective-permissions.ts";
import { type KeyCaller, keyById } from "../platform/keys/lookup.ts";
import {
  type Guild,
  isGone,
  type Membership,
  type PlatformStore,
  type SessionRow,
} from "../platform/store.ts";

/** The credential of a caller. Work that outlives its request keeps it to check access again. */
export type Credential =
  | { readonly type: "anonymous" }
  /** `endsAt`: the end of the access token that was sent, in Unix milliseconds. */
  | { readonly type: "session"; readonly sessionId: SessionId; readonly endsAt?: number }
  | { readonly type: "key"; readonly keyId: string };

/** The access that a credential gives in one guild at this moment. */
export interface CurrentAccess {
  readonly guild: Guild;
  readonly permissions: ReadonlySet<Permission>;
  readonly readOnly?: ReadOnly;
  readonly session?: SessionRow;
  readonly membership?: Membership;
  readonly key?: KeyCaller;
}

export function credentialOf(caller: Caller): Credential {
  if (caller.type === "key") return { type: "key", keyId: caller.keyId };
  if (caller.type === "anonymous") return caller;
  const { sessionId, endsAt } = caller;
  return { type: "session", sessionId, ...(endsAt !== undefined && { endsAt }) };
}

/**
 * Checks everything that can end access: the session, access token, key, membership, role, plan limit
 * and the guild itself. Undefined if there is no access. Event streams and sockets call this when they
 * open and again every few seconds.
 */
export async function currentAccess(
  platform: PlatformStore,
  credential: Credential,
  reference: string,
): Promise<CurrentAccess | undefined> {
  if (credential.type === "key") return await accessOfKey(platform, credential.keyId, reference);
  const session = credential.type === "session" ? await sessionOf(platform, credential) : null;
  if (session === undefined) return undefined;
  const found = await platform.guildForUser(reference, session?.userId ?? null);
  if (found?.guild.status !== "ready") return undefined;
  const { guild, membership } = found;
  if (!isVisible(guild, membership)) return undefined;
  // A session of a guild's own domain gives access to that guild only.
  if (session && session.guildId !== null && session.guildId !== guild.id) return undefined;
  return {
    guild,
    ...(membership
      ? effectivePermissions(guild, membership)
      : { permissions: visitorPermissions(guild.visitorAreas) }),
    ...(session && { session }),
    ...(membership && { membership }),
  };
}

/** Whether the credential is still valid, independent of any guild. */
export async function isCurrent(platform: PlatformStore, credential: Credential): Promise<boolean> {
  if (credential.type === "anonymous") return true;
  const found =
    credential.type === "key"
      ? await keyById(platform, credential.keyId)
      : await sessionOf(platform, credential);
  return found !== undefined;
}

/** Whether a caller with this membership (or none) may know that the guild exists. */
export function isVisible(guild: Guild, membership: Membership | undefined): boolean {
  if (isGone(guild)) return false;
  return membership !== undefined || (guild.visitorAreas.length > 0 && guild.status === "ready");
}

async function accessOfKey(
  platform: PlatformStore,
  keyId: string,
  reference: string,
): Promise<CurrentAccess | undefined> {
  const key = await keyById(platform, keyId);
  const found = key && (await platform.guildForUser(key.guildId, key.madeBy));
  if (!key || found?.guild.status !== "ready") return undefined;
  const { guild, membership } = found;
  if (reference !== guild.id && reference !== guild.slug) return undefined;
  return { guild, key, ...effectiveKeyPermissions(guild, membership, key.scopes) };
}

async function sessionOf(
  platform: PlatformStore,
  { sessionId, endsAt }: Extract<Credential, { type: "session" }>,
): Promise<SessionRow | undefined> {
  if (endsAt !== undefined && endsAt <= platform.now().getTime()) return undefined;
  return await platform.sessionById(sessionId);
}
