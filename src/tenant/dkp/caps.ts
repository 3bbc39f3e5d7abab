import { type Span, type WeekStart, weekOf } from "../../kernel/calendar.ts";
import type { Region } from "../../kernel/game/editions.ts";
import type { PersonId } from "../../kernel/ids.ts";

/** When the game's raids reset in each region, by the clock that the region uses for it. */
const RESETS: Readonly<Record<Region, WeekStart & { readonly timeZone: string }>> = {
  us: { timeZone: "UTC", weekday: 2, hour: 15 },
  eu: { timeZone: "UTC", weekday: 3, hour: 7 },
  kr: { timeZone: "Asia/Seoul", weekday: 4, hour: 8 },
  tw: { timeZone: "Asia/Taipei", weekday: 4, hour: 7 },
  cn: { timeZone: "Asia/Shanghai", weekday: 4, hour: 7 },
};

/** A person's figures for computing what an award may give. Minor units. */
export interface Standing {
  readonly balance: number;
  readonly gainedThisWeek: number;
}

export interface Caps {
  readonly hardCap: number | null;
  readonly weeklyCap: number | null;
}

/**
 * The part of `amount` that a person may gain (Core Loot Manager's rules): nothing at or above the hard
 * cap; otherwise at most the rest up to the hard cap, and at most the rest of the weekly cap.
 */
export function gainWithin(caps: Caps, amount: number, standing: Standing): number {
  const { hardCap, weeklyCap } = caps;
  const belowHard = hardCap === null ? amount : Math.max(0, hardCap - standing.balance);
  const ofWeek = weeklyCap === null ? amount : Math.max(0, weeklyCap - standing.gainedThisWeek);
  return Math.min(amount, belowHard, ofWeek);
}

/** The calendar of a guild: its region and the time zone of its clocks. */
export interface GuildCalendar {
  readonly region: Region;
  readonly timeZone: string;
}

/**
 * The week in which points that are earned at `atMs` count: from the pool's own start of the week by the
 * guild's clock, or from the game's reset in the guild's region.
 */
export function capWeek(atMs: number, calendar: GuildCalendar, start: WeekStart | null): Span {
  if (start !== null) return weekOf(atMs, start, calendar.timeZone);
  const reset = RESETS[calendar.region];
  return weekOf(atMs, reset, reset.timeZone);
}

/** Each person's share within the caps, and the points that the caps blocked. */
export function capped(
  caps: Caps,
  shares: readonly { readonly personId: PersonId; readonly amount: number }[],
  standings: ReadonlyMap<PersonId, Standing>,
) {
  const given = shares.map(({ personId, amount }) => {
    const standing = standings.get(personId) ?? { balance: 0, gainedThisWeek: 0 };
    const gain = gainWithin(caps, amount, standing);
    return { personId, amount: gain, blocked: amount - gain };
  });
  return {
    shares: given.map(({ personId, amount }) => ({ personId, amount })),
    blocked: given.filter(({ blocked }) => blocked > 0),
  };
}
