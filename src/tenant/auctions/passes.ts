import { and, eq, sql } from "drizzle-orm";
import { build, insertInto } from "../../database/statements.ts";
import { guard, write } from "../../database/write.ts";
import { Conflict } from "../../kernel/errors.ts";
import { allow, type GuildContext } from "../context.ts";
import { announceAuction } from "./announcements.ts";
import * as own from "./bids.ts";
import { leaders } from "./early-end.ts";
import { auctionRow } from "./queries.ts";
import { isAscending } from "./rules.ts";
import { auctionPasses, bids, holds } from "./schema.ts";
import { settleWhenDecided } from "./settlement.ts";

/** Bids as `bids.ts` does. The auction then ends if it waited only for this bid. */
export async function placeBid(
  ctx: GuildContext,
  auctionId: string,
  input: own.BidInput,
): Promise<own.PlacedBid> {
  const bid = await own.placeBid(ctx, auctionId, input);
  await settleWhenDecided(ctx, auctionId);
  return bid;
}

/**
 * Says that the caller does not want the item. Where bids can be withdrawn, this withdraws the caller's bid.
 * In an ascending auction the leaders cannot pass, and a bid that was beaten stays. A later bid removes the
 * pass.
 *
 * @throws {Conflict} `auctions/closed`, `auctions/bid-stays`
 *
 * @throws {Forbidden} `auctions/not-in-roster`
 */
export async function passItem(ctx: GuildContext, auctionId: string): Promise<void> {
  allow(ctx, "auctions.bid");
  const auction = await auctionRow(ctx, auctionId);
  const { id: personId } = await own.bidder(ctx);
  const isMine = (table: typeof bids | typeof holds) =>
    and(eq(table.auctionId, auction.id), eq(table.personId, personId));
  const nowMs = ctx.now().getTime();
  const mayWithdraw = !isAscending(auction.mode);
  await write(ctx.db, [
    own.isOpenGuard(ctx, auction),
    guard(
      mayWithdraw ? sql`true` : sql`${personId} not in ${leaders(auction)}`,
      () =>
        new Conflict(
          "auctions/bid-stays",
          "A bid in an open auction cannot be withdrawn. Other people have bid against it.",
        ),
    ),
    ...(mayWithdraw
      ? [
          build
            .update(bids)
            .set({ state: "retracted" })
            .where(and(isMine(bids), eq(bids.state, "live"))),
          build.delete(holds).where(isMine(holds)),
        ]
      : []),
    insertInto(auctionPasses, { auctionId: auction.id, personId, at: nowMs }, { on: [] }),
    ...announceAuction(auction, nowMs),
  ]);
  await settleWhenDecided(ctx, auctionId);
}
