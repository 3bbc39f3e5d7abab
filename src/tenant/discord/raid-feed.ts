import { and, eq } from "drizzle-orm";
import { build } from "../../database/statements.ts";
import { write } from "../../database/write.ts";
import { HOUR_MS } from "../../kernel/time.ts";
import { limits } from "../../limits.ts";
import { postRows, postState } from "../../platform/messages/queue.ts";
import { record } from "../audit.ts";
import { plainText } from "../identity/integrity/discord-text.ts";
import { comingRaids, type RaidView, raid } from "../raids/queries.ts";
import { unanswered } from "../raids/unanswered.ts";
import { namesWithin, raidMessage } from "./announcements.ts";
import { isExamplePool } from "./example-pools.ts";
import { pageUrl } from "./page-url.ts";
import { addPost, type FeedLook, type IsBusy, type StoredPost, shownHash } from "./posts.ts";
import { discordPosts } from "./schema.ts";

/** Announces raids that come up, keeps their messages up to date, and reminds once. */
export async function raidPosts(look: FeedLook): Promise<IsBusy> {
  const { ctx, feeds, nowMs, posts } = look;
  const { raidChannelId: channelId } = feeds;
  if (channelId === null) return false;
  const { items } = await comingRaids(ctx, { limit: limits.discord.announcedMax });
  const due = items.filter(({ startsAt }) => startsAt - nowMs <= feeds.announceHours * HOUR_MS);
  let isBusy = false;
  for (const { id, poolId, startsAt } of due) {
    if (posts.has(`raid ${id}`) || startsAt < nowMs || (await isExamplePool(ctx, poolId))) continue;
    const message = messageOf(look, await raid(ctx, id));
    await addPost(look, { kind: "raid", subject: id, channelId, message });
    isBusy = true;
  }
  for (const post of posts.values()) {
    if (post.kind !== "raid" || post.doneAt !== null) continue;
    const view = await raid(ctx, post.subject);
    await bringUpToDate(look, post, view);
    await remind(look, channelId, view);
    isBusy ||= Math.abs(view.startsAt - nowMs) < limits.discord.raidNightMs;
  }
  return isBusy;
}

function messageOf({ ctx, deps, messages, hasButtons }: FeedLook, view: RaidView) {
  const url = pageUrl({ services: deps, ctx }, `/raids/${view.id}`);
  return raidMessage(view, { messages, url, hasButtons });
}

/** Changes a message whose raid looks different now. Changes between two looks become one. */
async function bringUpToDate(look: FeedLook, post: StoredPost, view: RaidView): Promise<void> {
  const { ctx, deps, nowMs } = look;
  const { channelId, subject } = post;
  const guildId = ctx.guild.id;
  const stateOf = (key: string) => postState(deps.platform, guildId, key);
  const sent = post.messageId === null ? await stateOf(`raid ${subject}`) : undefined;
  const messageId = post.messageId ?? sent?.receipt ?? null;
  // A post that waits is changed later. One that was given up, or that is long gone, is not.
  if (messageId === null && sent !== undefined && !sent.isDead) return;
  const message = messageOf(look, view);
  const shown = shownHash(message);
  const isChanged = messageId !== null && shown !== post.shown;
  // One change after another, so that a change that Discord delays does not overwrite a later one.
  if (isChanged && post.edits > 0) {
    const last = await stateOf(`raid ${subject} ${post.edits}`);
    if (last !== undefined && !last.isSent && !last.isDead) return;
  }
  const isDone = messageId === null || isOver(view, nowMs);
  if (!isChanged && !isDone && post.messageId !== null) return;
  const edits = post.edits + (isChanged ? 1 : 0);
  if (isChanged) {
    const key = `raid ${subject} ${edits}`;
    const rows = await postRows(deps, { guildId, key, channelId, message, edits: messageId });
    await write(deps.platform.db, rows);
  }
  await write(ctx.db, [
    build
      .update(discordPosts)
      .set({ messageId, edits, ...(isChanged && { shown }), ...(isDone && { doneAt: nowMs }) })
      .where(and(eq(discordPosts.kind, "raid"), eq(discordPosts.subject, subject))),
    record(ctx, "discord.edit", subject, { after: { edits } }),
  ]);
}

function isOver({ status, endsAt }: RaidView, nowMs: number): boolean {
  if (status === "ended" || status === "canceled") return true;
  return endsAt < nowMs - limits.discord.feedLookbackMs;
}

/** Names those who have not answered, once. It mentions no one. */
async function remind(look: FeedLook, channelId: string, view: RaidView): Promise<void> {
  const { ctx, deps, feeds, nowMs, messages, posts } = look;
  const { reminderHours } = feeds;
  const leftMs = view.startsAt - nowMs;
  const isDue =
    reminderHours !== null &&
    view.status === "planned" &&
    leftMs > 0 &&
    leftMs <= reminderHours * HOUR_MS;
  if (!isDue || posts.has(`reminder ${view.id}`)) return;
  const people = await unanswered(ctx, view.id);
  if (people.length === 0) return;
  const names = namesWithin(people.map(({ name }) => plainText(name)));
  const seconds = Math.floor(view.startsAt / 1_000);
  const url = pageUrl({ services: deps, ctx }, `/raids/${view.id}`);
  const content = [
    `**${plainText(view.name)}** · <t:${seconds}:R>`,
    messages.discord.notAnswered(people.length),
    names,
    url,
  ].join("\n");
  const message = { content, allowed_mentions: { parse: [] } };
  await addPost(look, { kind: "reminder", subject: view.id, channelId, message });
}
