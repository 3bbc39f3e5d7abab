import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../src/kernel/time.ts";

/** How many scheduled backups are retained for recent quarter-hours, hours, days and weeks. */
export interface Policy {
  readonly quarterHourly: number;
  readonly hourly: number;
  readonly daily: number;
  readonly weekly: number;
}

const SPANS = [
  ["quarterHourly", 15 * MINUTE_MS],
  ["hourly", HOUR_MS],
  ["daily", DAY_MS],
  ["weekly", 7 * DAY_MS],
] as const;

/**
 * The times that a policy retains: the newest of each recent quarter-hour, hour, day and week (UTC) with a
 * backup, and always the newest of all. Spans without a backup do not count, so a guild that seldom changes
 * can go further back. Unix milliseconds in any order.
 */
export function retainedBy(policy: Policy, takenAt: readonly number[]): ReadonlySet<number> {
  const newestFirst = [...new Set(takenAt)].sort((a, b) => b - a);
  const kept = new Set(newestFirst.slice(0, 1));
  for (const [span, lengthMs] of SPANS) {
    const seen = new Set<number>();
    for (const at of newestFirst) {
      const period = Math.floor(at / lengthMs);
      if (seen.has(period)) continue;
      if (seen.size >= policy[span]) break;
      seen.add(period);
      kept.add(at);
    }
  }
  return kept;
}
