import { TooLarge } from "../../../kernel/errors.ts";
import { limits } from "../../../limits.ts";
import { Interner, LOWER_X, QUOTE, textOf, ZERO } from "./bytes.ts";

const OWNER_KEPT_MS = 30 * 60_000;

/** Everybody and everything that a log names, by a small number each; and whose each pet is. */
export class Units {
  readonly #guids = new Interner();
  readonly #names: string[] = [];
  readonly isPlayer: boolean[] = [];
  /** Nobody: ground effects and falling have no source. */
  readonly isNobody: boolean[] = [];
  readonly #owner: number[] = [];
  readonly #ownerMs: number[] = [];
  /** Owners that were named before this moment are forgotten. */
  #forgottenMs = Number.NEGATIVE_INFINITY;
  /** Told when a unit gets an owner that it had not before. */
  onOwner: (unit: number) => void = () => {};

  get size(): number {
    return this.#guids.size;
  }

  /** @throws {TooLarge} `logs/too-many-names` */
  unit(bytes: Uint8Array, start: number, end: number): number {
    const before = this.#guids.size;
    const until = Math.min(end, start + limits.logs.nameBytesMax);
    const unit = this.#guids.intern(bytes, start, until);
    if (unit !== before) return unit;
    if (before >= limits.logs.unitsMax) throw tooManyNames();
    this.#add(textOf(bytes, start, until));
    return unit;
  }

  /** Remembers a name, without its quotes; the first readable one counts. */
  name(unit: number, bytes: Uint8Array, start: number, end: number): void {
    if (this.#names[unit] !== "") return;
    const text = nameIn(bytes, start, end);
    if (text === "nil" || text === "") return;
    this.#names[unit] = text;
  }

  guidOf(unit: number): string {
    return this.#guids.text(unit);
  }

  nameOf(unit: number): string {
    return this.#names[unit] || (this.isNobody[unit] ? "" : this.guidOf(unit));
  }

  /** Says whose a unit is. Players belong to nobody, and nobody belongs to itself. */
  own(unit: number, owner: number, atMs: number): void {
    if (this.isPlayer[unit] || unit === owner || this.isNobody[owner] || this.isNobody[unit])
      return;
    const isNew = this.#ownerOf(unit) !== owner;
    this.#owner[unit] = owner;
    this.#ownerMs[unit] = atMs;
    if (isNew) this.onOwner(unit);
  }

  /** The player behind a unit, through pets of pets; -1 when nothing has named one yet. */
  playerOf(unit: number): number {
    let at = unit;
    // A circle of owners is nonsense in the log, and must not be an endless loop here.
    for (let steps = 0; steps < 8; steps++) {
      if (this.isPlayer[at]) return at;
      const owner = this.#ownerOf(at);
      if (owner === -1) return -1;
      at = owner;
    }
    return -1;
  }

  /** In another zone a pet's number may be given to another's pet: old owners do not count any more. */
  forgetOwners(atMs: number): void {
    this.#forgottenMs = Math.max(this.#forgottenMs, atMs - OWNER_KEPT_MS);
  }

  #ownerOf(unit: number): number {
    return this.#ownerMs[unit]! < this.#forgottenMs ? -1 : this.#owner[unit]!;
  }

  #add(guid: string): void {
    this.#names.push("");
    this.isPlayer.push(isPlayer(guid));
    this.isNobody.push(/^(0x)?0*$/.test(guid) || guid === "nil");
    this.#owner.push(-1);
    this.#ownerMs.push(0);
  }
}

/** A name without its quotes, and no more of it than is kept. */
export function nameIn(bytes: Uint8Array, start: number, end: number): string {
  const isQuoted = bytes[start] === QUOTE;
  const from = isQuoted ? start + 1 : start;
  const to = isQuoted && end > from ? end - 1 : end;
  return textOf(bytes, from, Math.min(to, from + limits.logs.nameBytesMax));
}

export function tooManyNames(): TooLarge {
  return new TooLarge(
    "logs/too-many-names",
    "This log names more units or spells than one log may. Split it.",
    { unitsMax: limits.logs.unitsMax, spellsMax: limits.logs.spellsMax },
  );
}

/** Old logs write GUIDs as numbers whose third digit from the left, of sixteen, is the type. */
function isPlayer(guid: string): boolean {
  if (guid.charCodeAt(0) !== ZERO || guid.charCodeAt(1) !== LOWER_X) {
    return guid.startsWith("Player-");
  }
  return guid.length === 18 && guid[4] === "0" && !/^0x0+$/.test(guid);
}
