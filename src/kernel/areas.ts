/** What an operator can be trusted with. Every page and act of the console belongs to one of them. */
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

/** The areas of a stored list; names that this release does not know open nothing. */
export function parseAreas(json: string | null): readonly Area[] {
  const named: unknown = JSON.parse(json ?? "[]");
  return Array.isArray(named) ? AREAS.filter((area) => named.includes(area)) : [];
}
