import { expect, test } from "vitest";
import { ClockGuard } from "../../src/kernel/clock-guard.ts";
import { limits } from "../../src/limits.ts";

const { jumpMax, startMax, anchorEvery, believedAfter } = limits.clock;
const START_MS = Date.UTC(2026, 0, 14, 20);

function guarded() {
  let shown = START_MS;
  let passed = 0;
  const guard = new ClockGuard(
    () => new Date(shown),
    () => passed,
    limits.clock,
  );
  return {
    guard,
    jump: (ms: number) => {
      shown += ms;
    },
    pass: (ms: number) => {
      shown += ms;
      passed += ms;
    },
    off: () => guard.settled().getTime() - shown,
  };
}

test("a clock that keeps time is right, however long it runs", () => {
  const { guard, pass } = guarded();
  for (let day = 0; day < 60; day++) {
    pass(24 * 3_600_000);
    expect(guard.state()).toBe("right");
  }
});

test("a jump ahead is not trusted until it is undone, confirmed, or has lasted for a day", () => {
  for (const end of ["undone", "confirmed", "lasted"] as const) {
    const { guard, jump, pass, off } = guarded();
    guard.state();
    jump(jumpMax + 1);
    expect(guard.state()).toBe("ahead");
    pass(3_600_000);
    expect(off()).toBe(-jumpMax - 1);
    if (end === "undone") jump(-jumpMax - 1);
    else if (end === "confirmed") guard.confirm();
    else pass(believedAfter);
    expect([end, guard.state(), off()]).toEqual([end, "right", 0]);
  }
});

test("many small steps within an hour are a jump", () => {
  const { guard, jump, pass } = guarded();
  guard.state();
  const steps = Math.ceil(anchorEvery / 60_000) - 1;
  let state = guard.state();
  for (let step = 0; step < steps; step++) {
    jump(jumpMax / 10);
    pass(60_000);
    state = guard.state();
  }
  expect(state).toBe("ahead");
});

test("a start after a night is right, after a week it is not, and with an earlier time it is behind", () => {
  for (const [offMs, state] of [
    [startMax - 1, "right"],
    [7 * startMax, "ahead"],
    [-jumpMax - 1, "behind"],
  ] as const) {
    const { guard, jump } = guarded();
    guard.begin(START_MS);
    jump(offMs);
    expect([offMs, guard.state()]).toEqual([offMs, state]);
  }
});

test("a grace period that begins while the clock is behind begins at the newest time", () => {
  const { guard, jump } = guarded();
  guard.state();
  jump(-30 * 24 * 3_600_000);
  expect(guard.latest().getTime()).toBe(START_MS);
});
