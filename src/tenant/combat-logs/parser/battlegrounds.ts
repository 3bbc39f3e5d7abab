/** The battlegrounds of all clients, by the game's number of the instance. Their logs name no match. */
const BATTLEGROUNDS: ReadonlySet<number> = new Set([
  30, 489, 529, 566, 607, 628, 726, 727, 761, 968, 998, 1105, 1681, 1803, 2106, 2107, 2188, 2245,
  2656,
]);

export function isBattleground(instance: number): boolean {
  return BATTLEGROUNDS.has(instance);
}
