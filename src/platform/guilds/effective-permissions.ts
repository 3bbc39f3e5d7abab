import { type Permission, permissionsOf, readingOnly } from "../../kernel/permissions.ts";
import { permissionsOfScopes } from "../keys/lookup.ts";
import type { KeyScope } from "../keys/schema.ts";
import type { Guild, Membership } from "../store.ts";

/** Why access is read-only: the plan's number of members, or of the owner's guilds, is exceeded. */
export type ReadOnly = "members" | "guilds";

/**
 * A member's permissions in a guild. Members beyond the plan's number, and guilds beyond the owner's
 * plan, are read-only. Nothing is deleted, and an upgrade restores all permissions.
 */
export function effectivePermissions(
  guild: Guild,
  { role, overrides, isOverLimit }: Membership,
): { readonly permissions: ReadonlySet<Permission>; readonly readOnly?: ReadOnly } {
  const permissions = permissionsOf(role, overrides);
  const readOnly = guild.isOverLimit ? "guilds" : isOverLimit ? "members" : undefined;
  return readOnly ? { permissions: readingOnly(permissions), readOnly } : { permissions };
}

/** A key's current permissions: its scopes, limited to the permissions of the member who made it. */
export function effectiveKeyPermissions(
  guild: Guild,
  maker: Membership | undefined,
  scopes: readonly KeyScope[],
): { readonly permissions: ReadonlySet<Permission>; readonly readOnly?: ReadOnly } {
  if (maker === undefined) return { permissions: new Set() };
  const { permissions, ...rest } = effectivePermissions(guild, maker);
  const allowed = permissionsOfScopes(scopes);
  return { ...rest, permissions: new Set([...permissions].filter((one) => allowed.has(one))) };
}
