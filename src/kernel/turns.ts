import { limits } from "../limits.ts";
import { delay } from "./concurrency.ts";

/**
 * Yields to other work. `await` alone does not yield when the result is ready at once, so a loop over
 * thousands of items would hold up every request of every guild.
 */
export class Turn {
  #endsAt = performance.now() + limits.turnMs;

  /** Whether this work has used up its time. */
  get isOver(): boolean {
    return performance.now() >= this.#endsAt;
  }

  /** Resolves at once while time is left, else after everything that waits for the event loop. */
  async pause(): Promise<void> {
    if (!this.isOver) return;
    await nextTurn();
    this.#endsAt = performance.now() + limits.turnMs;
  }
}

/** Runs `work` on each item, one after another, and yields to other work in between. */
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

/** Runs work to its end, and yields to other work between its steps. */
export async function inSteps<T>(steps: Generator<void, T>): Promise<T> {
  const turn = new Turn();
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    await turn.pause();
  }
}

/** Resolves after everything that waits for the event loop now. */
export async function nextTurn(): Promise<void> {
  // Not every runtime has it. It is a millisecond faster than a timer.
  if (typeof setImmediate !== "function") return await delay(0);
  await new Promise<void>((resolve) => {
    setImmediate(resolve);
  });
}
