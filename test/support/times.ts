export const START_MS = Date.UTC(2026, 0, 14, 20);

/** A platform whose clock a test sets, separately from the time that passes. */
export function times() {
  let shownMs = START_MS;
  let passedMs = 0;
  return {
    clock: () => new Date(shownMs),
    passedMs: () => passedMs,
    /** Only the clock moves. */
    jump: (ms: number) => {
      shownMs += ms;
    },
    /** Time passes, and the clock shows it. */
    pass: (ms: number) => {
      shownMs += ms;
      passedMs += ms;
    },
  };
}
