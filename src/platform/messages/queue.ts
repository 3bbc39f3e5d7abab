import { z } from "@hono/zod-openapi";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { eq } from "drizzle-orm";
import { columnsOf } from "../../database/query.ts";
import { insertInto } from "../../database/statements.ts";
import type { Writable } from "../../database/write.ts";
import { Envelopes, KEY_BYTES, type Place } from "../../kernel/envelope.ts";
import { type GuildId, newId, type UserId } from "../../kernel/ids.ts";
import { limits } from "../../limits.ts";
import type { Services } from "../../services.ts";
import type { Locale } from "../../web/i18n/index.ts";
import { OF_THE_PLATFORM } from "../jobs/kinds.ts";
import { outgoingMessages } from "../schema.ts";
import type { PlatformStore } from "../store.ts";
import type { MessageTemplate, Params } from "./templates.ts";

/** Sends one email. The job's subject is the message's id. */
export const MESSAGE_JOB = "message.send";
/** Posts one message to Discord. The job's subject is the message's id. */
export const POST_JOB = "discord.post";

/** A message that is sent after its write was committed. */
export interface NewMessage {
  readonly template: MessageTemplate;
  /** The receiver's account. Null for an address without an account, and for no receiver. */
  readonly userId: UserId | null;
  /** The address of a receiver without an account. */
  readonly to?: string | undefined;
  readonly locale: Locale;
  readonly params?: Params;
  /** How long the message is useful, in milliseconds. */
  readonly goodForMs?: number;
}

/** The sealed content of a row. */
export const messageBody = z.object({
  to: z.string().nullable(),
  locale: z.enum(["en", "es"]),
  params: z.record(z.string(), z.string()),
});

/**
 * The rows that queue a message, for the write that it reports. The work is the same with and without a
 * receiver, so that the response time does not reveal which addresses have accounts.
 */
export async function messageRows(
  services: Pick<Services, "platform" | "jobs" | "config" | "now">,
  { template, userId, to, locale, params = {}, goodForMs }: NewMessage,
): Promise<readonly Writable[]> {
  const { platform, jobs, config, now } = services;
  const nowMs = now().getTime();
  const id = newId<string>();
  const body = JSON.stringify({ to: to ?? null, locale, params });
  const { sealed } = await messageEnvelopes(config.secret).seal(messagePlace(id), body);
  return [
    platform.db.orm.insert(outgoingMessages).values({
      id,
      kind: "email",
      template,
      userId,
      sealed,
      createdAt: nowMs,
      expiresAt: nowMs + (goodForMs ?? limits.messages.goodForMs),
    }),
    jobs.enqueueRow(OF_THE_PLATFORM, MESSAGE_JOB, id, nowMs),
  ];
}

/** A message to a channel of a guild's Discord server. */
interface NewPost {
  readonly guildId: GuildId;
  /** Names the notice within its guild. A notice that was queued before is not queued again. */
  readonly key: string;
  readonly channelId: string;
  /** The body of Discord's `POST /channels/{id}/messages`. */
  readonly message: Readonly<Record<string, unknown>>;
  /** Discord's id of a message that this one replaces. */
  readonly edits?: string | undefined;
  /** How long the message is useful, in milliseconds. */
  readonly goodForMs?: number;
}

/** The sealed content of a post. */
export const postBody = z.object({
  channelId: z.string(),
  message: z.record(z.string(), z.unknown()),
  edits: z.string().optional(),
});

/** How far the post of a notice is. Undefined for one that was never queued, or that is long gone. */
export async function postState(
  platform: PlatformStore,
  guildId: GuildId,
  key: string,
): Promise<
  | { readonly isSent: boolean; readonly isDead: boolean; readonly receipt: string | null }
  | undefined
> {
  const [row] = await platform.db.orm
    .select(columnsOf(outgoingMessages, "sentAt", "deadAt", "receipt"))
    .from(outgoingMessages)
    .where(eq(outgoingMessages.id, postId(guildId, key)));
  if (row === undefined) return undefined;
  const { sentAt, deadAt, receipt } = row;
  return { isSent: sentAt !== null, isDead: deadAt !== null, receipt };
}

/**
 * The rows that queue a post. Its id follows from the guild and the key, so that several processes can
 * queue the same notice and one message is sent.
 */
export async function postRows(
  services: Pick<Services, "jobs" | "config" | "now">,
  { guildId, key, channelId, message, edits, goodForMs }: NewPost,
): Promise<readonly Writable[]> {
  const { jobs, config, now } = services;
  const nowMs = now().getTime();
  const id = postId(guildId, key);
  const { sealed } = await messageEnvelopes(config.secret).seal(
    messagePlace(id),
    JSON.stringify({ channelId, message, edits }),
  );
  const row = {
    id,
    kind: "discord",
    template: "post",
    sealed,
    guildId,
    createdAt: nowMs,
    expiresAt: nowMs + (goodForMs ?? limits.messages.postGoodForMs),
  } as const;
  return [
    insertInto(outgoingMessages, row, { on: [outgoingMessages.id] }),
    jobs.enqueueRow(guildId, POST_JOB, id, nowMs),
  ];
}

/** The id of the post of a notice. Its first 25 characters are Discord's nonce. */
function postId(guildId: GuildId, key: string): string {
  return bytesToHex(sha256(utf8ToBytes(`${guildId} ${key}`))).slice(0, 32);
}

/** Seals with a key derived from the server's own secret, which every server has. */
export function messageEnvelopes(secret: string): Envelopes {
  const info = utf8ToBytes("outgoing-message");
  const bytes = new Uint8Array(hkdf(sha256, utf8ToBytes(secret), undefined, info, KEY_BYTES));
  return new Envelopes([{ id: "own", bytes }]);
}

export function messagePlace(id: string): Place {
  return { table: "outgoing_messages", column: "sealed", row: id };
}
