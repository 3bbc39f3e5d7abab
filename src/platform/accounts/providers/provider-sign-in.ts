import { and, eq, sql } from "drizzle-orm";
import { DatabaseError } from "../../../database/errors.ts";
import { columnsOf, existsIn, prepare, type Values } from "../../../database/query.ts";
import { build } from "../../../database/statements.ts";
import { type Guard, guard, type Writable, write } from "../../../database/write.ts";
import { Conflict } from "../../../kernel/errors.ts";
import { newId, type UserId } from "../../../kernel/ids.ts";
import type { Locale } from "../../../web/i18n/index.ts";
import { type PlatformContext, record } from "../../context.ts";
import { users } from "../../schema.ts";
import {
  countByAddress,
  type NewSession,
  type UserRow,
  userByEmail,
  userById,
} from "../accounts.ts";
import { codeNeeded, type SignInResult } from "../factors/pending-sign-in.ts";
import { hasFactor } from "../factors/store.ts";
import { verificationRows } from "../links.ts";
import { refuseWhenClosed } from "../service.ts";
import { flowNotValid } from "./exchange.ts";
import { type NewUser, unseal } from "./flows.ts";
import { linkNotice, linkRows, signInAs } from "./links.ts";
import { type Profile, type Provider, providerBy } from "./providers.ts";
import { identities, type ProviderId } from "./schema.ts";

const ownerOfIdentity = prepare(
  ({ provider, subject }: Values<{ readonly provider: ProviderId; readonly subject: string }>) =>
    build
      .select(columnsOf(identities, "userId"))
      .from(identities)
      .where(and(eq(identities.provider, provider), eq(identities.subject, subject))),
);

/**
 * Signs in a person whom a provider has authenticated: to the linked account, else to the account with
 * the same address if both sides have verified it, else to a new account. Without a verified address,
 * returns a `NewUser`, who has to enter an address first. An account with a second factor is asked for its
 * code before anything is linked.
 * @throws {Conflict} `auth/link-first`, `auth/identity-exists`
 */
export async function signInByProvider(
  ctx: PlatformContext,
  provider: Provider,
  profile: Profile,
): Promise<SignInResult | { readonly type: "new-user"; readonly newUser: Omit<NewUser, "next"> }> {
  const owner = await ownerOf(ctx, provider, profile);
  if (owner !== undefined) return await enter(ctx, owner, provider, profile, null);
  const { email, name, subject } = profile;
  if (email === undefined || !profile.emailVerified) {
    const newUser = { provider: provider.id, subject, name, ...(email !== undefined && { email }) };
    return { type: "new-user", newUser };
  }
  const user = await userByEmail(ctx, email);
  if (user !== undefined) return await enter(ctx, user, provider, profile, email);
  const nowMs = ctx.services.now().getTime();
  const newUser = { ...newUserRow(email, name), emailVerifiedAt: nowMs };
  const session = await makeAccount(ctx, newUser, provider, profile);
  return { type: "signed-in", session };
}

/**
 * Makes the account of a person without a verified address at the provider. The address they enter
 * stays unverified until they open the link in the email.
 * @throws {Malformed} `auth/round-not-valid`, {Conflict} `auth/email-taken`, `auth/identity-taken`
 */
export async function signUpNewUser(
  ctx: PlatformContext,
  input: { sealed: string | undefined; email: string; name: string; locale: Locale },
): Promise<{ session: NewSession; next: string }> {
  const newUser = await unseal(ctx.services, "newcomer", input.sealed);
  if (newUser === undefined) throw flowNotValid();
  const provider = providerBy(ctx.services.config, newUser.provider);
  const profile = { ...newUser, email: undefined, emailVerified: false };
  const user = newUserRow(input.email, input.name);
  const emailRows = await verificationRows(ctx, user.id, input.locale);
  const session = await makeAccount(ctx, user, provider, profile, emailRows);
  return { session, next: newUser.next };
}

async function ownerOf(
  ctx: PlatformContext,
  { id }: Provider,
  { subject }: Profile,
): Promise<UserRow | undefined> {
  const row = await ownerOfIdentity.first(ctx.services.platform.db, { provider: id, subject });
  return row && (await userById(ctx, row.userId));
}

/**
 * Signs in to an existing account, or asks for its code. `linkedBy` is the verified address by
 * which the identity is linked first. Null if it is linked already.
 */
async function enter(
  ctx: PlatformContext,
  user: UserRow,
  provider: Provider,
  profile: Profile,
  linkedBy: string | null,
): Promise<SignInResult> {
  if (await hasFactor(ctx.services.platform, user.id)) {
    const { subject, name } = profile;
    const how = { type: "provider", provider: provider.id, subject, name, linkedBy } as const;
    await write(ctx.services.platform.db, [
      record(ctx, "session.ask-code", user.id, { after: { provider: provider.id } }),
    ]);
    return codeNeeded(ctx, user.id, how);
  }
  const links = linkedBy === null ? [] : await newLinkRows(ctx, user, provider, profile);
  const session = await signInAs(ctx, user, provider, profile, links);
  return { type: "signed-in", session };
}

/**
 * The rows of a new link by the address that both sides verified. Links only if the account's address is
 * verified. A stranger may have signed up with it first.
 */
export async function newLinkRows(
  ctx: PlatformContext,
  user: UserRow,
  provider: Provider,
  profile: Pick<Profile, "subject" | "name" | "email">,
): Promise<readonly (Writable | Guard)[]> {
  return [
    guard(
      existsIn(
        users,
        sql`${users.id} = ${user.id} and ${users.email} = ${profile.email}
          and ${users.emailVerifiedAt} is not null`,
      ),
      () =>
        new Conflict(
          "auth/link-first",
          "This address already has an account, but the address is not confirmed. Sign in with your password, then link the other account there.",
        ),
    ),
    ...linkRows(ctx, user.id, provider, profile),
    ...(await linkNotice(ctx, user.id, provider, profile)),
  ];
}

async function makeAccount(
  ctx: PlatformContext,
  user: UserRow,
  provider: Provider,
  profile: Profile,
  emailRows: readonly Writable[] = [],
): Promise<NewSession> {
  const { platform, now } = ctx.services;
  await refuseWhenClosed(ctx);
  await countByAddress(ctx, "sign-up");
  try {
    return await signInAs(ctx, user, provider, profile, [
      platform.db.orm.insert(users).values({ ...user, createdAt: now().getTime() }),
      ...emailRows,
      ...linkRows(ctx, user.id, provider, profile),
      record(ctx, "user.sign-up", user.id, { after: { name: user.name, provider: provider.id } }),
    ]);
  } catch (error) {
    if (!(error instanceof DatabaseError) || !error.violates("users.email")) throw error;
    throw new Conflict(
      "auth/email-taken",
      "This address already has an account. Sign in to it, then link the other account there.",
      {
        errors: [
          { pointer: "/email", detail: "This address already has an account. Sign in instead." },
        ],
      },
    );
  }
}

function newUserRow(email: string, name: string): UserRow {
  return { id: newId<UserId>(), email, name, passwordHash: null, emailVerifiedAt: null };
}
