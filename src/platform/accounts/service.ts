import { and, desc, eq, gt, ne, not, sql } from "drizzle-orm";
import { DatabaseError } from "../../database/errors.ts";
import { columnsOf, existsIn } from "../../database/query.ts";
import { type Guard, guard, type Writable, write } from "../../database/write.ts";
import { isVisible } from "../../http/current-access.ts";
import { noSuchGuild } from "../../http/tenant.ts";
import { Conflict, Forbidden, NotFound, Unauthenticated } from "../../kernel/errors.ts";
import { newId, type SessionId, type UserId } from "../../kernel/ids.ts";
import { permissionsOf } from "../../kernel/permissions.ts";
import { hashToken } from "../../kernel/tokens.ts";
import { limits } from "../../limits.ts";
import type { Locale } from "../../web/i18n/index.ts";
import { type PlatformContext, record, requireProved, type SignedIn } from "../context.ts";
import { guildDomains, outgoingMessages, sessions, users } from "../schema.ts";
import {
  type Account,
  accountHolder,
  accountViewer,
  beginSession,
  checkPassword,
  countByAddress,
  countPasswordTry,
  endReplaced,
  guildNames,
  type NewSession,
  noticeRows,
  refuseWeakPassword,
  toAccount,
  type UserRow,
  userByEmail,
  userById,
} from "./accounts.ts";
import { codeNeeded, type SignInResult } from "./factors/pending-sign-in.ts";
import { hasFactor, isOn } from "./factors/store.ts";
import { endImpersonation } from "./impersonation-session.ts";
import { useUp, verificationRows } from "./links.ts";
import { canonicalPassword } from "./passwords.ts";

/** One signed-in session. Times in Unix milliseconds. */
export interface SessionView {
  readonly id: SessionId;
  readonly agent: string;
  readonly address: string;
  readonly createdAt: number;
  readonly lastUsedAt: number;
  readonly isCurrent: boolean;
  /** The guild's own domain that the session works at, and only there. Null for all others. */
  readonly domain: string | null;
}

/**
 * Requires a verified address, such as for inviting by email or taking over a guild.
 * @throws {Forbidden} `auth/email-unverified`
 */
export function requireVerified(caller: SignedIn): void {
  if (caller.emailVerified) return;
  throw new Forbidden(
    "auth/email-unverified",
    "Confirm your e-mail address first. Your account page sends you the link.",
  );
}

/**
 * Makes an account and mails the verification link. Does not sign in.
 * @throws {Invalid} `auth/weak-password`, {Conflict} `auth/email-taken`
 * @throws {Forbidden} `auth/sign-up-closed`
 */
export async function signUp(
  ctx: PlatformContext,
  input: { email: string; password: string; name: string; locale: Locale },
): Promise<Account> {
  const { services } = ctx;
  await refuseWhenClosed(ctx);
  refuseWeakPassword(input.password, input);
  await countByAddress(ctx, "sign-up");
  const user: UserRow = {
    id: newId<UserId>(),
    email: input.email,
    name: input.name,
    passwordHash: await services.passwords.hash(canonicalPassword(input.password)),
    emailVerifiedAt: null,
  };
  const emailRows = await verificationRows(ctx, user.id, input.locale);
  try {
    await write(services.platform.db, [
      services.platform.db.orm
        .insert(users)
        .values({ ...user, createdAt: services.now().getTime() }),
      ...emailRows,
      record(ctx, "user.sign-up", user.id, { after: { name: user.name } }),
    ]);
  } catch (error) {
    if (!(error instanceof DatabaseError) || !error.violates("users.email")) throw error;
    throw new Conflict(
      "auth/email-taken",
      "This address already has an account. Sign in instead.",
      {
        errors: [
          { pointer: "/email", detail: "This address already has an account. Sign in instead." },
        ],
      },
    );
  }
  services.wakeJobs();
  return toAccount(user);
}

/**
 * Signs in by password: with a new session, which replaces the browser's previous one, or, if the
 * account has a second factor, with a sign-in that waits for its code. Both cost the same work
 * until the password is right.
 * @throws {Unauthenticated} `auth/wrong-credentials`, {LimitReached} `rate/too-many`
 */
