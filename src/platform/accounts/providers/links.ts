import { and, asc, eq, inArray, isNotNull, ne, not, sql } from "drizzle-orm";
import { columnsOf, existsIn, prepare, type RowOf, type Values } from "../../../database/query.ts";
import { build, insertInto } from "../../../database/statements.ts";
import { type Guard, guard, type Writable, write } from "../../../database/write.ts";
import { Conflict, NotFound } from "../../../kernel/errors.ts";
import type { UserId } from "../../../kernel/ids.ts";
import { type PlatformContext, record, requireProved } from "../../context.ts";
import { sessions, users } from "../../schema.ts";
import {
  accountHolder,
  beginSession,
  endReplaced,
  type NewSession,
  noticeRows,
  type UserRow,
  userById,
} from "../accounts.ts";
import { type Profile, type Provider, providerName, providersOf } from "./providers.ts";
import { identities, type ProviderId } from "./schema.ts";

/** An external account that can sign in to the caller's account. */
export type Identity = Readonly<RowOf<typeof IDENTITY>>;

const IDENTITY = columnsOf(identities, "provider", "name", "linkedAt", "lastUsedAt");

/** An account's linked external accounts. */
export const identitiesOf = prepare(({ userId }: Values<{ readonly userId: UserId }>) =>
  build
    .select(IDENTITY)
    .from(identities)
    .where(eq(identities.userId, userId))
    .orderBy(asc(identities.provider)),
);

const isIdentity = (provider: ProviderId, subject: string) =>
  and(eq(identities.provider, provider), eq(identities.subject, subject));

const isOfUser = (provider: ProviderId, userId: UserId) =>
  and(eq(identities.provider, provider), eq(identities.userId, userId));

/** The caller's sign-in methods. */
export interface SignInMethods {
  readonly hasPassword: boolean;
  readonly identities: readonly Identity[];
}

/** The caller's sign-in methods: a password and linked external accounts. */
export async function signInMethods(ctx: PlatformContext): Promise<SignInMethods> {
  const { userId } = accountHolder(ctx);
  const linked = await identitiesOf.all(ctx.services.platform.db, { userId });
  const { passwordHash } = await userById(ctx, userId);
  return { hasPassword: passwordHash !== null, identities: linked };
}

/**
 * Removes a link, unless it is the only way to sign in.
 * @throws {Conflict} `auth/last-way-in`, {Forbidden} `auth/proof-required`
 * @throws {NotFound} `auth/not-linked`
 */
export async function unlink(ctx: PlatformContext, provider: ProviderId): Promise<void> {
  const caller = accountHolder(ctx);
  const { userId } = caller;
  const { platform, config, now } = ctx.services;
  requireProved(caller, now());
  // A link to a provider that is no longer configured cannot be used to sign in.
  const usable = providersOf(config).flatMap(({ id }) => (id === provider ? [] : [id]));
  const hasPassword = and(eq(users.id, userId), isNotNull(users.passwordHash));
  const isOther = and(eq(identities.userId, userId), inArray(identities.provider, usable));
  await write(platform.db, [
    guard(
      existsIn(identities, isOfUser(provider, userId)),
      () => new NotFound("auth/not-linked", "This account is not linked. Reload the page."),
    ),
    guard(
      sql`(${existsIn(users, hasPassword)} or ${existsIn(identities, isOther)})`,
      () =>
        new Conflict("auth/last-way-in", "This is your only way to sign in. Set a password first."),
    ),
    build.delete(identities).where(isOfUser(provider, userId)),
    ...(await noticeRows(ctx, userId, "unlinked", { provider: providerName(provider) })),
    record(ctx, "identity.unlink", userId, { before: { provider } }),
  ]);
  ctx.services.wakeJobs();
}

/**
 * Links an external account to the caller's account and notifies them by email.
 * @throws {Conflict} `auth/identity-taken`, `auth/identity-exists`
 */
export async function link(
  ctx: PlatformContext,
  provider: Provider,
  profile: Profile,
): Promise<void> {
  const { userId } = accountHolder(ctx);
  await write(ctx.services.platform.db, [
    ...linkRows(ctx, userId, provider, profile),
    ...(await linkNotice(ctx, userId, provider, profile)),
  ]);
  ctx.services.wakeJobs();
}

/** The rows of a link. If the link exists already, only the name is updated. */
export function linkRows(
  ctx: PlatformContext,
  userId: UserId,
  { id }: Pick<Provider, "id">,
  { subject, name }: Pick<Profile, "subject" | "name">,
): readonly (Writable | Guard)[] {
  const nowMs = ctx.services.now().getTime();
  return [
    guard(
      not(existsIn(identities, and(isIdentity(id, subject), ne(identities.userId, userId)))),
      () =>
        new Conflict(
          "auth/identity-taken",
          "It is already linked to another Guildhall account. Sign in to that account and unlink it there first.",
        ),
    ),
    guard(
      not(existsIn(identities, and(isOfUser(id, userId), ne(identities.subject, subject)))),
      () =>
        new Conflict(
          "auth/identity-exists",
          "Another account of this kind is already linked. Unlink that one first.",
        ),
    ),
    insertInto(
      identities,
      { provider: id, subject, userId, name, linkedAt: nowMs, lastUsedAt: nowMs },
      { on: [identities.provider, identities.subject], set: { name, lastUsedAt: nowMs } },
    ),
    record(ctx, "identity.link", userId, { after: { provider: id, name } }),
  ];
}

/** Records a recent sign-in through a linked provider, after it has confirmed the account. */
export async function prove(
  ctx: PlatformContext,
  provider: Provider,
  profile: Profile,
): Promise<void> {
  const { userId, sessionId } = accountHolder(ctx);
  const provedAt = ctx.services.now().getTime();
  await write(ctx.services.platform.db, [
    isLinked(userId, provider, profile),
    build.update(sessions).set({ provedAt }).where(eq(sessions.id, sessionId)),
    record(ctx, "session.prove", userId, { after: { provider: provider.id } }),
  ]);
}

/** Signs in the owner of a linked identity, with a new session. */
export async function signInAs(
  ctx: PlatformContext,
  user: UserRow,
  provider: Provider,
  profile: Pick<Profile, "subject">,
  before: readonly (Writable | Guard)[] = [],
): Promise<NewSession> {
  const nowMs = ctx.services.now().getTime();
  const { session, id, rows } = await beginSession(ctx, user);
  await write(ctx.services.platform.db, [
    ...before,
    isLinked(user.id, provider, profile),
    build
      .update(identities)
      .set({ lastUsedAt: nowMs })
      .where(isIdentity(provider.id, profile.subject)),
    ...rows,
    ...endReplaced(ctx),
    record(ctx, "session.begin", user.id, { after: { sessionId: id, provider: provider.id } }),
  ]);
  ctx.services.wakeJobs();
  return session;
}

/** Rows that notify the owner of a new link, so that they notice one that they did not make. */
export async function linkNotice(
  ctx: PlatformContext,
  userId: UserId,
  provider: Provider,
  profile: Pick<Profile, "name">,
): Promise<readonly Writable[]> {
  const params = { provider: provider.name, identity: profile.name };
  return await noticeRows(ctx, userId, "linked", params);
}

function isLinked(userId: UserId, { id }: Provider, { subject }: Pick<Profile, "subject">): Guard {
  return guard(
    existsIn(identities, and(isIdentity(id, subject), eq(identities.userId, userId))),
    () => new NotFound("auth/not-linked", "This account is not linked. Reload the page."),
  );
}
