import { expect } from "vitest";
import type { TenantDatabase } from "../../../src/database/client.ts";
import type { GuildContext } from "../../../src/tenant/context.ts";
import { addDueRaids } from "../../../src/tenant/raids/plan.ts";
import * as service from "../../../src/tenant/raids/service.ts";
import { clockIn, momentAt, plusDays, weekdayOf, type Zone } from "./model-calendar.ts";
import { nowOf, outcome } from "./model-rules.ts";

/** An act on weekly raids. `time` is in quarters of an hour since midnight. */
export type SeriesStep =
  | { readonly series: "plan"; readonly weekdays: readonly number[]; readonly time: number }
  | {
      readonly series: "change";
      readonly at: number;
      /** The first day that changes, from today on. */
      readonly inDays: number;
      readonly weekdays: readonly number[] | undefined;
      readonly time: number | undefined;
    };

/** A series from one date to another, both inclusive. Null is without end. */
interface Segment {
  id: string;
  from: string | null;
  until: string | null;
  weekdays: readonly number[];
  time: number;
}

const MINUTES = 120;
const PLANNED_DAYS = 56;
const SEGMENTS_MAX = 6;
const DAY_MS = 86_400_000;

/** The raids that weekly raids give, day by day. */
export class SeriesModel {
  readonly #zone: Zone;
  readonly #segments: Segment[] = [];

  constructor(zone: Zone) {
    this.#zone = zone;
  }

  async run(ctx: GuildContext, step: SeriesStep): Promise<void> {
    if (step.series === "plan") return await this.#plan(ctx, step);
    const one = this.#segments[step.at % Math.max(1, this.#segments.length)];
    if (one === undefined || this.#segments.length >= SEGMENTS_MAX) return;
    const { date: today } = clockIn(nowOf(ctx), this.#zone);
    const from = plusDays(today, step.inDays);
    // A series that follows another one is changed where it is in effect.
    if (one.from !== null && from < one.from) return;
    const { weekdays = one.weekdays, time = one.time } = step;
    const startsAt = step.time === undefined ? undefined : textOf(step.time);
    const change = { from, weekdays: step.weekdays, startsAt };
    const id = await outcome(() => service.changeSeries(ctx, one.id, change));
    if (one.until !== null && from > one.until) return expect(id).toBe("raids/series-not-found");
    if (from === today) {
      expect(id).toBe(one.id);
      Object.assign(one, { weekdays, time });
      return;
    }
    this.#segments.push({ id, from, until: one.until, weekdays, time });
    one.until = plusDays(from, -1);
  }

  /** Every day of a series has its raid at the local time, and no other day has one. */
  async check(ctx: GuildContext, db: TenantDatabase): Promise<void> {
    await addDueRaids(ctx);
    const now = nowOf(ctx);
    const first = clockIn(now, this.#zone).date;
    const last = clockIn(now + PLANNED_DAYS * DAY_MS, this.#zone).date;
    const expected = this.#segments.flatMap(({ id, from, until, weekdays, time }) =>
      Array.from({ length: PLANNED_DAYS + 2 }, (_, day) => plusDays(first, day))
        .filter((date) => date <= last && weekdays.includes(weekdayOf(date)))
        .filter((date) => date >= (from ?? date) && date <= (until ?? date))
        .map((date) => ({ id, date, at: momentAt(date, time * 15, this.#zone) }))
        .filter(({ at }) => at + MINUTES * 60_000 > now),
    );
    const rows = await db.all<{ id: string; date: string; at: number }>(
      `SELECT series_id AS id, local_date AS date, starts_at AS at FROM raids
       WHERE series_id IS NOT NULL AND status = 'planned' AND ends_at > ?`,
      now,
    );
    const lines = (all: readonly { id: string; date: string; at: number }[]) =>
      all.map(({ id, date, at }) => `${date} ${new Date(at).toISOString()} ${id}`).sort();
    expect(lines(rows)).toEqual(lines(expected));
  }

  async #plan(ctx: GuildContext, step: SeriesStep & { series: "plan" }): Promise<void> {
    if (this.#segments.length >= 2) return;
    const { weekdays, time } = step;
    const startsAt = textOf(time);
    const id = await service.planSeries(ctx, { name: "W", weekdays, startsAt, minutes: MINUTES });
    this.#segments.push({ id, from: null, until: null, weekdays, time });
  }
}

function textOf(quarters: number): string {
  const two = (value: number) => String(value).padStart(2, "0");
  return `${two(Math.floor(quarters / 4))}:${two((quarters % 4) * 15)}`;
}
