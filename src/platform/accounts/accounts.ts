import { and, desc, eq, gt, lte, ne, notExists, notInArray, or } from "drizzle-orm";
import { columnsOf, existsIn, prepare, type RowOf, type Values } from "../../database/query.ts";
import { build, insertInto } from "../../database/statements.ts";
import { type Guard, guard, type Writable } from "../../database/write.ts";
import { addressSubject } from "../../http/address.ts";
import { Forbidden, Invalid, LimitReached, NotFound } from "../../kernel/errors.ts";
import { newId, type SessionId, type UserId } from "../../kernel/ids.ts";
import { hashToken, newToken } from "../../kernel/tokens.ts";
import { limits } from "../../limits.ts";
import type { PasswordHasher } from "../../services.ts";
import { type PlatformContext, refuseImpersonator, type SignedIn, signedIn } from "../context.ts";
import { messageRows } from "../messages/queue.ts";
import type { MessageTemplate, Params } from "../messages/templates.ts";
import { planHasDomains } from "../rights/plan-features.ts";
import { guildDomains, guilds, impersonations, memberships, sessions, users } from "../schema.ts";
import { deviceOf } from "./device.ts";
import { checkImported, isImportedHash } from "./imported-passwords.ts";
import {
  canonicalPassword,
  PASSWORD_ADVICE,
  type PasswordOwner,
  passwordFault,
} from "./passwords.ts";
import { signInPlace } from "./places.ts";

// Shared by service.ts and links.ts.

/** An account as its owner may see it. */
export interface Account {
  readonly id: UserId;
  readonly email: string;
  readonly name: string;
  readonly emailVerified: boolean;
}

/** A new sign-in. `token` is returned only here. The database stores its hash. */
export interface NewSession {
  readonly token: string;
  readonly expiresAt: number;
  readonly user: Account;
}

/** An account with the columns that only sign-in code may read. */
export type UserRow = Readonly<RowOf<typeof USER>>;

const USER = columnsOf(users, "id", "email", "name", "passwordHash", "emailVerifiedAt");

const rowByEmail = prepare(({ email }: Values<{ readonly email: string }>) =>
  build.select(USER).from(users).where(eq(users.email, email)),
);

const rowById = prepare(({ id }: Values<{ readonly id: UserId }>) =>
  build.select(USER).from(users).where(eq(users.id, id)),
);

const addressesOf = prepare(
  ({ email, nowMs }: Values<{ readonly email: string; readonly nowMs: number }>) =>
    build
      .selectDistinct(columnsOf(sessions, "address"))
      .from(sessions)
      .innerJoin(users, eq(users.id, sessions.userId))
      .where(and(eq(users.email, email), gt(sessions.expiresAt, nowMs))),
);

const guildsOf = prepare(({ id }: Values<{ readonly id: UserId }>) =>
  build
    .select(columnsOf(guilds, "name", "slug"))
    .from(memberships)
    .innerJoin(guilds, eq(guilds.id, memberships.guildId))
    .where(eq(memberships.userId, id))
    .limit(limits.auth.guildNamesMax),
);

export function userByEmail(ctx: PlatformContext, email: string): Promise<UserRow | undefined> {
  return rowByEmail.first(ctx.services.platform.db, { email });
}

export async function userById(ctx: PlatformContext, id: UserId): Promise<UserRow> {
  const user = await rowById.first(ctx.services.platform.db, { id });
  if (user === undefined) throw new Error(`User ${id} has a session but no row.`);
  return user;
}

export function toAccount(user: UserRow): Account {
  return {
    id: user.id,
    email: user.email,
    name: user.name,
    emailVerified: user.emailVerifiedAt !== null,
  };
}

/**
 * The signed-in person, for reading their own data. An operator who acts as them may read it too.
 * @throws {Unauthenticated} `auth/required`, {Forbidden} `auth/session-required`
 */
export function accountViewer(ctx: PlatformContext): SignedIn {
  const caller = signedIn(ctx);
  if (caller.via !== "access-token") return caller;
  throw new Forbidden(
    "auth/session-required",
    "An access token works for one guild only. Use the session token for this.",
  );
}

