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

/** UTF-16 units of text that are encoded at once. */
const PIECE_CHARS = 64 * 1024;

/**
 * Encodes a long text, made part by part, as UTF-8. Yields to other work in between, because to join and
 * encode some megabytes at once takes a tenth of a second.
 */
export async function encodedInTurns(parts: Iterable<string>): Promise<Uint8Array<ArrayBuffer>> {
  const encoder = new PieceEncoder();
  await inTurns(parts, (part) => encoder.add(part));
  return encoder.bytes();
}

/** As `encodedInTurns`, for parts that come from a database page by page. */
export async function encodedPages(pages: AsyncIterable<string>): Promise<Uint8Array<ArrayBuffer>> {
  const encoder = new PieceEncoder();
  const turn = new Turn();
  for await (const page of pages) {
    encoder.add(page);
    await turn.pause();
  }
  return encoder.bytes();
}

class PieceEncoder {
  readonly #encoder = new TextEncoder();
  readonly #pieces: Uint8Array<ArrayBuffer>[] = [];
  #text = "";

  add(part: string): void {
    this.#text += part;
    if (this.#text.length < PIECE_CHARS) return;
    this.#pieces.push(this.#encoder.encode(this.#text));
    this.#text = "";
  }

  bytes(): Uint8Array<ArrayBuffer> {
    this.#pieces.push(this.#encoder.encode(this.#text));
    const bytes = new Uint8Array(this.#pieces.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const piece of this.#pieces) {
      bytes.set(piece, at);
      at += piece.length;
    }
    return bytes;
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
