/** One changed field. A value is undefined where there was or is none. */
export interface Change {
  readonly field: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** The differences between the two JSON texts of an audit row, field by field. */
export function changesOf(before: string | null, after: string | null): readonly Change[] {
  const from = fieldsOf(before);
  const to = fieldsOf(after);
  return [...new Set([...from.keys(), ...to.keys()])]
    .map((field) => ({ field, before: from.get(field), after: to.get(field) }))
    .filter((change) => change.before !== change.after);
}

function fieldsOf(json: string | null): ReadonlyMap<string, string> {
  if (json === null) return new Map();
  const value: unknown = JSON.parse(json);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return new Map([["", shown(value)]]);
  }
  return new Map(Object.entries(value).map(([field, one]) => [field, shown(one)]));
}

function shown(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