export async function signIn(
  ctx: PlatformContext,
  { email, password }: { email: string; password: string },
): Promise<SignInResult> {
  const { platform, passwords } = ctx.services;
  await countPasswordTry(ctx, email);
  const user = await userByEmail(ctx, email);
  const verdict = await checkPassword(ctx, user, password);
  if (user === undefined || verdict === "wrong") {
    await write(platform.db, [record(ctx, "session.refuse", user?.id ?? "unknown")]);
    throw wrongCredentials();
  }
  const passwordHash =
    verdict === "outdated" ? await passwords.hash(canonicalPassword(password)) : user.passwordHash;
  const renewed = platform.db.orm.update(users).set({ passwordHash }).where(eq(users.id, user.id));
  if (passwordHash !== null && (await hasFactor(platform, user.id))) {
    await write(platform.db, [
      samePassword(user, wrongCredentials),
      renewed,
      record(ctx, "session.ask-code", user.id),
    ]);
    return codeNeeded(ctx, user.id, { type: "password", passwordHash: hashToken(passwordHash) });
  }
  // A factor that was turned on since the check asks for its code at the next try.
  const isStillOff = guard(not(isOn(user.id)), wrongCredentials);
  const session = await beginByPassword(ctx, user, [isStillOff, renewed], wrongCredentials);
  return { type: "signed-in", session };
}

/**
 * Begins the session of a person whose password was right. `before` belongs to the same write. Fails with
 * `otherwise` if the password was changed meanwhile.
 */
export async function beginByPassword(
  ctx: PlatformContext,
  user: UserRow,
  before: readonly (Writable | Guard)[],
  otherwise: () => Error,
): Promise<NewSession> {
  const { session, id, rows } = await beginSession(ctx, user);
  await write(ctx.services.platform.db, [
    samePassword(user, otherwise),
    ...before,
    ...rows,
    ...endReplaced(ctx),
    record(ctx, "session.begin", user.id, { after: { sessionId: id } }),
  ]);
  ctx.services.wakeJobs();
  return session;
}

/** Ends the session of the request. */
export async function signOut(ctx: PlatformContext): Promise<void> {
  const { sessionId, impersonator } = accountViewer(ctx);
  // An impersonating operator who signs out ends both sessions: the impersonated one and their own.
  if (impersonator) return await endImpersonation(ctx, { signOut: true });
  await endSession(ctx, sessionId);
}

/** The person's sessions, last used first. */
export async function listSessions(ctx: PlatformContext): Promise<readonly SessionView[]> {
  const caller = accountHolder(ctx);
  const { services } = ctx;
  const nowMs = services.now().getTime();
  const rows = await services.platform.db.orm
    .select({
      ...columnsOf(sessions, "id", "agent", "address", "createdAt", "lastUsedAt"),
      domain: guildDomains.domain,
    })
    .from(sessions)
    .leftJoin(guildDomains, eq(guildDomains.guildId, sessions.guildId))
    .where(
      and(
        eq(sessions.userId, caller.userId),
        gt(sessions.expiresAt, nowMs),
        gt(sessions.lastUsedAt, nowMs - limits.session.idleMs),
      ),
    )
    .orderBy(desc(sessions.lastUsedAt), desc(sessions.id));
  return rows.map((row) => ({ ...row, isCurrent: row.id === caller.sessionId }));
}

/** Ends one session of the caller. @throws {NotFound} `auth/no-such-session` */
export async function endSession(ctx: PlatformContext, id: SessionId): Promise<void> {
  const { userId } = accountHolder(ctx);
  const { db } = ctx.services.platform;
  const isMine = existsIn(sessions, and(eq(sessions.id, id), eq(sessions.userId, userId)));
  await write(db, [
    guard(isMine, () => new NotFound("auth/no-such-session", "This session has already ended.")),
    db.orm.delete(sessions).where(eq(sessions.id, id)),
    record(ctx, "session.end", userId, { before: { sessionId: id } }),
  ]);
}

/** Ends every session of the caller except this one. */
export async function endOtherSessions(ctx: PlatformContext): Promise<void> {
  const { userId, sessionId } = accountHolder(ctx);
  const { db } = ctx.services.platform;
  await write(db, [
    db.orm.delete(sessions).where(and(eq(sessions.userId, userId), ne(sessions.id, sessionId))),
    record(ctx, "session.end-others", userId, { after: { sessionId } }),
  ]);
}

/**
 * Confirms the sign-in by password. Valid for `reauthMs`.
 * @throws {Forbidden} `auth/wrong-password`, {LimitReached} `rate/too-many`
 */
export async function proveSession(
  ctx: PlatformContext,
  { password }: { password: string },
): Promise<{ provedUntil: number }> {
  const { sessionId, userId } = accountHolder(ctx);
  const user = await passwordOwner(ctx, password, "password");
  const { db } = ctx.services.platform;
  const provedAt = ctx.services.now().getTime();
  await write(db, [
    samePassword(user, () => wrongPassword("password")),
    db.orm.update(sessions).set({ provedAt }).where(eq(sessions.id, sessionId)),
    record(ctx, "session.prove", userId),
  ]);
  return { provedUntil: provedAt + limits.session.reauthMs };
}

