import { CR, LF } from "./bytes.ts";

/** Called for each complete line without its line break. The bytes are valid only during the call. */
export type OnLine = (bytes: Uint8Array, start: number, end: number, offset: number) => void;

/** Longer than any line of the game. A file with a longer line is not a log. */
const LINE_BYTES_MAX = 1024 * 1024;

/** Splits chunks of bytes into lines, for any chunk boundaries. */
export class LineSplitter {
  readonly #onLine: OnLine;
  /** The beginning of a line whose end has not arrived, at the start of a larger buffer. */
  #rest: Uint8Array = EMPTY;
  #restLength = 0;
  /** The position of the rest in the whole log. */
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
    if (this.#restLength > 0 || this.#isSkipping) {
      if (end === -1) {
        this.#keep(chunk, 0);
        return;
      }
      const length = this.#restLength + end + 1;
      if (!this.#isSkipping) {
        this.#add(chunk.subarray(0, end));
        this.#emit(this.#rest, 0, this.#restLength);
      }
      this.#isSkipping = false;
      this.#forget();
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

  /** The bytes after the last line break: an incomplete line, or the last one. */
  rest(): Uint8Array {
    const length = this.#restLength;
    return this.#rest.subarray(0, this.#rest[length - 1] === CR ? length - 1 : length);
  }

  #emit(bytes: Uint8Array, start: number, end: number): void {
    this.#onLine(bytes, start, end > start && bytes[end - 1] === CR ? end - 1 : end, this.#offset);
  }

  #keep(chunk: Uint8Array, start: number): void {
    if (this.#isSkipping) {
      this.#offset += chunk.length - start;
      return;
    }
    this.#add(chunk.subarray(start));
    if (this.#restLength <= LINE_BYTES_MAX) return;
    // The beginning of an endless line is reported as a bad line; the remainder is skipped.
    this.#emit(this.#rest, 0, LINE_BYTES_MAX);
    this.#offset += this.#restLength;
    this.#forget();
    this.#isSkipping = true;
  }

  /** Doubles the buffer: a line that arrives byte by byte must not be copied for each byte. */
  #add(bytes: Uint8Array): void {
    const length = this.#restLength + bytes.length;
    if (length > this.#rest.length) {
      const grown = new Uint8Array(Math.max(length, this.#rest.length * 2));
      grown.set(this.#rest.subarray(0, this.#restLength));
      this.#rest = grown;
    }
    this.#rest.set(bytes, this.#restLength);
    this.#restLength = length;
  }

  #forget(): void {
    this.#restLength = 0;
    if (this.#rest.length > REST_KEPT_BYTES) this.#rest = EMPTY;
  }
}

const EMPTY = new Uint8Array(0);
/** A buffer of this size is kept for the next line; it fits any usual line. */
const REST_KEPT_BYTES = 64 * 1024;
