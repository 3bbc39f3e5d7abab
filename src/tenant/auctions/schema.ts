import { sql } from "drizzle-orm";
import {
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from "drizzle-orm/sqlite-core";
import type { AuctionId, BidId, PersonId, PoolId } from "../../kernel/ids.ts";
import { pools } from "../dkp/schema.ts";
import type { Spec } from "../loot/schema.ts";
import { persons } from "../roster/schema.ts";

/**
 * `open` shows the leader and the amount, `anonymous` shows only the amount. `sealed` and `vickrey` show
 * nothing before the end. `fixed` and `roll` have one price and decide among the interested members.
 */
export const AUCTION_MODES = ["open", "anonymous", "sealed", "vickrey", "fixed", "roll"] as const;
export type AuctionMode = (typeof AUCTION_MODES)[number];
/** `open` until the settlement, even after the closing time. `settled` and `void` are final. */
export type AuctionStatus = "open" | "settled" | "void";
export type TieBreak = "first" | "roll" | "balance" | "priority";
export type BidState = "live" | "replaced" | "retracted" | "won" | "lost" | "unpaid";

/** Rules of an auction that most auctions leave as they are. */
export interface AuctionRules {
  /** Which price winners pay; the usual one of the mode if absent. */
  readonly price?: PriceRule | undefined;
  /** Only people who are present at the raid may bid. */
  readonly presentOnly?: boolean | undefined;
  /** In an ascending auction, the minimum bid is valid below the leading bid. */
  readonly allowsMinimum?: boolean | undefined;
  /** The auction ends once everyone who may bid has bid or passed. */
  readonly endsWhenPassed?: boolean | undefined;
  readonly slot?: string | undefined;
  readonly itemLevel?: number | undefined;
}

/**
 * `own`: winners pay their bid. `second`: the highest losing bid. `second-plus`: the same and a step, at most
 * their bid. `uniform`: all winners pay the highest losing bid.
 */
export type PriceRule = "own" | "second" | "second-plus" | "uniform";

export const auctions = sqliteTable(
  "auctions",
  {
    id: text().$type<AuctionId>().primaryKey(),
    poolId: text("pool_id")
      .$type<PoolId>()
      .notNull()
      .references(() => pools.id),
    itemName: text("item_name").notNull(),
    itemId: integer("item_id"),
    boss: text().notNull().default(""),
    raidId: text("raid_id"),
    note: text().notNull().default(""),
    mode: text().$type<AuctionMode>().notNull(),
    status: text().$type<AuctionStatus>().notNull().default("open"),
    copies: integer().notNull(),
    /** Amounts are the pool's minor units. */
    minimum: integer().notNull(),
    maximum: integer(),
    /** The step to the next bid by price: `[{ from, by }]`, sorted by `from`. */
    increments: text({ mode: "json" })
      .$type<readonly { readonly from: number; readonly by: number }[]>()
      .notNull(),
    tieBreak: text("tie_break").$type<TieBreak>().notNull(),
    allowsOffSpec: integer("allows_off_spec", { mode: "boolean" }).notNull(),
    allowsAllIn: integer("allows_all_in", { mode: "boolean" }).notNull(),
    classes: text({ mode: "json" }).$type<readonly string[] | null>(),
    roles: text({ mode: "json" }).$type<readonly string[] | null>(),
    opensAt: integer("opens_at").notNull(),
    closesAt: integer("closes_at").notNull(),
    originalClosesAt: integer("original_closes_at").notNull(),
    snipeMs: integer("snipe_ms").notNull(),
    extensions: integer().notNull().default(0),
    extensionsMax: integer("extensions_max").notNull(),
    overtimeMsMax: integer("overtime_ms_max").notNull(),
    /** Published at the opening. The seed itself follows at the end, so that anyone can check the rolls. */
    seedHash: text("seed_hash").notNull(),
    seed: text().notNull(),
    settledAt: integer("settled_at"),
    voidReason: text("void_reason"),
    /** The auction that this one repeats. */
    reopens: text().$type<AuctionId>().unique(),
    idempotencyKey: text("idempotency_key").notNull().unique(),
    rules: text({ mode: "json" }).$type<AuctionRules>().notNull().default({}),
  },
  (t) => [
    index("auctions_by_status").on(t.status, t.closesAt),
    index("auctions_by_opening").on(t.opensAt, t.id),
  ],
);

/** Every accepted bid, in the order of acceptance. Only its state changes. */
export const bids = sqliteTable(
  "bids",
  {
    seq: integer().primaryKey({ autoIncrement: true }),
    id: text().$type<BidId>().notNull().unique(),
    auctionId: text("auction_id")
      .$type<AuctionId>()
      .notNull()
      .references(() => auctions.id),
    personId: text("person_id")
      .$type<PersonId>()
      .notNull()
      .references(() => persons.id),
    value: integer().notNull(),
    spec: text().$type<Spec>().notNull(),
    state: text().$type<BidState>().notNull().default("live"),
    /** All deciding rolls of 1 to 100, in order. */
    rolls: text({ mode: "json" }).$type<readonly number[]>(),
    at: integer().notNull(),
    idempotencyKey: text("idempotency_key").notNull().unique(),
  },
  (t) => [
    uniqueIndex("bids_one_live").on(t.auctionId, t.personId).where(sql`${t.state} = 'live'`),
    index("bids_by_auction").on(t.auctionId, t.seq),
    index("bids_by_person").on(t.personId, t.auctionId),
  ],
);

/** People who said that they do not want the item. A bid removes the pass. */
export const auctionPasses = sqliteTable(
  "auction_passes",
  {
    auctionId: text("auction_id")
      .$type<AuctionId>()
      .notNull()
      .references(() => auctions.id),
    personId: text("person_id")
      .$type<PersonId>()
      .notNull()
      .references(() => persons.id),
    at: integer().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.auctionId, t.personId] }),
    index("auction_passes_by_person").on(t.personId),
  ],
);

/** Points that a live bid may need. They cannot be promised twice. */
export const holds = sqliteTable(
  "holds",
  {
    auctionId: text("auction_id")
      .$type<AuctionId>()
      .notNull()
      .references(() => auctions.id),
    personId: text("person_id")
      .$type<PersonId>()
      .notNull()
      .references(() => persons.id),
    poolId: text("pool_id").$type<PoolId>().notNull(),
    amount: integer().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.auctionId, t.personId] }),
    index("holds_by_person").on(t.personId, t.poolId),
  ],
);
