/** Guild roles, strongest first. A guild has exactly one owner. */
export const ROLES = ["owner", "admin", "officer", "raider", "viewer"] as const;
export type Role = (typeof ROLES)[number];

/** All permissions in a guild. Their names match the words on the pages. */
export const PERMISSIONS = [
  "standings.view",
  "roster.view",
  "loot.view",
  "members.view",
  "ledger.view",
  "raids.view",
  "logs.view",
  "raids.join",
  "auctions.bid",
  "logs.upload",
  "notes.view",
  "points.award",
  "raids.manage",
  "auctions.run",
  "logs.manage",
  "roster.manage",
  "identity.upload",
  "identity.manage",
  "members.invite",
  "audit.view",
  "members.manage",
  "settings.manage",
  "keys.manage",
  "guild.export",
  "guild.own",
] as const;
export type Permission = (typeof PERMISSIONS)[number];

/** Exceptions to the role, per person: `true` grants, `false` denies. */
export type PermissionOverrides = Readonly<Partial<Record<Permission, boolean>>>;

/** The role of the person who set each denial of a member. */
export type DenialRoles = Readonly<Partial<Record<Permission, Role>>>;

const upTo = (last: Permission): readonly Permission[] =>
  PERMISSIONS.slice(0, PERMISSIONS.indexOf(last) + 1);

/** The default permissions of each role. Each role has all permissions of the next weaker role. */
export const ROLE_PERMISSIONS: Readonly<Record<Role, readonly Permission[]>> = {
  viewer: upTo("logs.view"),
  raider: upTo("logs.upload"),
  officer: upTo("audit.view"),
  admin: upTo("guild.export"),
  owner: upTo("guild.own"),
};

/** What visitors may see of a public guild. */
export const VISITOR_PERMISSIONS: readonly Permission[] = [
  "standings.view",
  "roster.view",
  "loot.view",
];

/** The permissions of the role plus the overrides. Overrides neither grant nor deny ownership. */
export function permissionsOf(
  role: Role,
  overrides: PermissionOverrides = {},
): ReadonlySet<Permission> {
  const allowed = new Set(ROLE_PERMISSIONS[role]);
  for (const permission of PERMISSIONS) {
    if (permission === "guild.own") continue;
    if (overrides[permission] === true) allowed.add(permission);
    if (overrides[permission] === false && role !== "owner") allowed.delete(permission);
  }
  return allowed;
}

/**
 * Permissions that add content to a guild. Exceeding a plan's limit never removes reading, leaving or
 * cutting down.
 */
const ADDING: ReadonlySet<Permission> = new Set([
  "raids.join",
  "auctions.bid",
  "logs.upload",
  "points.award",
  "raids.manage",
  "auctions.run",
  "logs.manage",
  "roster.manage",
  "identity.upload",
  "identity.manage",
  "members.invite",
]);

/** The permissions that remain where a plan's limit is exceeded. */
export function readingOnly(permissions: Iterable<Permission>): ReadonlySet<Permission> {
  return new Set([...permissions].filter((permission) => !ADDING.has(permission)));
}

/**
 * What an operator who acts as a member may do besides reading. The guild's own decisions are not
 * included.
 */
const FOR_IMPERSONATORS: ReadonlySet<Permission> = new Set([
  ...ROLE_PERMISSIONS.viewer,
  "raids.join",
  "auctions.bid",
  "logs.upload",
  "notes.view",
  "points.award",
  "raids.manage",
  "auctions.run",
  "logs.manage",
  "roster.manage",
  "audit.view",
]);

/** The permissions that remain for an operator who makes changes as a member. */
export function forImpersonator(permissions: Iterable<Permission>): ReadonlySet<Permission> {
  return new Set([...permissions].filter((permission) => FOR_IMPERSONATORS.has(permission)));
}

/** The weaker of two roles. */
export function lowerOf(a: Role, b: Role): Role {
  return outranks(a, b) ? b : a;
}

/** True when `role` ranks above `other`. An admin may act on an officer, never on another admin. */
export function outranks(role: Role, other: Role): boolean {
  return ROLES.indexOf(role) < ROLES.indexOf(other);
}
