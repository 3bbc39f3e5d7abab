import { lte } from "drizzle-orm";
import { build, insertInto } from "../../database/statements.ts";
import { write } from "../../database/write.ts";
import type { GuildId, SessionId } from "../../kernel/ids.ts";
import { hashToken, newToken } from "../../kernel/tokens.ts";
import { limits } from "../../limits.ts";
import type { PlatformStore } from "../store.ts";
import { liveTickets } from "./schema.ts";

const HEAD = "ght_";

/**
 * Issues a ticket. Pages cannot set a header on a WebSocket, and a long-lived token in an address would
 * be logged.
 */
export async function issueTicket(
  platform: PlatformStore,
  guildId: GuildId,
  sessionId: SessionId,
): Promise<{ readonly ticket: string; readonly expiresAt: number }> {
  const ticket = `${HEAD}${newToken()}`;
  const nowMs = platform.now().getTime();
  const expiresAt = nowMs + limits.keys.ticketMs;
  await write(platform.db, [
    build.delete(liveTickets).where(lte(liveTickets.expiresAt, nowMs)),
    insertInto(liveTickets, { ticketHash: hashToken(ticket), guildId, sessionId, expiresAt }),
  ]);
  return { ticket, expiresAt };
}

export function isTicket(text: string): boolean {
  return text.startsWith(HEAD);
}

/** Uses up a ticket. Only the first caller gets its session. */
export async function useTicket(
  platform: PlatformStore,
  ticket: string,
): Promise<{ readonly guildId: GuildId; readonly sessionId: SessionId } | undefined> {
  const { rows } = await platform.db.client.execute({
    sql: `DELETE FROM live_tickets WHERE ticket_hash = ? AND expires_at > ?
          RETURNING guild_id, session_id`,
    args: [hashToken(ticket), platform.now().getTime()],
  });
  const [guildId, sessionId] = (rows[0] ?? []) as [GuildId?, SessionId?];
  return guildId && sessionId ? { guildId, sessionId } : undefined;
}
