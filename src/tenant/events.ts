import { type SQL, sql } from "drizzle-orm";
import type { Statement } from "../database/client.ts";
import { type Clock, systemClock } from "../kernel/clock.ts";
import { limits } from "../limits.ts";

/** One thing that happened. `data` is public, but for what a stream takes out for its reader. */
export interface GuildEvent {
  readonly seq: number;
  readonly topic: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export const EVENTS_AFTER = `
  SELECT seq, topic, data FROM events WHERE seq > ? ORDER BY seq LIMIT ${limits.live.eventsPerLook}`;
export const LAST_EVENT = "SELECT coalesce(max(seq), 0) AS seq FROM events";

/** An event as a statement, to stand in the same `write` as what happened. */
export function announce(topic: string, data: object, nowMs: number): Statement {
  return {
    sql: "INSERT INTO events (topic, data, at) VALUES (?, ?, ?)",
    args: [topic, JSON.stringify(data), nowMs],
  };
}

/** Lets go what nobody can be waiting for any more, but for the last: numbers are never reused. */
export function forgetOldEvents(nowMs: number): Statement {
  return {
    sql: "DELETE FROM events WHERE at < ? AND seq < (SELECT max(seq) FROM events)",
    args: [nowMs - limits.live.eventsKeptMs],
  };
}

/**
 * The moment at which a statement runs, in Unix milliseconds: our clock's when it was asked, and how
 * long it waited since. A write that waited for its turn must not believe that it is still early.
 */
export function momentOf(now: Clock): SQL {
  const waited = sql`cast(round(unixepoch('subsec') * 1000) as integer) - ${systemClock().getTime()}`;
  return sql`(${now().getTime()} + max(0, ${waited}))`;
}
