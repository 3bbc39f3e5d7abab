import type { Clock } from "./clock.ts";

/** `ahead`: the clock ran ahead of the elapsed time. `behind`: it shows a time that is already past. */
export type ClockState = "right" | "ahead" | "behind";

/** How far a clock may be off, in milliseconds. */
export interface ClockTolerance {
  /** Largest correction between two checks of a running process. Clocks are adjusted in small steps. */
  readonly jumpMax: number;
  /** How long a machine may be off before a start raises a question about its clock. */
  readonly startMax: number;
  /** How often the comparison starts over, so that small steps do not add up. */
  readonly anchorEvery: number;
  /** A clock that stays wrong for this long of running time is accepted as right. */
  readonly believedAfter: number;
}

/**
 * Compares the wall clock with the elapsed time. A clock that jumps ahead is not trusted at once. Until
 * an operator confirms it, or it has run for `believedAfter`, `settled` continues from the time before
 * the jump. Irreversible actions use `settled`.
 */
export class ClockGuard {
  readonly #now: Clock;
  readonly #passedMs: () => number;
  readonly #tolerance: ClockTolerance;
  /** A trusted moment, and the elapsed time at that moment. */
  #anchor: { readonly at: number; readonly passed: number };
  #isStart = true;
  #wrongSince: number | undefined;
  #state: ClockState = "right";

  /** `passedMs` returns the elapsed time. It is monotonic, such as `performance.now`. */
  constructor(now: Clock, passedMs: () => number, tolerance: ClockTolerance) {
    this.#now = now;
    this.#passedMs = passedMs;
    this.#tolerance = tolerance;
    this.#anchor = { at: now().getTime(), passed: passedMs() };
  }

  /** Raises the trusted time to at least `newestAt`: at a start, or when other processes have seen it. */
  begin(newestAt: number): void {
    this.#anchor = { at: newestAt, passed: this.#passedMs() };
    this.#isStart = true;
  }

  /** Accepts the clock as right. An operator decides this. */
  confirm(): void {
    this.#believe(this.#now().getTime());
  }

  /** The newest trusted time, in Unix milliseconds. It never goes back. */
  newest(): number {
    return this.state() === "right" ? this.#now().getTime() : this.#expected();
  }

  /** The time for irreversible actions. Data that expires by it has had its full time. */
  settled(): Date {
    const now = this.#now();
    return this.state() === "ahead" ? new Date(this.#expected()) : now;
  }

  /** The start for a grace period. A clock that is behind must not shorten it. */
  latest(): Date {
    const now = this.#now();
    return this.state() === "behind" ? new Date(this.#expected()) : now;
  }

  /** Checks the clock now. */
  state(): ClockState {
    const at = this.#now().getTime();
    const off = at - this.#expected();
    const { jumpMax, startMax, anchorEvery, believedAfter } = this.#tolerance;
    if (off <= (this.#isStart ? startMax : jumpMax) && off >= -jumpMax) {
      const isOld = this.#passedMs() - this.#anchor.passed >= anchorEvery;
      if (this.#isStart || isOld || this.#state !== "right") this.#believe(at);
      return this.#state;
    }
    this.#isStart = false;
    this.#wrongSince ??= this.#passedMs();
    if (this.#passedMs() - this.#wrongSince >= believedAfter) this.#believe(at);
    else this.#state = off > 0 ? "ahead" : "behind";
    return this.#state;
  }

  #expected(): number {
    return this.#anchor.at + (this.#passedMs() - this.#anchor.passed);
  }

  #believe(at: number): void {
    this.#anchor = { at, passed: this.#passedMs() };
    this.#isStart = false;
    this.#wrongSince = undefined;
    this.#state = "right";
  }
}
