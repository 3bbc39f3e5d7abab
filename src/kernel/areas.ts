/** The areas of work that an operator can be trusted with. Every console page and action belongs to one. */
export const AREAS = [
  "guilds",
  "accounts",
  "fleet",
  "plans",
  "jobs",
  "backups",
  "audit",
  "configuration",
  "impersonate",
] as const;
export type Area = (typeof AREAS)[number];

/** Parses a stored list of areas. Names that this release does not know are dropped. */
export function parseAreas(json: string | null): readonly Area[] {
  const named: unknown = JSON.parse(json ?? "[]");
  return Array.isArray(named) ? knownAreas(named) : [];
}

/** The areas of a list that this release knows, in the order of `AREAS`. */
export function knownAreas(named: readonly unknown[]): readonly Area[] {
  return AREAS.filter((area) => named.includes(area));
}
