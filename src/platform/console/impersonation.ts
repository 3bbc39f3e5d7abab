import { sql } from "drizzle-orm";
import { guard, write } from "../../database/write.ts";
import { decodeCursor, type Page, toPage } from "../../kernel/cursor.ts";
import { Conflict, NotFound } from "../../kernel/errors.ts";
import { newId, type SessionId, type UserId } from "../../kernel/ids.ts";
import { hashToken, newToken } from "../../kernel/tokens.ts";
import { limits } from "../../limits.ts";
import type { ImpersonationSession } from "../accounts/impersonation-session.ts";
import { allowArea, type OperatorContext, record } from "../context.ts";
import { sessions } from "../schema.ts";

/**
 * Lets an operator see and act as another person for a limited time. Changes to the account itself stay
 * forbidden. The platform's and each guild's audit log name the operator.
 * @throws {NotFound} `operator/no-account` @throws {Conflict} `operator/is-operator`
 */
export async function beginImpersonation(
  ctx: OperatorContext,
  input: { readonly email: string; readonly reason: string },
): Promise<ImpersonationSession> {
  allowArea(ctx, "impersonate");
  const { caller } = ctx;
  if (caller.type !== "user") throw new Error("Only somebody who signed in can act as another.");
  const { db } = ctx.services.platform;
  const target = await db.first<{ id: UserId }>(
    "SELECT id FROM users WHERE email = ?",
    input.email.trim().toLowerCase(),
  );
  if (!target) {
    throw new NotFound("operator/no-such-account", "No account has this address. Check it.", {
      errors: [{ pointer: "/email", detail: "No account has this address. Check it." }],
    });
  }
  const nowMs = ctx.services.now().getTime();
  const expiresAt = nowMs + limits.operators.impersonationMs;
  const [id, sessionId, token] = [newId<string>(), newId<SessionId>(), newToken()];
  await write(db, [
    guard(
      sql`not exists (select 1 from operators where user_id = ${target.id})`,
      () => new Conflict("operator/is-operator", "You cannot impersonate an operator or yourself."),
    ),
    db.orm.insert(sessions).values({
      id: sessionId,
      userId: target.id,
      tokenHash: hashToken(token),
      createdAt: nowMs,
      lastUsedAt: nowMs,
      expiresAt,
      // The operator did not enter this person's password, so actions that require it stay forbidden.
      provedAt: 0,
      address: ctx.address,
      agent: ctx.agent,
    }),
    {
      sql: `INSERT INTO impersonations (id, session_id, operator_session_id, operator_id, user_id,
              reason, started_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      args: [
        id,
        sessionId,
        caller.sessionId,
        caller.userId,
        target.id,
        input.reason,
        nowMs,
        expiresAt,
      ],
    },
    record(ctx, "impersonation.begin", target.id, { after: { id, reason: input.reason } }),
  ]);
  return { id, token, expiresAt };
}

/** One impersonation by an operator. */
export interface Impersonation {
  readonly id: string;
  readonly operatorName: string;
  readonly userName: string;
  readonly userEmail: string;
  readonly reason: string;
  readonly startedAt: number;
  readonly expiresAt: number;
  readonly endedAt: number | null;
  /** Addresses of the guilds that the operator entered, separated by commas. */
  readonly guilds: string;
}

/** Past and current impersonations, newest first. */
export async function listImpersonations(
  ctx: OperatorContext,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<Impersonation>> {
  allowArea(ctx, "impersonate");
  const [at, id] = cursor === undefined ? [Number.MAX_SAFE_INTEGER, ""] : decodeCursor(cursor, 2);
  const rows = await ctx.services.platform.db.all<Impersonation>(
    `SELECT i.id, o.name AS operatorName, u.name AS userName, u.email AS userEmail, i.reason,
       i.started_at AS startedAt, i.expires_at AS expiresAt, i.ended_at AS endedAt,
       coalesce((SELECT group_concat(g.slug, ', ') FROM impersonation_guilds ig
         JOIN guilds g ON g.id = ig.guild_id WHERE ig.impersonation_id = i.id), '') AS guilds
     FROM impersonations i JOIN users o ON o.id = i.operator_id JOIN users u ON u.id = i.user_id
     WHERE (i.started_at, i.id) < (?1, ?2) ORDER BY i.started_at DESC, i.id DESC LIMIT ?3`,
    at!,
    id!,
    limit + 1,
  );
  return toPage(rows, limit, (last) => [last.startedAt, last.id]);
}
