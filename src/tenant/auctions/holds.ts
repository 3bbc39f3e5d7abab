import { eq, type SQL, sql } from "drizzle-orm";
import { build, insertFrom, insertInto } from "../../database/statements.ts";
import type { Writable } from "../../database/write.ts";
import type { PersonId } from "../../kernel/ids.ts";
import { balanceOf } from "../dkp/expressions.ts";
import type { Pool } from "../dkp/pools.ts";
import { type Auction, isLive } from "./queries.ts";
import { isAscending } from "./rules.ts";
import { bids, holds } from "./schema.ts";

/** A condition: a bid is for the main spec. */
export const isMain = sql`${bids.spec} = 'main'`;

/** The points that a person can bid, without subtracting what this auction already holds. */
export function availableSql(poolId: string, personId: string, exceptAuction: string): SQL {
  return sql`(${balanceOf(poolId, personId, "pt")}
    - coalesce((select sum(${holds.amount}) from ${holds} where ${holds.personId} = ${personId}
      and ${holds.poolId} = ${poolId} and ${holds.auctionId} <> ${exceptAuction}), 0))`;
}

/**
 * In an ascending auction, holds the points of the leaders only. In the other modes, holds those of every
 * bidder.
 */
export function holdStatements(
  auction: Auction,
  pool: Pool,
  personId: PersonId,
  value: number,
): readonly Writable[] {
  // EPGP adds the price to the gear points, so no points need to be held.
  if (pool.kind === "epgp") return [];
  if (!isAscending(auction.mode)) {
    return [
      insertInto(
        holds,
        { auctionId: auction.id, personId, poolId: pool.id, amount: value },
        { on: [holds.auctionId, holds.personId], set: { amount: value } },
      ),
    ];
  }
  return [build.delete(holds).where(eq(holds.auctionId, auction.id)), ...heldBids(auction, pool)];
}

/** Holds the points of every live bid of an auction, or of its leaders in an ascending one. */
export function heldBids(auction: Auction, pool: Pool): readonly Writable[] {
  if (pool.kind === "epgp") return [];
  const most = isAscending(auction.mode) ? auction.copies : -1;
  return [
    insertFrom(
      holds,
      {
        auctionId: auction.id,
        personId: sql`${bids.personId}`,
        poolId: pool.id,
        amount: sql`${bids.value}`,
      },
      sql`from ${bids} where ${isLive(auction.id)}
        order by ${isMain} desc, ${bids.value} desc, ${bids.seq} limit ${most}`,
    ),
  ];
}
