import { limits } from "../../src/limits.ts";

/** How busy this process and its disk were since the last look, in milliseconds. */
export interface Load {
  /** The longest that the event loop kept anything waiting. */
  readonly loopLagMs: number;
  /** How long the newest record took to be stored, which waits for the disk. */
  readonly storeMs: number;
}

/**
 * How long to rest before the next guild: as long as others were kept waiting, so that at least half of
 * the loop and of the disk is theirs, and not at all while nothing is slow. A rest has an end, so a
 * slow disk makes a slow rollout and not one that stands.
 */
export function restMs({ loopLagMs, storeMs }: Load): number {
  const { loopLagMs: lagMax, storeMs: storeMax, restMsMax } = limits.fleet;
  const waited = Math.max(loopLagMs > lagMax ? loopLagMs : 0, storeMs > storeMax ? storeMs : 0);
  return Math.min(waited, restMsMax);
}

/** Rests between guilds by the load that it is told of. */
export class Pace {
  readonly #loopLagMs: () => number;
  readonly #wait: (ms: number) => Promise<void>;
  #storeMs = 0;

  /** `loopLagMs` gives the longest lag since it was last asked. */
  constructor(loopLagMs: () => number, wait: (ms: number) => Promise<void>) {
    this.#loopLagMs = loopLagMs;
    this.#wait = wait;
  }

  /** Takes how long a record took to be stored. */
  stored(ms: number): void {
    this.#storeMs = ms;
  }

  async rest(): Promise<void> {
    const ms = restMs({ loopLagMs: this.#loopLagMs(), storeMs: this.#storeMs });
    this.#storeMs = 0;
    if (ms > 0) await this.#wait(ms);
  }
}
