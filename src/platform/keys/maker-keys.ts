import { and, asc, eq, gt, isNull, or } from "drizzle-orm";
import { columnsOf, prepare, type Values } from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import type { Writable } from "../../database/write.ts";
import type { GuildId, UserId } from "../../kernel/ids.ts";
import type { Permission } from "../../kernel/permissions.ts";
import { allow, type GuildContext } from "../../tenant/context.ts";
import { type PlatformContext, record } from "../context.ts";
import { permissionsOfScopes } from "./lookup.ts";
import { apiKeys } from "./schema.ts";

/** A key as people see it in a list. */
export interface KeyName {
  readonly id: string;
  readonly name: string;
}

interface OfGuild {
  readonly guildId: GuildId;
  readonly nowMs: number;
}

const isValid = ({ guildId, nowMs }: Values<OfGuild>) =>
  and(
    eq(apiKeys.guildId, guildId),
    isNull(apiKeys.revokedAt),
    or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, nowMs)),
  );

const validKeys = prepare((values: Values<OfGuild>) =>
  build
    .select({ ...columnsOf(apiKeys, "id", "name"), maker: apiKeys.createdBy })
    .from(apiKeys)
    .where(isValid(values))
    .orderBy(asc(apiKeys.createdAt)),
);

const keysOfMaker = prepare((values: Values<OfGuild & { readonly userId: UserId }>) =>
  build
    .select(columnsOf(apiKeys, "id", "name", "scopes"))
    .from(apiKeys)
    .where(and(isValid(values), eq(apiKeys.createdBy, values.userId)))
    .orderBy(asc(apiKeys.createdAt)),
);

/** The valid keys, by the member who made them. For those who manage members. */
export async function keysByMaker(
  ctx: GuildContext,
  platform: PlatformContext,
): Promise<ReadonlyMap<UserId, readonly KeyName[]>> {
  allow(ctx, "members.manage");
  const { services } = platform;
  const found = await validKeys.all(services.platform.db, {
    guildId: ctx.guild.id,
    nowMs: services.now().getTime(),
  });
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
  const { services } = platform;
  const found = await keysOfMaker.all(services.platform.db, {
    guildId: ctx.guild.id,
    userId,
    nowMs: services.now().getTime(),
  });
  return found
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
    build
      .update(apiKeys)
      .set({ revokedAt: nowMs })
      .where(and(eq(apiKeys.id, id), eq(apiKeys.guildId, guildId), isNull(apiKeys.revokedAt))),
    record(platform, "key.revoke", id, { guildId, before: { name } }),
  ]);
}
