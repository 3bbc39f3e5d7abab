import { write } from "../../database/write.ts";
import { NotFound } from "../../kernel/errors.ts";
import { limits } from "../../limits.ts";
import { allow, type GuildContext } from "../../tenant/context.ts";
import { accountHolder } from "../auth/accounts.ts";
import { type PlatformContext, record, refuseImpersonator, requireProved } from "../context.ts";
import { hashSecret, newKey } from "../key-secrets.ts";
import { keyLimit } from "../plans/service.ts";
import type { KeyScope } from "./schema.ts";

/** A key as its owners see it. The secret is shown once, when it is made. */
export interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly KeyScope[];
  readonly eventsPerMinuteMax: number;
  readonly connectionsMax: number;
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
  readonly lastUsedAt: number | null;
  /** Requests of the last 90 days. */
  readonly requests: number;
}

export interface NewKey {
  readonly name: string;
  readonly scopes: readonly KeyScope[];
  readonly expiresAt?: number | undefined;
}

const DAY_MS = 86_400_000;
const KEYS = `
  SELECT k.id, k.name, k.scopes,
    min(k.events_per_minute_max, coalesce(p.events_per_minute_max, k.events_per_minute_max))
      AS eventsPerMinuteMax,
    min(k.connections_max, coalesce(p.connections_max, k.connections_max)) AS connectionsMax,
    k.created_at AS createdAt, k.expires_at AS expiresAt,
    k.revoked_at AS revokedAt, k.last_used_at AS lastUsedAt,
    (SELECT coalesce(sum(requests), 0) FROM api_key_usage u WHERE u.key_id = k.id) AS requests
  FROM api_keys k JOIN guilds g ON g.id = k.guild_id JOIN plans p ON p.name = g.plan
  WHERE k.guild_id = ? ORDER BY k.revoked_at IS NOT NULL, k.created_at DESC`;

export async function keys(ctx: GuildContext, platform: PlatformContext): Promise<ApiKey[]> {
  allow(ctx, "keys.manage");
  const rows = await platform.services.platform.db.all<Omit<ApiKey, "scopes"> & { scopes: string }>(
    KEYS,
    ctx.guild.id,
  );
  return rows.map((row) => ({ ...row, scopes: JSON.parse(row.scopes) }));
}

/**
 * Makes a key and shows it this once. Asks for the password, unless it was typed just now.
 * @throws {LimitReached} `plan/keys` @throws {Forbidden} `auth/proof-required`
 */
export async function createKey(
  ctx: GuildContext,
  platform: PlatformContext,
  input: NewKey,
): Promise<{ readonly id: string; readonly key: string }> {
  allow(ctx, "keys.manage");
  const caller = accountHolder(platform);
  requireProved(caller, platform.services.now());
  const made = newKey(ctx.guild.id);
  const { services } = platform;
  const nowMs = ctx.now().getTime();
  await write(services.platform.db, [
    keyLimit(ctx.guild, nowMs),
    {
      sql: `INSERT INTO api_keys (id, guild_id, name, secret_hash, scopes, events_per_minute_max,
              connections_max, created_by, created_at, expires_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      args: [
        made.id,
        ctx.guild.id,
        input.name,
        hashSecret(services.config.secret, made.secret),
        JSON.stringify(input.scopes),
        limits.keys.eventsPerMinuteMax,
        limits.keys.connectionsMax,
        caller.userId,
        nowMs,
        input.expiresAt ?? null,
      ],
    },
    record(platform, "key.create", made.id, {
      guildId: ctx.guild.id,
      after: { name: input.name, scopes: input.scopes, expiresAt: input.expiresAt ?? null },
    }),
  ]);
  return { id: made.id, key: made.text };
}

/**
 * Makes the successor of a key; the old one goes on for a while, so that programs can be changed one
 * after another. @throws {NotFound} `keys/not-found`
 */
export async function rotateKey(
  ctx: GuildContext,
  platform: PlatformContext,
  id: string,
): Promise<{ readonly id: string; readonly key: string }> {
  const old = await existing(ctx, platform, id);
  const { name, scopes } = old;
  const made = await createKey(ctx, platform, { name, scopes });
  const endsAt = ctx.now().getTime() + limits.keys.rotationOverlapMs;
  await write(platform.services.platform.db, [
    {
      sql: "UPDATE api_keys SET expires_at = min(coalesce(expires_at, ?1), ?1) WHERE id = ?2",
      args: [endsAt, id],
    },
    record(platform, "key.rotate", id, { guildId: ctx.guild.id, after: { successor: made.id } }),
  ]);
  return made;
}

/** Ends a key at once: its next request is refused, and its open connections end within seconds. */
export async function revokeKey(
  ctx: GuildContext,
  platform: PlatformContext,
  id: string,
): Promise<void> {
  refuseImpersonator(platform.caller);
  const { name } = await existing(ctx, platform, id);
  await write(platform.services.platform.db, [
    {
      sql: "UPDATE api_keys SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL",
      args: [ctx.now().getTime(), id],
    },
    record(platform, "key.revoke", id, { guildId: ctx.guild.id, before: { name } }),
  ]);
}

/** Requests of all keys of the guild by day, for the last 90 days that had any. */
export async function usageByDay(ctx: GuildContext, platform: PlatformContext) {
  allow(ctx, "keys.manage");
  const since = Math.floor(ctx.now().getTime() / DAY_MS) - limits.keys.usageDays;
  return await platform.services.platform.db.all<{ day: number; requests: number }>(
    `SELECT day, sum(requests) AS requests FROM api_key_usage JOIN api_keys ON api_keys.id = key_id
     WHERE guild_id = ? AND day > ? GROUP BY day ORDER BY day`,
    ctx.guild.id,
    since,
  );
}

async function existing(ctx: GuildContext, platform: PlatformContext, id: string) {
  const found = (await keys(ctx, platform)).find((one) => one.id === id && one.revokedAt === null);
  if (found) return found;
  throw new NotFound("keys/not-found", "This guild has no such key, or it was revoked.");
}
