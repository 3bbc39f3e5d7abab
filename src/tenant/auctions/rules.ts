import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { BidId, PersonId } from "../../kernel/ids.ts";
import type { Spec } from "../loot/service.ts";
import type { AuctionMode, TieBreak } from "./schema.ts";

/** By how much a bid must be higher, from which price on. */
export interface Increment {
  readonly from: number;
  readonly by: number;
}

/** What of an auction decides about bids. Amounts are minor units of its pool. */
export interface Terms {
  readonly id: string;
  readonly mode: AuctionMode;
  readonly copies: number;
  readonly minimum: number;
  readonly maximum: number | null;
  readonly increments: readonly Increment[];
  readonly tieBreak: TieBreak;
  readonly allowsOffSpec: boolean;
  readonly allowsAllIn: boolean;
}

/** A live bid, as far as ranking goes. `seq` is the order of acceptance. */
export interface LiveBid {
  readonly id: BidId;
  readonly seq: number;
  readonly personId: PersonId;
  readonly value: number;
  readonly spec: Spec;
}

/** What decides between equals, besides the order. */
export interface Bidder {
  readonly balance: number;
  /** EPGP: effort for every gear point; in other pools the balance. */
  readonly priority: number;
  /** What they can pay: balance less floor and less what other auctions hold; null for no bound. */
  readonly canPay: number | null;
}

export interface Decided {
  readonly bid: LiveBid;
  readonly price: number;
}

export interface Decision {
  readonly winners: readonly Decided[];
  /** Would have won, but could not pay the whole price. */
  readonly unpaid: readonly LiveBid[];
  /** Every roll that was needed, by person. */
  readonly rolls: ReadonlyMap<PersonId, readonly number[]>;
}

/** Bids that everybody sees grow, so that one must be higher than the one before. */
export function isAscending(mode: AuctionMode): boolean {
  return mode === "open" || mode === "anonymous";
}

/** Nothing is known of such an auction's bids before its end, not even whether there are any. */
export function isSecret(mode: AuctionMode): boolean {
  return mode === "sealed" || mode === "vickrey";
}

/** The price is the same for everybody, and something else decides. */
export function hasOnePrice(mode: AuctionMode): boolean {
  return mode === "fixed" || mode === "roll";
}

/** By how much a bid must be above `value`. */
export function stepAbove(increments: readonly Increment[], value: number): number {
  return increments.findLast(({ from }) => from <= value)?.by ?? 1;
}

/** Main spec before off spec, then the higher value, then who was first. */
export function ranked<T extends LiveBid>(bids: readonly T[]): readonly T[] {
  return [...bids].sort((a, b) => specRank(a) - specRank(b) || b.value - a.value || a.seq - b.seq);
}

/**
 * The least that this person may bid now: the minimum; in an ascending auction also a step above the
 * last bid of the same spec that still gets a copy, and a step above their own.
 */
export function nextMinimum(
  terms: Terms,
  bids: readonly LiveBid[],
  personId: PersonId | undefined,
  spec: Spec = "main",
): number {
  if (!isAscending(terms.mode)) return terms.minimum;
  const same = ranked(bids).filter((bid) => bid.spec === spec);
  const own = same.find((bid) => bid.personId === personId);
  const toBeat = same.filter((bid) => bid.personId !== personId)[terms.copies - 1];
  return Math.max(
    terms.minimum,
    ...[own, toBeat].flatMap((bid) =>
      bid ? [bid.value + stepAbove(terms.increments, bid.value)] : [],
    ),
  );
}

/**
 * Who gets a copy and what they pay. Whoever cannot pay the whole price is passed over: there is no
 * part of a price. Vickrey (1961): each winner pays the highest bid of their spec that did not win.
 */
