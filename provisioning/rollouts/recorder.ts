import { processBackground, type Timer } from "../../src/kernel/background.ts";
import { limits } from "../../src/limits.ts";
import type { GuildOutcome } from "./rollouts.ts";

/**
 * Stores outcomes in batches, because each write waits for the disk. A crash loses only the records: the
 * database itself shows that it was migrated, and the next run finds it.
 */
export class Recorder {
  readonly #store: (outcomes: readonly GuildOutcome[]) => Promise<void>;
  #waiting: GuildOutcome[] = [];
  #writing: Promise<void> = Promise.resolve();
  #timer: Timer | undefined;
  #failure: unknown;

  constructor(store: (outcomes: readonly GuildOutcome[]) => Promise<void>) {
    this.#store = store;
  }

  /**
   * Adds an outcome; waits only while too many are unwritten.
   *
   * @throws the error of an earlier write.
   */
  async add(outcome: GuildOutcome): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    this.#waiting.push(outcome);
    if (this.#waiting.length >= limits.fleet.outcomesPerWrite) await this.flush();
    else
      this.#timer ??= processBackground.after("rollout.record", limits.fleet.recordMs, () =>
        this.#write(),
      );
  }

  /** @throws the error of the write. */
  async flush(): Promise<void> {
    await this.#write();
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Keeps the error of the write for the next caller. */
  async #write(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    const outcomes = this.#waiting;
    this.#waiting = [];
    if (outcomes.length > 0) {
      this.#writing = this.#writing.then(async () => {
        try {
          await this.#store(outcomes);
        } catch (error) {
          this.#failure ??= error;
        }
      });
    }
    await this.#writing;
  }

  async close(): Promise<void> {
    await this.flush();
  }
}
