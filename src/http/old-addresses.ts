/**
 * Addresses of the guild API that changed, with their present form. The old ones keep working for programs
 * that use them. `/raids/series/{id}` matched `/raids/{id}/cancellation` too, so no tool could tell them
 * apart.
 */
const CHANGED: readonly (readonly [old: RegExp, present: string])[] = [
  [/^(\/api\/g\/[^/]+)\/raids\/series(?=\/|$)/, "$1/raid-series"],
  [/^(\/api\/g\/[^/]+)\/loot\/councils(?=\/|$)/, "$1/loot-councils"],
];

/** The present form of a path. Paths that did not change stay as they are. */
export function presentAddress(path: string): string {
  return CHANGED.reduce((present, [old, replacement]) => present.replace(old, replacement), path);
}
