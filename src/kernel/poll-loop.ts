import { pause } from "./concurrency.ts";

/**
 * Repeats the same work: at least every `everyMs`, and at once when woken. Runs never overlap. A failed
 * run is reported, and the next one follows.
 */
export class PollLoop {
  readonly #work: () => Promise<void>;
  readonly #everyMs: number;
  readonly #onError: (error: unknown) => void;
  readonly #stopping = new AbortController();
  #wake: () => void = () => {};
  #running: Promise<void> = Promise.resolve();

  constructor(work: () => Promise<void>, everyMs: number, onError: (error: unknown) => void) {
    this.#work = work;
    this.#everyMs = everyMs;
    this.#onError = onError;
  }

  /** Aborted when the loop stops. No new work may begin then. */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  start(): void {
    this.#running = this.#loop();
  }

  /** Asks for a run now. A call during a run causes another run after it. */
  wake(): void {
    this.#wake();
  }

  /** Stops the loop. Resolves when the run in progress has ended. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#wake();
    await this.#running;
  }

  async #loop(): Promise<void> {
    while (!this.stopping.aborted) {
      const woken = pause(this.#everyMs);
      this.#wake = woken.end;
      await this.#work().catch(this.#onError);
      await woken.over;
    }
  }
}
