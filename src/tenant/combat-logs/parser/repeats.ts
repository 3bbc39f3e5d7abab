import { SECOND_MS } from "../../../kernel/time.ts";
import { ACT, type EventKind } from "./events.ts";

/** The second program writes the line that begins a fight this much later at most, in the time of the log. */
const WINDOW_MS = 10 * SECOND_MS;
/** Lines that are remembered once there are copies: minutes of a raid, some megabytes. */
const LINES_MAX = 50_000;

/** Events that cannot happen twice in one millisecond to the same units. */
const UNIQUE: ReadonlySet<number> = new Set([
  ACT.header,
  ACT.encounterStart,
  ACT.encounterEnd,
  ACT.arenaStart,
  ACT.arenaEnd,
  ACT.challengeStart,
  ACT.combatant,
  ACT.died,
]);

/**
 * Finds the copies of lines in a file that two programs wrote at the same time. Equal lines alone prove
 * nothing: two missiles of one spell may hit for the same amount. Copies are looked for after a line
 * that begins a fight or a session, and dropped once an event is repeated that cannot happen twice.
 */
export class RepeatedLines {
  #isWatching = false;
  #isCopied = false;
  #sinceMs = 0;
  #recent = new Set<number>();
  #earlier = new Set<number>();

  /** Tells whether this line is a copy of an earlier one. */
  isCopy(event: EventKind, atMs: number, bytes: Uint8Array, start: number, end: number): boolean {
    const isBeginning = event.act === ACT.encounterStart || event.act === ACT.header;
    if (!this.#isWatching && !isBeginning) return false;
    const line = hashOf(bytes, start, end);
    if (this.#isWatching && (this.#recent.has(line) || this.#earlier.has(line))) {
      if (UNIQUE.has(event.act)) this.#isCopied = true;
      return this.#isCopied;
    }
    if (isBeginning) this.#begin(atMs);
    else if (!this.#isCopied && atMs - this.#sinceMs > WINDOW_MS) this.#end();
    else if (this.#recent.size >= LINES_MAX) this.#turn();
    if (this.#isWatching) this.#recent.add(line);
    return false;
  }

  #begin(atMs: number): void {
    this.#isWatching = true;
    this.#isCopied = false;
    this.#sinceMs = atMs;
    this.#turn();
  }

  #turn(): void {
    this.#earlier = this.#recent;
    this.#recent = new Set();
  }

  #end(): void {
    this.#isWatching = false;
    this.#recent.clear();
    this.#earlier.clear();
  }
}

/** A hash of 53 bits: two different lines of one fight practically never have the same. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let high = end - start;
  let low = 5381;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    high = (Math.imul(high, 31) + byte) | 0;
    low = Math.imul(low ^ byte, 16_777_619);
  }
  return (high >>> 0) * 2 ** 21 + (low >>> 11);
}
