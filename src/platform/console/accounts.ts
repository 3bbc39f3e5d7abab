import { and, asc, eq, gt, isNull, not, sql } from "drizzle-orm";
import {
  asBoolean,
  asColumn,
  asNumber,
  columnsOf,
  existsIn,
  prepare,
  type RowOf,
  type Values,
} from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import { guard, write } from "../../database/write.ts";
import { knownAreas } from "../../kernel/areas.ts";
import { decodeCursor, type Page, toPage } from "../../kernel/cursor.ts";
import { Conflict, NotFound } from "../../kernel/errors.ts";
import type { UserId } from "../../kernel/ids.ts";
import { limits } from "../../limits.ts";
import type { Locale } from "../../web/i18n/index.ts";
import { removalRows, requireOn } from "../accounts/factors/store.ts";
import { countEmail, verificationRows } from "../accounts/links.ts";
import { type Identity, identitiesOf } from "../accounts/providers/links.ts";
import { allowArea, type OperatorContext, record } from "../context.ts";
import { messageRows } from "../messages/queue.ts";
import {
  guilds,
  impersonations,
  memberships,
  operators,
  secondFactors,
  sessions,
  users,
} from "../schema.ts";

/** One account in the operators' list. */
export type AccountLine = Readonly<RowOf<ReturnType<typeof accountColumns>>>;

export interface AccountQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
  /** A part of the address or the name, or the whole id. */
  readonly search?: string | undefined;
}

interface Moment {
  readonly nowMs: number;
  /** A session that was last used before this has ended. */
  readonly idleSinceMs: number;
}

// Expired sessions are deleted only at the next sign-in, so they are excluded here. Sessions of an
// operator who acts as the person are excluded too.
const openSessions = ({ nowMs, idleSinceMs }: Values<Moment>) => {
  const isOpen = and(
    eq(sessions.userId, users.id),
    gt(sessions.expiresAt, nowMs),
    gt(sessions.lastUsedAt, idleSinceMs),
    not(existsIn(impersonations, eq(impersonations.sessionId, sessions.id))),
  );
  return sql`${sessions} where ${isOpen}`;
};

const accountColumns = (values: Values<Moment>) => ({
  ...columnsOf(users, "id", "email", "name", "createdAt"),
  guilds: asNumber(sql`(select count(*) from ${memberships}
    join ${guilds} on ${guilds.id} = ${memberships.guildId}
    where ${memberships.userId} = ${users.id} and ${guilds.status} not in ('deleted', 'deleting'))`),
  /** Last use of the open sessions. Null if the account has no open session. */
  lastUsedAt: asColumn(
    sessions.lastUsedAt,
    sql`(select max(${sessions.lastUsedAt}) from ${openSessions(values)})`,
  ),
  isVerified: asBoolean(sql`${users.emailVerifiedAt} is not null`),
});

interface AccountPage {
  readonly after: string | number;
  /** Empty for all accounts. */
  readonly search: string;
  readonly limit: number;
}

const accountsPage = prepare((values: Values<Moment & AccountPage>) => {
  const { search } = values;
  return build
    .select(accountColumns(values))
    .from(users)
    .where(
      and(
        sql`${users.email} > ${values.after}`,
        sql`(${search} = '' or ${users.id} = ${search} or instr(${users.email}, ${search}) > 0
          or instr(lower(${users.name}), ${search}) > 0)`,
      ),
    )
    .orderBy(asc(users.email))
    .limit(values.limit);
});

const accountById = prepare((values: Values<Moment & { readonly id: UserId }>) =>
  build
    .select({
      ...accountColumns(values),
      hasPassword: asBoolean(sql`${users.passwordHash} is not null`),
      hasSecondFactor: asBoolean(
        existsIn(
          secondFactors,
          sql`${secondFactors.userId} = ${users.id} and ${secondFactors.confirmedAt} is not null`,
        ),
      ),
      sessions: asNumber(sql`(select count(*) from ${openSessions(values)})`),
      operates: asColumn(
        operators.areas,
        sql`(select ${operators.areas} from ${operators} where ${operators.userId} = ${users.id})`,
      ),
    })
    .from(users)
    .where(eq(users.id, values.id)),
);

const membershipsOf = prepare(
  ({ id, limit }: Values<{ readonly id: UserId; readonly limit: number }>) =>
    build
      .select({
        guildId: guilds.id,
        ...columnsOf(guilds, "slug", "name", "status"),
        role: memberships.role,
      })
      .from(memberships)
      .innerJoin(guilds, eq(guilds.id, memberships.guildId))
      .where(eq(memberships.userId, id))
      .orderBy(asc(guilds.nameKey), asc(guilds.id))
      .limit(limit),
);

