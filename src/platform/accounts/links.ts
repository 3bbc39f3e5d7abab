import { and, eq, gt, isNull, sql } from "drizzle-orm";
import { columnsOf, existsIn, prepare, type Values } from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import { type Guard, guard, type Writable, write } from "../../database/write.ts";
import { NotFound } from "../../kernel/errors.ts";
import type { UserId } from "../../kernel/ids.ts";
import { hashToken } from "../../kernel/tokens.ts";
import { limits } from "../../limits.ts";
import type { Locale } from "../../web/i18n/index.ts";
import { type ActingContext, type PlatformContext, record } from "../context.ts";
import { messageRows } from "../messages/queue.ts";
import {
  type EmailTokenPurpose,
  emailTokens,
  identities,
  outgoingMessages,
  sessions,
  users,
} from "../schema.ts";
import {
  type Account,
  accountHolder,
  beginSession,
  countByAddress,
  guildNames,
  noticeRows,
  refuseWeakPassword,
  toAccount,
  userByEmail,
  userById,
} from "./accounts.ts";
import { codeNeeded, type SignInResult } from "./factors/pending-sign-in.ts";
import { hasFactor } from "./factors/store.ts";
import { canonicalPassword } from "./passwords.ts";

const resetToken = prepare(({ tokenHash }: Values<{ readonly tokenHash: string }>) =>
  build
    .select(columnsOf(emailTokens, "userId"))
    .from(emailTokens)
    .where(and(eq(emailTokens.tokenHash, tokenHash), eq(emailTokens.purpose, "reset"))),
);

/** The rows that queue the verification email. Its link is made when it is sent. */
export async function verificationRows(
  ctx: ActingContext,
  userId: UserId,
  locale: Locale,
): Promise<readonly Writable[]> {
  const goodForMs = limits.auth.verifyLinkMs;
  return await messageRows(ctx.services, { template: "verify", userId, locale, goodForMs });
}

/**
 * Sends the verification email again. Does nothing if the address is verified.
 * @throws {LimitReached} `rate/too-many`
 */
export async function resendVerification(
  ctx: PlatformContext,
  { locale }: { locale: Locale },
): Promise<void> {
  const { userId, email } = accountHolder(ctx);
  await countEmail(ctx, email);
  const user = await userById(ctx, userId);
  if (user.emailVerifiedAt !== null) return;
  const rows = await verificationRows(ctx, user.id, locale);
  await write(ctx.services.platform.db, [...rows, record(ctx, "user.verify-mail", user.id)]);
  ctx.services.wakeJobs();
}

/**
 * Marks the caller's address as verified. Only the account that the link was made for can use it.
 * Otherwise a person who signed up with another person's address could have it verified by that
 * person's click.
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
      .set({ emailVerifiedAt: sql`coalesce(${users.emailVerifiedAt}, ${nowMs})` })
      .where(eq(users.id, userId)),
    record(ctx, "user.verify", userId),
  ]);
  return toAccount(await userById(ctx, userId));
}

/**
 * Mails a reset link if the address has an account. Neither the response nor its time reveals which:
 * the same rows are written in both cases, and the job finds that there is no receiver.
 */
export async function sendReset(
  ctx: PlatformContext,
  { email, locale }: { email: string; locale: Locale },
): Promise<void> {
  await countByAddress(ctx, "email");
  await countEmail(ctx, email);
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
 * Sets a new password by a mailed link, ends every session and starts a new one. An owner whose account
 * is locked by guessing gets back in through the mailbox. A second factor stays on: then no session starts
 * before its code.
 * @throws {NotFound} `auth/link-not-valid`, {Invalid} `auth/weak-password`
 */
export async function resetPassword(
  ctx: PlatformContext,
  { token, password }: { token: string; password: string },
): Promise<SignInResult> {
  const { platform, passwords, now } = ctx.services;
  await countByAddress(ctx, "sign-in");
  const nowMs = now().getTime();
  const ownerId = await resetOwner(ctx, token);
  if (ownerId === undefined) throw linkNotValid();
  const user = await userById(ctx, ownerId);
  refuseWeakPassword(password, { ...user, guilds: await guildNames(ctx, user.id) });
  const passwordHash = await passwords.hash(canonicalPassword(password));
  const proven = { ...user, emailVerifiedAt: nowMs };
  const begun = (await hasFactor(platform, user.id))
    ? undefined
    : await beginSession(ctx, proven, { tellOfPlace: false });
  await write(platform.db, [
    isGood(user.id, "reset", token, nowMs),
    useUp(user.id, "reset", nowMs),
    // The address was unverified until now, so a stranger may have linked these identities.
    build
      .delete(identities)
      .where(
        and(
          eq(identities.userId, user.id),
          existsIn(users, and(eq(users.id, user.id), isNull(users.emailVerifiedAt))),
        ),
      ),
    platform.db.orm
      .update(users)
      // The link proves access to the mailbox, so the address is verified too.
      .set({
        passwordHash,
        emailVerifiedAt: sql`coalesce(${users.emailVerifiedAt}, ${nowMs})`,
      })
      .where(eq(users.id, user.id)),
    platform.db.orm.delete(sessions).where(eq(sessions.userId, user.id)),
    ...(begun?.rows ?? []),
    platform.db.orm
      .delete(outgoingMessages)
      .where(and(eq(outgoingMessages.userId, user.id), eq(outgoingMessages.template, "reset"))),
    ...(await noticeRows(ctx, user.id, "password-changed")),
    record(ctx, "user.reset", user.id, { after: { sessionId: begun?.id ?? null } }),
  ]);
  ctx.services.wakeJobs();
  if (begun) return { type: "signed-in", session: begun.session };
  return codeNeeded(ctx, user.id, { type: "password", passwordHash: hashToken(passwordHash) });
}

/** The account of a reset link. The write itself checks whether the link is still valid. */
async function resetOwner(ctx: PlatformContext, token: string): Promise<UserId | undefined> {
  const tokenHash = hashToken(token);
  return (await resetToken.first(ctx.services.platform.db, { tokenHash }))?.userId;
}

function isGood(userId: UserId, purpose: EmailTokenPurpose, token: string, nowMs: number): Guard {
  return guard(
    existsIn(
      sql`${emailTokens} join ${users}
        on ${users.id} = ${emailTokens.userId} and ${users.email} = ${emailTokens.email}`,
      and(
        eq(emailTokens.tokenHash, hashToken(token)),
        eq(emailTokens.purpose, purpose),
        eq(emailTokens.userId, userId),
        isNull(emailTokens.usedAt),
        gt(emailTokens.expiresAt, nowMs),
      ),
    ),
    linkNotValid,
  );
}

/** Uses up all open links of the account, because a person may have requested several. */
export function useUp(userId: UserId, purpose: EmailTokenPurpose, nowMs: number): Writable {
  return build
    .update(emailTokens)
    .set({ usedAt: nowMs })
    .where(
      and(
        eq(emailTokens.userId, userId),
        eq(emailTokens.purpose, purpose),
        isNull(emailTokens.usedAt),
      ),
    );
}

/**
 * Counts one email to an address. The address is hashed, because it may not belong to an account.
 * @throws {LimitReached} `rate/too-many`
 */
export async function countEmail(ctx: ActingContext, email: string): Promise<void> {
  await ctx.services.rates.use("email", "account", hashToken(email));
}

function linkNotValid(): NotFound {
  return new NotFound(
    "auth/link-not-valid",
    "This link has expired or was already used. Request a new one.",
  );
}
