import { and, asc, desc, eq, gt, isNull, or, sql } from "drizzle-orm";
import { asNumber, columnsOf, existsIn, prepare, type Values } from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import { guard, write } from "../../database/write.ts";
import { Conflict, NotFound } from "../../kernel/errors.ts";
import type { GuildId } from "../../kernel/ids.ts";
import { DAY_MS } from "../../kernel/time.ts";
import { limits } from "../../limits.ts";
import { allow, type GuildContext } from "../../tenant/context.ts";
import { accountHolder, noticeRows } from "../accounts/accounts.ts";
import { type PlatformContext, record, refuseImpersonator, requireProved } from "../context.ts";
import { keyLimit } from "../plans/service.ts";
import { refuseBeyondOwn } from "../rights/own-rights.ts";
import { actorUnchanged } from "../rights/unchanged-role.ts";
import { guilds, plans, users } from "../schema.ts";
import { KEY_LIMITS, permissionsOfScopes } from "./lookup.ts";
import { apiKeys, apiKeyUsage, type KeyScope } from "./schema.ts";
import { hashSecret, newKey } from "./secrets.ts";

/** A key as its owners see it. The secret is shown once, when it is made. */
export type ApiKey = Readonly<Awaited<ReturnType<typeof keysOfGuild.all>>[number]>;

export interface NewKey {
  readonly name: string;
  readonly scopes: readonly KeyScope[];
  readonly expiresAt?: number | undefined;
}

/** A new key. Its text is returned only once. */
export interface MadeKey {
  readonly id: string;
  readonly key: string;
}

const keysOfGuild = prepare(({ guildId }: Values<{ readonly guildId: GuildId }>) =>
  build
    .select({
      ...columnsOf(apiKeys, "id", "name", "scopes"),
      ...KEY_LIMITS,
      ...columnsOf(apiKeys, "createdAt", "expiresAt", "revokedAt", "lastUsedAt"),
      /** The member who made it. The key may do no more than this member. */
      createdBy: apiKeys.createdBy,
      createdByName: users.name,
      /** Requests of the last 90 days. */
      requests: asNumber(sql`(select coalesce(sum(${apiKeyUsage.requests}), 0)
        from ${apiKeyUsage} where ${apiKeyUsage.keyId} = ${apiKeys.id})`),
    })
    .from(apiKeys)
    .innerJoin(guilds, eq(guilds.id, apiKeys.guildId))
    .innerJoin(plans, eq(plans.name, guilds.plan))
    .leftJoin(users, eq(users.id, apiKeys.createdBy))
    .where(eq(apiKeys.guildId, guildId))
    .orderBy(sql`${apiKeys.revokedAt} is not null`, desc(apiKeys.createdAt)),
);

const requestsByDay = prepare(
  ({ guildId, since }: Values<{ readonly guildId: GuildId; readonly since: number }>) =>
    build
      .select({ day: apiKeyUsage.day, requests: asNumber(sql`sum(${apiKeyUsage.requests})`) })
      .from(apiKeyUsage)
      .innerJoin(apiKeys, eq(apiKeys.id, apiKeyUsage.keyId))
      .where(and(eq(apiKeys.guildId, guildId), gt(apiKeyUsage.day, since)))
      .groupBy(apiKeyUsage.day)
      .orderBy(asc(apiKeyUsage.day)),
);

export async function keys(ctx: GuildContext, platform: PlatformContext): Promise<ApiKey[]> {
  allow(ctx, "keys.manage");
  return await keysOfGuild.all(platform.services.platform.db, { guildId: ctx.guild.id });
}

/**
 * Makes a key and returns it once. Requires a recent sign-in. A key may do no more than its maker, now
 * and at every use.
 * @throws {LimitReached} `plan/keys` @throws {Forbidden} `auth/proof-required`,
 * `guild/beyond-own-rights`
 */
export async function createKey(
  ctx: GuildContext,
  platform: PlatformContext,
  input: NewKey,
): Promise<MadeKey> {
  allow(ctx, "keys.manage");
  const caller = accountHolder(platform);
  requireProved(caller, platform.services.now());
  refuseBeyondOwn(ctx, permissionsOfScopes(input.scopes));
  const made = newKey(ctx.guild.id);
  const { services } = platform;
  const { db } = services.platform;
  const nowMs = ctx.now().getTime();
  const { name, scopes, expiresAt = null } = input;
  await write(db, [
    ...actorUnchanged(ctx),
    keyLimit(ctx.guild, nowMs),
    db.orm.insert(apiKeys).values({
      id: made.id,
      guildId: ctx.guild.id,
      name,
      secretHash: hashSecret(services.config.secret, made.secret),
      scopes,
      eventsPerMinuteMax: limits.keys.eventsPerMinuteMax,
      connectionsMax: limits.keys.connectionsMax,
      createdBy: caller.userId,
      createdAt: nowMs,
      expiresAt,
    }),
    ...(await noticeRows(platform, caller.userId, "key-created", {
      key: input.name,
      guild: ctx.guild.name,
    })),
    record(platform, "key.create", made.id, {
      guildId: ctx.guild.id,
      after: { name, scopes, expiresAt },
    }),
  ]);
  services.wakeJobs();
  return { id: made.id, key: made.text };
}

