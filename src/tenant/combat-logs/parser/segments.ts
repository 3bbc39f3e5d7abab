import { TooLarge } from "../../../kernel/errors.ts";
import { HOUR_MS } from "../../../kernel/time.ts";
import { limits } from "../../../limits.ts";
import { isBattleground } from "./battlegrounds.ts";
import type { Boss } from "./bosses.ts";
import { intOf } from "./bytes.ts";
import type { Fields } from "./fields.ts";
import { OpenFight } from "./fight.ts";
import { hasOwnedPets, outlineOf, reportOf, type Spells } from "./report.ts";
import type { Fight, FightKind, FightOutline, Keystone, OnFight, Outcome } from "./types.ts";
import { nameIn, type Units } from "./units.ts";

/** A longer pause in combat separates two fights. */
const TRASH_GAP_MS = 5_000;
/** Bosses are out of reach in some phases, but no longer. */
const BOSS_GAP_MS = 30_000;
/** Damage over time still hits a boss that is dead. */
const DEAD_MS = 30_000;
/** Shorter combat is a stray hit. */
const TRASH_MS_MIN = 3_000;
/** At most this many fights wait for a pet's owner. Beyond it, the oldest is reported without the owner. */
const HELD_MAX = 64;
/** The game has four affixes. */
const AFFIXES_MAX = 8;

/** The game's number for dungeon runs with a keystone. */
const KEYSTONE_DIFFICULTY = 8;

/** A finished fight that waits for the owner of a pet. */
interface HeldFight {
  readonly open: OpenFight;
  latest: Fight;
}

/** Tracks where fights begin and end, and reports finished ones. */
export class Segments {
  open: OpenFight | undefined;
  readonly keystones: Keystone[] = [];
  readonly #units: Units;
  readonly #spells: Spells;
  readonly #onFight: OnFight;
  readonly #hasTrash: boolean;
  readonly #isLive: boolean;
  #held: HeldFight[] = [];
  #heldShares = 0;
  #fights = 0;
  #keystone: number | null = null;
  /** The instances of the open fight, of the dungeon run, and where the log is; null while unknown. */
  #fightPlace: number | null = null;
  #keystonePlace: number | null = null;
  #place: number | null = null;
  /** The boss of the open fight in a log without encounters, its dead units, and the last kill. */
  #boss: Boss | undefined;
  readonly #dead = new Set<number>();
  #killed: Boss | undefined;
  #killedMs = 0;
  /** A run whose dungeon was left. Returning to it or its end continues it. */
  #leftKeystone: number | null = null;
  #lastCombatMs = 0;

