export { retractBid } from "./bids.ts";
export {
  openAuction,
  reopenAuction,
  voidAuction,
} from "./open.ts";
export { passItem, placeBid } from "./passes.ts";
export {
  type AuctionView,
  auction,
  type Bid,
  openAuctions,
  pastAuctions,
} from "./queries.ts";
export { settle } from "./settlement.ts";
