import { pause } from "./concurrency.ts";

/**
 * Does the same work round after round: every `everyMs` at the latest, at once when woken, never twice
 * at a time. A round that fails is told of, and the next one comes.
 */
export class Rounds {
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

  /** Aborted once nothing more is to be begun. */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  start(): void {
    this.#running = this.#loop();
  }

  /** There may be something to do. What comes during a round is done after it. */
  wake(): void {
    this.#wake();
  }

  /** Resolves once the round under way has ended. */
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
