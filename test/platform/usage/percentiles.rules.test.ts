import { describe, expect, test } from "vitest";
import {
  BUCKETS,
  type Buckets,
  bucketOf,
  percentile,
} from "../../../src/platform/usage/percentiles.ts";

function counted(times: readonly number[]): Buckets {
  const counts = Object.fromEntries(BUCKETS.map(({ name }) => [name, 0])) as Record<
    keyof Buckets,
    number
  >;
  for (const ms of times) counts[bucketOf(ms)]++;
  return counts;
}

describe("percentiles of response times", () => {
  test("are in the bucket of the exact value", () => {
    const times = Array.from({ length: 400 }, (_, at) => ((at * 7919) % 1000) + 0.5);
    const sorted = times.toSorted((a, b) => a - b);
    for (const part of [0.05, 0.5, 0.9, 0.95]) {
      const exact = sorted[Math.ceil(part * sorted.length) - 1]!;
      const bucket = BUCKETS.findIndex(({ name }) => name === bucketOf(exact));
      const found = percentile(counted(times), part)!;
      expect(found).toBeLessThanOrEqual(BUCKETS[bucket]!.endMs);
      expect(found).toBeGreaterThanOrEqual(BUCKETS[bucket - 1]?.endMs ?? 0);
    }
  });

  test("are unknown over a second and without responses", () => {
    expect(percentile(counted([]), 0.5)).toBeNull();
    expect(percentile(counted([2, 2, 3_000]), 0.95)).toBeNull();
    expect(percentile(counted([2, 2, 3_000]), 0.5)).toBeLessThanOrEqual(5);
  });

  test("do not change when rows of several processes are added", () => {
    const [a, b] = [counted([3, 30, 300]), counted([4, 40, 400])];
    const sum = Object.fromEntries(
      BUCKETS.map(({ name }) => [name, a[name] + b[name]]),
    ) as unknown as Buckets;
    expect(percentile(sum, 0.5)).toBe(percentile(counted([3, 30, 300, 4, 40, 400]), 0.5));
  });

  test("a time at the end of a bucket belongs to it", () => {
    expect([5, 5.1, 1_000, 1_001].map(bucketOf)).toEqual(["upTo5", "upTo10", "upTo1000", "slower"]);
  });
});
