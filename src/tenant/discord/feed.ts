import { limits } from "../../limits.ts";
import { restReason } from "../../platform/messages/rest.ts";
import { translator } from "../../web/i18n/index.ts";
import { secretOf } from "../connections/service.ts";
import type { GuildContext } from "../context.ts";
import { provedServer } from "../identity/connect.ts";
import { hasChannel, hasPosts, readFeeds } from "./feed-settings.ts";
import { currentPosts, type FeedDeps, type FeedLook } from "./posts.ts";
import { raidPosts } from "./raid-feed.ts";
import { auctionPosts, lootPosts } from "./trade-feed.ts";

/**
 * Posts what is new and changes what has changed. Returns when to look again; undefined for a guild without
 * a channel. A guild at rest, or without a server that it proved, waits.
 */
export async function runFeed(ctx: GuildContext, deps: FeedDeps): Promise<number | undefined> {
  const feeds = await readFeeds(ctx);
  if (!hasChannel(feeds)) return undefined;
  const nowMs = ctx.now().getTime();
  const { feedRestMs, feedBusyMs, feedIdleMs, feedLookbackMs } = limits.discord;
  const isServed = hasPosts(ctx) && (await provedServer(ctx, deps)) !== null;
  if (!isServed || (await restReason(deps, ctx.guild.id)) !== undefined) return nowMs + feedRestMs;
  const known = await currentPosts.all(ctx.db, { since: nowMs - 2 * feedLookbackMs });
  const look: FeedLook = {
    ctx,
    deps,
    feeds,
    nowMs,
    messages: translator(feeds.language),
    hasButtons: (await secretOf(ctx, deps.envelopes, "discord-bot")) === undefined,
    posts: new Map(known.map((post) => [`${post.kind} ${post.subject}`, post])),
  };
  const busy = [await raidPosts(look), await auctionPosts(look), await lootPosts(look)];
  deps.wakeJobs();
  return nowMs + (busy.includes(true) ? feedBusyMs : feedIdleMs);
}
