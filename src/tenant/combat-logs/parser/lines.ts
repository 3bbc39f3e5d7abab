import { CR, LF } from "./bytes.ts";

/** Called with each whole line, without its end. The bytes are only good during the call. */
export type OnLine = (bytes: Uint8Array, start: number, end: number, offset: number) => void;

/** Longer than any line of the game; what has no end for so long is no log. */
export const LINE_BYTES_MAX = 1024 * 1024;

/** Cuts chunks of bytes into lines, wherever the chunks were cut. */
export class LineSplitter {
  readonly #onLine: OnLine;
  /** The beginning of a line whose end has not come yet. */
  #rest: Uint8Array = new Uint8Array(0);
  /** Where in the whole the rest begins. */
  #offset = 0;
  #isSkipping = false;

  constructor(onLine: OnLine) {
    this.#onLine = onLine;
  }

  get offset(): number {
    return this.#offset;
  }

  push(chunk: Uint8Array): void {
    let start = 0;
    let end = chunk.indexOf(LF);
    if (this.#rest.length > 0 || this.#isSkipping) {
      if (end === -1) {
        this.#keep(chunk, 0);
        return;
      }
      const joined = join(this.#rest, chunk.subarray(0, end));
      const length = this.#rest.length + end + 1;
      if (!this.#isSkipping) this.#emit(joined, 0, joined.length);
      this.#isSkipping = false;
      this.#rest = EMPTY;
      this.#offset += length;
      start = end + 1;
      end = chunk.indexOf(LF, start);
    }
    while (end !== -1) {
      this.#emit(chunk, start, end);
      this.#offset += end + 1 - start;
      start = end + 1;
      end = chunk.indexOf(LF, start);
    }
    if (start < chunk.length) this.#keep(chunk, start);
  }

  /** What stands after the last end of a line: a line that is still being written, or the last one. */
  rest(): Uint8Array {
    const { length } = this.#rest;
    return this.#rest[length - 1] === CR ? this.#rest.subarray(0, length - 1) : this.#rest;
  }

  #emit(bytes: Uint8Array, start: number, end: number): void {
    this.#onLine(bytes, start, end > start && bytes[end - 1] === CR ? end - 1 : end, this.#offset);
  }

  #keep(chunk: Uint8Array, start: number): void {
    if (this.#isSkipping) {
      this.#offset += chunk.length - start;
      return;
    }
    this.#rest = join(this.#rest, chunk.subarray(start));
    if (this.#rest.length <= LINE_BYTES_MAX) return;
    // The beginning of an endless line is handed on as the bad line it is; the rest of it is nothing.
    this.#emit(this.#rest, 0, LINE_BYTES_MAX);
    this.#offset += this.#rest.length;
    this.#rest = EMPTY;
    this.#isSkipping = true;
  }
}

const EMPTY = new Uint8Array(0);

function join(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length === 0) return b.slice();
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}
