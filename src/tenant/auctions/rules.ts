import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { BidId, PersonId } from "../../kernel/ids.ts";
import type { Spec } from "../loot/service.ts";
import {
  AUCTION_MODES,
  type AuctionMode,
  type AuctionRules,
  type PriceRule,
  type TieBreak,
} from "./schema.ts";

/** The step to the next bid, for prices of `from` and above. */
export interface Increment {
  readonly from: number;
  readonly by: number;
}

/** The part of an auction that decides about bids. Amounts are minor units of its pool. */
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
  readonly rules: AuctionRules;
}

/** The part of a live bid that ranking uses. `seq` is the order of acceptance. */
export interface LiveBid {
  readonly id: BidId;
  readonly seq: number;
  readonly personId: PersonId;
  readonly value: number;
  readonly spec: Spec;
}

/** What breaks ties between equal bids, besides their order. */
export interface Bidder {
  readonly balance: number;
  /** EPGP: effort points per gear point; the balance in other pools. */
  readonly priority: number;
  /** What they can pay: balance minus floor minus the holds of other auctions; null for no limit. */
  readonly canPay: number | null;
  readonly class: string | null;
  /** False for people who have left, or who may not win this item any more. */
  readonly isEligible: boolean;
}

export interface Winner {
  readonly bid: LiveBid;
  readonly price: number;
}

export interface Decision {
  readonly winners: readonly Winner[];
  /** Bids that would have won, but whose bidder cannot pay the full price. */
  readonly unpaid: readonly LiveBid[];
  /** Every roll that was needed, by person. */
  readonly rolls: ReadonlyMap<PersonId, readonly number[]>;
}

/** What a mode of auctions decides. Everything else is the same in all modes. */
interface ModeRules {
  /** `ascending`: each bid must exceed the one before. `once`: a bid counts alone, and may be withdrawn. */
  readonly bids: "ascending" | "once";
  /** What others see before the end. `nothing` hides even whether there are bids. */
  readonly shows: "bids" | "amounts" | "nothing";
  /** Which price a winner pays, unless the auction has another rule. `fixed`: the minimum. */
  readonly price: PriceRule | "fixed";
  /** How ties are broken, unless the officer chooses. Undefined: by the guild's setting. */
  readonly tieBreak?: "roll";
}

const MODES: Readonly<Record<AuctionMode, ModeRules>> = {
  open: { bids: "ascending", shows: "bids", price: "own" },
  anonymous: { bids: "ascending", shows: "amounts", price: "own" },
  sealed: { bids: "once", shows: "nothing", price: "own" },
  vickrey: { bids: "once", shows: "nothing", price: "second" },
  fixed: { bids: "once", shows: "bids", price: "fixed" },
  roll: { bids: "once", shows: "bids", price: "fixed", tieBreak: "roll" },
};

/** True for modes with visible bids, where each bid must exceed the one before. */
export function isAscending(mode: AuctionMode): boolean {
  return MODES[mode].bids === "ascending";
}

/** True for modes that hide all bids before the end, even whether there are any. */
export function isSecret(mode: AuctionMode): boolean {
  return MODES[mode].shows === "nothing";
}

/** True for modes that show the amounts of bids before the end, but no bidders. */
export function isAnonymous(mode: AuctionMode): boolean {
  return MODES[mode].shows === "amounts";
}

/** True for modes with a fixed price, where something other than the price decides. */
export function hasOnePrice(mode: AuctionMode): boolean {
  return MODES[mode].price === "fixed";
}

/** True for modes where every winner is rolled for, even among unequal bids. */
export function isRolled(mode: AuctionMode): boolean {
  return MODES[mode].tieBreak === "roll";
}

/** The modes of one kind, for SQL and for lists of choices. */
export function modesThat(is: (mode: AuctionMode) => boolean): readonly AuctionMode[] {
  return AUCTION_MODES.filter(is);
}

/** The smallest step above `value`. */
function stepAbove(increments: readonly Increment[], value: number): number {
  return increments.findLast(({ from }) => from <= value)?.by ?? 1;
}

/** Main spec before off spec, then higher values first, then earlier bids first. */
export function ranked<T extends LiveBid>(bids: readonly T[]): readonly T[] {
  return [...bids].sort((a, b) => specRank(a) - specRank(b) || b.value - a.value || a.seq - b.seq);
}

