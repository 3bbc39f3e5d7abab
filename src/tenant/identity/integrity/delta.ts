import { compareIds } from "../matching/directory.ts";
import type { FoundIssue } from "./kinds.ts";

/** An issue as it is stored. Times are milliseconds since 1970. */
export interface StoredIssue {
  readonly id: string;
  readonly fingerprint: string;
  /** When a report last named it. */
  readonly notifiedAt: number | null;
  readonly acknowledgedAt: number | null;
  readonly snoozedUntil: number | null;
  readonly resolvedAt: number | null;
  /** When a report said that it is resolved. */
  readonly resolutionNotifiedAt: number | null;
  /** Was there an earlier issue with this fingerprint? */
  readonly isReopened: boolean;
}

export interface IssueDelta<T> {
  /** Issues to store. One that was resolved before comes back as a new row. */
  readonly created: readonly (FoundIssue & { readonly isReopened: boolean })[];
  /** Stored issues that still hold, with what was found: details may differ. */
  readonly stillOpen: readonly { readonly issue: T; readonly found: FoundIssue }[];
  /** Stored issues whose cause is gone. Acknowledged and snoozed ones are among them. */
  readonly resolved: readonly T[];
}

/**
 * What a check changes. `open` are the stored issues that are not resolved; `before` are the
 * fingerprints of resolved ones. With the same findings again, nothing changes.
 */
export function compareIssues<T extends Pick<StoredIssue, "id" | "fingerprint">>(
  open: readonly T[],
  found: readonly FoundIssue[],
  before: ReadonlySet<string> = new Set(),
): IssueDelta<T> {
  const known = new Map<string, T>();
  const resolved: T[] = [];
  const now = new Map(found.map((one) => [one.fingerprint, one]));
  for (const issue of [...open].sort((a, b) => compareIds(a.id, b.id))) {
    // Of two rows for one issue, the first one stays.
    if (now.has(issue.fingerprint) && !known.has(issue.fingerprint)) {
      known.set(issue.fingerprint, issue);
    } else resolved.push(issue);
  }
  return {
    created: [...now.values()]
      .filter((one) => !known.has(one.fingerprint))
      .map((one) => ({ ...one, isReopened: before.has(one.fingerprint) })),
    stillOpen: [...known].map(([fingerprint, issue]) => ({ issue, found: now.get(fingerprint)! })),
    resolved,
  };
}

/** What the next report names. */
export interface ReportDelta<T> {
  readonly created: readonly T[];
  readonly reopened: readonly T[];
  readonly resolved: readonly T[];
}

/**
 * Picks what no report has named yet. Acknowledged issues are left out, and so are snoozed ones until
 * their time is over: then they are named once more. A resolution is news only to readers of a report
 * that named the issue. `now` in milliseconds since 1970.
 */
export function reportDelta<T extends StoredIssue>(
  issues: readonly T[],
  now: number,
): ReportDelta<T> {
  const open = issues.filter((one) => one.resolvedAt === null && isDue(one, now));
  return {
    created: open.filter((one) => !one.isReopened),
    reopened: open.filter((one) => one.isReopened),
    resolved: issues.filter(
      (one) =>
        one.resolvedAt !== null && one.notifiedAt !== null && one.resolutionNotifiedAt === null,
    ),
  };
}

function isDue({ acknowledgedAt, snoozedUntil, notifiedAt }: StoredIssue, now: number): boolean {
  if (acknowledgedAt !== null) return false;
  if (snoozedUntil === null) return notifiedAt === null;
  return snoozedUntil <= now && (notifiedAt === null || notifiedAt < snoozedUntil);
}
