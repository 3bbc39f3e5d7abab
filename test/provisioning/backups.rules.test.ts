import fc from "fast-check";
import { expect, test } from "vitest";
import { hashIn, keyOf, takenAtIn } from "../../provisioning/backups/keys.ts";
import { retainedBy } from "../../provisioning/backups/policy.ts";

const HOUR_MS = 3_600_000;
const policy = { hourly: 24, daily: 14, weekly: 8 };
const moments = fc.uniqueArray(fc.integer({ min: 0, max: 200 * 24 * HOUR_MS }), { maxLength: 400 });

test("the newest copy is always kept, and never more than the policy says", () => {
  fc.assert(
    fc.property(moments, (takenAt) => {
      const kept = retainedBy(policy, takenAt);
      if (takenAt.length > 0) expect(kept.has(Math.max(...takenAt))).toBe(true);
      expect(kept.size).toBeLessThanOrEqual(24 + 14 + 8);
      for (const at of kept) expect(takenAt).toContain(at);
    }),
  );
});

test("an owner who looks back a day, a fortnight or two months finds a backup near it", () => {
  const hourly = Array.from({ length: 24 * 100 }, (_, n) => n * HOUR_MS + 1);
  const kept = [...retainedBy(policy, hourly)].sort((a, b) => b - a);
  const last = hourly.at(-1)!;
  const nearest = (agoMs: number) => Math.min(...kept.map((at) => Math.abs(last - agoMs - at)));
  for (let hours = 0; hours < 24; hours++) expect(nearest(hours * HOUR_MS)).toBeLessThan(HOUR_MS);
  for (let days = 1; days < 13; days++)
    expect(nearest(days * 24 * HOUR_MS)).toBeLessThanOrEqual(24 * HOUR_MS);
  for (let weeks = 1; weeks < 7; weeks++)
    expect(nearest(weeks * 7 * 24 * HOUR_MS)).toBeLessThanOrEqual(7 * 24 * HOUR_MS);
});

test("pruning twice removes nothing more, and pruning step by step keeps as much as at once", () => {
  fc.assert(
    fc.property(moments, (takenAt) => {
      const once = retainedBy(policy, takenAt);
      expect(retainedBy(policy, [...once])).toEqual(once);
      let growing: number[] = [];
      for (const at of [...takenAt].sort((a, b) => a - b)) {
        growing = [...retainedBy(policy, [...growing, at])];
      }
      expect(new Set(growing)).toEqual(once);
    }),
  );
});

test("a key contains the time and the hash of its copy", () => {
  const hash = "ab".repeat(32);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4_000_000_000_000 }), (at) => {
      const key = keyOf("guilds/x", new Date(at), hash);
      expect(takenAtIn(key)).toBe(at);
      expect(hashIn(key)).toBe(hash);
    }),
  );
  expect(takenAtIn("guilds/x/notes.txt")).toBeUndefined();
});
