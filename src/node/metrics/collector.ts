import { pause } from "../../kernel/concurrency.ts";

interface Options {
  /** Reads at most once in this time, however many programs scrape. */
  readonly everyMs: number;
  /** A scrape waits no longer for it. The read goes on, and the next scrape has its result. */
  readonly waitMs: number;
  /** The time in Unix milliseconds. */
  readonly nowMs: () => number;
}

/** Reads numbers that cost something. While a read fails, the last ones stay, with their age. */
export class Collector<T> {
  readonly #read: () => Promise<T>;
  readonly #options: Options;
  #newest: T | undefined;
  #lastSuccessAt: number | undefined;
  #failures = 0;
  #startedAt = Number.NEGATIVE_INFINITY;
  #running: Promise<void> | undefined;

  constructor(read: () => Promise<T>, options: Options) {
    this.#read = read;
    this.#options = options;
  }

  /** The newest numbers; undefined before the first read has ended well. Never rejects. */
  get newest(): T | undefined {
    return this.#newest;
  }

  /** When `newest` was read, in Unix milliseconds. */
  get lastSuccessAt(): number | undefined {
    return this.#lastSuccessAt;
  }

  get failures(): number {
    return this.#failures;
  }

  /** Reads again if it is time to, and waits for it for a while. Never rejects. */
  async refresh(): Promise<void> {
    const { everyMs, waitMs } = this.#options;
    if (this.#running === undefined && performance.now() - this.#startedAt >= everyMs) {
      this.#startedAt = performance.now();
      this.#running = this.#run();
    }
    if (this.#running === undefined) return;
    const late = pause(waitMs);
    await Promise.race([this.#running, late.over]);
    late.end();
  }

  async #run(): Promise<void> {
    try {
      this.#newest = await this.#read();
      this.#lastSuccessAt = this.#options.nowMs();
    } catch {
      // Databases tell the log themselves; here the age of the numbers tells it.
      this.#failures++;
    }
    this.#running = undefined;
  }
}
