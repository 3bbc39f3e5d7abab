import { LimitReached } from "../kernel/errors.ts";
import { limits } from "../limits.ts";

/** An open stream. */
export interface OpenStream {
  /** Aborted when the server closes. */
  readonly closing: AbortSignal;
  leave(): void;
}

/** Counts the event streams of this process by reader, and ends them when the server closes. */
export class OpenStreams {
  readonly #counts = new Map<string, number>();
  readonly #closing = new AbortController();

  /** @throws {LimitReached} `live/too-many-streams` */
  open(subject: string, max: number): OpenStream {
    const count = this.#counts.get(subject) ?? 0;
    if (count >= max) {
      throw new LimitReached(
        "live/too-many-streams",
        "You have too many live pages open. Close one of them and reload this page.",
        { max, retryAfterMs: limits.live.tooManyRetryAfterMs },
      );
    }
    this.#counts.set(subject, count + 1);
    let isOpen = true;
    return {
      closing: this.#closing.signal,
      leave: () => {
        if (!isOpen) return;
        isOpen = false;
        const left = this.#counts.get(subject)! - 1;
        if (left > 0) this.#counts.set(subject, left);
        else this.#counts.delete(subject);
      },
    };
  }

  /** The number of open streams. */
  get count(): number {
    let sum = 0;
    for (const count of this.#counts.values()) sum += count;
    return sum;
  }

  close(): void {
    this.#closing.abort();
  }
}
