/** Guild roles, strongest first. A guild has exactly one owner. */
export const ROLES = ["owner", "admin", "officer", "raider", "viewer"] as const;
export type Role = (typeof ROLES)[number];

/** Everything a person can be allowed to do in a guild. Keep the words of the pages. */
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

/** Per-person exceptions to the role: `true` grants, `false` takes away. */
export type PermissionOverrides = Readonly<Partial<Record<Permission, boolean>>>;

/** The role of the person who set each denial of a member. */
export type DenialRoles = Readonly<Partial<Record<Permission, Role>>>;

const upTo = (last: Permission): readonly Permission[] =>
  PERMISSIONS.slice(0, PERMISSIONS.indexOf(last) + 1);

/** What each role may do by default. Each role may do all that the next weaker one may. */
export const ROLE_PERMISSIONS: Readonly<Record<Role, readonly Permission[]>> = {
  viewer: upTo("logs.view"),
  raider: upTo("logs.upload"),
  officer: upTo("audit.view"),
  admin: upTo("guild.export"),
  owner: upTo("guild.own"),
};

/** What anybody may see of a public guild without belonging to it. */
export const VISITOR_PERMISSIONS: readonly Permission[] = [
  "standings.view",
  "roster.view",
  "loot.view",
];

/** Role plus overrides. Ownership itself can be neither granted nor taken by an override. */
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

/** What adds to a guild's life. Reading, leaving, and making do with less are never taken away. */
const ADDING: ReadonlySet<Permission> = new Set([
  "raids.join",
  "auctions.bid",
  "logs.upload",
  "points.award",
  "raids.manage",
  "auctions.run",
  "logs.manage",
  "roster.manage",
  "identity.manage",
  "members.invite",
]);

/** What is left of permissions where a plan's limit is exceeded. */
export function readingOnly(permissions: Iterable<Permission>): ReadonlySet<Permission> {
  return new Set([...permissions].filter((permission) => !ADDING.has(permission)));
}

/** What an operator who acts as a member may do besides looking. The guild's own decisions are not in it. */
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

/** What is left of a member's permissions for an operator who changes something as that member. */
export function forImpersonator(permissions: Iterable<Permission>): ReadonlySet<Permission> {
  return new Set([...permissions].filter((permission) => FOR_IMPERSONATORS.has(permission)));
}

/** The weaker of two roles. */
export function lowerOf(a: Role, b: Role): Role {
  return outranks(a, b) ? b : a;
}

/** True when `role` stands above `other`: an admin may act on an officer, never on an admin. */
export function outranks(role: Role, other: Role): boolean {
  return ROLES.indexOf(role) < ROLES.indexOf(other);
}
