import type { ClassId } from "../../../roster/classes.ts";

/** The game's numbers of classes. */
const CLASS_NUMBERS: readonly (ClassId | undefined)[] = [
  undefined,
  "warrior",
  "paladin",
  "hunter",
  "rogue",
  "priest",
  "death-knight",
  "shaman",
  "mage",
  "warlock",
  "monk",
  "druid",
  "demon-hunter",
  "evoker",
];

export function classOfNumber(value: unknown): ClassId | undefined {
  return typeof value === "number" ? CLASS_NUMBERS[value] : undefined;
}

/** `1:101` of the addon's `{1, 101}` and of the game's `Player-1-00000065`, which counts in hex. */
export function guidText(server: unknown, player: unknown): string | undefined {
  return Number.isSafeInteger(server) && Number.isSafeInteger(player)
    ? `${String(server)}:${String(player)}`
    : undefined;
}

export function guidFrom(text: unknown): string | undefined {
  const parts =
    typeof text === "string" ? /^Player-(\d+)-([\da-f]{1,16})$/i.exec(text.trim()) : null;
  return parts ? guidText(Number(parts[1]), Number.parseInt(parts[2]!, 16)) : undefined;
}