/** Every account of the platform, by address. */
export async function findAccounts(
  ctx: OperatorContext,
  { limit, cursor, search = "" }: AccountQuery,
): Promise<Page<AccountLine>> {
  allowArea(ctx, "accounts");
  const [after] = cursor === undefined ? [""] : decodeCursor(cursor, 1);
  const rows = await accountsPage.all(ctx.services.platform.db, {
    ...momentOf(ctx),
    after: after!,
    search: search.trim().toLowerCase(),
    limit: limit + 1,
  });
  return toPage(rows, limit, (last) => [last.email]);
}

/** An account as operators see it, without credentials. */
export interface AccountFile extends AccountLine {
  readonly hasPassword: boolean;
  readonly hasSecondFactor: boolean;
  readonly sessions: number;
  /** The areas of an operator's account. Empty for other accounts. */
  readonly operates: readonly string[];
  readonly memberships: readonly Awaited<ReturnType<typeof membershipsOf.all>>[number][];
  readonly identities: readonly Identity[];
}

/** Everything about one account. @throws {NotFound} `operator/no-such-account` */
export async function accountFile(ctx: OperatorContext, id: UserId): Promise<AccountFile> {
  allowArea(ctx, "accounts");
  const { db } = ctx.services.platform;
  const [account, inGuilds, linked] = await Promise.all([
    accountById.first(db, { ...momentOf(ctx), id }),
    membershipsOf.all(db, { id, limit: limits.operators.membersShown }),
    identitiesOf.all(db, { userId: id }),
  ]);
  if (!account) throw noSuchAccount();
  return {
    ...account,
    operates: knownAreas(account.operates ?? []),
    memberships: inGuilds,
    identities: linked,
  };
}

/**
 * Ends every session of a person, for example when their device was stolen. The password stays valid.
 * @throws {NotFound} `operator/no-such-account`
 */
export async function endAllSessions(ctx: OperatorContext, id: UserId): Promise<void> {
  allowArea(ctx, "accounts");
  const file = await accountFile(ctx, id);
  await write(ctx.services.platform.db, [
    guard(existsIn(users, eq(users.id, id)), noSuchAccount),
    build.delete(sessions).where(eq(sessions.userId, id)),
    record(ctx, "session.end-all", id, { before: { sessions: file.sessions } }),
  ]);
}

/**
 * Removes the second factor of a person who lost the app and the recovery codes. Ends all of their
 * sessions and notifies them by email.
 * @throws {NotFound} `operator/no-such-account`, `auth/factor-off`
 */
export async function resetSecondFactor(ctx: OperatorContext, id: UserId): Promise<void> {
  const account = await accountFile(ctx, id);
  const locale = ctx.locale ?? "en";
  await write(ctx.services.platform.db, [
    guard(existsIn(users, eq(users.id, id)), noSuchAccount),
    requireOn(id),
    ...removalRows(id),
    build.delete(sessions).where(eq(sessions.userId, id)),
    ...(await messageRows(ctx.services, { template: "factor-reset", userId: id, locale })),
    record(ctx, "second-factor.reset", id, { before: { sessions: account.sessions } }),
  ]);
  ctx.services.wakeJobs();
}

/**
 * Sends a person the verification email again, in one of our languages.
 * @throws {NotFound} `operator/no-such-account`, {Conflict} `operator/verified-already`
 * @throws {LimitReached} `rate/too-many`
 */
export async function mailVerification(
  ctx: OperatorContext,
  input: { readonly id: UserId; readonly locale: Locale },
): Promise<void> {
  const account = await accountFile(ctx, input.id);
  if (account.isVerified) throw verifiedAlready();
  await countEmail(ctx, account.email);
  const rows = await verificationRows(ctx, account.id, input.locale);
  await write(ctx.services.platform.db, [
    guard(
      existsIn(
        users,
        and(eq(users.id, input.id), eq(users.email, account.email), isNull(users.emailVerifiedAt)),
      ),
      verifiedAlready,
    ),
    ...rows,
    record(ctx, "user.verify-mail", input.id),
  ]);
  ctx.services.wakeJobs();
}

function momentOf({ services }: OperatorContext): Moment {
  const nowMs = services.now().getTime();
  return { nowMs, idleSinceMs: nowMs - limits.session.idleMs };
}

function noSuchAccount(): NotFound {
  return new NotFound(
    "operator/no-such-account",
    "No account has this address or ID. Choose one from the list.",
  );
}

function verifiedAlready(): Conflict {
  return new Conflict(
    "operator/verified-already",
    "This address is already confirmed. No e-mail is needed.",
  );
}
