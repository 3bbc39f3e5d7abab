import { and, asc, gt, lt, type SQL, sql } from "drizzle-orm";
import type { Statement } from "../database/client.ts";
import { asNumber, columnsOf, prepare, type Values } from "../database/query.ts";
import { build, insertFrom, insertInto } from "../database/statements.ts";
import type { Writable } from "../database/write.ts";
import { type Clock, systemClock } from "../kernel/clock.ts";
import { limits } from "../limits.ts";
import { events } from "./schema.ts";

/** One event. `data` is public, except for fields that a stream removes for its reader. */
export interface GuildEvent {
  readonly seq: number;
  readonly topic: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Events after `seq`, the oldest first, up to `limits.live.eventsPerLook`. */
export const eventsAfter = prepare(({ seq }: Values<{ seq: number }>) =>
  build
    .select(columnsOf(events, "seq", "topic", "data"))
    .from(events)
    .where(gt(events.seq, seq))
    .orderBy(asc(events.seq))
    .limit(limits.live.eventsPerLook),
);

/** The number of the latest event. 0 if there is none. */
export const lastEvent = prepare(() =>
  build.select({ seq: asNumber(sql`coalesce(max(${events.seq}), 0)`) }).from(events),
);

/** The statement that adds an event, for the same `write` as the change. */
export function announce(topic: string, data: GuildEvent["data"], nowMs: number): Statement {
  return insertInto(events, { topic, data, at: nowMs });
}

/** The same with data that SQL computes, from a row of a select. `rest` is the select from FROM on. */
export function announceFrom(topic: string, data: SQL, rest: SQL, nowMs: number): Statement {
  return insertFrom(events, { topic, data, at: nowMs }, rest);
}

/**
 * Deletes events that no viewer can still wait for, except the last one, so that numbers are never reused.
 */
export function forgetOldEvents(nowMs: number): Writable {
  const last = sql`(select max(${events.seq}) from ${events})`;
  return build
    .delete(events)
    .where(and(lt(events.at, nowMs - limits.live.eventsKeptMs), lt(events.seq, last)));
}

/**
 * The time at which a statement runs, in Unix milliseconds: our clock's time plus the time since it was
 * read. A write that waited in the queue must not use an earlier time.
 */
export function momentOf(now: Clock): SQL {
  const waited = sql`cast(round(unixepoch('subsec') * 1000) as integer) - ${systemClock().getTime()}`;
  return sql`(${now().getTime()} + max(0, ${waited}))`;
}