/**
 * The lowest bid that this person may place now: at least the minimum. In an ascending auction it is also a
 * step above the lowest bid of the same spec that still gets a copy, and a step above their own.
 */
export function nextMinimum(
  terms: Terms,
  bids: readonly LiveBid[],
  personId: PersonId | undefined,
  spec: Spec = "main",
): number {
  if (!isAscending(terms.mode)) return terms.minimum;
  if (terms.rules.allowsMinimum && !bids.some((bid) => bid.personId === personId)) {
    return terms.minimum;
  }
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
 * Decides the winners and their prices. Skips bidders who cannot pay the full price, because no
 * partial price exists. Vickrey (1961): each winner pays the highest losing bid of their spec.
 */
export function decide(
  terms: Terms,
  bids: readonly LiveBid[],
  bidders: ReadonlyMap<PersonId, Bidder>,
  seed: string,
  payable: (bid: LiveBid, price: number) => number = (_, price) => price,
): Decision {
  const rolls = new Map<PersonId, readonly number[]>();
  const order = inOrder(terms, bids, bidders, seed, rolls);
  let solvent: readonly LiveBid[] = order;
  // Prices depend on who can pay, so skipping one bidder may change the prices of the others.
  for (;;) {
    const winners = priced(terms, solvent).map(({ bid, price }) => ({
      bid,
      price: payable(bid, price),
    }));
    const short = winners.filter(({ bid, price }) => !canPay(bidders.get(bid.personId), price));
    if (short.length === 0) {
      return { winners, unpaid: order.filter((bid) => !solvent.includes(bid)), rolls };
    }
    solvent = solvent.filter((bid) => !short.some((one) => one.bid === bid));
  }
}

/** A roll of 1 to 100 derived from the seed, so that anyone can repeat it. */
export function rollOf(seed: string, auctionId: string, personId: string, round: number): number {
  // Discards numbers that would favour low rolls: 2^32 is not a multiple of 100.
  for (let salt = 0; ; salt++) {
    const digest = sha256(utf8ToBytes(`${seed}:${auctionId}:${personId}:${round}:${salt}`));
    const number = new DataView(digest.buffer, digest.byteOffset).getUint32(0);
    if (number < 4_294_967_200) return (number % 100) + 1;
  }
}

/** The hash that is published at the opening. It commits us to the seed without revealing it. */
export function seedHashOf(seed: string): string {
  return bytesToHex(sha256(utf8ToBytes(seed)));
}

function specRank(bid: LiveBid): number {
  return bid.spec === "main" ? 0 : 1;
}

function canPay(bidder: Bidder | undefined, price: number): boolean {
  return bidder?.canPay == null || bidder.canPay >= price;
}

function priced(terms: Terms, order: readonly LiveBid[]): readonly Winner[] {
  const winning = order.slice(0, terms.copies);
  const losing = order.slice(terms.copies);
  return winning.map((bid) => {
    const usual = MODES[terms.mode].price;
    if (usual === "fixed") return { bid, price: terms.minimum };
    const rule = terms.rules.price ?? usual;
    if (rule === "own") return { bid, price: bid.value };
    const others = rule === "uniform" ? losing : losing.filter(({ spec }) => spec === bid.spec);
    const second = Math.max(terms.minimum, ...others.map((other) => other.value));
    const step =
      rule === "second-plus" && second < bid.value ? stepAbove(terms.increments, second) : 0;
    return { bid, price: Math.min(bid.value, second + step) };
  });
}

/** All bids, best first. The auction's tie-break decides between equals, then their order. */
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
    if (equals.length === 1 && !isRolled(terms.mode)) return equals;
    if (isRolled(terms.mode) || terms.tieBreak === "roll") {
      return rolledOrder(terms.id, equals, seed, rolls);
    }
    if (terms.tieBreak === "first") return equals;
    const by = terms.tieBreak;
    const figure = (bid: LiveBid) => bidders.get(bid.personId)?.[by] ?? 0;
    return [...equals].sort((a, b) => figure(b) - figure(a) || a.seq - b.seq);
  });
}

/** Higher rolls first. Equal rolls are repeated among themselves until they differ. */
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
