import { sql } from "drizzle-orm";
import {
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from "drizzle-orm/sqlite-core";
import type { CouncilId, LedgerTxId, LootId, PersonId, PoolId } from "../../kernel/ids.ts";
import { persons } from "../roster/schema.ts";

export type LootSource = "auction" | "council" | "manual" | "import";
/** What became of an item: a person got it, it was disenchanted, or it went to the guild's bank. */
export type LootFate = "person" | "disenchanted" | "bank";
export type Spec = "main" | "off";

/** An item that dropped, and what became of it. A reverted award keeps its row and gets `revertedAt`. */
export const lootAwards = sqliteTable(
  "loot_awards",
  {
    id: text().$type<LootId>().primaryKey(),
    itemName: text("item_name").notNull(),
    itemKey: text("item_key").notNull(),
    /** The game's own id of the item, if it is known. */
    itemId: integer("item_id"),
    fate: text().$type<LootFate>().notNull(),
    personId: text("person_id")
      .$type<PersonId>()
      .references(() => persons.id),
    spec: text().$type<Spec>(),
    poolId: text("pool_id").$type<PoolId>(),
    /** The price in the pool's minor units. */
    price: integer().notNull(),
    txId: text("tx_id").$type<LedgerTxId>(),
    source: text().$type<LootSource>().notNull(),
    auctionId: text("auction_id"),
    raidId: text("raid_id"),
    boss: text().notNull().default(""),
    note: text().notNull().default(""),
    idempotencyKey: text("idempotency_key").notNull().unique(),
    at: integer().notNull(),
    revertedAt: integer("reverted_at"),
    /** The slot of the item, such as "head", if it is known. */
    slot: text(),
    itemLevel: integer("item_level"),
  },
  (t) => [
    index("loot_by_time").on(t.at, t.id),
    index("loot_by_person").on(t.personId, t.at),
    index("loot_by_item").on(t.itemKey, t.at),
    index("loot_by_auction").on(t.auctionId).where(sql`${t.auctionId} IS NOT NULL`),
    index("loot_by_raid").on(t.raidId).where(sql`${t.raidId} IS NOT NULL`),
  ],
);

/** Items that people wish for. The smallest rank is wanted most. */
export const wishes = sqliteTable(
  "loot_wishes",
  {
    personId: text("person_id")
      .$type<PersonId>()
      .notNull()
      .references(() => persons.id),
    itemKey: text("item_key").notNull(),
    itemName: text("item_name").notNull(),
    rank: integer().notNull(),
    note: text().notNull().default(""),
    at: integer().notNull(),
    /** The game's own id of the item, if it is known. */
    itemId: integer("item_id"),
  },
  (t) => [
    uniqueIndex("wishes_one_each").on(t.personId, t.itemKey),
    index("wishes_by_item").on(t.itemKey),
  ],
);

export type CouncilStatus = "open" | "decided" | "void";
/** How much a person needs an item, in the words of loot councils. */
export type Response = "best" | "upgrade" | "minor" | "off" | "pass";

/** Councils, in which officers decide who gets an item. Everyone can read the result. */
export const councils = sqliteTable(
  "loot_councils",
  {
    id: text().$type<CouncilId>().primaryKey(),
    itemName: text("item_name").notNull(),
    itemKey: text("item_key").notNull(),
    boss: text().notNull().default(""),
    raidId: text("raid_id"),
    note: text().notNull().default(""),
    status: text().$type<CouncilStatus>().notNull().default("open"),
    lootId: text("loot_id")
      .$type<LootId>()
      .references(() => lootAwards.id),
    openedAt: integer("opened_at").notNull(),
    decidedAt: integer("decided_at"),
    poolId: text("pool_id").$type<PoolId>(),
    slot: text(),
    itemLevel: integer("item_level"),
  },
  (t) => [index("councils_by_time").on(t.openedAt, t.id)],
);

/** The response of each person in a council. */
export const councilResponses = sqliteTable(
  "council_responses",
  {
    councilId: text("council_id")
      .$type<CouncilId>()
      .notNull()
      .references(() => councils.id),
    personId: text("person_id")
      .$type<PersonId>()
      .notNull()
      .references(() => persons.id),
    response: text().$type<Response>().notNull(),
    note: text().notNull().default(""),
    at: integer().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.councilId, t.personId] }),
    index("council_responses_by_person").on(t.personId),
  ],
);

/** Votes. Each officer has one in each council and may change it until the decision. */
export const councilVotes = sqliteTable(
  "council_votes",
  {
    councilId: text("council_id")
      .$type<CouncilId>()
      .notNull()
      .references(() => councils.id),
    voterId: text("voter_id")
      .$type<PersonId>()
      .notNull()
      .references(() => persons.id),
    personId: text("person_id")
      .$type<PersonId>()
      .notNull()
      .references(() => persons.id),
    at: integer().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.councilId, t.voterId] }),
    index("council_votes_by_voter").on(t.voterId),
    index("council_votes_by_person").on(t.personId),
  ],
);