export async function renameAccount(
  ctx: PlatformContext,
  { name }: { name: string },
): Promise<Account> {
  const caller = accountHolder(ctx);
  const { db } = ctx.services.platform;
  await write(db, [
    db.orm.update(users).set({ name }).where(eq(users.id, caller.userId)),
    record(ctx, "user.rename", caller.userId, { before: { name: caller.name }, after: { name } }),
  ]);
  return toAccount({ ...(await userById(ctx, caller.userId)), name });
}

/**
 * Sets another password and ends every other session and every open reset link. A person without a
 * password confirms the sign-in through a provider.
 * @throws {Forbidden} `auth/wrong-password`, `auth/proof-required`; {Invalid} `auth/weak-password`
 */
export async function changePassword(
  ctx: PlatformContext,
  input: { currentPassword?: string | undefined; password: string },
): Promise<void> {
  const caller = accountHolder(ctx);
  const { sessionId } = caller;
  const { services } = ctx;
  const { db } = services.platform;
  let user = await userById(ctx, caller.userId);
  if (user.passwordHash === null) requireProved(caller, services.now());
  else user = await passwordOwner(ctx, input.currentPassword ?? "", "currentPassword");
  refuseWeakPassword(input.password, { ...user, guilds: await guildNames(ctx, user.id) });
  const passwordHash = await services.passwords.hash(canonicalPassword(input.password));
  const nowMs = services.now().getTime();
  await write(db, [
    samePassword(user, () => wrongPassword("currentPassword")),
    db.orm.update(users).set({ passwordHash }).where(eq(users.id, user.id)),
    db.orm.delete(sessions).where(and(eq(sessions.userId, user.id), ne(sessions.id, sessionId))),
    db.orm.update(sessions).set({ provedAt: nowMs }).where(eq(sessions.id, sessionId)),
    useUp(user.id, "reset", nowMs),
    // A reset link that is not sent yet must not outlive the password it was requested for.
    db.orm
      .delete(outgoingMessages)
      .where(and(eq(outgoingMessages.userId, user.id), eq(outgoingMessages.template, "reset"))),
    ...(await noticeRows(ctx, user.id, "password-changed")),
    record(ctx, "user.change-password", user.id),
  ]);
  services.wakeJobs();
}

/**
 * A short-lived token for one of the caller's guilds.
 * @throws {NotFound} `guild/not-found` for every other guild, whether it exists or not.
 */
export async function issueAccessToken(
  ctx: PlatformContext,
  { guild: reference }: { guild: string },
): Promise<{ token: string; expiresAt: number }> {
  const { userId, sessionId } = accountHolder(ctx);
  const found = await ctx.services.platform.guildForUser(reference, userId);
  if (found?.membership === undefined || !isVisible(found.guild, found.membership)) {
    throw noSuchGuild();
  }
  const { role, overrides } = found.membership;
  return await ctx.services.accessTokens.issue(
    { userId, sessionId, guildId: found.guild.id },
    { role, permissions: permissionsOf(role, overrides) },
  );
}

/** Call it before making an account. @throws {Forbidden} `auth/sign-up-closed` */
export async function refuseWhenClosed({ services }: PlatformContext): Promise<void> {
  if ((await services.appConfig.current()).signUpOpen) return;
  throw new Forbidden(
    "auth/sign-up-closed",
    "New accounts are closed at the moment. Ask the operator of this platform.",
  );
}

/** The caller's row, after a check of the password. */
async function passwordOwner(
  ctx: PlatformContext,
  password: string,
  field: "password" | "currentPassword",
): Promise<UserRow> {
  const { userId, email } = accountHolder(ctx);
  await countPasswordTry(ctx, email);
  const user = await userById(ctx, userId);
  if ((await checkPassword(ctx, user, password)) !== "wrong") return user;
  await write(ctx.services.platform.db, [record(ctx, "session.refuse", userId)]);
  throw wrongPassword(field);
}

/** Fails if the password was changed or reset while the slow hash ran. */
function samePassword(user: UserRow, otherwise: () => Error) {
  return guard(
    existsIn(
      users,
      sql`${users.id} = ${user.id} and ${users.passwordHash} is ${user.passwordHash}`,
    ),
    otherwise,
  );
}

function wrongCredentials(): Unauthenticated {
  return new Unauthenticated(
    "auth/wrong-credentials",
    "The e-mail address or the password is wrong. Check both, or reset your password.",
  );
}

function wrongPassword(field: "password" | "currentPassword"): Forbidden {
  return new Forbidden("auth/wrong-password", "The password is wrong. Try again.", {
    errors: [{ pointer: `/${field}`, detail: "The password is wrong. Try again." }],
  });
}
