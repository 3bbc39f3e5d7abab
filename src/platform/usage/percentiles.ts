import type { apiUsage } from "./schema.ts";

/** Counts of response times in the buckets of a row. The last one has no upper end. */
export type Buckets = Pick<typeof apiUsage.$inferSelect, BucketName>;
export type BucketName = (typeof BUCKETS)[number]["name"];

/** The buckets, each with its upper end in milliseconds. Percentiles are estimated between two ends. */
export const BUCKETS = [
  { name: "upTo5", endMs: 5 },
  { name: "upTo10", endMs: 10 },
  { name: "upTo25", endMs: 25 },
  { name: "upTo50", endMs: 50 },
  { name: "upTo100", endMs: 100 },
  { name: "upTo250", endMs: 250 },
  { name: "upTo1000", endMs: 1_000 },
  { name: "slower", endMs: Infinity },
] as const;

/** The bucket of one response time. */
export function bucketOf(ms: number): BucketName {
  return BUCKETS.find(({ endMs }) => ms <= endMs)!.name;
}

/**
 * The time within which this part of the responses were given, in milliseconds. Null when it is over a
 * second, and without responses.
 */
export function percentile(counts: Buckets, part: number): number | null {
  const total = BUCKETS.reduce((sum, { name }) => sum + counts[name], 0);
  if (total === 0) return null;
  let below = 0;
  let beginMs = 0;
  for (const { name, endMs } of BUCKETS) {
    const here = counts[name];
    if (here > 0 && below + here >= part * total) {
      if (endMs === Infinity) return null;
      return Math.round(beginMs + ((part * total - below) / here) * (endMs - beginMs));
    }
    below += here;
    beginMs = endMs;
  }
  return null;
}
