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
export type AuctionMode = "open" | "anonymous" | "sealed" | "vickrey" | "fixed" | "roll";
/** `open` until the settlement, even after the closing time. `settled` and `void` are final. */
export type AuctionStatus = "open" | "settled" | "void";
export type TieBreak = "first" | "roll" | "balance" | "priority";
export type BidState = "live" | "replaced" | "retracted" | "won" | "lost" | "unpaid";

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
