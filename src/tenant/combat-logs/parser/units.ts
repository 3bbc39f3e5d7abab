import { TooLarge } from "../../../kernel/errors.ts";
import { MINUTE_MS } from "../../../kernel/time.ts";
import { limits } from "../../../limits.ts";
import { type Boss, bossOf } from "./bosses.ts";
import { Interner, LOWER_X, QUOTE, textOf, ZERO } from "./bytes.ts";

const OWNER_KEPT_MS = 30 * MINUTE_MS;

/** Assigns a small number to every unit of a log, and tracks the owners of pets. */
export class Units {
  readonly #guids = new Interner();
  readonly #names: string[] = [];
  readonly isPlayer: boolean[] = [];
  /** True for the empty unit: ground effects and falling have no source. */
  readonly isEmpty: boolean[] = [];
  readonly #owner: number[] = [];
  readonly #ownerMs: number[] = [];
  /** The boss that a unit is. Null for other units. Undefined until first looked up. */
  readonly #bosses: (Boss | null | undefined)[] = [];
  /** Owners named before this time are ignored. */
  #forgottenMs = Number.NEGATIVE_INFINITY;
  /** Called when a unit gets a new owner. */
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

  /** Stores a unit's name without its quotes; the first readable name counts. */
  name(unit: number, bytes: Uint8Array, start: number, end: number): void {
    if (this.#names[unit] !== "") return;
    const text = nameIn(bytes, start, end);
    if (text === "nil" || text === "") return;
    this.#names[unit] = text;
  }

  /** The raid boss that a unit is, in logs without encounters. */
  bossOf(unit: number): Boss | undefined {
    let boss = this.#bosses[unit];
    if (boss === undefined) {
      boss = bossOf(this.guidOf(unit), this.nameOf(unit)) ?? null;
      this.#bosses[unit] = boss;
    }
    return boss ?? undefined;
  }

  guidOf(unit: number): string {
    return this.#guids.text(unit);
  }

  nameOf(unit: number): string {
    return this.#names[unit] || (this.isEmpty[unit] ? "" : this.guidOf(unit));
  }

  /** Sets a unit's owner. Players have no owner, and the empty unit is no owner. */
  own(unit: number, owner: number, atMs: number): void {
    if (this.isPlayer[unit] || unit === owner || this.isEmpty[owner] || this.isEmpty[unit]) return;
    const isNew = this.#ownerOf(unit) !== owner;
    this.#owner[unit] = owner;
    this.#ownerMs[unit] = atMs;
    if (isNew) this.onOwner(unit);
  }

  /** The player behind a unit, through pets of pets; -1 when the owner is unknown. */
  playerOf(unit: number): number {
    let at = unit;
    // Owners in a circle make no sense, but must not cause an endless loop.
    for (let steps = 0; steps < 8; steps++) {
      if (this.isPlayer[at]) return at;
      const owner = this.#ownerOf(at);
      if (owner === -1) return -1;
      at = owner;
    }
    return -1;
  }

  /** Forgets old owners: in another zone, a pet's number may belong to another player's pet. */
  forgetOwners(atMs: number): void {
    this.#forgottenMs = Math.max(this.#forgottenMs, atMs - OWNER_KEPT_MS);
  }

  #ownerOf(unit: number): number {
    return this.#ownerMs[unit]! < this.#forgottenMs ? -1 : this.#owner[unit]!;
  }

  #add(guid: string): void {
    this.#names.push("");
    this.isPlayer.push(isPlayer(guid));
    this.isEmpty.push(/^(0x)?0*$/.test(guid) || guid === "nil");
    this.#owner.push(-1);
    this.#ownerMs.push(0);
  }
}

/** A name without its quotes, cut to the maximum length. */
export function nameIn(bytes: Uint8Array, start: number, end: number): string {
  const isQuoted = bytes[start] === QUOTE;
  const from = isQuoted ? start + 1 : start;
  const to = isQuoted && end > from ? end - 1 : end;
  return textOf(bytes, from, Math.min(to, from + limits.logs.nameBytesMax));
}

export function tooManyNames(): TooLarge {
  return new TooLarge(
    "logs/too-many-names",
    "This log has too many units or spells. Split it into smaller logs.",
    { unitsMax: limits.logs.unitsMax, spellsMax: limits.logs.spellsMax },
  );
}

/** Old logs write GUIDs as numbers. The lower three bits of the third of sixteen digits are the type. */
function isPlayer(guid: string): boolean {
  if (guid.charCodeAt(0) !== ZERO || guid.charCodeAt(1) !== LOWER_X) {
    return guid.startsWith("Player-");
  }
  const isOfPlayer = (Number.parseInt(guid[4] ?? "", 16) & 7) === 0;
  return guid.length === 18 && isOfPlayer && /^0x[\da-f]{16}$/i.test(guid) && !/^0x0+$/.test(guid);
}
