/** A name that is searched, with what makes a comparison cheap. */
interface Entry<T> {
  /** Code points. */
  readonly letters: readonly number[];
  readonly mask: number;
  readonly values: T[];
}

export interface Similar<T> {
  readonly value: T;
  /** From 0 to 1. */
  readonly similarity: number;
}

/**
 * How alike two keys are: 1 - d / length of the longer one, where d is the Damerau-Levenshtein
 * distance (optimal string alignment: each letter is moved once). Two letters swapped cost one step.
 *
 * Jaro-Winkler was not taken: it rewards a common beginning, and characters of one guild share
 * those. It gives Trogmoon and Trog 0.90, Skateboy and Skate 0.93; this measure gives 0.50 and 0.63.
 * Shodoon and Shodoom have 0.86 here, one letter of seven.
 */
export function similarity(one: string, other: string): number {
  return similarityOf(codesOf(one), codesOf(other), 0);
}

function similarityOf(one: readonly number[], other: readonly number[], least: number): number {
  const longer = Math.max(one.length, other.length);
  if (longer === 0) return 1;
  return 1 - distanceOf(one, other, stepsAllowed(longer, least)) / longer;
}

/** The most steps between two names that are still as similar as that. */
function stepsAllowed(longer: number, least: number): number {
  return Math.floor((1 - least) * longer + 1e-9);
}

/** The distance, or more than `most` when it is larger than that. Only the middle of the table counts. */
function distanceOf(one: readonly number[], other: readonly number[], most: number): number {
  const width = other.length + 1;
  const far = most + 1;
  if (Math.abs(one.length - other.length) > most) return far;
  let before = new Array<number>(width).fill(far);
  let last = Array.from({ length: width }, (_, column) => Math.min(column, far));
  let next = new Array<number>(width).fill(far);
  for (let row = 1; row <= one.length; row++) {
    const from = Math.max(1, row - most);
    const to = Math.min(other.length, row + most);
    next[0] = Math.min(row, far);
    if (from > 1) next[from - 1] = far;
    let best = from === 1 ? next[0] : far;
    for (let column = from; column <= to; column++) {
      const isSame = one[row - 1] === other[column - 1];
      let cost = Math.min(last[column]! + 1, next[column - 1]! + 1, last[column - 1]! + +!isSame);
      if (row > 1 && column > 1) {
        const isSwap = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
        if (isSwap) cost = Math.min(cost, before[column - 2]! + 1);
      }
      next[column] = Math.min(cost, far);
      best = Math.min(best, next[column]!);
    }
    if (to < other.length) next[to + 1] = far;
    // A swap leads from the row before the last one to the next one: both have to be too far.
    if (best > most && last.every((cost) => cost > most)) return far;
    [before, last, next] = [last, next, before];
  }
  return last[other.length]!;
}

/** Finds the entries whose names are alike. Most are ruled out by length and by their letters. */
export class SimilarNames<T> {
  readonly #byKey = new Map<string, Entry<T>>();
  readonly #byLength = new Map<number, Entry<T>[]>();

  add(key: string, value: T): void {
    const known = this.#byKey.get(key);
    if (known) {
      known.values.push(value);
      return;
    }
    const letters = codesOf(key);
    const entry = { letters, mask: maskOf(letters), values: [value] };
    this.#byKey.set(key, entry);
    const same = this.#byLength.get(letters.length) ?? [];
    same.push(entry);
    this.#byLength.set(letters.length, same);
  }

  /** Each value with its best similarity of at least `least`, in no order. */
  search(key: string, least: number): readonly Similar<T>[] {
    const letters = codesOf(key);
    const mask = maskOf(letters);
    const best = new Map<T, number>();
    for (const [length, entries] of this.#byLength) {
      const longer = Math.max(length, letters.length);
      const most = stepsAllowed(longer, least);
      if (Math.abs(length - letters.length) > most) continue;
      for (const entry of entries) {
        // Each step changes one letter on either side at most.
        if (bits(mask & ~entry.mask) > most || bits(entry.mask & ~mask) > most) continue;
        const found = similarityOf(letters, entry.letters, least);
        if (found < least) continue;
        for (const value of entry.values) best.set(value, Math.max(found, best.get(value) ?? 0));
      }
    }
    return [...best].map(([value, similarity]) => ({ value, similarity }));
  }
}

function codesOf(text: string): readonly number[] {
  return Array.from(text, (char) => char.codePointAt(0)!);
}

/** Which letters a name has, one bit each. Letters that share a bit only make the filter weaker. */
function maskOf(letters: readonly number[]): number {
  return letters.reduce((mask, letter) => mask | (1 << (letter & 31)), 0);
}

function bits(mask: number): number {
  let left = mask - ((mask >>> 1) & 0x55555555);
  left = (left & 0x33333333) + ((left >>> 2) & 0x33333333);
  return (((left + (left >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}
