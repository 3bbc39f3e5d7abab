import type { PersonId } from "../../kernel/ids.ts";

const WEEK_S = 604_800;
/** The start of a raid week in seconds after Thursday midnight UTC: Wednesday 07:00 UTC in Europe. */
const RESET_S = { eu: 543_600, us: 486_000 } as const;

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

/** The start of the raid week of `atMs`: Wednesday 07:00 UTC in Europe, Tuesday 15:00 UTC elsewhere. */
export function weekStartMs(atMs: number, region: string): number {
  const offsetS = region === "eu" ? RESET_S.eu : RESET_S.us;
  const seconds = Math.floor(atMs / 1_000);
  return (Math.floor((seconds - offsetS) / WEEK_S) * WEEK_S + offsetS) * 1_000;
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