/**
 * Makes the successor of a key in one write, with the same name, scopes, end and limits. The old key
 * stays valid for a while, so that programs can be changed one after another. The successor takes the
 * old key's place in the plan. If the key is itself a successor, its own predecessor ends.
 * @throws {NotFound} `keys/not-found` @throws {Conflict} `keys/rotated-already`
 * @throws {Forbidden} `auth/proof-required`, `guild/beyond-own-rights`
 */
export async function rotateKey(
  ctx: GuildContext,
  platform: PlatformContext,
  id: string,
): Promise<MadeKey> {
  allow(ctx, "keys.manage");
  const caller = accountHolder(platform);
  requireProved(caller, platform.services.now());
  const { services } = platform;
  const { db } = services.platform;
  const nowMs = ctx.now().getTime();
  const [old] = await db.orm
    .select()
    .from(apiKeys)
    .where(live(ctx, id, nowMs));
  if (old === undefined) throw noSuchKey();
  refuseBeyondOwn(ctx, permissionsOfScopes(old.scopes));
  const made = newKey(ctx.guild.id);
  const endsAt = Math.min(old.expiresAt ?? Infinity, nowMs + limits.keys.rotationOverlapMs);
  await write(db, [
    ...actorUnchanged(ctx),
    guard(
      existsIn(apiKeys, and(live(ctx, id, nowMs), isNull(apiKeys.successorId))),
      () =>
        new Conflict("keys/rotated-already", "This key was already rotated. Rotate its successor."),
    ),
    db.orm.insert(apiKeys).values({
      ...old,
      id: made.id,
      secretHash: hashSecret(services.config.secret, made.secret),
      createdBy: caller.userId,
      createdAt: nowMs,
      lastUsedAt: null,
      remindedAt: null,
    }),
    db.orm
      .update(apiKeys)
      .set({ expiresAt: endsAt, successorId: made.id })
      .where(eq(apiKeys.id, id)),
    db.orm
      .update(apiKeys)
      .set({ revokedAt: nowMs })
      .where(and(eq(apiKeys.successorId, id), isNull(apiKeys.revokedAt))),
    ...(await noticeRows(platform, caller.userId, "key-created", {
      key: old.name,
      guild: ctx.guild.name,
    })),
    record(platform, "key.create", made.id, {
      guildId: ctx.guild.id,
      after: { name: old.name, scopes: old.scopes, expiresAt: old.expiresAt },
    }),
    record(platform, "key.rotate", id, { guildId: ctx.guild.id, after: { successor: made.id } }),
  ]);
  services.wakeJobs();
  return { id: made.id, key: made.text };
}

/** This guild's key with this id, if it is valid now. */
function live({ guild }: GuildContext, id: string, nowMs: number) {
  return and(
    eq(apiKeys.id, id),
    eq(apiKeys.guildId, guild.id),
    isNull(apiKeys.revokedAt),
    or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, nowMs)),
  );
}

/** Revokes a key at once. Its next request is refused, and its open connections end within seconds. */
export async function revokeKey(
  ctx: GuildContext,
  platform: PlatformContext,
  id: string,
): Promise<void> {
  refuseImpersonator(platform.caller);
  const { name } = await existing(ctx, platform, id);
  await write(platform.services.platform.db, [
    build
      .update(apiKeys)
      .set({ revokedAt: ctx.now().getTime() })
      .where(and(eq(apiKeys.id, id), isNull(apiKeys.revokedAt))),
    record(platform, "key.revoke", id, { guildId: ctx.guild.id, before: { name } }),
  ]);
}

/** Requests of all keys of the guild by day, for the days with requests among the last 90. */
export async function usageByDay(ctx: GuildContext, platform: PlatformContext) {
  allow(ctx, "keys.manage");
  const since = Math.floor(ctx.now().getTime() / DAY_MS) - limits.keys.usageDays;
  return await requestsByDay.all(platform.services.platform.db, { guildId: ctx.guild.id, since });
}

async function existing(ctx: GuildContext, platform: PlatformContext, id: string) {
  const found = (await keys(ctx, platform)).find((one) => one.id === id && one.revokedAt === null);
  if (found) return found;
  throw noSuchKey();
}

function noSuchKey(): NotFound {
  return new NotFound("keys/not-found", "This key does not exist or was revoked.");
}
