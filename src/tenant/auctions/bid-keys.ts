import { eq } from "drizzle-orm";
import { columnsOf, prepare, type Values } from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import { Invalid } from "../../kernel/errors.ts";
import { newId } from "../../kernel/ids.ts";
import { limits } from "../../limits.ts";
import { describe } from "../audit.ts";
import type { GuildContext } from "../context.ts";
import { formatPoints, parsePoints } from "../dkp/points.ts";
import { decimalsOf } from "../dkp/queries.ts";
import type { Spec } from "../loot/service.ts";
import type { Person } from "../roster/service.ts";
import type { BidInput, PlacedBid } from "./bids.ts";
import type { Auction } from "./queries.ts";
import { hasOnePrice } from "./rules.ts";
import { auctions, bids } from "./schema.ts";

const bidOfKey = prepare(({ key }: Values<{ readonly key: string }>) =>
  build
    .select({
      ...columnsOf(bids, "id", "seq", "auctionId", "personId", "value", "spec", "at"),
      decimals: decimalsOf(auctions.poolId),
    })
    .from(bids)
    .innerJoin(auctions, eq(auctions.id, bids.auctionId))
    .where(eq(bids.idempotencyKey, key)),
);

/** The key includes the bidder, so that another member's request cannot pass as a repetition of theirs. */
export function keyOf(ctx: GuildContext, person: Person): string {
  return `${describe(ctx.actor).id}:${ctx.idempotencyKey ?? newId<string>()}:${person.id}`.slice(
    0,
    limits.http.idempotencyKeyCharsMax + 100,
  );
}

export async function bidByKey(ctx: GuildContext, key: string): Promise<PlacedBid | undefined> {
  const row = await bidOfKey.first(ctx.db, { key });
  if (row === undefined) return undefined;
  const { decimals, ...bid } = row;
  return { ...bid, points: formatPoints(bid.value, decimals) };
}

export function sameBid(
  first: PlacedBid,
  auction: Auction,
  spec: Spec,
  input: BidInput,
): PlacedBid {
  const value = hasOnePrice(auction.mode)
    ? auction.minimum
    : parsePoints(input.points ?? "", auction.decimals);
  if (first.auctionId === auction.id && first.spec === spec && first.value === value) return first;
  throw new Invalid(
    "idempotency/key-reused",
    "This Idempotency-Key was used for another request. Create a new key for each request.",
  );
}
