export { type BidInput, type PlacedBid, placeBid, retractBid } from "./bids.ts";
export {
  type NewAuction,
  openAuction,
  reopenAuction,
  SETTLE_JOB,
  USUAL,
  voidAuction,
} from "./opening.ts";
export {
  type Auction,
  type AuctionView,
  auction,
  type Bid,
  type Funds,
  openAuctions,
  pastAuctions,
  type Won,
} from "./reading.ts";
export { settle } from "./settling.ts";
