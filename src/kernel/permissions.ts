/** Guild roles, strongest first. A guild has exactly one owner. */
export const ROLES = ["owner", "admin", "officer", "raider", "viewer"] as const;
export type Role = (typeof ROLES)[number];

/** All permissions in a guild. Their names match the words on the pages. */
export const PERMISSIONS = [
  "guild.view",
  "standings.view",
  "roster.view",
  "loot.view",
  "members.view",
  "ledger.view",
  "raids.view",
  "auctions.view",
  "logs.view",
  "progress.view",
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

/**
 * Permissions that members have together with another one. They have names of their own because visitors
 * get them apart. Exceptions of members name the other one.
 */
const FOLLOWING = {
  "guild.view": "standings.view",
  "auctions.view": "raids.view",
  "progress.view": "logs.view",
} as const satisfies Readonly<Partial<Record<Permission, Permission>>>;

/** Permissions that exceptions may grant or deny. Ownership is handed over. */
export const GRANTABLE = PERMISSIONS.filter(
  (permission) => permission !== "guild.own" && !(permission in FOLLOWING),
);

/** Exceptions to the role, per person: `true` grants, `false` denies. */
export type PermissionOverrides = Readonly<Partial<Record<Permission, boolean>>>;

/** The role of the person who set each denial of a member. */
export type DenialRoles = Readonly<Partial<Record<Permission, Role>>>;

const upTo = (last: Permission): readonly Permission[] =>
  PERMISSIONS.slice(0, PERMISSIONS.indexOf(last) + 1);

/** The default permissions of each role. Each role has all permissions of the next weaker role. */
export const ROLE_PERMISSIONS: Readonly<Record<Role, readonly Permission[]>> = {
  viewer: upTo("progress.view"),
  raider: upTo("logs.upload"),
  officer: upTo("audit.view"),
  admin: upTo("guild.export"),
  owner: upTo("guild.own"),
};

/** The permissions of the role plus the overrides. Overrides neither grant nor deny ownership. */
export function permissionsOf(
  role: Role,
  overrides: PermissionOverrides = {},
): ReadonlySet<Permission> {
  const allowed = new Set(ROLE_PERMISSIONS[role]);
  for (const permission of GRANTABLE) {
    if (overrides[permission] === true) allowed.add(permission);
    if (overrides[permission] === false && role !== "owner") allowed.delete(permission);
  }
  return withFollowing(allowed);
}

/** The same permissions with those that follow them, and without those whose leader is missing. */
export function withFollowing(permissions: Iterable<Permission>): ReadonlySet<Permission> {
  const all = new Set(permissions);
  for (const [following, leader] of Object.entries(FOLLOWING)) {
    if (all.has(leader)) all.add(following as keyof typeof FOLLOWING);
    else all.delete(following as keyof typeof FOLLOWING);
  }
  return all;
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
