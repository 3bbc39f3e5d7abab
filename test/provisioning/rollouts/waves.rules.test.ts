import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { assignWaves, type Candidate, parseWaves } from "../../../provisioning/rollouts/waves.ts";
import type { GuildId } from "../../../src/kernel/ids.ts";

const guild = (index: number): Candidate => ({
  id: `id-${index}` as GuildId,
  slug: `guild-${index}`,
  plan: index % 10 === 0 ? "premium" : "free",
  host: index % 2 === 0 ? "file" : "sqld",
  region: "eu",
});
const guilds = (count: number) => Array.from({ length: count }, (_, index) => guild(index));
const sizes = (count: number, waves: readonly string[]) => {
  const parsed = parseWaves(waves);
  const assigned = [...assignWaves(guilds(count), parsed).values()];
  return parsed.map((_, index) => assigned.filter((wave) => wave === index).length);
};

describe("waves", () => {
  test("grow by shares of the whole fleet, earlier waves included", () => {
    expect(sizes(200, ["1", "1%", "10%", "rest"])).toEqual([1, 1, 18, 180]);
    expect(sizes(5_000, ["1%", "10%", "100%"])).toEqual([50, 450, 4_500]);
  });

  test("of a small fleet are small, and an empty one is no fault", () => {
    expect(sizes(3, ["1", "1%", "10%", "rest"])).toEqual([1, 0, 0, 2]);
    expect(sizes(0, ["1", "rest"])).toEqual([0, 0]);
  });

  test("may be groups by plan, host, region or name", () => {
    expect(sizes(100, ["guild=guild-3,guild-4", "plan=free", "rest"])).toEqual([2, 88, 10]);
    expect(sizes(100, ["host=sqld"])).toEqual([50, 50]);
  });

  test("take every guild exactly once, for any list of waves", () => {
    const wave = fc.oneof(
      fc.integer({ min: 1, max: 50 }).map(String),
      fc.integer({ min: 1, max: 99 }).map((percent) => `${percent}%`),
      fc.constantFrom("plan=free", "plan=none", "host=file", "rest"),
    );
    fc.assert(
      fc.property(
        fc.array(wave, { maxLength: 6 }),
        fc.integer({ min: 0, max: 300 }),
        (of, count) => {
          expect(assignWaves(guilds(count), parseWaves(of)).size).toBe(count);
        },
      ),
    );
  });

  test.each(["", "0", "-1", "120%", "0%", "colour=red", "plan="])("do not take %j", (text) => {
    expect(() => parseWaves([text])).toThrow(expect.objectContaining({ code: "rollout/bad-wave" }));
  });
});
