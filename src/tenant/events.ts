import { type SQL, sql } from "drizzle-orm";
import type { Statement } from "../database/client.ts";
import { type Clock, systemClock } from "../kernel/clock.ts";
import { limits } from "../limits.ts";

/** One event. `data` is public, except for fields that a stream removes for its reader. */
export interface GuildEvent {
  readonly seq: number;
  readonly topic: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export const EVENTS_AFTER = `
  SELECT seq, topic, data FROM events WHERE seq > ? ORDER BY seq LIMIT ${limits.live.eventsPerLook}`;
export const LAST_EVENT = "SELECT coalesce(max(seq), 0) AS seq FROM events";

/** The statement that adds an event, for the same `write` as the change. */
export function announce(topic: string, data: object, nowMs: number): Statement {
  return {
    sql: "INSERT INTO events (topic, data, at) VALUES (?, ?, ?)",
    args: [topic, JSON.stringify(data), nowMs],
  };
}

/**
 * Deletes events that no viewer can still wait for, except the last one, so that numbers are never reused.
 */
export function forgetOldEvents(nowMs: number): Statement {
  return {
    sql: "DELETE FROM events WHERE at < ? AND seq < (SELECT max(seq) FROM events)",
    args: [nowMs - limits.live.eventsKeptMs],
  };
}

/**
 * The time at which a statement runs, in Unix milliseconds: our clock's time plus the time since it was
 * read. A write that waited in the queue must not use an earlier time.
 */
export function momentOf(now: Clock): SQL {
  const waited = sql`cast(round(unixepoch('subsec') * 1000) as integer) - ${systemClock().getTime()}`;
  return sql`(${now().getTime()} + max(0, ${waited}))`;
}
