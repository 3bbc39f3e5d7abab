import type { TenantDatabase } from "../../database/client.ts";
import type { TenantDatabases } from "../../database/tenants.ts";
import type { Background } from "../../kernel/background.ts";
import { delay, pause } from "../../kernel/concurrency.ts";
import type { GuildId } from "../../kernel/ids.ts";
import { limits } from "../../limits.ts";
import type { PlatformStore } from "../../platform/store.ts";
import { eventsAfter, type GuildEvent, lastEvent } from "../events.ts";

interface Deps {
  readonly platform: PlatformStore;
  readonly tenants: TenantDatabases;
  readonly background: Background;
  readonly pollMs?: number;
  /**
   * After this number of polls all viewers are disconnected. They reconnect with the last number they saw.
   */
  readonly pollsMax?: number;
}

interface Watched {
  lastSeq: number;
  readonly tails: Set<Tail>;
}

/**
 * Follows the events of guilds that have viewers. A guild's table is read once for all its viewers, so a
 * viewer costs only what is sent to them.
 */
export class EventTails {
  readonly #deps: Deps;
  readonly #watched = new Map<GuildId, Watched>();
  #isClosed = false;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** The number of the guild's latest event, for a page that follows from there. */
  async lastSeq(guildId: GuildId): Promise<number> {
    const last = await this.#query(guildId, (db) => lastEvent.first(db));
    return last?.seq ?? 0;
  }

  /**
   * Follows one guild from the event after `seq`. Ends with `stop()`, or when the guild is no longer
   * served.
   */
  follow(guildId: GuildId, seq: number): Tail {
    let watched = this.#watched.get(guildId);
    const isFirst = watched === undefined;
    if (!watched) {
      watched = { lastSeq: seq, tails: new Set() };
      this.#watched.set(guildId, watched);
    }
    const tail = new Tail(seq, () => this.#leave(guildId, tail));
    watched.tails.add(tail);
    // Go back to where the new viewer begins. Viewers that are further ahead skip what they have seen.
    watched.lastSeq = Math.min(watched.lastSeq, seq);
    if (isFirst) this.#deps.background.detach("live.follow", this.#run(guildId, watched));
    return tail;
  }

  close(): void {
    this.#isClosed = true;
    for (const { tails } of this.#watched.values()) for (const tail of tails) tail.stop();
  }

  #leave(guildId: GuildId, tail: Tail): void {
    const watched = this.#watched.get(guildId);
    watched?.tails.delete(tail);
    if (watched?.tails.size === 0) this.#watched.delete(guildId);
  }

  async #run(guildId: GuildId, watched: Watched): Promise<void> {
    const { pollMs = limits.live.pollMs, pollsMax = Number.POSITIVE_INFINITY } = this.#deps;
    for (let polls = 1; watched.tails.size > 0 && !this.#isClosed; polls++) {
      const from = watched.lastSeq;
      const read = (db: TenantDatabase) => eventsAfter.all(db, { seq: from });
      const rows = await this.#query(guildId, read).catch(() => []);
      if (rows === undefined) {
        for (const tail of watched.tails) tail.stop();
        return;
      }
      for (const event of rows) {
        for (const tail of watched.tails) tail.push(event);
      }
      // A new viewer may have moved the beginning back during the read.
      if (watched.lastSeq === from) watched.lastSeq = rows.at(-1)?.seq ?? from;
      if (polls >= pollsMax) for (const tail of watched.tails) tail.stop();
      if (rows.length < limits.live.eventsPerLook) await delay(pollMs);
    }
  }

  /** Undefined once the guild is no longer served. */
  async #query<T>(
    guildId: GuildId,
    read: (db: TenantDatabase) => Promise<T>,
  ): Promise<T | undefined> {
    const guild = await this.#deps.platform.guild(guildId);
    if (guild?.status !== "ready") return undefined;
    return await this.#deps.tenants.use(guild, read);
  }
}

/** One reader's position in a guild's events: every event once and in order, without gaps. */
export class Tail {
  readonly #waiting: GuildEvent[] = [];
  readonly #leave: () => void;
  #seq: number;
  #wake: () => void = () => {};
  #isStopped = false;

  constructor(seq: number, leave: () => void) {
    this.#seq = seq;
    this.#leave = leave;
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  push(event: GuildEvent): void {
    if (event.seq <= this.#seq || this.#isStopped) return;
    this.#seq = event.seq;
    this.#waiting.push(event);
    // Drop viewers that fall behind. They reconnect with the last number they saw.
    if (this.#waiting.length > limits.live.waitingMax) this.stop();
    this.#wake();
  }

  /** The events since the last call; empty after `ms` without any. */
  async next(ms: number): Promise<readonly GuildEvent[]> {
    if (this.#waiting.length === 0 && !this.#isStopped) {
      const woken = pause(ms);
      this.#wake = woken.end;
      await woken.over;
    }
    return this.#waiting.splice(0);
  }

  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#leave();
    this.#wake();
  }
}
