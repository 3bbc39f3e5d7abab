/** The game's difficulty numbers, by the kind that pages have a word for. */
const KINDS: Readonly<Record<number, Difficulty>> = {
  1: "normal",
  2: "heroic",
  3: "normal10",
  4: "normal25",
  5: "heroic10",
  6: "heroic25",
  7: "finder",
  8: "keystone",
  9: "normal40",
  14: "normal",
  15: "heroic",
  16: "mythic",
  17: "finder",
  23: "mythic",
  226: "discovery",
};

export type Difficulty =
  | "normal"
  | "heroic"
  | "mythic"
  | "finder"
  | "keystone"
  | "normal10"
  | "normal25"
  | "heroic10"
  | "heroic25"
  | "normal40"
  | "discovery"
  | "other";

export function difficultyOf(number: number): Difficulty {
  return KINDS[number] ?? "other";
}
