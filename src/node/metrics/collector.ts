import { pause } from "../../kernel/concurrency.ts";

interface Options {
  /** The shortest interval between reads, however many programs scrape. */
  readonly everyMs: number;
  /** The longest wait of a scrape. The read continues, and the next scrape has its result. */
  readonly waitMs: number;
  /** The time in Unix milliseconds. */
  readonly nowMs: () => number;
}

/** Reads expensive numbers. While reads fail, the last numbers stay, with their age. */
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

  /** The newest numbers. Undefined before the first successful read. */
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

  /** Starts a read if the interval has passed, and waits up to `waitMs` for it. Never rejects. */
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
      // Databases log their own failures. Here the age of the numbers shows it.
      this.#failures++;
    }
    this.#running = undefined;
  }
}
