import { expect, test } from "vitest";
import { Pace, restMs } from "../../../provisioning/rollouts/pace.ts";
import { limits } from "../../../src/limits.ts";

test("a rollout pauses as long as it delayed others, and no longer than a busy moment", () => {
  expect(restMs({ loopLagMs: 5, storeMs: 10 })).toBe(0);
  expect(restMs({ loopLagMs: 300, storeMs: 10 })).toBe(300);
  expect(restMs({ loopLagMs: 5, storeMs: 900 })).toBe(900);
  expect(restMs({ loopLagMs: 60_000, storeMs: 10 })).toBe(limits.fleet.restMsMax);
});

test("a slow record slows the next guild only", async () => {
  const waits: number[] = [];
  const pace = new Pace(
    () => 0,
    async (ms) => {
      waits.push(ms);
    },
  );
  pace.stored(700);
  await pace.rest();
  await pace.rest();
  expect(waits).toEqual([700]);
});
