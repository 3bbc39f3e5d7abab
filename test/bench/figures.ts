import type { Figure } from "./main.ts";

/** One figure and its floor. `ratio` is ours divided by the floor. */
export function figure(
  bench: string,
  variant: string,
  n: number,
  unit: string,
  ours: number,
  floor: number | null,
): Figure {
  return { bench, variant, n, unit, ours, floor, ratio: floor === null ? null : ours / floor };
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}