/**
 * The signed-in person, for changes to the account itself. Refuses access tokens, which are valid for
 * one guild only, and operators who act as the person.
 * @throws {Unauthenticated} `auth/required`
 * @throws {Forbidden} `auth/session-required`, `operator/impersonating`
 */
export function accountHolder(ctx: PlatformContext): SignedIn {
  const caller = accountViewer(ctx);
  refuseImpersonator(caller);
  return caller;
}

/**
 * Checks a user's password. A missing user costs the same work and is always "wrong", so that the
 * response time does not reveal which addresses have accounts.
 */
export async function checkPassword(
  ctx: PlatformContext,
  user: UserRow | undefined,
  password: string,
): Promise<"right" | "outdated" | "wrong"> {
  const { passwords } = ctx.services;
  const decoy = await decoyHash(passwords);
  const stored = user?.passwordHash ?? undefined;
  const imported = isImportedHash(stored) ? stored : undefined;
  const known = imported === undefined ? stored : undefined;
  const verdict = await passwords.verify(canonicalPassword(password), known ?? decoy);
  if (known !== undefined && verdict !== "wrong") return verdict;
  return (await checkImported(ctx, imported, password)) ? "outdated" : "wrong";
}

/**
 * Counts one password attempt, per account and per address. The account is counted by a hash of its
 * address, because strangers try many addresses without an account and we do not store those. A person
 * who is signed in from the same network has a separate count, so that guessing strangers cannot lock
 * out the owner.
 * @throws {LimitReached} `rate/too-many`
 */
export async function countPasswordTry(ctx: PlatformContext, email: string): Promise<void> {
  const { rates } = ctx.services;
  await countByAddress(ctx, "sign-in");
  try {
    await rates.use("sign-in", "account", hashToken(email));
  } catch (error) {
    if (!(error instanceof LimitReached) || !(await isKnownPlace(ctx, email))) throw error;
    const place = `${hashToken(email)} ${addressSubject(ctx.address)}`;
    await rates.use("sign-in", "account", place);
  }
}

async function isKnownPlace(ctx: PlatformContext, email: string): Promise<boolean> {
  if (ctx.address === "") return false;
  const nowMs = ctx.services.now().getTime();
  const rows = await addressesOf.all(ctx.services.platform.db, { email, nowMs });
  const here = addressSubject(ctx.address);
  return rows.some(({ address }) => addressSubject(address) === here);
}

/** @throws {LimitReached} `rate/too-many` */
export async function countByAddress(
  ctx: PlatformContext,
  category: "sign-in" | "sign-up" | "email",
): Promise<void> {
  await ctx.services.rates.use(category, "address", addressSubject(ctx.address));
}

/** @throws {Invalid} `auth/weak-password` with the reason. */
export function refuseWeakPassword(password: string, owner: PasswordOwner): void {
  const fault = passwordFault(password, owner);
  if (fault === undefined) return;
  throw new Invalid("auth/weak-password", "Choose a stronger password.", {
    reason: fault,
    errors: [{ pointer: "/password", detail: PASSWORD_ADVICE[fault] }],
  });
}

/** Names and slugs of an account's guilds. They are refused as its password. */
export async function guildNames(ctx: PlatformContext, id: UserId): Promise<readonly string[]> {
  const rows = await guildsOf.all(ctx.services.platform.db, { id });
  return rows.flatMap(({ name, slug }) => [name, slug]);
}

/**
 * Makes a session with a new id and token. The rows insert it, delete expired sessions and those beyond
 * the maximum, and notify the account of a sign-in from a new place.
 */
