import { limits } from "../../src/limits.ts";

/** The load of this process and its disk since the last check, in milliseconds. */
export interface Load {
  /** The longest delay of the event loop. */
  readonly loopLagMs: number;
  /** How long the newest record took to be stored, including the wait for the disk. */
  readonly storeMs: number;
}

/**
 * How long to pause before the next guild: as long as other work was delayed, so that it gets at least half
 * of the event loop and the disk. Zero while nothing is slow. The pause has a maximum, so a slow disk slows
 * the rollout down but does not stop it.
 */
export function restMs({ loopLagMs, storeMs }: Load): number {
  const { loopLagMs: lagMax, storeMs: storeMax, restMsMax } = limits.fleet;
  const waited = Math.max(loopLagMs > lagMax ? loopLagMs : 0, storeMs > storeMax ? storeMs : 0);
  return Math.min(waited, restMsMax);
}

/** Pauses between guilds according to the load. */
export class Pace {
  readonly #loopLagMs: () => number;
  readonly #wait: (ms: number) => Promise<void>;
  #storeMs = 0;

  /** `loopLagMs` returns the longest lag since its last call. */
  constructor(loopLagMs: () => number, wait: (ms: number) => Promise<void>) {
    this.#loopLagMs = loopLagMs;
    this.#wait = wait;
  }

  /** Records how long a record took to be stored. */
  stored(ms: number): void {
    this.#storeMs = ms;
  }

  async rest(): Promise<void> {
    const ms = restMs({ loopLagMs: this.#loopLagMs(), storeMs: this.#storeMs });
    this.#storeMs = 0;
    if (ms > 0) await this.#wait(ms);
  }
}
