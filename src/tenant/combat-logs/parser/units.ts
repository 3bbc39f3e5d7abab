import { Interner, LOWER_X, textOf, ZERO } from "./bytes.ts";

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
  /** Told when a unit gets an owner that it had not before. */
  onOwner: (unit: number) => void = () => {};

  get size(): number {
    return this.#guids.size;
  }

  unit(bytes: Uint8Array, start: number, end: number): number {
    const before = this.#guids.size;
    const unit = this.#guids.intern(bytes, start, end);
    if (unit === before) this.#add(textOf(bytes, start, end));
    return unit;
  }

  /** Remembers a name, without its quotes; the first readable one counts. */
  name(unit: number, bytes: Uint8Array, start: number, end: number): void {
    if (this.#names[unit] !== "") return;
    const text = textOf(bytes, start, end);
    if (text === "nil" || text === "") return;
    this.#names[unit] = text.startsWith('"') ? text.slice(1, -1) : text;
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
    const isNew = this.#owner[unit] !== owner;
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
      const owner = this.#owner[at]!;
      if (owner === -1) return -1;
      at = owner;
    }
    return -1;
  }

  /** In another zone a pet's number may be given to another's pet. */
  forgetOwners(atMs: number): void {
    for (let unit = 0; unit < this.#owner.length; unit++) {
      if (this.#owner[unit] !== -1 && atMs - this.#ownerMs[unit]! > OWNER_KEPT_MS) {
        this.#owner[unit] = -1;
      }
    }
  }

  #add(guid: string): void {
    this.#names.push("");
    this.isPlayer.push(isPlayer(guid));
    this.isNobody.push(/^(0x)?0*$/.test(guid) || guid === "nil");
    this.#owner.push(-1);
    this.#ownerMs.push(0);
  }
}

/** Old logs write GUIDs as numbers whose third digit from the left, of sixteen, is the type. */
function isPlayer(guid: string): boolean {
  if (guid.charCodeAt(0) !== ZERO || guid.charCodeAt(1) !== LOWER_X) {
    return guid.startsWith("Player-");
  }
  return guid.length === 18 && guid[4] === "0" && !/^0x0+$/.test(guid);
}
