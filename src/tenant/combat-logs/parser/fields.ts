import {
  BRACKET_CLOSE,
  BRACKET_OPEN,
  COMMA,
  intOf,
  PAREN_CLOSE,
  PAREN_OPEN,
  QUOTE,
  ZERO,
} from "./bytes.ts";

/** More than any line has. COMBATANT_INFO is read group by group and counts as few. */
const FIELDS_MAX = 256;

/**
 * The fields of one line as offsets. Commas inside quotes and brackets do not separate fields. A quote ends
 * only before a comma, a bracket or the end of the line, because names can contain quotes.
 */
export class Fields {
  readonly starts = new Int32Array(FIELDS_MAX);
  readonly ends = new Int32Array(FIELDS_MAX);
  bytes: Uint8Array = new Uint8Array(0);
  count = 0;

  /** Splits `bytes[start..end)`. Fields above the maximum are counted but not stored. */
  split(bytes: Uint8Array, start: number, end: number): void {
    this.bytes = bytes;
    const { starts, ends } = this;
    let count = 0;
    let from = start;
    let depth = 0;
    for (let at = start; at < end; at++) {
      const byte = bytes[at]!;
      // Nearly every byte is a letter or a digit: one table look-up replaces six comparisons.
      if (MEANS[byte] === 0) continue;
      if (byte === COMMA) {
        if (depth !== 0) continue;
        if (count < FIELDS_MAX) {
          starts[count] = from;
          ends[count] = at;
        }
        count++;
        from = at + 1;
      } else if (byte === QUOTE) {
        if (at === from || depth > 0) at = closingQuote(bytes, at + 1, end);
      } else if (byte === BRACKET_OPEN || byte === PAREN_OPEN) {
        // Brackets in a name are inside quotes; a bracket in the middle of a word opens no group.
        if (at === from || depth > 0) depth++;
      } else if (byte === BRACKET_CLOSE || byte === PAREN_CLOSE) {
        if (depth > 0) depth--;
      }
    }
    if (count < FIELDS_MAX) {
      starts[count] = from;
      ends[count] = end;
    }
    this.count = Math.min(count + 1, FIELDS_MAX);
  }

  /** A decimal whole number; 0 for anything else. */
  int(index: number): number {
    return intOf(this.bytes, this.starts[index]!, this.ends[index]!);
  }

  /** Tells whether a field is exactly this word. */
  is(index: number, word: Uint8Array): boolean {
    if (index >= this.count) return false;
    const start = this.starts[index]!;
    if (this.ends[index]! - start !== word.length) return false;
    for (let at = 0; at < word.length; at++) {
      if (this.bytes[start + at] !== word[at]) return false;
    }
    return true;
  }

  /** Tells whether two fields have the same bytes. */
  isSame(one: number, other: number): boolean {
    if (one >= this.count || other >= this.count) return false;
    const { bytes, starts, ends } = this;
    const [a, b] = [starts[one]!, starts[other]!];
    const length = ends[one]! - a;
    if (ends[other]! - b !== length) return false;
    // Units differ in their last letters.
    for (let at = length - 1; at >= 0; at--) if (bytes[a + at] !== bytes[b + at]) return false;
    return true;
  }

  /**
   * Accepts `Player-…`, `Creature-…`, sixteen zeros, or `0x` and sixteen digits, but no other number and no
   * `nil`.
   */
  isGuid(index: number): boolean {
    if (index >= this.count) return false;
    const start = this.starts[index]!;
    if (this.ends[index]! - start < 16) return false;
    const first = this.bytes[start]!;
    return first === ZERO || (first >= 65 && first <= 90);
  }

  isZeros(index: number): boolean {
    const end = this.ends[index]!;
    for (let at = this.starts[index]!; at < end; at++) if (this.bytes[at] !== ZERO) return false;
    return true;
  }
}

const MEANS = new Uint8Array(256);
for (const byte of [COMMA, QUOTE, BRACKET_OPEN, BRACKET_CLOSE, PAREN_OPEN, PAREN_CLOSE]) {
  MEANS[byte] = 1;
}

/** The offset of the quote that ends a text which began before `at`; the last byte when no quote ends it. */
function closingQuote(bytes: Uint8Array, at: number, end: number): number {
  for (let i = at; i < end; i++) {
    if (bytes[i] !== QUOTE) continue;
    const next = bytes[i + 1];
    if (i + 1 >= end || next === COMMA || next === PAREN_CLOSE || next === BRACKET_CLOSE) return i;
  }
  return end - 1;
}
