import { and, eq, gt, isNull, lt, or } from "drizzle-orm";
import { columnsOf, prepare, type RowOf, type Values } from "../../database/query.ts";
import { build, insertInto } from "../../database/statements.ts";
import { write } from "../../database/write.ts";
import { hashToken } from "../../kernel/tokens.ts";
import { limits } from "../../limits.ts";
import { postRows } from "../../platform/messages/queue.ts";
import type { Services } from "../../services.ts";
import type { Messages } from "../../web/i18n/index.ts";
import { record } from "../audit.ts";
import type { GuildContext } from "../context.ts";
import type { StoredFeeds } from "./feed-settings.ts";
import { discordPosts, type PostKind } from "./schema.ts";

export type FeedDeps = Pick<
  Services,
  "platform" | "jobs" | "config" | "now" | "envelopes" | "wakeJobs"
>;

const POST = {
  ...columnsOf(discordPosts, "kind", "subject", "channelId", "messageId"),
  ...columnsOf(discordPosts, "shown", "edits", "doneAt"),
};
export type StoredPost = Readonly<RowOf<typeof POST>>;

/** The posts since a moment, and those of raids that can change. */
export const currentPosts = prepare(({ since }: Values<{ since: number }>) =>
  build
    .select(POST)
    .from(discordPosts)
    .where(
      or(
        gt(discordPosts.at, since),
        and(eq(discordPosts.kind, "raid"), isNull(discordPosts.doneAt)),
      ),
    ),
);

/** One look at a guild, for its posts. */
export interface FeedLook {
  readonly ctx: GuildContext;
  readonly deps: FeedDeps;
  readonly feeds: StoredFeeds;
  readonly nowMs: number;
  readonly messages: Messages;
  readonly hasButtons: boolean;
  /** The posts that a look needs to know, by kind and subject. */
  readonly posts: ReadonlyMap<string, StoredPost>;
}

/** Whether something is going on, so that the next look should follow soon. */
export type IsBusy = boolean;

/** A hash of a message, which tells whether a new one differs. */
export function shownHash(message: object): string {
  return hashToken(JSON.stringify(message));
}

/**
 * Queues a post that was not made before, and forgets old ones. The outbox comes first, and takes each key
 * once: a look that is done again after a crash posts nothing twice.
 */
export async function addPost(
  { ctx, deps, posts, nowMs }: FeedLook,
  post: {
    readonly kind: PostKind;
    readonly subject: string;
    readonly channelId: string;
    readonly message: Readonly<Record<string, unknown>>;
  },
): Promise<void> {
  const { kind, subject, channelId, message } = post;
  if (posts.has(`${kind} ${subject}`)) return;
  const key = `${kind} ${subject}`;
  const rows = await postRows(deps, { guildId: ctx.guild.id, key, channelId, message });
  await write(deps.platform.db, rows);
  const row = { kind, subject, channelId, shown: shownHash(message), at: nowMs };
  await write(ctx.db, [
    build.delete(discordPosts).where(lt(discordPosts.at, nowMs - limits.discord.feedKeptMs)),
    insertInto(discordPosts, row, { on: [] }),
    record(ctx, "discord.post", subject, { after: { kind, channelId } }),
  ]);
}
