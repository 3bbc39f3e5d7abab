import { and, eq, sql } from "drizzle-orm";
import { guard, write } from "../../database/write.ts";
import { Conflict, Forbidden, NotFound } from "../../kernel/errors.ts";
import {
  type GuildId,
  type InvitationId,
  type MembershipId,
  newId,
  type UserId,
} from "../../kernel/ids.ts";
import {
  type DenialRoles,
  lowerOf,
  outranks,
  type PermissionOverrides,
  permissionsOf,
  ROLE_PERMISSIONS,
  type Role,
} from "../../kernel/permissions.ts";
import { DAY_MS } from "../../kernel/time.ts";
import { hashToken, newToken } from "../../kernel/tokens.ts";
import { limits } from "../../limits.ts";
import { allow, type GuildContext } from "../../tenant/context.ts";
import { accountHolder } from "../accounts/accounts.ts";
import { requireVerified } from "../accounts/service.ts";
import { type PlatformContext, record } from "../context.ts";
import { messageRows } from "../messages/queue.ts";
import { memberLimit } from "../plans/service.ts";
import { refuseBeyondOwn } from "../rights/own-rights.ts";
import { actorUnchanged } from "../rights/unchanged-role.ts";
import { formerMembers } from "../schema.ts";
import { refuseUnlessAbove } from "./members.ts";

export interface Invitation {
  readonly id: InvitationId;
  readonly role: Role;
  readonly email: string | null;
  readonly uses: number;
  readonly usesMax: number;
  readonly createdAt: number;
  readonly expiresAt: number;
}

export interface NewInvitation {
  readonly role: Role;
  /** The only address that may accept, which also gets the email. */
  readonly email?: string | undefined;
  readonly usesMax: number;
  readonly expiresInDays: number;
}

const COLUMNS = `id, role, email, uses, uses_max AS usesMax, created_at AS createdAt,
  expires_at AS expiresAt`;
const LIVE = "revoked_at IS NULL AND uses < uses_max AND expires_at > ?2";

/**
 * Makes an invitation. Its link is returned only once, because only its hash is stored. An invitation
 * bound to an address is mailed there. `mailed` says whether the email is queued.
 * @throws {Forbidden} `guild/rank`, `guild/beyond-own-rights`; {Conflict} `guild/too-many-invitations`;
 * by email also {Forbidden} `auth/email-unverified` and {LimitReached} `rate/too-many`
 */
