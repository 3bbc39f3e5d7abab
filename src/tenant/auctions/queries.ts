import { and, asc, desc, eq, ne, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import {
  asColumn,
  asNumber,
  columnOr,
  columnsOf,
  prepare,
  type RowOf,
  rowsOf,
  type Values,
} from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import { decodeCursor, type Page, toPage } from "../../kernel/cursor.ts";
import { NotFound } from "../../kernel/errors.ts";
import type { AuctionId, BidId, PersonId, PoolId } from "../../kernel/ids.ts";
import { allow, type GuildContext, may } from "../context.ts";
import { balanceOf } from "../dkp/expressions.ts";
import { type Pool, poolOf } from "../dkp/pools.ts";
import { decimalsOf } from "../dkp/queries.ts";
import { lootOfAuction } from "../loot/queries.ts";
import type { Spec } from "../loot/service.ts";
import { classOfMain } from "../roster/queries.ts";
import { persons } from "../roster/schema.ts";
import { ownPerson } from "../roster/service.ts";
import { type Passes, passes } from "./early-end.ts";
import { isAnonymous, isAscending, isSecret, nextMinimum, ranked } from "./rules.ts";
import { auctions, type BidState, bids, holds } from "./schema.ts";

/** The row of an auction. Amounts are minor units of its pool, times are Unix milliseconds. */
export type Auction = Readonly<RowOf<typeof AUCTION>>;

/** One accepted bid, as this reader may see it. */
export interface Bid {
  readonly id: BidId;
  readonly seq: number;
  /** Null when the auction hides names and the bid is not the reader's. */
  readonly personId: PersonId | null;
  readonly personName: string | null;
  readonly class: string | null;
  readonly isOwn: boolean;
  readonly value: number;
  readonly spec: Spec;
  readonly state: BidState;
  readonly rolls: readonly number[] | null;
  readonly at: number;
}

/** The reader's points, and how many they can bid. */
export interface Funds {
  readonly personId: PersonId;
  readonly balance: number;
  /** Points held by other auctions. */
  readonly heldElsewhere: number;
  /** Points held by this auction. */
  readonly heldHere: number;
  readonly floor: number | null;
  /** The highest possible bid here; null for no limit. */
  readonly most: number | null;
}

/** An auction as one reader may see it. */
export interface AuctionView extends Auction, Passes {
  readonly pool: Pool;
  /** Before the end of a secret auction, only the reader's own bid. */
  readonly bids: readonly Bid[];
  /** Null when the number of bids is secret. */
  readonly bidCount: number | null;
  /** The bids that would get a copy now, best first. */
  readonly leaders: readonly Bid[];
  readonly nextMinimum: { readonly main: number; readonly off: number };
  readonly funds: Funds | undefined;
  readonly own: Bid | undefined;
  /** The server's clock in Unix milliseconds, for the countdown. */
  readonly now: number;
  readonly loot: readonly Won[];
}

/** One copy and its winner. */
type Won = Awaited<ReturnType<typeof lootOfAuction.all>>[number];

const repeats = alias(auctions, "repeats");

const AUCTION = {
  ...columnsOf(auctions, "id", "poolId"),
  decimals: decimalsOf(auctions.poolId),
  ...columnsOf(auctions, "itemName", "itemId", "boss", "raidId", "note", "mode", "status"),
  ...columnsOf(auctions, "copies", "minimum", "maximum", "increments", "tieBreak"),
  ...columnsOf(auctions, "allowsOffSpec", "allowsAllIn", "classes", "roles", "opensAt"),
  ...columnsOf(auctions, "closesAt", "originalClosesAt", "snipeMs", "extensions"),
  ...columnsOf(auctions, "extensionsMax", "overtimeMsMax", "seedHash"),
  /** Null until the auction is over. */
  seed: asColumn(
    auctions.seed,
    sql`case ${auctions.status} when 'open' then null else ${auctions.seed} end`,
  ),
  ...columnsOf(auctions, "settledAt", "voidReason", "reopens"),
  rules: columnOr(auctions.rules, "'{}'"),
  reopenedBy: asColumn(
    auctions.id,
    sql`(select ${repeats.id} from ${auctions} as ${repeats}
      where ${repeats.reopens} = ${auctions.id})`,
  ),
};

/** How many auctions are open, as a column. */
export const openAuctionCount = asNumber(
  sql`(select count(*) from ${auctions} where ${auctions.status} = 'open')`,
);

const auctionById = prepare(({ id }: Values<{ id: string }>) =>
  build.select(AUCTION).from(auctions).where(eq(auctions.id, id)),
);

const auctionsByEnd = prepare(() =>
  build
    .select(AUCTION)
    .from(auctions)
    .where(eq(auctions.status, "open"))
    .orderBy(asc(auctions.closesAt), asc(auctions.id)),
);

/** The last row of the page before. Null for the first page. */
interface After {
  readonly at: string | number | null;
  readonly id: string | number | null;
  readonly limit: number;
}

const endedPage = prepare(({ at, id, limit }: Values<After>) =>
  build
    .select(AUCTION)
    .from(auctions)
    .where(
      and(
        ne(auctions.status, "open"),
        sql`(${auctions.opensAt}, ${auctions.id})
          < (coalesce(${at}, 9e15), coalesce(${id}, ''))`,
      ),
    )
    .orderBy(desc(auctions.opensAt), desc(auctions.id))
    .limit(limit),
);

/**
 * A condition: a bid of this auction counts. The state is a literal, because the database uses the index of
 * such bids only then.
 */
export function isLive(auctionId: SQLWrapper | string): SQL {
  return sql`${bids.auctionId} = ${auctionId} and ${bids.state} = 'live'`;
}

const BID = {
  ...columnsOf(bids, "id", "seq", "personId"),
  personName: persons.name,
  class: classOfMain(persons.id),
  ...columnsOf(bids, "value", "spec", "state", "rolls", "at"),
};

const bidsOf = prepare(({ auctionId }: Values<{ auctionId: AuctionId }>) =>
  build
    .select(BID)
    .from(bids)
    .innerJoin(persons, eq(persons.id, bids.personId))
    .where(eq(bids.auctionId, auctionId))
    .orderBy(desc(bids.seq)),
);

interface OfPool {
  readonly poolId: PoolId;
  readonly personId: PersonId;
  readonly auctionId: string;
}

const heldPoints = prepare(({ poolId, personId, auctionId }: Values<OfPool>) => {
  const held = (condition: SQL) =>
    asNumber(sql`coalesce(sum(${holds.amount}) filter (where ${condition}), 0)`);
  return rowsOf(
    {
      balance: balanceOf(poolId, personId, "pt"),
      heldElsewhere: held(sql`${holds.auctionId} <> ${auctionId}`),
      heldHere: held(sql`${holds.auctionId} = ${auctionId}`),
    },
    (columns) => sql`select ${columns} from ${holds}
      where ${holds.personId} = ${personId} and ${holds.poolId} = ${poolId}`,
  );
});

/** How the last auction of a chain of repetitions stands. */
const lastStatus = prepare(({ id }: Values<{ id: AuctionId }>) =>
  rowsOf(
    { status: asColumn(auctions.status, sql`chain.status`) },
    (columns) => sql`with recursive chain (id, status) as (
        select ${auctions.id}, ${auctions.status} from ${auctions} where ${auctions.id} = ${id}
        union all select ${auctions.id}, ${auctions.status} from ${auctions}
          join chain on ${auctions.reopens} = chain.id)
      select ${columns} from chain
      where not exists (select 1 from ${auctions} where ${auctions.reopens} = chain.id)`,
  ),
);

/** @throws {NotFound} `auctions/not-found` */
export async function auctionRow(ctx: GuildContext, id: string): Promise<Auction> {
  const row = await auctionById.first(ctx.db, { id });
  if (row) return row;
  throw new NotFound("auctions/not-found", "This auction does not exist.");
}

/**
 * One auction as the caller may see it. Before the end of a secret auction, callers see only their own bid.
 *
 * @throws {NotFound} `auctions/not-found`
 */
export async function auction(ctx: GuildContext, id: string): Promise<AuctionView> {
  allow(ctx, "auctions.view");
  const row = await auctionRow(ctx, id);
  const me = may(ctx, "auctions.bid") ? await ownPerson(ctx) : undefined;
  return await viewOfAuction(ctx, row, me?.id);
}

/** The open auctions, the first to close first. */
export async function openAuctions(ctx: GuildContext): Promise<readonly AuctionView[]> {
  allow(ctx, "auctions.view");
  const rows = await auctionsByEnd.all(ctx.db);
  const me = may(ctx, "auctions.bid") ? await ownPerson(ctx) : undefined;
  return await Promise.all(rows.map((row) => viewOfAuction(ctx, row, me?.id)));
}

/** Auctions that are over, newest first. */
export async function pastAuctions(
  ctx: GuildContext,
  query: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<AuctionView>> {
  allow(ctx, "auctions.view");
  const [at, id] = query.cursor === undefined ? [] : decodeCursor(query.cursor, 2);
  const limit = query.limit + 1;
  const rows = await endedPage.all(ctx.db, { at: at ?? null, id: id ?? null, limit });
  const page = toPage(rows, query.limit, (last) => [last.opensAt, last.id]);
  const items = await Promise.all(page.items.map((row) => viewOfAuction(ctx, row, undefined)));
  return { ...page, items };
}

/** This person's points in a pool, and how many of them auctions hold. */
export async function fundsOf(
  ctx: GuildContext,
  pool: Pool,
  personId: PersonId,
  auctionId: string,
): Promise<Funds> {
  const row = await heldPoints.first(ctx.db, { poolId: pool.id, personId, auctionId });
  const { balance, heldElsewhere, heldHere } = row!;
  const hasBound = pool.floor !== null && pool.kind !== "epgp";
  const most = hasBound ? Math.max(0, balance - heldElsewhere - pool.floor) : null;
  return { personId, balance, heldElsewhere, heldHere, floor: pool.floor, most };
}

/**
 * True once the item of an auction is decided. A canceled auction decides nothing: it can be opened
 * again, and its bids stay secret until the last auction of the chain is settled.
 */
async function isDecided(ctx: GuildContext, row: Auction): Promise<boolean> {
  if (row.reopenedBy === null) return row.status === "settled";
  const last = await lastStatus.first(ctx.db, { id: row.id });
  return last?.status === "settled";
}

async function viewOfAuction(
  ctx: GuildContext,
  row: Auction,
  personId: PersonId | undefined,
): Promise<AuctionView> {
  const [pool, found, loot] = await Promise.all([
    poolOf(ctx, row.poolId),
    bidsOf.all(ctx.db, { auctionId: row.id }),
    lootOfAuction.all(ctx.db, { auctionId: row.id }),
  ]);
  const all = found.map((bid) => ({ ...bid, isOwn: bid.personId === personId }));
  const live = all.filter((bid) => bid.state === "live");
  const isHidden = isSecret(row.mode) && !(await isDecided(ctx, row));
  const seen = isHidden ? all.filter((bid) => bid.isOwn) : all;
  const nameless = isAnonymous(row.mode) && row.status === "open";
  const shown = (bid: Bid) =>
    nameless && !bid.isOwn ? { ...bid, personId: null, personName: null, class: null } : bid;
  const leading = isAscending(row.mode) ? ranked(live).slice(0, row.copies) : [];
  return {
    ...row,
    ...(await passes(ctx, row, { me: personId, isHidden })),
    pool,
    bids: seen.map(shown),
    bidCount: isHidden ? null : all.length,
    leaders: leading.map(shown),
    nextMinimum: {
      main: nextMinimum(row, live, personId, "main"),
      off: nextMinimum(row, live, personId, "off"),
    },
    funds:
      personId && row.status === "open" ? await fundsOf(ctx, pool, personId, row.id) : undefined,
    own: live.find((bid) => bid.isOwn),
    now: ctx.now().getTime(),
    loot,
  };
}
