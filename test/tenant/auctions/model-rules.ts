import type { AuctionMode } from "../../../src/tenant/auctions/schema.ts";

// The rules of auctions as plainly as possible: whole points, arrays, no SQL.

export type Mode = AuctionMode;

/** What a bidder meets in each mode. `price` is what a winner pays; undefined where a roll decides. */
export const MODEL: Readonly<
  Record<
    Mode,
    {
      readonly ascending?: true;
      readonly onePrice?: true;
      readonly price?: "own" | "second" | "one";
    }
  >
> = {
  open: { ascending: true, price: "own" },
  anonymous: { ascending: true, price: "own" },
  sealed: { price: "own" },
  vickrey: { price: "second" },
  fixed: { onePrice: true, price: "one" },
  roll: { onePrice: true },
};

export type Spec = "main" | "off";

export interface ModelBid {
  who: number;
  value: number;
  spec: Spec;
  seq: number;
}

export interface ModelAuction {
  id: string;
  mode: Mode;
  minimum: number;
  step: number;
  copies: number;
  allIn: boolean;
  closesAt: number;
  original: number;
  extensions: number;
  status: "open" | "settled" | "void";
  bids: ModelBid[];
  paid: { who: number; price: number }[];
  reopened: boolean;
  /** The auction is for an item of the raid, with the rules of people who are present. */
  isAtRaid: boolean;
  presentOnly: boolean;
  endsWhenPassed: boolean;
  allowsMinimum: boolean;
  passed: Set<number>;
}

/** The bids that reserve points: leaders of an ascending auction, and all bids of the other kinds. */
export function holding(auction: ModelAuction): readonly ModelBid[] {
  if (auction.status !== "open") return [];
  if (!isAscending(auction)) return auction.bids;
  return best(auction.bids).slice(0, auction.copies);
}

function best(bids: readonly ModelBid[]): readonly ModelBid[] {
  const rank = (bid: ModelBid) => (bid.spec === "main" ? 0 : 1);
  return [...bids].sort((a, b) => rank(a) - rank(b) || b.value - a.value || a.seq - b.seq);
}

/** Skips winners who cannot pay, one at a time, and starts again. */
export function winnersOf(
  auction: ModelAuction,
  free: ReadonlyMap<number, number>,
): { who: number; price: number }[] {
  let bids = [...auction.bids];
  for (;;) {
    const order = best(bids);
    const winners = order.slice(0, auction.copies).map((bid) => {
      const losers = order.slice(auction.copies).filter((one) => one.spec === bid.spec);
      const second = Math.max(auction.minimum, ...losers.map((one) => one.value));
      const prices = { own: bid.value, second, one: auction.minimum };
      return { who: bid.who, price: prices[MODEL[auction.mode].price ?? "own"] };
    });
    const short = winners.filter(({ who, price }) => free.get(who)! < price).map(({ who }) => who);
    if (short.length === 0) return winners;
    bids = bids.filter((bid) => !short.includes(bid.who));
  }
}

export function sorted(won: readonly { who: number; price: number }[]) {
  return [...won].sort((a, b) => a.who - b.who);
}

export function isAscending({ mode }: Pick<ModelAuction, "mode">): boolean {
  return MODEL[mode].ascending === true;
}

/** The people who would get a copy now. */
export function leadersOf(auction: ModelAuction): readonly number[] {
  return best(auction.bids)
    .slice(0, auction.copies)
    .map(({ who }) => who);
}

/** Everyone who is present has bid or passed. Where bids are open, only a leader has decided by a bid. */
export function isDecided(auction: ModelAuction, present: ReadonlySet<number>): boolean {
  if (!auction.endsWhenPassed || auction.status !== "open" || present.size === 0) return false;
  const decided = isAscending(auction) ? leadersOf(auction) : auction.bids.map(({ who }) => who);
  return [...present].every((who) => auction.passed.has(who) || decided.includes(who));
}
