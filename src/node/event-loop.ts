import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Background, Timer } from "../kernel/background.ts";
import type { Log } from "../kernel/log.ts";
import { limits } from "../limits.ts";

const NS_PER_MS = 1_000_000;

/** How long work on the main thread blocked everything else, in milliseconds. */
export interface EventLoopLag {
  /** The longest block in the last one or two seconds. */
  readonly latestMs: number;
  /** The longest block since the server started. */
  readonly maxMs: number;
  /** The number of seconds with a block above `limits.eventLoop.lagMsMax`. */
  readonly overLimit: number;
}

/** Measures the event loop's lag. Logs `process.event-loop-lag` above the limit, at a bounded rate. */
export class EventLoopMonitor {
  readonly #log: Log;
  readonly #background: Background;
  #timer: Timer | undefined;
  // A reset drops the delay in progress, so two histograms overlap.
  #histograms: ReturnType<typeof monitorEventLoopDelay>[] = [];
  #latestMs = 0;
  #maxMs = 0;
  #overLimit = 0;
  #unreportedMaxMs = 0;
  #reportedAt = Number.NEGATIVE_INFINITY;

  constructor(log: Log, background: Background) {
    this.#log = log;
    this.#background = background;
  }

  get lag(): EventLoopLag {
    return { latestMs: this.#latestMs, maxMs: this.#maxMs, overLimit: this.#overLimit };
  }

  start(): void {
    this.#add();
    const { everyMs } = limits.eventLoop;
    this.#timer = this.#background.every("process.event-loop", everyMs, () => this.#look());
  }

  stop(): void {
    this.#timer?.cancel();
    for (const histogram of this.#histograms.splice(0)) histogram.disable();
  }

  #add(): void {
    const histogram = monitorEventLoopDelay({ resolution: limits.eventLoop.resolutionMs });
    histogram.enable();
    this.#histograms.push(histogram);
  }

  #look(): void {
    const { lagMsMax, tellEveryMs, resolutionMs } = limits.eventLoop;
    const delays = this.#histograms.map(({ count, max }) => (count === 0 ? 0 : max / NS_PER_MS));
    const latestMs = Math.max(0, Math.round(Math.max(...delays) - resolutionMs));
    this.#latestMs = latestMs;
    this.#maxMs = Math.max(this.#maxMs, latestMs);
    if (this.#histograms.length > 1) this.#histograms.shift()?.disable();
    this.#add();
    if (latestMs > lagMsMax) {
      this.#overLimit++;
      this.#unreportedMaxMs = Math.max(this.#unreportedMaxMs, latestMs);
    }
    const now = performance.now();
    if (this.#unreportedMaxMs === 0 || now - this.#reportedAt < tellEveryMs) return;
    const { maxMs } = this.lag;
    this.#log.warn("process.event-loop-lag", {
      ms: this.#unreportedMaxMs,
      maxMs,
      limitMs: lagMsMax,
    });
    this.#unreportedMaxMs = 0;
    this.#reportedAt = now;
  }
}

/** The longest block of this process's event loop since the last call. */
export function loopLag(): { readonly takeMs: () => number; readonly end: () => void } {
  const delays = monitorEventLoopDelay({ resolution: LAG_RESOLUTION_MS });
  delays.enable();
  return {
    takeMs: () => {
      const nanoseconds = delays.max;
      delays.reset();
      return Math.max(0, nanoseconds / 1e6 - LAG_RESOLUTION_MS);
    },
    end: () => delays.disable(),
  };
}

const LAG_RESOLUTION_MS = 10;
