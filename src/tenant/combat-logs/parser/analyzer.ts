import { asciiOf, intOf, isDigit, textOf } from "./bytes.ts";
import { Figures } from "./decode.ts";
import { ACT, type EventKind, eventAt } from "./events.ts";
import { Fields } from "./fields.ts";
import { LineSplitter } from "./lines.ts";
import { RepeatedLines } from "./repeats.ts";
import { Segments } from "./segments.ts";
import { SpellNames } from "./spell-names.ts";
import { Timestamps } from "./timestamps.ts";
import type { AnalyzerOptions, FightOutline, LogSummary } from "./types.ts";
import { Units } from "./units.ts";

/** The number of unknown event names that are kept. A file with more is not a log. */
const UNKNOWN_NAMES_MAX = 100;
const NAME_BYTES_MAX = 64;

/**
 * Reads one combat log chunk by chunk and reports its fights. The same bytes give the same result for any
 * chunk boundaries. Counts what cannot be read. Memory is bounded for any log: what exceeds a fight's
 * limits is left out and counted (`Fight.leftOut`), and a log with too many names or fights is refused.
 *
 * @throws {TooLarge} `logs/too-many-names`, `logs/too-many-fights` from `push` and `end`.
 */
export class Analyzer {
  readonly #units = new Units();
  readonly #spells = new SpellNames();
  readonly #segments: Segments;
  readonly #times: Timestamps;
  readonly #fields = new Fields();
  readonly #figures: Figures;
  readonly #splitter: LineSplitter;
  readonly #repeats = new RepeatedLines();
  readonly #unknownEvents = new Map<string, number>();
  #bytes = 0;
  #lines = 0;
  #unknown = 0;
  #bad = 0;
  #version: { readonly log: number | null; readonly build: string | null } = {
    log: null,
    build: null,
  };
  #advanced: boolean | null = null;
  #startMs: number | null = null;
  #endMs: number | null = null;

  constructor(options: AnalyzerOptions) {
    const { year, writtenBefore, timeZone = "UTC", trash = true, live = false, onFight } = options;
    this.#times = new Timestamps({ year, writtenBefore, timeZone });
    this.#segments = new Segments(this.#units, this.#spells, { trash, isLive: live, onFight });
    this.#figures = new Figures(this.#fields, this.#units, this.#spells, this.#segments);
    this.#splitter = new LineSplitter((bytes, start, end, offset) => {
      this.#line(bytes, start, end, offset, offset + end - start + 1);
    });
  }

  push(chunk: Uint8Array): void {
    this.#bytes += chunk.length;
    this.#splitter.push(chunk);
  }

  /**
   * Ends the log. Reads a last line without a line break if it is complete. Skips an incomplete line,
   * because a continued log contains it again.
   */
  end(): LogSummary {
    const rest = this.#splitter.rest();
    if (this.#isWhole(rest)) {
      this.#line(rest, 0, rest.length, this.#splitter.offset, this.#bytes);
    }
    this.#segments.end(this.#bytes);
    return this.summary();
  }

  /** The current encounter, or the last finished one that has not been reported, as of now. */
  current(): FightOutline | undefined {
    return this.#segments.current();
  }

  summary(): LogSummary {
    return {
      bytes: this.#bytes,
      lines: this.#lines,
      parsed: this.#lines - this.#unknown - this.#bad,
      unknown: this.#unknown,
      bad: this.#bad,
      logVersion: this.#version.log,
      build: this.#version.build,
      advanced: this.#advanced ?? this.#figures.hasAdvanced,
      startMs: this.#startMs,
      endMs: this.#endMs,
      unknownEvents: Object.fromEntries(this.#unknownEvents),
      keystones: this.#segments.keystones,
    };
  }

  #line(bytes: Uint8Array, begin: number, end: number, startByte: number, endByte: number): void {
    this.#lines++;
    // A mark of the byte order: at the beginning of a file, and so where files were joined.
    const start = bytes[begin] === 0xef && hasMark(bytes, begin, end) ? begin + 3 : begin;
    const atMs = this.#times.read(bytes, start, end);
    const from = this.#times.next;
    if (Number.isNaN(atMs) || from >= end) {
      this.#bad++;
      return;
    }
    const event = eventAt(bytes, from, end);
    if (event === undefined) {
      this.#noteUnknown(bytes, from, end);
      return;
    }
    if (this.#repeats.isCopy(event, atMs, bytes, start, end)) return;
    this.#startMs ??= atMs;
    this.#endMs = atMs;
    const { act } = event;
    const isSkipped = act === ACT.none || (act >= ACT.aura && !this.#isNeeded(bytes, end));
    if (isSkipped) this.#segments.tick(atMs, endByte);
    else {
      this.#fields.split(bytes, from, end);
      const isRead =
        act < ACT.combatant
          ? this.#mark(event, atMs, startByte, endByte)
          : this.#act(event, atMs, startByte, endByte);
      if (!isRead) this.#bad++;
    }
    this.#segments.correctOwned();
  }

  /**
   * Whether this line of an aura matters: a fifth of all lines are such lines. Logs with a header say who
   * absorbed a hit, so that only buffs during a fight matter there.
   */
  #isNeeded(bytes: Uint8Array, end: number): boolean {
    return this.#version.log === null || (this.#segments.countsBuffs && mayBeBuff(bytes, end));
  }

  #act(event: EventKind, atMs: number, startByte: number, endByte: number): boolean {
    this.#segments.tick(atMs, endByte);
    const read = this.#figures.read(event, atMs, startByte, endByte);
    if (read === "unknown") {
      this.#unknown++;
      this.#countUnknown(`${event.name}/${this.#fields.count}`);
      return true;
    }
    return read;
  }

  /** Handles lines that mark a beginning or an end. */
  #mark({ act }: EventKind, atMs: number, startByte: number, endByte: number): boolean {
    const { count } = this.#fields;
    const segments = this.#segments;
    if (act === ACT.header) {
      this.#header();
      this.#figures.beginSession();
      segments.closeAs("incomplete", startByte);
    } else if (act === ACT.encounterStart) {
      if (count < 5) return false;
      segments.startEncounter(this.#fields, atMs, startByte);
    } else if (act === ACT.encounterEnd) {
      if (count < 6) return false;
      segments.tick(atMs, endByte);
      segments.endEncounter(this.#fields, atMs, endByte);
    } else if (act === ACT.challengeStart) {
      if (count < 4) return false;
      segments.startKeystone(this.#fields, atMs);
    } else if (act === ACT.challengeEnd) {
      if (count < 4) return false;
      segments.endKeystone(this.#fields, atMs);
    } else if (act === ACT.arenaStart) segments.startArena(this.#fields, atMs, startByte);
    else if (act === ACT.arenaEnd) {
      segments.tick(atMs, endByte);
      segments.endArena(this.#fields, atMs, endByte);
    } else {
      segments.enter(this.#fields, atMs, endByte);
      this.#units.forgetOwners(atMs);
    }
    return true;
  }

  #header(): void {
    const { bytes, starts, ends, count } = this.#fields;
    const text = (index: number) => textOf(bytes, starts[index]!, ends[index]!);
    this.#version = {
      log: count > 1 ? intOf(bytes, starts[1]!, ends[1]!) : null,
      build: count > 5 ? text(5) : null,
    };
    this.#advanced = count > 3 ? text(3) === "1" : this.#advanced;
  }

  #noteUnknown(bytes: Uint8Array, start: number, end: number): void {
    let until = start;
    const most = Math.min(end, start + NAME_BYTES_MAX);
    while (until < most && isNameByte(bytes[until]!)) until++;
    // A line that does not begin with an event name is a bad line, not an unknown event.
    if (until === start || (until < end && bytes[until] !== COMMA)) {
      this.#bad++;
      return;
    }
    this.#unknown++;
    this.#countUnknown(textOf(bytes, start, until));
  }

  #countUnknown(name: string): void {
    const before = this.#unknownEvents.get(name);
    if (before !== undefined || this.#unknownEvents.size < UNKNOWN_NAMES_MAX) {
      this.#unknownEvents.set(name, (before ?? 0) + 1);
    }
  }

  /** Tells whether a line without a line break is as long as other lines of its event. */
  #isWhole(rest: Uint8Array): boolean {
    if (rest.length === 0 || Number.isNaN(this.#times.read(rest, 0, rest.length))) return false;
    const from = this.#times.next;
    const event = eventAt(rest, from, rest.length);
    if (event === undefined || event.act === ACT.none || event.act >= ACT.aura) return false;
    this.#fields.split(rest, from, rest.length);
    return this.#figures.isWhole(event);
  }
}

const COMMA = 44;

const BUFF_END = asciiOf(",BUFF");

/** Whether a line ends with the word for a buff, or with a number after it. */
function mayBeBuff(bytes: Uint8Array, end: number): boolean {
  if (isDigit(bytes[end - 1])) return true;
  const start = end - BUFF_END.length;
  return BUFF_END.every((byte, at) => bytes[start + at] === byte);
}

function hasMark(bytes: Uint8Array, at: number, end: number): boolean {
  return at + 3 <= end && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf;
}

function isNameByte(byte: number): boolean {
  return (byte >= 65 && byte <= 90) || byte === 95 || (byte >= 48 && byte <= 57);
}
