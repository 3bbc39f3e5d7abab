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

/** The areas of a list that this release knows, in the order of `AREAS`. */
export function knownAreas(named: readonly unknown[]): readonly Area[] {
  return AREAS.filter((area) => named.includes(area));
}
