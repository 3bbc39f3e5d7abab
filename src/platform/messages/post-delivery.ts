import { eq } from "drizzle-orm";
import { build } from "../../database/statements.ts";
import { write } from "../../database/write.ts";
import type { GuildId } from "../../kernel/ids.ts";
import type { Services } from "../../services.ts";
import { outgoingMessages } from "../schema.ts";
import { UpstreamError } from "../upstreams/fetch-json.ts";
import { bury } from "./dead-letters.ts";
import type { Delivery } from "./delivery.ts";
import { messageEnvelopes, messagePlace, postBody } from "./queue.ts";
import { beginRest, restReason } from "./rest.ts";

export interface PostDeps extends Pick<Services, "platform" | "config" | "log"> {
  readonly discord: Pick<Services["discord"], "post" | "edit" | "ownToken">;
  /** The token of the bot that posts for a guild: its own, or the platform's. */
  readonly botTokenOf: (guildId: GuildId) => Promise<string | undefined>;
}

/** Discord dedups by the nonce. It takes 25 characters. */
const NONCE_CHARS = 25;

/**
 * Posts a queued message and keeps its row as sent. The nonce follows from the row, so a repetition after
 * a lost answer posts nothing twice. A refused bot puts its guild to rest, and no other guild.
 * @throws {UpstreamError} without an answer. The post is retried later.
 */
export async function deliverPost(
  deps: PostDeps,
  id: string,
): Promise<Delivery & { readonly dueAt?: number }> {
  const { platform, config } = deps;
  const { orm } = platform.db;
  const [row] = await orm.select().from(outgoingMessages).where(eq(outgoingMessages.id, id));
  if (row === undefined || row.deadAt !== null || row.sentAt !== null) return { outcome: "done" };
  const nowMs = platform.settledNow().getTime();
  if (row.expiresAt <= nowMs) return await bury(deps, row, "It was not sent in time.");
  const { guildId } = row;
  if (guildId === null) return await bury(deps, row, "It belongs to no guild.");
  if ((await restReason(deps, guildId)) !== undefined) {
    return await bury(
      deps,
      row,
      "Discord refused the guild's bot before. Connect the server again.",
    );
  }
  const text = await messageEnvelopes(config.secret)
    .open(messagePlace(id), row.sealed)
    .catch(() => undefined);
  if (text === undefined) return await bury(deps, row, "It is sealed with another secret.");
  const { channelId, message, edits } = postBody.parse(JSON.parse(text));
  const token = await deps.botTokenOf(guildId);
  if (token === undefined) return await bury(deps, row, "There is no bot for this guild.");
  try {
    const receipt =
      edits === undefined
        ? await deps.discord.post(token, channelId, message, id.slice(0, NONCE_CHARS))
        : await deps.discord.edit(token, channelId, edits, message);
    return await markSent(deps, id, receipt);
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    // The message was deleted in Discord. That says nothing about the channel.
    if (edits !== undefined && error.status === 404) return await markSent(deps, id, edits);
    if (error.code === "identity/upstream-busy") {
      return { outcome: "done", dueAt: nowMs + (error.retryAfterMs ?? BUSY_MS) };
    }
    if (error.status < 400 || error.status >= 500) throw error;
    const reason = REFUSALS[error.status] ?? error.message;
    if (error.status !== 400) await beginRest(deps, guildId, reason);
    return await bury(deps, row, reason);
  }
}

async function markSent(
  { platform }: Pick<PostDeps, "platform">,
  id: string,
  receipt: string,
): Promise<Delivery> {
  const sent = { sentAt: platform.now().getTime(), receipt, sealed: "" };
  await write(platform.db, [
    build.update(outgoingMessages).set(sent).where(eq(outgoingMessages.id, id)),
  ]);
  return { outcome: "done" };
}

/** What Discord's refusals mean for a channel. A refused body is a fault of ours, not the guild's. */
const REFUSALS: Readonly<Record<number, string>> = {
  401: "Discord does not accept the bot's token. Store a new one in the connections.",
  403: "Discord does not let the bot post in this channel. Let it see the channel and send messages.",
  404: "Discord does not know this channel any more. Choose another one.",
};

/** The wait after an answer that names none. */
const BUSY_MS = 5_000;
