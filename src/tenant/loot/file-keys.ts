/**
 * How an award is called in files for other tools: the second it was given and nine digits of its id, such
 * as `1764580000-3f9c01aa2`. RCLootCouncil takes ids that begin with seconds, and thatsmybis keeps the
 * first 20 characters of an id.
 */
export interface LootFileKey {
  /** Unix seconds. */
  readonly seconds: number;
  readonly tail: string;
}

const KEY = /^(\d{9,10})-([0-9a-f]{9})$/;

/** The key of an award in files. `at` is in Unix milliseconds. */
export function lootFileKey({ id, at }: { readonly id: string; readonly at: number }): string {
  return `${Math.floor(at / 1_000)}-${id.slice(-9)}`;
}

/** The key in a text, or undefined for ids that other tools gave. */
export function lootFileKeyIn(text: string): LootFileKey | undefined {
  const found = KEY.exec(text);
  return found === null ? undefined : { seconds: Number(found[1]), tail: found[2]! };
}
