import { and, eq, isNull } from "drizzle-orm";
import { build } from "../../database/statements.ts";
import { write } from "../../database/write.ts";
import { NotFound } from "../../kernel/errors.ts";
import { type PlatformContext, record, type SignedIn } from "../context.ts";
import { impersonations, sessions } from "../schema.ts";

/** The session of an operator who acts as another person. Its token is returned only here. */
export interface ImpersonationSession {
  readonly id: string;
  readonly token: string;
  readonly expiresAt: number;
}

/**
 * Ends the impersonation session of the request. With `signOut` it also ends the operator's own
 * session.
 * @throws {NotFound} `request/no-such-page` for all other sessions
 */
export async function endImpersonation(
  ctx: PlatformContext,
  options: { readonly signOut?: boolean } = {},
): Promise<void> {
  const caller = impersonating(ctx);
  const { id } = caller.impersonator;
  const { db, now } = ctx.services.platform;
  const ownSession = build
    .select({ id: impersonations.operatorSessionId })
    .from(impersonations)
    .where(eq(impersonations.id, id));
  await write(db, [
    build
      .update(impersonations)
      .set({ endedAt: now().getTime() })
      .where(and(eq(impersonations.id, id), isNull(impersonations.endedAt))),
    record(ctx, "impersonation.end", caller.userId, { before: { id } }),
    build.delete(sessions).where(eq(sessions.id, caller.sessionId)),
    ...(options.signOut ? [build.delete(sessions).where(eq(sessions.id, ownSession))] : []),
  ]);
}

/** The caller of an impersonation session. @throws {NotFound} for all other sessions. */
export function impersonating(
  ctx: PlatformContext,
): SignedIn & { readonly impersonator: NonNullable<SignedIn["impersonator"]> } {
  const { caller } = ctx;
  if (caller.type === "user" && caller.impersonator) {
    return { ...caller, impersonator: caller.impersonator };
  }
  throw new NotFound("request/no-such-page", "There is no page at this address.");
}
