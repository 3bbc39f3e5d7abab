import type { Clock } from "./clock.ts";

/** `ahead`: the clock ran ahead of the time that passed. `behind`: it shows what was already past. */
export type ClockState = "right" | "ahead" | "behind";

/** How far a clock may be off. All in milliseconds. */
export interface ClockTolerance {
  /** Between two looks of a running process: what is corrected in small steps. */
  readonly jumpMax: number;
  /** At a start: how long a machine may have been off without a question. */
  readonly startMax: number;
  /** How often the clock is compared from a new start, so that small steps do not add up. */
  readonly anchorEvery: number;
  /** A clock that stays wrong for so long a time of running is taken for right. */
  readonly believedAfter: number;
}

/**
 * Holds the wall clock against the time that passes. A clock that jumps ahead is not believed at once:
 * until an operator confirms it, or it has run for `believedAfter`, `settled` goes on from the time before
 * the jump, and what cannot be undone is judged by that.
 */
export class ClockGuard {
  readonly #now: Clock;
  readonly #passedMs: () => number;
  readonly #tolerance: ClockTolerance;
  /** A moment that is believed, and how much time had passed then. */
  #anchor: { readonly at: number; readonly passed: number };
  #isStart = true;
  #wrongSince: number | undefined;
  #state: ClockState = "right";

  /** `passedMs` counts the time that passes and is never set, such as `performance.now`. */
  constructor(now: Clock, passedMs: () => number, tolerance: ClockTolerance) {
    this.#now = now;
    this.#passedMs = passedMs;
    this.#tolerance = tolerance;
    this.#anchor = { at: now().getTime(), passed: passedMs() };
  }

  /** Takes `newestAt` for the time it is, at the least: at a start, or when others have seen it. */
  begin(newestAt: number): void {
    this.#anchor = { at: newestAt, passed: this.#passedMs() };
    this.#isStart = true;
  }

  /** An operator says that the clock is right. */
  confirm(): void {
    this.#believe(this.#now().getTime());
  }

  /** The newest time that is believed, in Unix milliseconds. Never earlier than one believed before. */
  newest(): number {
    return this.state() === "right" ? this.#now().getTime() : this.#expected();
  }

  /** The time by which nothing is judged too early: what is deleted by it had its time. */
  settled(): Date {
    const now = this.#now();
    return this.state() === "ahead" ? new Date(this.#expected()) : now;
  }

  /** When a time of grace begins: a clock that is behind must not shorten it. */
  latest(): Date {
    const now = this.#now();
    return this.state() === "behind" ? new Date(this.#expected()) : now;
  }

  /** Looks at the clock now. */
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
