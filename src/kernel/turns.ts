import { limits } from "../limits.ts";
import { delay } from "./concurrency.ts";

/**
 * Lets others have their turn. `await` alone never gives way when the answer is there at once: a loop
 * over thousands of things would hold up every request of every guild.
 */
export class Turn {
  #endsAt = performance.now() + limits.turnMs;

  /** Has this work had its time? */
  get isOver(): boolean {
    return performance.now() >= this.#endsAt;
  }

  /** Resolves at once while there is time left, and after everything that waits when there is not. */
  async pause(): Promise<void> {
    if (!this.isOver) return;
    await nextTurn();
    this.#endsAt = performance.now() + limits.turnMs;
  }
}

/** Does `work` with each item, one after another, and lets others have their turn in between. */
export async function inTurns<T>(
  items: Iterable<T>,
  work: (item: T) => void | Promise<void>,
): Promise<void> {
  const turn = new Turn();
  for (const item of items) {
    await work(item);
    await turn.pause();
  }
}

/** Resolves once everything that waits for the event loop now has had its turn. */
export async function nextTurn(): Promise<void> {
  // Not every runtime has it; it comes a millisecond sooner.
  if (typeof setImmediate !== "function") return await delay(0);
  await new Promise<void>((resolve) => {
    setImmediate(resolve);
  });
}
