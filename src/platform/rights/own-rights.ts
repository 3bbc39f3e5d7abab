import { Forbidden } from "../../kernel/errors.ts";
import {
  type DenialRoles,
  outranks,
  PERMISSIONS,
  type Permission,
  type PermissionOverrides,
  type Role,
} from "../../kernel/permissions.ts";
import { type GuildContext, may } from "../../tenant/context.ts";

// People cannot grant a right that they lack: not by a role, an exception, an invitation or a key.

/** @throws {Forbidden} `guild/beyond-own-rights` unless the actor has each of these permissions. */
export function refuseBeyondOwn(ctx: GuildContext, permissions: Iterable<Permission>): void {
  const missing = [...permissions].filter((permission) => !may(ctx, permission));
  if (missing.length > 0) throw beyondOwnRights(missing);
}

function beyondOwnRights(missing: readonly Permission[]): Forbidden {
  return new Forbidden(
    "guild/beyond-own-rights",
    "You can only grant permissions that you have yourself. Choose a lower role or fewer permissions.",
    { permissions: missing },
  );
}

/**
 * The roles that set a member's denials, after the actor's change.
 * @throws {Forbidden} `guild/higher-denial` if it drops a denial that a higher role set. A denial
 * without a known role, from an earlier release, counts as the owner's.
 */
export function denialsAfter(
  ctx: GuildContext,
  before: { readonly overrides: PermissionOverrides; readonly deniedBy: DenialRoles },
  overrides: PermissionOverrides,
): DenialRoles {
  const { actor } = ctx;
  const own: Role = actor.type === "user" ? actor.role : "owner";
  const after: Partial<Record<Permission, Role>> = {};
  for (const permission of PERMISSIONS) {
    const setBy = before.overrides[permission] === false ? before.deniedBy[permission] : undefined;
    const wasDenied = before.overrides[permission] === false;
    const isDenied = overrides[permission] === false;
    if (wasDenied && !isDenied && outranks(setBy ?? "owner", own)) {
      throw new Forbidden(
        "guild/higher-denial",
        "A higher role removed this permission. Only that role or a higher one can restore it.",
        { permission },
      );
    }
    if (isDenied) after[permission] = wasDenied ? (setBy ?? "owner") : own;
  }
  return after;
}
