import { limits } from "../../limits.ts";
import { type AuctionView, openAuctions, pastAuctions } from "../auctions/queries.ts";
import { formatPoints } from "../dkp/points.ts";
import { plainText } from "../identity/integrity/discord-text.ts";
import { loot } from "../loot/service.ts";
import { isExamplePool } from "./example-pools.ts";
import { pageUrl } from "./page-url.ts";
import { addPost, type FeedLook, type IsBusy } from "./posts.ts";

/** Posts that an auction began or ended. Bids stay on the page. */
export async function auctionPosts(look: FeedLook): Promise<IsBusy> {
  const { ctx, feeds } = look;
  const { auctionChannelId: channelId } = feeds;
  if (channelId === null) return false;
  const since = sinceOf(look);
  const open = await openAuctions(ctx);
  for (const one of open) {
    if (one.opensAt < since || one.pool.isExample) continue;
    const message = textMessage(startText(look, one));
    await addPost(look, { kind: "auction", subject: one.id, channelId, message });
  }
  const { items } = await pastAuctions(ctx, { limit: limits.discord.listLinesMax });
  for (const one of items) {
    if ((one.settledAt ?? one.closesAt) < since || one.pool.isExample) continue;
    const message = textMessage(endText(look, one));
    await addPost(look, { kind: "auction-end", subject: one.id, channelId, message });
  }
  return open.length > 0;
}

function startText(look: FeedLook, { id, itemName, mode, closesAt }: AuctionView): string {
  const { ctx, deps, messages } = look;
  const head = messages.discord.auctionOpen(plainText(itemName), messages.auctions.modes[mode]);
  const url = pageUrl({ services: deps, ctx }, `/auctions/${id}`);
  return `${head} · <t:${Math.floor(closesAt / 1_000)}:R>\n${url}`;
}

function endText(look: FeedLook, one: AuctionView): string {
  const { ctx, deps, messages } = look;
  const t = messages.discord;
  const item = plainText(one.itemName);
  const winners = one.loot
    .filter(({ isReverted, personName }) => !isReverted && personName !== null)
    .map(
      ({ personName, price }) =>
        `${plainText(personName ?? "")} (${formatPoints(price, one.decimals)})`,
    );
  const head =
    one.status === "void"
      ? t.auctionCanceled(item)
      : winners.length === 0
        ? t.auctionUnsold(item)
        : t.auctionWon(item, winners.join(", "));
  return `${head}\n${pageUrl({ services: deps, ctx }, `/auctions/${one.id}`)}`;
}

/** Posts items that people got. Imports and what was taken back are left out. */
export async function lootPosts(look: FeedLook): Promise<IsBusy> {
  const { ctx, feeds, messages } = look;
  const { lootChannelId: channelId } = feeds;
  if (channelId === null) return false;
  const since = sinceOf(look);
  const { items } = await loot(ctx, { limit: limits.discord.listLinesMax });
  for (const one of items.toReversed()) {
    if (one.at < since || one.isReverted || one.source === "import") continue;
    if (await isExamplePool(ctx, one.poolId)) continue;
    const item = plainText(one.itemName);
    const who = one.personName === null ? messages.loot.fates[one.fate] : plainText(one.personName);
    const message = textMessage(messages.discord.lootLine(item, who, one.points));
    await addPost(look, { kind: "loot", subject: one.id, channelId, message });
  }
  return false;
}

/** Nothing from before the channels were chosen, and nothing that is no news any more. */
function sinceOf({ feeds, nowMs }: FeedLook): number {
  return Math.max(feeds.since, nowMs - limits.discord.feedLookbackMs);
}

function textMessage(content: string) {
  return { content, allowed_mentions: { parse: [] } };
}
