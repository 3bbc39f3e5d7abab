import { type Permission, permissionsOf, readingOnly } from "../../kernel/permissions.ts";
import { permissionsOfScopes } from "../keys/lookup.ts";
import type { KeyScope } from "../keys/schema.ts";
import type { Guild, Membership } from "../store.ts";

/** What a plan that has become too small leaves over: looking, and setting things right. */
export type ReadOnly = "members" | "guilds";

/**
 * What a member may do in a guild. Members beyond the plan's number, and guilds beyond the owner's,
 * are read-only: nothing of theirs is deleted, and an upgrade gives everything back.
 */
export function standingOf(
  guild: Guild,
  { role, overrides, isOverLimit }: Membership,
): { readonly permissions: ReadonlySet<Permission>; readonly readOnly?: ReadOnly } {
  const permissions = permissionsOf(role, overrides);
  const readOnly = guild.isOverLimit ? "guilds" : isOverLimit ? "members" : undefined;
  return readOnly ? { permissions: readingOnly(permissions), readOnly } : { permissions };
}

/** What a key may do now: no more than its scopes, and no more than the member who made it. */
export function keyStandingOf(
  guild: Guild,
  maker: Membership | undefined,
  scopes: readonly KeyScope[],
): { readonly permissions: ReadonlySet<Permission>; readonly readOnly?: ReadOnly } {
  if (maker === undefined) return { permissions: new Set() };
  const { permissions, ...rest } = standingOf(guild, maker);
  const allowed = permissionsOfScopes(scopes);
  return { ...rest, permissions: new Set([...permissions].filter((one) => allowed.has(one))) };
}
