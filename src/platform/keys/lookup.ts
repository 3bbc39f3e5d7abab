import { and, type Column, eq, gt, isNull, or, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import { unlessFull } from "../../database/errors.ts";
import { asBoolean, asNumber, columnsOf, prepare, type Values } from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import { toStatement } from "../../database/write.ts";
import type { GuildId, UserId } from "../../kernel/ids.ts";
import type { Permission } from "../../kernel/permissions.ts";
import { ROLE_PERMISSIONS, withFollowing } from "../../kernel/permissions.ts";
import { limits } from "../../limits.ts";
import { guilds, memberships, plans } from "../schema.ts";
import type { Plan, PlatformStore } from "../store.ts";
import { apiKeys, type KeyScope } from "./schema.ts";
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

/** The smaller one of a key's own limit and its plan's. */
const least = (own: Column, plan: Column) => asNumber(sql`min(${own}, coalesce(${plan}, ${own}))`);

/** A plan's limits apply to every key, even if it was made under a larger plan. */
export const KEY_LIMITS = {
  eventsPerMinuteMax: least(apiKeys.eventsPerMinuteMax, plans.eventsPerMinuteMax),
  connectionsMax: least(apiKeys.connectionsMax, plans.connectionsMax),
};

const others = alias(apiKeys, "others");

interface OfKey {
  readonly id: string;
  readonly nowMs: number;
}

// Keys beyond the plan's number are read-only. A key whose maker has left the guild is invalid.
const keyRow = prepare(({ id, nowMs }: Values<OfKey>) => {
  const before = and(
    eq(others.guildId, apiKeys.guildId),
    isNull(others.revokedAt),
    isNull(others.successorId),
    or(isNull(others.expiresAt), gt(others.expiresAt, nowMs)),
    sql`(${others.createdAt}, ${others.id}) < (${apiKeys.createdAt}, ${apiKeys.id})`,
  );
  return build
    .select({
      ...columnsOf(apiKeys, "guildId", "name", "secretHash", "scopes"),
      ...KEY_LIMITS,
      ...columnsOf(apiKeys, "createdBy", "lastUsedAt"),
      isOver: asBoolean(sql`${plans.keysMax}
        <= (select count(*) from ${apiKeys} as ${others} where ${before})`),
    })
    .from(apiKeys)
    .innerJoin(guilds, eq(guilds.id, apiKeys.guildId))
    .innerJoin(plans, eq(plans.name, guilds.plan))
    .innerJoin(
      memberships,
      and(eq(memberships.guildId, apiKeys.guildId), eq(memberships.userId, apiKeys.createdBy)),
    )
    .where(
      and(
        eq(apiKeys.id, id),
        isNull(apiKeys.revokedAt),
        or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, nowMs)),
      ),
    );
});

type KeyRow = Awaited<ReturnType<typeof keyRow.all>>[number];

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
  const row = await keyRow.first(platform.db, { id: key.id, nowMs });
  if (row === undefined || row.guildId !== key.guildId) return undefined;
  if (!isSameHash(row.secretHash, hashSecret(serverSecret, key.secret))) return undefined;
  if (Math.abs(nowMs - (row.lastUsedAt ?? 0)) > limits.session.touchAfterMs) {
    const touch = build.update(apiKeys).set({ lastUsedAt: nowMs }).where(eq(apiKeys.id, key.id));
    await unlessFull(platform.db.client.execute(toStatement(touch)));
  }
  return callerOf(key.id, row);
}

/** The holder of a key that was authenticated before. Undefined if it is revoked or expired now. */
export async function keyById(
  platform: PlatformStore,
  keyId: string,
): Promise<KeyCaller | undefined> {
  const nowMs = platform.now().getTime();
  const row = await keyRow.first(platform.db, { id: keyId, nowMs });
  return row && callerOf(keyId, row);
}

function callerOf(keyId: string, row: KeyRow): KeyCaller {
  const { scopes } = row;
  return {
    type: "key",
    keyId,
    name: row.name,
    guildId: row.guildId,
    madeBy: row.createdBy,
    scopes: row.isOver ? scopes.filter((scope) => scope === "query") : scopes,
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
  return withFollowing(scopes.flatMap((scope) => SCOPE_PERMISSIONS[scope]));
}
