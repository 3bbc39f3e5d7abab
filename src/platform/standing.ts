import { type Permission, permissionsOf, readingOnly } from "../kernel/permissions.ts";
import type { Guild, Membership } from "./store.ts";

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