  constructor(
    units: Units,
    spells: Spells,
    options: { readonly trash: boolean; readonly isLive: boolean; readonly onFight: OnFight },
  ) {
    this.#units = units;
    this.#spells = spells;
    this.#hasTrash = options.trash;
    this.#isLive = options.isLive;
    this.#onFight = options.onFight;
    units.onOwner = () => {
      if (this.#held.length > 0) this.#hasNewOwner = true;
    };
  }

  #hasNewOwner = false;

  startEncounter(fields: Fields, atMs: number, byte: number): void {
    this.closeAs("incomplete", byte);
    const place = fields.count > 5 ? number(fields, 5) : null;
    const isElsewhere =
      place === null || this.#keystonePlace === null
        ? number(fields, 3) !== KEYSTONE_DIFFICULTY
        : place !== this.#keystonePlace;
    if (isElsewhere) this.#leaveKeystone(atMs);
    this.#fightPlace = place ?? this.#place;
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
    open.endMs = Math.max(open.startMs, atMs);
    if (fields.count > 6) open.gameMs = number(fields, 6);
    this.closeAs(number(fields, 5) === 1 ? "kill" : "wipe", endByte);
  }

  startArena(fields: Fields, atMs: number, byte: number): void {
    this.closeAs("incomplete", byte);
    const difficulty = fields.count > 4 ? number(fields, 4) : null;
    const name = fields.count > 3 ? quoted(fields, 3) : "";
    this.#fightPlace = number(fields, 1);
    this.#begin("arena", atMs, byte, { id: number(fields, 1), name, difficulty, size: null });
  }

  endArena(fields: Fields, atMs: number, endByte: number): void {
    const { open } = this;
    if (open?.kind !== "arena") return;
    open.endMs = Math.max(open.startMs, atMs);
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
    this.#keystonePlace = fields.count > 2 ? number(fields, 2) : null;
    this.#leftKeystone = null;
  }

  /** An end with zeros only appears before every start, and when a run is abandoned. */
  endKeystone(fields: Fields, atMs: number): void {
    const level = number(fields, 3);
    const gameMs = number(fields, 4);
    if (this.#keystone === null && number(fields, 1) === this.#keystonePlace) {
      this.#keystone = this.#leftKeystone;
    }
    if (level === 0 && gameMs === 0) this.#endKeystone(atMs, null, null);
    else this.#endKeystone(atMs, number(fields, 2) === 1, gameMs);
  }

  /** Leaving a place ends the fight and the dungeon run in it. */
  enter(fields: Fields, atMs: number, endByte: number): void {
    const place = number(fields, 1);
    const { open } = this;
    const hasLeft = open?.kind === "trash" ? this.#place !== place : this.#fightPlace !== place;
    if (open && hasLeft) {
      this.tick(atMs, endByte);
      this.closeAs("incomplete", endByte);
    }
    if (this.#keystonePlace !== null && place !== this.#keystonePlace) this.#leaveKeystone(atMs);
    else this.#returnToKeystone();
    this.#place = place;
    if (isBattleground(place) && this.open === undefined) {
      this.#fightPlace = place;
      const name = quoted(fields, 2);
      this.#begin("arena", atMs, endByte, { id: place, name, difficulty: null, size: null });
    }
  }

  /** Whether there is a fight whose buffs are counted. */
  get countsBuffs(): boolean {
    return this.open !== undefined && this.open.kind !== "trash";
  }

  /** Whether the log does not say itself where the open fight ends. */
  get hasOpenEnd(): boolean {
    return this.open === undefined || this.open.kind === "trash" || this.#boss !== undefined;
  }

  /** Combat outside of an encounter of the log: begins, continues or ends a fight. */
  combat(atMs: number, byte: number, boss: Boss | undefined): void {
    if (this.#boss !== undefined && this.open !== undefined) {
      this.#lastCombatMs = Math.max(this.#lastCombatMs, atMs);
      return;
    }
    const isNew = boss !== undefined && (boss !== this.#killed || atMs > this.#killedMs + DEAD_MS);
    if (isNew) this.#startBoss(boss, atMs, byte);
    else this.#trash(atMs, byte);
  }

  /** A boss fight ends with the death of the last unit that belongs to it. */
  bossDied(boss: Boss, unit: number, atMs: number, endByte: number): void {
    const { open } = this;
    if (open === undefined || this.#boss !== boss) return;
    this.#dead.add(unit);
    if (this.#dead.size < boss.lives) return;
    open.endMs = Math.max(open.startMs, atMs);
    this.#killed = boss;
    this.#killedMs = atMs;
    this.closeAs("kill", endByte);
  }

  #startBoss(boss: Boss, atMs: number, byte: number): void {
    this.closeAs("incomplete", byte);
    this.#fightPlace = this.#place;
    const { id, name } = boss;
    this.#begin("encounter", atMs, byte, { id, name, difficulty: null, size: null });
    this.#boss = boss;
    this.#dead.clear();
  }

  #trash(atMs: number, byte: number): void {
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
    if (this.#boss !== undefined && atMs - this.#lastCombatMs > BOSS_GAP_MS) {
      open.endMs = this.#lastCombatMs;
      this.closeAs("wipe", open.endByte);
      return;
    }
    // Lines may be in the wrong order. A time that is hours ahead of the others is wrong.
    const isWrong = open.endMs - atMs > HOUR_MS;
    if (atMs >= open.endMs || isWrong) open.endMs = Math.max(open.startMs, atMs);
    open.endByte = endByte;
  }

  closeAs(outcome: Outcome, endByte: number): void {
    const { open } = this;
    this.open = undefined;
    this.#boss = undefined;
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
    this.#heldShares += open.room.shares;
    const latest = reportOf(open, this.#units, this.#spells);
    this.#held.push({ open, latest });
    if (this.#isLive) this.#onFight(latest, false);
    this.#release(false);
  }

  /** Runs after each line. Corrects waiting fights if an owner was named that they wait for. */
  correctOwned(): void {
    if (!this.#hasNewOwner) return;
    this.#hasNewOwner = false;
    for (const held of this.#held) {
      if (!hasOwnedPets(held.open, this.#units)) continue;
      held.latest = reportOf(held.open, this.#units, this.#spells);
      if (this.#isLive) this.#onFight(held.latest, true);
    }
    this.#release(false);
  }

  /**
   * Drops the fights that no later line can change, in the order of their beginning. They are reported here,
   * or were reported when they ended in a live log.
   */
  #release(isEnd: boolean): void {
    while (this.#held.length > 0) {
      const { open, latest } = this.#held[0]!;
      const hasRoom =
        this.#held.length <= HELD_MAX && this.#heldShares <= limits.logs.heldSharesMax;
      if (!isEnd && hasRoom && open.ownerless.length > 0) return;
      this.#held.shift();
      this.#heldShares -= open.room.shares;
      if (!this.#isLive) this.#onFight(latest, false);
    }
  }

  /** The fight that goes on, as of now, without trash. */
  current(): FightOutline | undefined {
    const { open } = this;
    return open && open.kind !== "trash" ? outlineOf(open, this.#units) : undefined;
  }

  end(endByte: number): void {
    this.closeAs("incomplete", endByte);
    this.#release(true);
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

  #leaveKeystone(atMs: number): void {
    const at = this.#keystone;
    if (at === null) return;
    this.#endKeystone(atMs, false, null);
    this.#leftKeystone = at;
  }

  #returnToKeystone(): void {
    const at = this.#leftKeystone;
    if (at === null || this.#keystone !== null) return;
    this.keystones[at] = { ...this.keystones[at]!, endMs: null, success: null };
    this.#keystone = at;
    this.#leftKeystone = null;
  }

  #endKeystone(atMs: number, success: boolean | null, gameMs: number | null): void {
    const at = this.#keystone;
    if (at === null) return;
    const run = this.keystones[at]!;
    this.keystones[at] = { ...run, endMs: Math.max(run.startMs, atMs), success, gameMs };
    this.#keystone = null;
    this.#leftKeystone = null;
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
