import fc from "fast-check";
import { expect, test } from "vitest";
import { hashIn, keyOf, takenAtIn } from "../../provisioning/backups/keys.ts";
import { retainedBy } from "../../provisioning/backups/policy.ts";
import { limits } from "../../src/limits.ts";

const HOUR_MS = 3_600_000;
const policy = limits.backups.kept;
const DAY_MS = 24 * HOUR_MS;
const moments = fc.uniqueArray(fc.integer({ min: 0, max: 200 * 24 * HOUR_MS }), { maxLength: 400 });

test("the newest copy is always kept, and never more than the policy says", () => {
  fc.assert(
    fc.property(moments, (takenAt) => {
      const kept = retainedBy(policy, takenAt);
      if (takenAt.length > 0) expect(kept.has(Math.max(...takenAt))).toBe(true);
      expect(kept.size).toBeLessThanOrEqual(96 + 168 + 30 + 8);
      for (const at of kept) expect(takenAt).toContain(at);
    }),
  );
});

test("an owner who looks back a day, a week, a month or two finds a backup near that moment", () => {
  const every = Array.from({ length: 96 * 70 }, (_, n) => n * (HOUR_MS / 4) + 1);
  const kept = retainedBy(limits.backups.kept, every);
  const last = every.at(-1)!;
  const distance = (agoMs: number) =>
    Math.min(...[...kept].filter((at) => at <= last - agoMs).map((at) => last - agoMs - at));
  const farthest = (fromMs: number, toMs: number) => {
    let far = 0;
    for (let ago = fromMs; ago < toMs; ago += HOUR_MS / 8) far = Math.max(far, distance(ago));
    return far;
  };
  expect(farthest(0, DAY_MS - HOUR_MS / 4)).toBeLessThan(HOUR_MS / 4);
  expect(farthest(DAY_MS, 7 * DAY_MS - HOUR_MS)).toBeLessThanOrEqual(HOUR_MS);
  expect(farthest(7 * DAY_MS, 29 * DAY_MS)).toBeLessThanOrEqual(DAY_MS);
  expect(farthest(30 * DAY_MS, 48 * DAY_MS)).toBeLessThanOrEqual(7 * DAY_MS);
});

test("a guild that changes once a week can go back for more than a year", () => {
  const weekly = Array.from({ length: 80 }, (_, n) => n * 7 * DAY_MS);
  expect(retainedBy(limits.backups.kept, weekly).size).toBe(80);
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
