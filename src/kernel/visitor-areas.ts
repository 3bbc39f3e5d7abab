import type { Permission } from "./permissions.ts";

/** The parts of a guild that it may open to visitors, one by one. All are closed at first. */
export const VISITOR_AREAS = ["standings", "roster", "loot", "raids", "logs", "progress"] as const;
export type VisitorArea = (typeof VISITOR_AREAS)[number];

/** The areas that "public" opened before areas could be chosen. `isPublic` of the API still means these. */
export const PUBLIC_AREAS: readonly VisitorArea[] = ["standings", "roster", "loot"];

/** What an open area lets visitors see. Auctions, the ledger and members belong to no area. */
const AREA_PERMISSION: Readonly<Record<VisitorArea, Permission>> = {
  standings: "standings.view",
  roster: "roster.view",
  loot: "loot.view",
  raids: "raids.view",
  logs: "logs.view",
  progress: "progress.view",
};

/** The permissions of visitors. A guild without an open area has no visitors. */
export function visitorPermissions(open: readonly VisitorArea[]): ReadonlySet<Permission> {
  const seen = open.map((area) => AREA_PERMISSION[area]);
  return new Set(seen.length === 0 ? [] : ["guild.view", ...seen]);
}

/** Whether a permission belongs to an area. What is closed looks missing to visitors. */
export function isOfArea(permission: Permission): boolean {
  return Object.values(AREA_PERMISSION).includes(permission);
}

/** The same areas in their own order, each once. */
export function inAreaOrder(areas: readonly VisitorArea[]): readonly VisitorArea[] {
  return VISITOR_AREAS.filter((area) => areas.includes(area));
}
