import { TooLarge } from "../../../kernel/errors.ts";
import { limits } from "../../../limits.ts";
import { intOf } from "./bytes.ts";
import type { Fields } from "./fields.ts";
import { OpenFight } from "./fight.ts";
import { hasOwnerlessPets, outlineOf, reportOf, type Spells } from "./report.ts";
import type { Fight, FightKind, FightOutline, Keystone, Outcome } from "./types.ts";
import { nameIn, type Units } from "./units.ts";

/** A longer pause in combat separates two fights. */
const TRASH_GAP_MS = 5_000;
/** Shorter combat is a stray hit. */
const TRASH_MS_MIN = 3_000;
/** At most this many fights wait for a pet's owner. Beyond it, the oldest is reported without the owner. */
const HELD_MAX = 64;
/** The game has four affixes. */
const AFFIXES_MAX = 8;

/** Tracks where fights begin and end, and reports finished ones. */
export class Segments {
  open: OpenFight | undefined;
  readonly keystones: Keystone[] = [];
  readonly #units: Units;
  readonly #spells: Spells;
  readonly #onFight: (fight: Fight) => void;
  readonly #hasTrash: boolean;
  #held: OpenFight[] = [];
  #heldShares = 0;
  #fights = 0;
  #keystone: number | null = null;
  #lastCombatMs = 0;

