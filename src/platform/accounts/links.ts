import { and, eq, sql } from "drizzle-orm";
import { type Guard, guard, type Writable, write } from "../../database/write.ts";
import { NotFound } from "../../kernel/errors.ts";
import type { UserId } from "../../kernel/ids.ts";
import { hashToken } from "../../kernel/tokens.ts";
import { limits } from "../../limits.ts";
import type { Locale } from "../../web/i18n/index.ts";
import { type ActingContext, type PlatformContext, record } from "../context.ts";
import { messageRows } from "../messages/queue.ts";
import { type EmailTokenPurpose, outgoingMessages, sessions, users } from "../schema.ts";
import {
  type Account,
  accountHolder,
  beginSession,
  countByAddress,
  guildNames,
  type NewSession,
  noticeRows,
  refuseWeakPassword,
  toAccount,
  userByEmail,
  userById,
} from "./accounts.ts";
import { canonicalPassword } from "./passwords.ts";

/** The rows that queue the letter which proves an address. Its link is made when it is sent. */
export async function verificationRows(
  ctx: ActingContext,
  userId: UserId,
  locale: Locale,
): Promise<readonly Writable[]> {
  const goodForMs = limits.auth.verifyLinkMs;
  return await messageRows(ctx.services, { template: "verify", userId, locale, goodForMs });
}

/**
 * Sends the caller the verification letter again; does nothing once the address is proven.
 * @throws {LimitReached} `rate/too-many`
 */
export async function resendVerification(
  ctx: PlatformContext,
  { locale }: { locale: Locale },
): Promise<void> {
  const { userId, email } = accountHolder(ctx);
  await countLetter(ctx, email);
  const user = await userById(ctx, userId);
  if (user.emailVerifiedAt !== null) return;
  const rows = await verificationRows(ctx, user.id, locale);
  await write(ctx.services.platform.db, [...rows, record(ctx, "user.verify-mail", user.id)]);
  ctx.services.wakeJobs();
}

/**
 * Marks the caller's address as proven. Only the account the link was made for can use it: someone
 * who signed up with another person's address must not have it proven by that person's click.
 * @throws {NotFound} `auth/link-not-valid`
 */
export async function verifyEmail(
  ctx: PlatformContext,
  { token }: { token: string },
): Promise<Account> {
  const { userId } = accountHolder(ctx);
  const { platform, now } = ctx.services;
  const nowMs = now().getTime();
  await write(platform.db, [
    isGood(userId, "verify", token, nowMs),
    useUp(userId, "verify", nowMs),
    platform.db.orm
      .update(users)
      .set({ emailVerifiedAt: sql`coalesce(email_verified_at, ${nowMs})` })
      .where(eq(users.id, userId)),
    record(ctx, "user.verify", userId),
  ]);
  return toAccount(await userById(ctx, userId));
}

/**
 * Mails a reset link if the address has an account. Neither the answer nor the time it takes says
 * whether: the same rows are written, and a job finds out that a letter has no receiver.
 */
export async function sendReset(
  ctx: PlatformContext,
  { email, locale }: { email: string; locale: Locale },
): Promise<void> {
  await countByAddress(ctx, "email");
  await countLetter(ctx, email);
  const user = await userByEmail(ctx, email);
  const rows = await messageRows(ctx.services, {
    template: "reset",
    userId: user?.id ?? null,
    locale,
    goodForMs: limits.auth.resetLinkMs,
  });
  await write(ctx.services.platform.db, [
    ...rows,
    record(ctx, "user.reset-mail", user?.id ?? "unknown"),
  ]);
  ctx.services.wakeJobs();
}

/**
 * Sets a new password by a mailed link, ends every session and begins one: the mailbox is the way
 * back in for an owner whose account others keep guessing at.
 * @throws {NotFound} `auth/link-not-valid`, {Invalid} `auth/weak-password`
 */
export async function resetPassword(
  ctx: PlatformContext,
  { token, password }: { token: string; password: string },
): Promise<NewSession> {
  const { platform, passwords, now } = ctx.services;
  await countByAddress(ctx, "sign-in");
  const nowMs = now().getTime();
  const ownerId = await resetOwner(ctx, token);
  if (ownerId === undefined) throw linkNotValid();
  const user = await userById(ctx, ownerId);
  refuseWeakPassword(password, { ...user, guilds: await guildNames(ctx, user.id) });
  const passwordHash = await passwords.hash(canonicalPassword(password));
  const proven = { ...user, emailVerifiedAt: nowMs };
  const { session, id, rows } = await beginSession(ctx, proven, { tellOfPlace: false });
  await write(platform.db, [
    isGood(user.id, "reset", token, nowMs),
    useUp(user.id, "reset", nowMs),
    // Until now nobody had shown that the mailbox is theirs: what was linked may be a stranger's.
    sql`delete from identities where user_id = ${user.id} and exists
        (select 1 from users where id = ${user.id} and email_verified_at is null)`,
    platform.db.orm
      .update(users)
      // Whoever has the link reads the mailbox, so the address is proven too.
      .set({ passwordHash, emailVerifiedAt: sql`coalesce(email_verified_at, ${nowMs})` })
      .where(eq(users.id, user.id)),
    platform.db.orm.delete(sessions).where(eq(sessions.userId, user.id)),
    ...rows,
    platform.db.orm
      .delete(outgoingMessages)
      .where(and(eq(outgoingMessages.userId, user.id), eq(outgoingMessages.template, "reset"))),
    ...(await noticeRows(ctx, user.id, "password-changed")),
    record(ctx, "user.reset", user.id, { after: { sessionId: id } }),
  ]);
  ctx.services.wakeJobs();
  return session;
}

/** Whose reset link this is. Whether it is still good is decided inside the write. */
async function resetOwner(ctx: PlatformContext, token: string): Promise<UserId | undefined> {
  const row = await ctx.services.platform.db.first<{ user_id: UserId }>(
    "SELECT user_id FROM email_tokens WHERE token_hash = ? AND purpose = 'reset'",
    hashToken(token),
  );
  return row?.user_id;
}

function isGood(userId: UserId, purpose: EmailTokenPurpose, token: string, nowMs: number): Guard {
  return guard(
    sql`exists (select 1 from email_tokens t join users u on u.id = t.user_id and u.email = t.email
        where t.token_hash = ${hashToken(token)} and t.purpose = ${purpose}
        and t.user_id = ${userId} and t.used_at is null and t.expires_at > ${nowMs})`,
    linkNotValid,
  );
}

/** One link used ends all its siblings: somebody may have asked for several. */
function useUp(userId: UserId, purpose: EmailTokenPurpose, nowMs: number): Writable {
  return sql`update email_tokens set used_at = ${nowMs}
    where user_id = ${userId} and purpose = ${purpose} and used_at is null`;
}

/**
 * Counts one letter to an address, under a hash: it may be nobody's account here.
 * @throws {LimitReached} `rate/too-many`
 */
export async function countLetter(ctx: ActingContext, email: string): Promise<void> {
  await ctx.services.rates.use("email", "account", hashToken(email));
}

function linkNotValid(): NotFound {
  return new NotFound("auth/link-not-valid", "This link is no longer good. Ask for a new one.");
}