export function decide(
  terms: Terms,
  bids: readonly LiveBid[],
  bidders: ReadonlyMap<PersonId, Bidder>,
  seed: string,
): Decision {
  const rolls = new Map<PersonId, readonly number[]>();
  const order = inOrder(terms, bids, bidders, seed, rolls);
  let solvent: readonly LiveBid[] = order;
  // A price depends on who else could pay theirs, so passing one over may change the others' prices.
  for (;;) {
    const winners = priced(terms, solvent);
    const short = winners.filter(({ bid, price }) => !canPay(bidders.get(bid.personId), price));
    if (short.length === 0) {
      return { winners, unpaid: order.filter((bid) => !solvent.includes(bid)), rolls };
    }
    solvent = solvent.filter((bid) => !short.some((one) => one.bid === bid));
  }
}

/** A roll of 1 to 100 that follows from the seed, so that anybody can do it again. */
export function rollOf(seed: string, auctionId: string, personId: string, round: number): number {
  // Numbers that would favour the low rolls are thrown away: 2^32 is no multiple of 100.
  for (let salt = 0; ; salt++) {
    const digest = sha256(utf8ToBytes(`${seed}:${auctionId}:${personId}:${round}:${salt}`));
    const number = new DataView(digest.buffer, digest.byteOffset).getUint32(0);
    if (number < 4_294_967_200) return (number % 100) + 1;
  }
}

/** What is published at the opening: it binds us to the seed without telling it. */
export function seedHashOf(seed: string): string {
  return bytesToHex(sha256(utf8ToBytes(seed)));
}

function specRank(bid: LiveBid): number {
  return bid.spec === "main" ? 0 : 1;
}

function canPay(bidder: Bidder | undefined, price: number): boolean {
  return bidder?.canPay == null || bidder.canPay >= price;
}

function priced(terms: Terms, order: readonly LiveBid[]): readonly Decided[] {
  const winning = order.slice(0, terms.copies);
  const losing = order.slice(terms.copies);
  return winning.map((bid) => {
    if (hasOnePrice(terms.mode)) return { bid, price: terms.minimum };
    if (terms.mode !== "vickrey") return { bid, price: bid.value };
    const next = losing.filter((other) => other.spec === bid.spec).map((other) => other.value);
    return { bid, price: Math.max(terms.minimum, ...next) };
  });
}

/** All bids, the best first; equals are told apart by what the auction says, then by who was first. */
function inOrder(
  terms: Terms,
  bids: readonly LiveBid[],
  bidders: ReadonlyMap<PersonId, Bidder>,
  seed: string,
  rolls: Map<PersonId, readonly number[]>,
): readonly LiveBid[] {
  const groups = new Map<string, LiveBid[]>();
  for (const bid of ranked(bids)) {
    const key = `${bid.spec} ${hasOnePrice(terms.mode) ? 0 : bid.value}`;
    groups.set(key, [...(groups.get(key) ?? []), bid]);
  }
  return [...groups.values()].flatMap((equals) => {
    if (equals.length === 1 && terms.mode !== "roll") return equals;
    if (terms.mode === "roll" || terms.tieBreak === "roll") {
      return rolledOrder(terms.id, equals, seed, rolls);
    }
    if (terms.tieBreak === "first") return equals;
    const by = terms.tieBreak;
    const figure = (bid: LiveBid) => bidders.get(bid.personId)?.[by] ?? 0;
    return [...equals].sort((a, b) => figure(b) - figure(a) || a.seq - b.seq);
  });
}

/** The higher roll first; equals roll again, among themselves, until they differ. */
function rolledOrder(
  auctionId: string,
  equals: readonly LiveBid[],
  seed: string,
  rolls: Map<PersonId, readonly number[]>,
): readonly LiveBid[] {
  const rolled = equals.map((bid) => {
    const before = rolls.get(bid.personId) ?? [];
    const roll = rollOf(seed, auctionId, bid.personId, before.length);
    rolls.set(bid.personId, [...before, roll]);
    return { bid, roll };
  });
  const byRoll = [...Map.groupBy(rolled, ({ roll }) => roll)].sort(([a], [b]) => b - a);
  return byRoll.flatMap(([, group]) => {
    const same = group.map(({ bid }) => bid);
    return same.length === 1 ? same : rolledOrder(auctionId, same, seed, rolls);
  });
}