export async function beginSession(
  ctx: PlatformContext,
  user: UserRow,
  options: { readonly tellOfPlace: boolean } = { tellOfPlace: true },
): Promise<{ session: NewSession; id: SessionId; rows: readonly (Guard | Writable)[] }> {
  const nowMs = ctx.services.now().getTime();
  const token = newToken();
  const expiresAt = nowMs + limits.session.absoluteMs;
  const id = newId<SessionId>();
  const row = {
    id,
    userId: user.id,
    tokenHash: hashToken(token),
    createdAt: nowMs,
    lastUsedAt: nowMs,
    expiresAt,
    provedAt: nowMs,
    address: ctx.address,
    agent: ctx.agent,
    ...(ctx.domainGuildId !== undefined && { guildId: ctx.domainGuildId }),
  };
  // Uses the settled time, because sessions that only a wrong clock has ended are valid again when it
  // is right.
  const settledMs = ctx.services.platform.settledNow().getTime();
  const idleSince = settledMs - limits.session.idleMs;
  const place = await signInPlace(ctx, user.id);
  const notice =
    place.isNew && options.tellOfPlace ? await noticeRows(ctx, user.id, "new-place") : [];
  return {
    session: { token, expiresAt, user: toAccount(user) },
    id,
    rows: [
      build
        .delete(sessions)
        .where(
          and(
            eq(sessions.userId, user.id),
            or(lte(sessions.expiresAt, settledMs), lte(sessions.lastUsedAt, idleSince)),
          ),
        ),
      ...stillItsDomain(ctx),
      insertInto(sessions, row),
      tooManySessions(ctx, user.id, id),
      ...place.rows,
      ...notice,
    ],
  };
}

/** Fails if this request's domain has left its guild or its plan since. */
function stillItsDomain({ domainGuildId, domainName }: PlatformContext): readonly Guard[] {
  if (domainGuildId === undefined) return [];
  const isActive = and(
    eq(guildDomains.guildId, domainGuildId),
    eq(guildDomains.domain, domainName ?? ""),
    eq(guildDomains.status, "active"),
  );
  return [
    guard(
      and(existsIn(guildDomains, isActive), planHasDomains(domainGuildId))!,
      () => new NotFound("request/no-such-page", "There is no page at this address."),
    ),
  ];
}

/** Deletes an account's least recently used sessions beyond the maximum. */
function tooManySessions({ services }: PlatformContext, userId: UserId, own: SessionId): Writable {
  const { orm } = services.platform.db;
  // Sessions of an operator who acts as this person do not count and are not deleted.
  const theirs = and(
    eq(sessions.userId, userId),
    ne(sessions.id, own),
    notExists(orm.select().from(impersonations).where(eq(impersonations.sessionId, sessions.id))),
  );
  const newest = orm
    .select({ id: sessions.id })
    .from(sessions)
    .where(theirs)
    .orderBy(desc(sessions.lastUsedAt), desc(sessions.createdAt), desc(sessions.id))
    .limit(limits.session.perAccountMax - 1);
  return orm.delete(sessions).where(and(theirs, notInArray(sessions.id, newest)));
}

/** Rows of a message about the account, with the device and address of the request. */
export async function noticeRows(
  ctx: Omit<PlatformContext, "caller">,
  userId: UserId,
  template: MessageTemplate,
  params: Params = {},
): Promise<readonly Writable[]> {
  const { browser, system } = deviceOf(ctx.agent);
  const device = [browser, system].filter((one) => one !== undefined).join(", ");
  const at = String(ctx.services.now().getTime());
  const all = { device, address: ctx.address, at, ...params };
  return await messageRows(ctx.services, {
    template,
    userId,
    locale: ctx.locale ?? "en",
    params: all,
  });
}

/** Deletes the browser's previous session, which the new sign-in replaces. */
export function endReplaced({ caller }: PlatformContext): readonly Writable[] {
  if (caller.type !== "user" || caller.via !== "cookie") return [];
  return [build.delete(sessions).where(eq(sessions.id, caller.sessionId))];
}

const decoys = new WeakMap<PasswordHasher, Promise<string>>();

function decoyHash(passwords: PasswordHasher): Promise<string> {
  let decoy = decoys.get(passwords);
  if (decoy === undefined) {
    decoy = passwords.hash(newToken());
    decoys.set(passwords, decoy);
    // A failed hash (too many at once) must not fail every later sign-in.
    decoy.catch(() => decoys.delete(passwords));
  }
  return decoy;
}
