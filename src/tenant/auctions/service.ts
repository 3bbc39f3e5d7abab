export { type BidInput, type PlacedBid, placeBid, retractBid } from "./bids.ts";
export {
  type NewAuction,
  openAuction,
  reopenAuction,
  SETTLE_JOB,
  USUAL,
  voidAuction,
} from "./open.ts";
export {
  type Auction,
  type AuctionView,
  auction,
  type Bid,
  type Funds,
  openAuctions,
  pastAuctions,
  type Won,
} from "./queries.ts";
export { settle } from "./settlement.ts";
