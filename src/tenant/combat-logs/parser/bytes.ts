/** Byte values with a meaning in a log line. */
export const LF = 10;
export const CR = 13;
export const TAB = 9;
export const SPACE = 32;
export const QUOTE = 34;
export const PAREN_OPEN = 40;
export const PAREN_CLOSE = 41;
export const PLUS = 43;
export const COMMA = 44;
export const MINUS = 45;
export const DOT = 46;
export const SLASH = 47;
export const ZERO = 48;
const NINE = 57;
export const COLON = 58;
export const BRACKET_OPEN = 91;
export const BRACKET_CLOSE = 93;
export const LOWER_X = 120;

const decoder = new TextDecoder();

/** The text between two offsets, read as UTF-8. */
export function textOf(bytes: Uint8Array, start: number, end: number): string {
  return decoder.decode(bytes.subarray(start, end));
}

/** The bytes of an ASCII word, to compare fields with. */
export function asciiOf(word: string): Uint8Array {
  return Uint8Array.from(word, (letter) => letter.charCodeAt(0));
}

/** A decimal whole number without its fraction. Anything else, such as `nil`, is 0. */
export function intOf(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  const isNegative = bytes[at] === MINUS;
  if (isNegative) at++;
  let value = 0;
  for (; at < end; at++) {
    const digit = bytes[at]! - ZERO;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
  }
  return isNegative ? -value : value;
}

/** Unit flags such as `0x10a48`. Also reads decimal numbers, which some fields of spell schools contain. */
export function hexOf(bytes: Uint8Array, start: number, end: number): number {
  if (bytes[start] !== ZERO || bytes[start + 1] !== LOWER_X) return intOf(bytes, start, end);
  let value = 0;
  for (let at = start + 2; at < end; at++) {
    const byte = bytes[at]!;
    const digit = byte <= NINE ? byte - ZERO : (byte | 32) - 87;
    value = value * 16 + digit;
  }
  return value;
}

export function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}

/**
 * Assigns the same small number to equal byte strings without creating a string for each: a log repeats a
 * few hundred unit names a million times. One array stores the bytes of all keys.
 */
export class Interner {
  #slots = new Int32Array(1024).fill(-1);
  #hashes = new Int32Array(512);
  /** The end of each key; it begins at the end of the one before. */
  #ends = new Uint32Array(512);
  #bytes = new Uint8Array(16 * 1024);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The unique number of these bytes; `size` grows when they are new. */
  intern(bytes: Uint8Array, start: number, end: number): number {
    let hash = (end - start) | 0;
    // Byte by byte: reading four bytes at a time would require alignment.
    for (let at = start; at < end; at++) hash = (Math.imul(hash, 31) + bytes[at]!) | 0;
    const mask = this.#slots.length - 1;
    for (let slot = (hash ^ (hash >>> 15)) & mask; ; slot = (slot + 1) & mask) {
      const index = this.#slots[slot]!;
      if (index === -1) return this.#add(slot, hash, bytes, start, end);
      if (this.#hashes[index] === hash && this.#equals(index, bytes, start, end)) return index;
    }
  }

  text(index: number): string {
    return textOf(this.#bytes, this.#startOf(index), this.#ends[index]!);
  }

  #startOf(index: number): number {
    return index === 0 ? 0 : this.#ends[index - 1]!;
  }

  #equals(index: number, bytes: Uint8Array, start: number, end: number): boolean {
    const from = this.#startOf(index);
    const length = end - start;
    if (this.#ends[index]! - from !== length) return false;
    const kept = this.#bytes;
    for (let at = 0; at < length; at++) if (kept[from + at] !== bytes[start + at]) return false;
    return true;
  }

  #add(slot: number, hash: number, bytes: Uint8Array, start: number, end: number): number {
    const index = this.#size++;
    const from = this.#startOf(index);
    const to = from + end - start;
    if (index === this.#ends.length) {
      this.#ends = grown(this.#ends, index * 2);
      this.#hashes = grown(this.#hashes, index * 2);
    }
    if (to > this.#bytes.length) this.#bytes = grown(this.#bytes, Math.max(to, from * 2));
    this.#bytes.set(bytes.subarray(start, end), from);
    this.#ends[index] = to;
    this.#hashes[index] = hash;
    this.#slots[slot] = index;
    if (this.#size * 2 > this.#slots.length) this.#growSlots();
    return index;
  }

  #growSlots(): void {
    const slots = new Int32Array(this.#slots.length * 2).fill(-1);
    const mask = slots.length - 1;
    for (let index = 0; index < this.#size; index++) {
      const hash = this.#hashes[index]!;
      let slot = (hash ^ (hash >>> 15)) & mask;
      while (slots[slot] !== -1) slot = (slot + 1) & mask;
      slots[slot] = index;
    }
    this.#slots = slots;
  }
}

function grown<T extends Uint8Array | Uint32Array | Int32Array>(from: T, length: number): T {
  const to = new (from.constructor as new (length: number) => T)(length);
  to.set(from);
  return to;
}