  constructor(
    units: Units,
    spells: Spells,
    options: { readonly trash: boolean; readonly onFight: (fight: Fight) => void },
  ) {
    this.#units = units;
    this.#spells = spells;
    this.#hasTrash = options.trash;
    this.#onFight = options.onFight;
    units.onOwner = () => {
      if (this.#held.length > 0) this.#hasNewOwner = true;
    };
  }

  #hasNewOwner = false;

  startEncounter(fields: Fields, atMs: number, byte: number): void {
    this.closeAs("incomplete", byte);
    this.#begin("encounter", atMs, byte, {
      id: number(fields, 1),
      name: quoted(fields, 2),
      difficulty: number(fields, 3),
      size: number(fields, 4),
    });
  }

  /** Ignores an end without a beginning, and the end of another encounter. */
  endEncounter(fields: Fields, atMs: number, endByte: number): void {
    const { open } = this;
    if (open?.kind !== "encounter" || open.id !== number(fields, 1)) return;
    open.endMs = atMs;
    if (fields.count > 6) open.gameMs = number(fields, 6);
    this.closeAs(number(fields, 5) === 1 ? "kill" : "wipe", endByte);
  }

  startArena(fields: Fields, atMs: number, byte: number): void {
    this.closeAs("incomplete", byte);
    const difficulty = fields.count > 4 ? number(fields, 4) : null;
    const name = fields.count > 3 ? quoted(fields, 3) : "";
    this.#begin("arena", atMs, byte, { id: number(fields, 1), name, difficulty, size: null });
  }

  endArena(fields: Fields, atMs: number, endByte: number): void {
    const { open } = this;
    if (open?.kind !== "arena") return;
    open.endMs = atMs;
    if (fields.count > 2) open.gameMs = number(fields, 2) * 1_000;
    this.closeAs(number(fields, 1) === open.difficulty ? "kill" : "wipe", endByte);
  }

  startKeystone(fields: Fields, atMs: number): void {
    this.#endKeystone(atMs, null, null);
    if (this.keystones.length >= limits.logs.keystonesMax) throw tooManyFights();
    const affixes = fields.count > 5 ? quoted(fields, 5).match(/\d+/g) : null;
    this.keystones.push({
      name: quoted(fields, 1),
      mapId: fields.count > 3 ? number(fields, 3) : null,
      level: fields.count > 4 ? number(fields, 4) : 0,
      affixes: (affixes ?? []).slice(0, AFFIXES_MAX).map(Number),
      startMs: atMs,
      endMs: null,
      success: null,
      gameMs: null,
    });
    this.#keystone = this.keystones.length - 1;
  }

  /** An end with zeros only appears before every start, and when a run is abandoned. */
  endKeystone(fields: Fields, atMs: number): void {
    const level = number(fields, 3);
    const gameMs = number(fields, 4);
    if (level === 0 && gameMs === 0) this.#endKeystone(atMs, null, null);
    else this.#endKeystone(atMs, number(fields, 2) === 1, gameMs);
  }

  /** Combat outside of an encounter: begins, continues or ends a trash fight. */
  combat(atMs: number, byte: number): void {
    if (!this.#hasTrash) return;
    const { open } = this;
    if (open === undefined) {
      this.#begin("trash", atMs, byte, { id: null, name: "", difficulty: null, size: null });
    } else if (open.kind === "trash") {
      if (atMs - this.#lastCombatMs > TRASH_GAP_MS) {
        this.closeAs("incomplete", byte);
        this.#begin("trash", atMs, byte, { id: null, name: "", difficulty: null, size: null });
      }
    }
    this.#lastCombatMs = atMs;
  }

  /** Moves the end of the fight with every line, until the log names the end. */
  tick(atMs: number, endByte: number): void {
    const { open } = this;
    if (open === undefined) return;
    if (open.kind === "trash") {
      if (atMs - this.#lastCombatMs > TRASH_GAP_MS) this.closeAs("incomplete", open.endByte);
      return;
    }
    open.endMs = atMs;
    open.endByte = endByte;
  }

  closeAs(outcome: Outcome, endByte: number): void {
    const { open } = this;
    this.open = undefined;
    if (open === undefined) return;
    open.endByte = endByte;
    open.outcome = outcome;
    open.close();
    if (open.kind === "trash") {
      open.endMs = this.#lastCombatMs;
      // Trash fights have no outcome.
      if (open.endMs - open.startMs < TRASH_MS_MIN) return;
    }
    if (++this.#fights > limits.logs.fightsMax) throw tooManyFights();
    this.#held.push(open);
    this.#heldShares += open.room.shares;
    this.reportFinished(false);
  }

  /** Reports the fights that can no longer change, in the order of their beginning. */
  reportFinished(isEnd: boolean): void {
    this.#hasNewOwner = false;
    while (this.#held.length > 0) {
      const first = this.#held[0]!;
      const hasRoom =
        this.#held.length <= HELD_MAX && this.#heldShares <= limits.logs.heldSharesMax;
      if (!isEnd && hasRoom && hasOwnerlessPets(first, this.#units)) return;
      this.#held.shift();
      this.#heldShares -= first.room.shares;
      this.#onFight(reportOf(first, this.#units, this.#spells));
    }
  }

  /** Runs after each line. Reports fights if an owner was named that they wait for. */
  reportOwned(): void {
    if (this.#hasNewOwner) this.reportFinished(false);
  }

  /** The current or the last waiting fight, as of now, without trash. */
  current(): FightOutline | undefined {
    const fights = this.open === undefined ? this.#held : [...this.#held, this.open];
    const fight = fights.findLast(({ kind }) => kind !== "trash");
    return fight && outlineOf(fight, this.#units);
  }

  end(endByte: number): void {
    this.closeAs("incomplete", endByte);
    this.reportFinished(true);
  }

  #begin(
    kind: FightKind,
    startMs: number,
    startByte: number,
    facts: Pick<OpenFight, "id" | "name" | "difficulty" | "size">,
  ): void {
    const keystone = this.#keystone;
    this.open = new OpenFight(this.#units, { kind, startMs, startByte, keystone, ...facts });
    this.#lastCombatMs = startMs;
  }

  #endKeystone(atMs: number, success: boolean | null, gameMs: number | null): void {
    const at = this.#keystone;
    if (at === null) return;
    this.keystones[at] = { ...this.keystones[at]!, endMs: atMs, success, gameMs };
    this.#keystone = null;
  }
}

function number(fields: Fields, index: number): number {
  if (index >= fields.count) return 0;
  return intOf(fields.bytes, fields.starts[index]!, fields.ends[index]!);
}

function quoted(fields: Fields, index: number): string {
  return nameIn(fields.bytes, fields.starts[index]!, fields.ends[index]!);
}

function tooManyFights(): TooLarge {
  return new TooLarge(
    "logs/too-many-fights",
    "This log has too many fights or dungeon runs. Split it into smaller logs.",
    { fightsMax: limits.logs.fightsMax, keystonesMax: limits.logs.keystonesMax },
  );
}