export async function invite(
  ctx: GuildContext,
  platform: PlatformContext,
  input: NewInvitation,
): Promise<Invitation & { url: string; mailed: boolean }> {
  allow(ctx, "members.invite");
  refuseUnlessAbove(ctx, input.role);
  refuseBeyondOwn(ctx, ROLE_PERMISSIONS[input.role]);
  const caller = accountHolder(platform);
  const { services } = platform;
  if (input.email !== undefined) {
    requireVerified(caller);
    await services.rates.use("invitation", "account", caller.userId);
    await services.rates.use("invitation", "guild", ctx.guild.id);
  }
  const token = newToken();
  const nowMs = services.now().getTime();
  const invitation: Invitation = {
    id: newId<InvitationId>(),
    role: input.role,
    email: input.email ?? null,
    uses: 0,
    usesMax: input.email === undefined ? input.usesMax : 1,
    createdAt: nowMs,
    expiresAt: nowMs + input.expiresInDays * DAY_MS,
  };
  const url = new URL(`/invitations/${token}`, services.config.publicUrl).href;
  const mailed = invitation.email !== null;
  const emailRows = mailed ? await invitationEmailRows(ctx, platform, invitation, url) : [];
  await write(services.platform.db, [
    ...actorUnchanged(ctx),
    ...emailRows,
    guard(
      sql`(select count(*) from invitations where guild_id = ${ctx.guild.id}
          and revoked_at is null and uses < uses_max and expires_at > ${nowMs})
          < ${limits.guild.invitationsMax}`,
      () =>
        new Conflict(
          "guild/too-many-invitations",
          "There are too many open invitations. Revoke some of them first.",
        ),
    ),
    {
      sql: `INSERT INTO invitations
              (id, guild_id, token_hash, email, role, created_by, created_at, expires_at, uses_max)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      args: [
        invitation.id,
        ctx.guild.id,
        hashToken(token),
        invitation.email,
        invitation.role,
        caller.userId,
        nowMs,
        invitation.expiresAt,
        invitation.usesMax,
      ],
    },
    record(platform, "member.invite", invitation.id, {
      guildId: ctx.guild.id,
      after: { role: invitation.role, email: invitation.email },
    }),
  ]);
  if (mailed) services.wakeJobs();
  return { ...invitation, url, mailed };
}

/** The rows that queue an invitation's email, in the language of its sender. */
async function invitationEmailRows(
  ctx: GuildContext,
  platform: PlatformContext,
  { email, expiresAt, createdAt }: Invitation,
  link: string,
) {
  return await messageRows(platform.services, {
    template: "invitation",
    userId: null,
    to: email ?? undefined,
    locale: platform.locale ?? "en",
    params: { from: accountHolder(platform).name, guild: ctx.guild.name, link },
    goodForMs: expiresAt - createdAt,
  });
}

/** The invitations that can still be accepted, newest first. */
export async function openInvitations(
  ctx: GuildContext,
  platform: PlatformContext,
): Promise<readonly Invitation[]> {
  allow(ctx, "members.invite");
  return await platform.services.platform.db.all<Invitation>(
    `SELECT ${COLUMNS} FROM invitations WHERE guild_id = ?1 AND ${LIVE}
     ORDER BY created_at DESC LIMIT ${limits.guild.invitationsMax}`,
    ctx.guild.id,
    platform.services.now().getTime(),
  );
}

/** Revokes an invitation. @throws {NotFound} `invitation/not-found`, {Forbidden} `guild/rank` */
export async function revokeInvitation(
  ctx: GuildContext,
  platform: PlatformContext,
  id: InvitationId,
): Promise<void> {
  allow(ctx, "members.invite");
  const nowMs = platform.services.now().getTime();
  const row = await platform.services.platform.db.first<{ role: Role }>(
    "SELECT role FROM invitations WHERE id = ? AND guild_id = ?",
    id,
    ctx.guild.id,
  );
  if (!row) throw noSuchInvitation();
  refuseUnlessAbove(ctx, row.role);
  await write(platform.services.platform.db, [
    ...actorUnchanged(ctx),
    guard(
      sql`exists (select 1 from invitations where id = ${id} and guild_id = ${ctx.guild.id}
          and revoked_at is null)`,
      noSuchInvitation,
    ),
    {
      sql: "UPDATE invitations SET revoked_at = ? WHERE id = ? AND guild_id = ?",
      args: [nowMs, id, ctx.guild.id],
    },
    record(platform, "member.uninvite", id, { guildId: ctx.guild.id }),
  ]);
}

export interface OpenedInvitation {
  readonly guildId: GuildId;
  readonly guildName: string;
  readonly guildSlug: string;
  readonly role: Role;
  readonly isForOneAddress: boolean;
  /** The caller is already a member. */
  readonly isMember: boolean;
}

interface InvitationRow {
  readonly id: InvitationId;
  readonly guild_id: GuildId;
  readonly name: string;
  readonly slug: string;
  readonly role: Role;
  readonly email: string | null;
  readonly createdAt: number;
  readonly createdBy: UserId;
  readonly isLive: number;
  readonly isMember: number;
}

/** What an invitation offers. Wrong, used up, revoked and expired links give the same error. */
export async function openInvitation(
  platform: PlatformContext,
  token: string,
): Promise<OpenedInvitation> {
  const row = await find(platform, token);
  return {
    guildId: row.guild_id,
    guildName: row.name,
    guildSlug: row.slug,
    role: row.role,
    isForOneAddress: row.email !== null,
    isMember: row.isMember === 1,
  };
}

/**
 * Joins the guild. Accepting again as a member changes nothing.
 * @throws {NotFound} `invitation/not-found`; {Forbidden} `auth/email-unverified`,
 * `invitation/other-address`; {LimitReached} `plan/members`
 */
export async function acceptInvitation(
  platform: PlatformContext,
  token: string,
): Promise<{ guildSlug: string }> {
  const caller = accountHolder(platform);
  const row = await find(platform, token);
  if (row.isMember === 1) return { guildSlug: row.slug };
  if (row.email !== null) {
    if (row.email !== caller.email) {
      throw new Forbidden(
        "invitation/other-address",
        "This invitation is for another e-mail address. Sign in with that address.",
      );
    }
    // Any person can sign up with an address. Only its owner can verify it.
    requireVerified(caller);
  }
  const { services } = platform;
  const guild = await services.platform.guild(row.guild_id);
  if (!guild) throw noSuchInvitation();
  const nowMs = services.now().getTime();
  await refuseUnlessMakerMay(platform, row);
  const place = await placeFor(platform, row, caller.userId);
  await write(services.platform.db, [
    sameFormerPlace(row.guild_id, caller.userId, place.removedAt),
    guard(
      sql`exists (select 1 from invitations where id = ${row.id} and revoked_at is null
          and uses < uses_max and expires_at > ${nowMs})
        and exists (select 1 from guilds where id = ${row.guild_id} and status = 'ready')`,
      noSuchInvitation,
    ),
    memberLimit(guild),
    {
      sql: `INSERT INTO memberships
              (id, user_id, guild_id, role, overrides, denied_by, created_at)
            VALUES (?, ?, ?, ?, ?, ?, ?)`,
      args: [
        newId<MembershipId>(),
        caller.userId,
        row.guild_id,
        place.role,
        JSON.stringify(place.overrides),
        JSON.stringify(place.deniedBy),
        nowMs,
      ],
    },
    { sql: "UPDATE invitations SET uses = uses + 1 WHERE id = ?", args: [row.id] },
    record(platform, "member.join", caller.userId, {
      guildId: row.guild_id,
      after: { role: place.role, overrides: place.overrides },
    }),
  ]).catch(async (error: unknown) => {
    // If the same person accepts twice at once, the second request finds the membership.
    const again = await services.platform.guildForUser(row.guild_id, caller.userId);
    if (!again?.membership) throw error;
  });
  return { guildSlug: row.slug };
}

/**
 * Refuses a link whose maker could not grant its role now.
 * @throws {NotFound} `invitation/not-found`: for its reader, the link is no longer valid.
 */
async function refuseUnlessMakerMay(platform: PlatformContext, row: InvitationRow): Promise<void> {
  const found = await platform.services.platform.guildForUser(row.guild_id, row.createdBy);
  const maker = found?.membership;
  if (maker === undefined || !outranks(maker.role, row.role)) throw noSuchInvitation();
  const permissions = permissionsOf(maker.role, maker.overrides);
  const needed = ["members.invite" as const, ...ROLE_PERMISSIONS[row.role]];
  if (needed.some((permission) => !permissions.has(permission))) throw noSuchInvitation();
}

/** The membership that an invitation gives. */
interface Place {
  readonly role: Role;
  readonly overrides: PermissionOverrides;
  readonly deniedBy: DenialRoles;
  readonly removedAt: number | null;
}

/**
 * A returning member keeps the lower role and the earlier denials. Rights that were granted beyond the
 * role are lost.
 * @throws {Forbidden} `invitation/removed-since` for a link that is older than the removal.
 */
async function placeFor(
  platform: PlatformContext,
  row: InvitationRow,
  userId: UserId,
): Promise<Place> {
  const [former] = await platform.services.platform.db.orm
    .select()
    .from(formerMembers)
    .where(and(eq(formerMembers.guildId, row.guild_id), eq(formerMembers.userId, userId)));
  if (former === undefined) return { role: row.role, overrides: {}, deniedBy: {}, removedAt: null };
  if (former.removedAt !== null && row.createdAt <= former.removedAt) {
    throw new Forbidden(
      "invitation/removed-since",
      "You were removed from this guild after this link was created. Ask for a new invitation.",
    );
  }
  const { removedAt, deniedBy } = former;
  const denials = Object.entries(former.overrides).filter(([, isAllowed]) => !isAllowed);
  const role = lowerOf(row.role, former.role === "owner" ? "admin" : former.role);
  return { role, overrides: Object.fromEntries(denials), deniedBy, removedAt };
}

/** Fails if the person was removed after the link was read. */
function sameFormerPlace(guildId: GuildId, userId: UserId, removedAt: number | null) {
  return guard(
    sql`not exists (select 1 from former_members where guild_id = ${guildId}
        and user_id = ${userId} and coalesce(removed_at, 0) > ${removedAt ?? 0})`,
    noSuchInvitation,
  );
}

/** Finds a valid invitation. For members of the guild, a used or expired one is found too. */
async function find(platform: PlatformContext, token: string): Promise<InvitationRow> {
  const { caller, services } = platform;
  const row = await services.platform.db.first<InvitationRow>(
    `SELECT i.id, i.guild_id, g.name, g.slug, i.role, i.email, i.created_at AS createdAt,
       i.created_by AS createdBy, ${LIVE} AS isLive,
       EXISTS (SELECT 1 FROM memberships m WHERE m.guild_id = g.id AND m.user_id = ?3) AS isMember
     FROM invitations i JOIN guilds g ON g.id = i.guild_id
     WHERE i.token_hash = ?1 AND g.status = 'ready'`,
    hashToken(token),
    services.now().getTime(),
    caller.type === "user" ? caller.userId : "",
  );
  if (row && (row.isLive === 1 || row.isMember === 1)) return row;
  throw noSuchInvitation();
}

function noSuchInvitation(): NotFound {
  return new NotFound(
    "invitation/not-found",
    "This invitation is no longer valid. Ask for a new one.",
  );
}
