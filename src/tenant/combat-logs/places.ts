/** Places of fights between players, by the game's number of the instance. */
const ARENAS: ReadonlyMap<number, string> = new Map([
  [559, "Nagrand"],
  [562, "Blade's Edge"],
  [572, "Ruins of Lordaeron"],
  [617, "Dalaran Sewers"],
  [980, "Tol'viron"],
  [1134, "Tiger's Peak"],
  [1504, "Black Rook Hold"],
  [1505, "Nagrand"],
  [1552, "Ashamane's Fall"],
  [1672, "Blade's Edge"],
  [1825, "Hook Point"],
  [1911, "Mugambala"],
  [2167, "The Robodrome"],
  [2373, "Empyrean Domain"],
  [2509, "Maldraxxus Coliseum"],
  [2547, "Enigma Crucible"],
  [2563, "Nokhudon Proving Grounds"],
  [2759, "Cage of Carnage"],
]);

/** The place of an arena match; undefined where it is not known. */
export function arenaOf(instance: number): string | undefined {
  return ARENAS.get(instance);
}
