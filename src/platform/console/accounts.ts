import { sql } from "drizzle-orm";
import { guard, write } from "../../database/write.ts";
import { parseAreas } from "../../kernel/areas.ts";
import { decodeCursor, type Page, toPage } from "../../kernel/cursor.ts";
import { Conflict, NotFound } from "../../kernel/errors.ts";
import type { GuildId, UserId } from "../../kernel/ids.ts";
import type { Role } from "../../kernel/permissions.ts";
import { limits } from "../../limits.ts";
import type { Locale } from "../../web/i18n/index.ts";
import { countEmail, verificationRows } from "../accounts/links.ts";
import type { ProviderId } from "../accounts/providers/schema.ts";
import { allowArea, type OperatorContext, record } from "../context.ts";
import type { GuildStatus } from "../schema.ts";

/** One account in the operators' list. */
export interface AccountLine {
  readonly id: UserId;
  readonly email: string;
  readonly name: string;
  readonly isVerified: boolean;
  readonly createdAt: number;
  readonly guilds: number;
  /** Last use of the open sessions. Null if the account has no open session. */
  readonly lastUsedAt: number | null;
}

export interface AccountQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
  /** A part of the address or the name, or the whole id. */
  readonly search?: string | undefined;
}

// Expired sessions are deleted only at the next sign-in, so they are excluded here. Sessions of an
// operator who acts as the person are excluded too.
const OPEN_SESSIONS = `FROM sessions s WHERE s.user_id = u.id AND s.expires_at > ?1
  AND s.last_used_at > ?2 AND NOT EXISTS
    (SELECT 1 FROM impersonations i WHERE i.session_id = s.id)`;

const ACCOUNT = `
  SELECT u.id, u.email, u.name, u.email_verified_at IS NOT NULL AS isVerified,
    u.created_at AS createdAt,
    (SELECT count(*) FROM memberships m JOIN guilds g ON g.id = m.guild_id
      WHERE m.user_id = u.id AND g.status NOT IN ('deleted', 'deleting')) AS guilds,
    (SELECT max(s.last_used_at) ${OPEN_SESSIONS}) AS lastUsedAt`;

/** Every account of the platform, by address. */
export async function findAccounts(
  ctx: OperatorContext,
  { limit, cursor, search = "" }: AccountQuery,
): Promise<Page<AccountLine>> {
  allowArea(ctx, "accounts");
  const [after] = cursor === undefined ? [""] : decodeCursor(cursor, 1);
  const nowMs = ctx.services.now().getTime();
  const rows = await ctx.services.platform.db.all<Row<AccountLine>>(
    `${ACCOUNT} FROM users u WHERE u.email > ?3
       AND (?4 = '' OR u.id = ?4 OR instr(u.email, ?4) > 0 OR instr(lower(u.name), ?4) > 0)
     ORDER BY u.email LIMIT ?5`,
    nowMs,
    nowMs - limits.session.idleMs,
    after!,
    search.trim().toLowerCase(),
    limit + 1,
  );
  return toPage(rows.map(toLine), limit, (last) => [last.email]);
}

/** An account as operators see it, without credentials. */
export interface AccountFile extends AccountLine {
  readonly hasPassword: boolean;
  readonly sessions: number;
  /** The areas of an operator's account. Empty for other accounts. */
  readonly operates: readonly string[];
  readonly memberships: readonly {
    readonly guildId: GuildId;
    readonly slug: string;
    readonly name: string;
    readonly status: GuildStatus;
    readonly role: Role;
  }[];
  readonly identities: readonly {
    readonly provider: ProviderId;
    readonly name: string;
    readonly linkedAt: number;
    readonly lastUsedAt: number;
  }[];
}

/** Everything about one account. @throws {NotFound} `operator/no-such-account` */
export async function accountFile(ctx: OperatorContext, id: UserId): Promise<AccountFile> {
  allowArea(ctx, "accounts");
  const { db } = ctx.services.platform;
  const nowMs = ctx.services.now().getTime();
  const [account, memberships, identities] = await Promise.all([
    db.first<FileRow>(
      `${ACCOUNT}, u.password_hash IS NOT NULL AS hasPassword,
         (SELECT count(*) ${OPEN_SESSIONS}) AS sessions,
         (SELECT areas FROM operators o WHERE o.user_id = u.id) AS operates
       FROM users u WHERE u.id = ?3`,
      nowMs,
      nowMs - limits.session.idleMs,
      id,
    ),
    db.all<AccountFile["memberships"][number]>(
      `SELECT g.id AS guildId, g.slug, g.name, g.status, m.role
       FROM memberships m JOIN guilds g ON g.id = m.guild_id
       WHERE m.user_id = ? ORDER BY g.name_key, g.id LIMIT ?`,
      id,
      limits.operators.membersShown,
    ),
    db.all<AccountFile["identities"][number]>(
      `SELECT provider, name, linked_at AS linkedAt, last_used_at AS lastUsedAt
       FROM identities WHERE user_id = ? ORDER BY provider`,
      id,
    ),
  ]);
  if (!account) throw noSuchAccount();
  return {
    ...toLine(account),
    hasPassword: account.hasPassword === 1,
    sessions: account.sessions,
    operates: parseAreas(account.operates),
    memberships,
    identities,
  };
}

/**
 * Ends every session of a person, for example when their device was stolen. The password stays valid.
 * @throws {NotFound} `operator/no-such-account`
 */
export async function endAllSessions(ctx: OperatorContext, id: UserId): Promise<void> {
  allowArea(ctx, "accounts");
  const { sessions } = await accountFile(ctx, id);
  await write(ctx.services.platform.db, [
    guard(sql`exists (select 1 from users where id = ${id})`, noSuchAccount),
    sql`delete from sessions where user_id = ${id}`,
    record(ctx, "session.end-all", id, { before: { sessions } }),
  ]);
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
      sql`exists (select 1 from users where id = ${input.id} and email = ${account.email}
          and email_verified_at is null)`,
      verifiedAlready,
    ),
    ...rows,
    record(ctx, "user.verify-mail", input.id),
  ]);
  ctx.services.wakeJobs();
}

/** A row as the database returns it. SQLite's booleans are 0 and 1. */
type Row<T extends { readonly isVerified: boolean }> = Omit<T, "isVerified"> & {
  readonly isVerified: number;
};

type FileRow = Row<AccountLine> & {
  readonly hasPassword: number;
  readonly sessions: number;
  readonly operates: string | null;
};

function toLine(row: Row<AccountLine>): AccountLine {
  const { id, email, name, createdAt, guilds, lastUsedAt } = row;
  return { id, email, name, createdAt, guilds, lastUsedAt, isVerified: row.isVerified === 1 };
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
