import { z } from "@hono/zod-openapi";
import type { Writable } from "../../database/write.ts";
import type { GuildId, UserId } from "../../kernel/ids.ts";
import type { Permission } from "../../kernel/permissions.ts";
import { allow, type GuildContext } from "../../tenant/context.ts";
import { type PlatformContext, record } from "../context.ts";
import { permissionsOfScopes } from "./lookup.ts";
import { KEY_SCOPES } from "./schema.ts";

/** A key as people see it in a list. */
export interface KeyName {
  readonly id: string;
  readonly name: string;
}

const row = z.object({
  id: z.string(),
  name: z.string(),
  scopes: z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(z.array(z.enum(KEY_SCOPES))),
});

/** The valid keys, by the member who made them. For those who manage members. */
export async function keysByMaker(
  ctx: GuildContext,
  platform: PlatformContext,
): Promise<ReadonlyMap<UserId, readonly KeyName[]>> {
  allow(ctx, "members.manage");
  const found = await platform.services.platform.db.all<KeyName & { maker: UserId }>(
    `SELECT id, name, created_by AS maker FROM api_keys WHERE guild_id = ?
       AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?) ORDER BY created_at`,
    ctx.guild.id,
    platform.services.now().getTime(),
  );
  return Map.groupBy(found, ({ maker }) => maker);
}

/**
 * A member's keys that a person with these permissions could not make: all of them without
 * `keys.manage`, else those with further scopes.
 */
export async function keysBeyond(
  ctx: GuildContext,
  platform: PlatformContext,
  userId: UserId,
  permissions: ReadonlySet<Permission>,
): Promise<readonly KeyName[]> {
  const found = await platform.services.platform.db.all(
    `SELECT id, name, scopes FROM api_keys WHERE guild_id = ? AND created_by = ?
       AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?) ORDER BY created_at`,
    ctx.guild.id,
    userId,
    platform.services.now().getTime(),
  );
  return found
    .map((one) => row.parse(one))
    .filter(
      ({ scopes }) =>
        !permissions.has("keys.manage") ||
        [...permissionsOfScopes(scopes)].some((one) => !permissions.has(one)),
    )
    .map(({ id, name }) => ({ id, name }));
}

/** Statements that revoke these keys. They belong into the transaction that makes it necessary. */
export function revocations(
  platform: PlatformContext,
  guildId: GuildId,
  keys: readonly KeyName[],
): readonly Writable[] {
  const nowMs = platform.services.now().getTime();
  return keys.flatMap(({ id, name }) => [
    {
      sql: "UPDATE api_keys SET revoked_at = ? WHERE id = ? AND guild_id = ? AND revoked_at IS NULL",
      args: [nowMs, id, guildId],
    },
    record(platform, "key.revoke", id, { guildId, before: { name } }),
  ]);
}
