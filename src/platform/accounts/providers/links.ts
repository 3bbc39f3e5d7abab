import { sql } from "drizzle-orm";
import { type Guard, guard, type Writable, write } from "../../../database/write.ts";
import { Conflict, NotFound } from "../../../kernel/errors.ts";
import type { UserId } from "../../../kernel/ids.ts";
import { type PlatformContext, record, requireProved } from "../../context.ts";
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
import type { ProviderId } from "./schema.ts";

/** An external account that can sign in to the caller's account. */
export interface Identity {
  readonly provider: ProviderId;
  readonly name: string;
  readonly linkedAt: number;
  readonly lastUsedAt: number;
}

/** The caller's sign-in methods. */
export interface SignInMethods {
  readonly hasPassword: boolean;
  readonly identities: readonly Identity[];
}

/** The caller's sign-in methods: a password and linked external accounts. */
export async function signInMethods(ctx: PlatformContext): Promise<SignInMethods> {
  const { userId } = accountHolder(ctx);
  const identities = await ctx.services.platform.db.all<Identity>(
    `SELECT provider, name, linked_at AS linkedAt, last_used_at AS lastUsedAt
     FROM identities WHERE user_id = ? ORDER BY provider`,
    userId,
  );
  const { passwordHash } = await userById(ctx, userId);
  return { hasPassword: passwordHash !== null, identities };
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
  const usable = JSON.stringify(providersOf(config).map(({ id }) => id));
  await write(platform.db, [
    guard(
      sql`exists (select 1 from identities where user_id = ${userId} and provider = ${provider})`,
      () => new NotFound("auth/not-linked", "This account is not linked. Reload the page."),
    ),
    guard(
      sql`exists (select 1 from users where id = ${userId} and password_hash is not null)
        or exists (select 1 from identities where user_id = ${userId} and provider <> ${provider}
          and provider in (select value from json_each(${usable})))`,
      () =>
        new Conflict("auth/last-way-in", "This is your only way to sign in. Set a password first."),
    ),
    sql`delete from identities where user_id = ${userId} and provider = ${provider}`,
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
      sql`not exists (select 1 from identities where provider = ${id} and subject = ${subject}
        and user_id <> ${userId})`,
      () =>
        new Conflict(
          "auth/identity-taken",
          "It is already linked to another Guildhall account. Sign in to that account and unlink it there first.",
        ),
    ),
    guard(
      sql`not exists (select 1 from identities where provider = ${id} and user_id = ${userId}
        and subject <> ${subject})`,
      () =>
        new Conflict(
          "auth/identity-exists",
          "Another account of this kind is already linked. Unlink that one first.",
        ),
    ),
    sql`insert into identities (provider, subject, user_id, name, linked_at, last_used_at)
      values (${id}, ${subject}, ${userId}, ${name}, ${nowMs}, ${nowMs})
      on conflict (provider, subject)
      do update set name = excluded.name, last_used_at = excluded.last_used_at`,
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
    sql`update sessions set proved_at = ${provedAt} where id = ${sessionId}`,
    record(ctx, "session.prove", userId, { after: { provider: provider.id } }),
  ]);
}

/** Signs in the owner of a linked identity, with a new session. */
export async function signInAs(
  ctx: PlatformContext,
  user: UserRow,
  provider: Provider,
  profile: Profile,
  before: readonly (Writable | Guard)[] = [],
): Promise<NewSession> {
  const nowMs = ctx.services.now().getTime();
  const { session, id, rows } = await beginSession(ctx, user);
  await write(ctx.services.platform.db, [
    ...before,
    isLinked(user.id, provider, profile),
    sql`update identities set last_used_at = ${nowMs}
      where provider = ${provider.id} and subject = ${profile.subject}`,
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
  profile: Profile,
): Promise<readonly Writable[]> {
  const params = { provider: provider.name, identity: profile.name };
  return await noticeRows(ctx, userId, "linked", params);
}

function isLinked(userId: UserId, { id }: Provider, { subject }: Profile): Guard {
  return guard(
    sql`exists (select 1 from identities where provider = ${id} and subject = ${subject}
      and user_id = ${userId})`,
    () => new NotFound("auth/not-linked", "This account is not linked. Reload the page."),
  );
}
