import { z } from "@hono/zod-openapi";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import type { Writable } from "../../database/write.ts";
import { Envelopes, KEY_BYTES, type Place } from "../../kernel/envelope.ts";
import { newId, type UserId } from "../../kernel/ids.ts";
import { limits } from "../../limits.ts";
import type { Services } from "../../services.ts";
import type { Locale } from "../../web/i18n/index.ts";
import { OF_THE_PLATFORM } from "../jobs/kinds.ts";
import { outgoingMessages } from "../schema.ts";
import type { MessageTemplate, Params } from "./templates.ts";

/** Sends one message. The job's subject is the message's id. */
export const MESSAGE_JOB = "message.send";

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

/** Seals with a key derived from the server's own secret, which every server has. */
export function messageEnvelopes(secret: string): Envelopes {
  const info = utf8ToBytes("outgoing-message");
  const bytes = new Uint8Array(hkdf(sha256, utf8ToBytes(secret), undefined, info, KEY_BYTES));
  return new Envelopes([{ id: "own", bytes }]);
}

export function messagePlace(id: string): Place {
  return { table: "outgoing_messages", column: "sealed", row: id };
}
