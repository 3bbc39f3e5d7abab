import { unlessFull } from "../../database/errors.ts";
import type { GuildId, UserId } from "../../kernel/ids.ts";
import type { Permission } from "../../kernel/permissions.ts";
import { ROLE_PERMISSIONS } from "../../kernel/permissions.ts";
import { limits } from "../../limits.ts";
import type { Plan, PlatformStore } from "../store.ts";
import type { KeyScope } from "./schema.ts";
import { hashSecret, isSameHash, parseKey } from "./secrets.ts";

/** A program that has authenticated with a key of one guild. */
export interface KeyCaller {
  readonly type: "key";
  readonly keyId: string;
  readonly name: string;
  readonly guildId: GuildId;
  readonly scopes: readonly KeyScope[];
  /** The member who made the key. The key may never do more than this member may do now. */
  readonly madeBy: UserId;
  readonly eventsPerMinuteMax: number;
  readonly connectionsMax: number;
}

interface KeyRow {
  readonly guildId: GuildId;
  readonly name: string;
  readonly secretHash: string;
  readonly scopes: string;
  readonly eventsPerMinuteMax: number;
  readonly connectionsMax: number;
  readonly createdBy: UserId;
  readonly lastUsedAt: number | null;
  readonly isOver: number | null;
}

// A plan's limits apply to every key, even if it was made under a larger plan. Keys beyond the plan's
// number are read-only. A key whose maker has left the guild is invalid.
const KEY = `
  SELECT k.guild_id AS guildId, k.name, k.secret_hash AS secretHash, k.scopes,
    min(k.events_per_minute_max, coalesce(p.events_per_minute_max, k.events_per_minute_max))
      AS eventsPerMinuteMax,
    min(k.connections_max, coalesce(p.connections_max, k.connections_max)) AS connectionsMax,
    k.created_by AS createdBy, k.last_used_at AS lastUsedAt,
    p.keys_max <= (SELECT count(*) FROM api_keys o WHERE o.guild_id = k.guild_id
      AND o.revoked_at IS NULL AND o.successor_id IS NULL
      AND (o.expires_at IS NULL OR o.expires_at > ?2)
      AND (o.created_at, o.id) < (k.created_at, k.id)) AS isOver
  FROM api_keys k JOIN guilds g ON g.id = k.guild_id JOIN plans p ON p.name = g.plan
    JOIN memberships m ON m.guild_id = k.guild_id AND m.user_id = k.created_by
  WHERE k.id = ?1 AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > ?2)`;

/** The plan's own rate limits, where it has any. */
export function ratesOf(plan: Plan): {
  readonly eventsPerMinuteMax: number;
  readonly connectionsMax: number;
} {
  const { eventsPerMinuteMax, connectionsMax } = limits.keys;
  return {
    eventsPerMinuteMax: plan.eventsPerMinuteMax ?? eventsPerMinuteMax,
    connectionsMax: plan.connectionsMax ?? connectionsMax,
  };
}

/** The holder of this key. Undefined if it is wrong, revoked or expired. */
export async function keyCaller(
  platform: PlatformStore,
  serverSecret: string,
  text: string,
): Promise<KeyCaller | undefined> {
  const key = parseKey(text);
  if (key === undefined) return undefined;
  const nowMs = platform.now().getTime();
  const row = await platform.db.first<KeyRow>(KEY, key.id, nowMs);
  if (row === undefined || row.guildId !== key.guildId) return undefined;
  if (!isSameHash(row.secretHash, hashSecret(serverSecret, key.secret))) return undefined;
  if (Math.abs(nowMs - (row.lastUsedAt ?? 0)) > limits.session.touchAfterMs) {
    const touched = platform.db.client.execute({
      sql: "UPDATE api_keys SET last_used_at = ? WHERE id = ?",
      args: [nowMs, key.id],
    });
    await unlessFull(touched);
  }
  return callerOf(key.id, row);
}

/** The holder of a key that was authenticated before. Undefined if it is revoked or expired now. */
export async function keyById(
  platform: PlatformStore,
  keyId: string,
): Promise<KeyCaller | undefined> {
  const row = await platform.db.first<KeyRow>(KEY, keyId, platform.now().getTime());
  return row && callerOf(keyId, row);
}

function callerOf(keyId: string, row: KeyRow): KeyCaller {
  const scopes = JSON.parse(row.scopes) as readonly KeyScope[];
  return {
    type: "key",
    keyId,
    name: row.name,
    guildId: row.guildId,
    madeBy: row.createdBy,
    scopes: row.isOver === 1 ? scopes.filter((scope) => scope === "query") : scopes,
    eventsPerMinuteMax: row.eventsPerMinuteMax,
    connectionsMax: row.connectionsMax,
  };
}

const VIEW = ROLE_PERMISSIONS.viewer;
// Only people may decide about members, the guild's settings, and keys.
const NOT_FOR_KEYS = new Set<Permission>(["members.manage", "settings.manage", "keys.manage"]);
const SCOPE_PERMISSIONS: Readonly<Record<KeyScope, readonly Permission[]>> = {
  query: VIEW,
  upload: ["logs.view", "logs.upload"],
  stream: ["logs.view", "logs.upload"],
  identity: ["identity.upload"],
  admin: ROLE_PERMISSIONS.admin.filter((permission) => !NOT_FOR_KEYS.has(permission)),
};

/** The permissions of a key with these scopes. */
export function permissionsOfScopes(scopes: readonly KeyScope[]): ReadonlySet<Permission> {
  return new Set(scopes.flatMap((scope) => SCOPE_PERMISSIONS[scope]));
}
