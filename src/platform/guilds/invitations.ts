import { sql } from "drizzle-orm";
import { guard, write } from "../../database/write.ts";
import { Forbidden, NotFound } from "../../kernel/errors.ts";
import { type GuildId, type InvitationId, type MembershipId, newId } from "../../kernel/ids.ts";
import type { Role } from "../../kernel/permissions.ts";
import { hashToken, newToken } from "../../kernel/tokens.ts";
import { limits } from "../../limits.ts";
import { allow, type GuildContext } from "../../tenant/context.ts";
import { accountHolder } from "../auth/accounts.ts";
import { requireVerified } from "../auth/service.ts";
import { type PlatformContext, record } from "../context.ts";
import { memberLimit } from "../plans/service.ts";
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
  /** Bound to this address, and mailed there. */
  readonly email?: string | undefined;
  readonly usesMax: number;
  readonly expiresInDays: number;
}

const DAY_MS = 86_400_000;
const COLUMNS = `id, role, email, uses, uses_max AS usesMax, created_at AS createdAt,
  expires_at AS expiresAt`;
const LIVE = "revoked_at IS NULL AND uses < uses_max AND expires_at > ?2";

/**
 * Makes an invitation; its link is shown this once, for only its hash is kept.
 * @throws {Forbidden} `guild/rank`; by e-mail also `auth/email-unverified`
 */
export async function invite(
  ctx: GuildContext,
  platform: PlatformContext,
  input: NewInvitation,
): Promise<Invitation & { url: string }> {
  allow(ctx, "members.invite");
  refuseUnlessAbove(ctx, input.role);
  const caller = accountHolder(platform);
  if (input.email !== undefined) requireVerified(caller);
  const { services } = platform;
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
  await write(services.platform.db, [
    guard(
      sql`(select count(*) from invitations where guild_id = ${ctx.guild.id}
          and revoked_at is null and uses < uses_max and expires_at > ${nowMs})
          < ${limits.guild.invitationsMax}`,
      () =>
        new Forbidden("guild/too-many-invitations", "Revoke some of the open invitations first."),
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
  const url = new URL(`/invitations/${token}`, services.config.publicUrl).href;
  if (invitation.email !== null) {
    await services.mailer.send({
      to: invitation.email,
      subject: `${ctx.guild.name} invites you`,
      text: `${caller.name} invites you to join ${ctx.guild.name}.\n\n${url}\n`,
    });
  }
  return { ...invitation, url };
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

/** Takes an invitation back. @throws {NotFound} `invitation/not-found` */
export async function revokeInvitation(
  ctx: GuildContext,
  platform: PlatformContext,
  id: InvitationId,
): Promise<void> {
  allow(ctx, "members.invite");
  const nowMs = platform.services.now().getTime();
  await write(platform.services.platform.db, [
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
}

interface InvitationRow {
  readonly id: InvitationId;
  readonly guild_id: GuildId;
  readonly name: string;
  readonly slug: string;
  readonly role: Role;
  readonly email: string | null;
}

/** What an invitation offers. Wrong, used up, revoked and expired all look alike. */
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
  };
}

/**
 * Joins the guild. Accepting again as a member changes nothing.
 * @throws {Forbidden} `invitation/other-address`, {LimitReached} `plan/members`
 */
export async function acceptInvitation(
  platform: PlatformContext,
  token: string,
): Promise<{ guildSlug: string }> {
  const caller = accountHolder(platform);
  const row = await find(platform, token);
  if (row.email !== null && (row.email !== caller.email || !caller.emailVerified)) {
    throw new Forbidden(
      "invitation/other-address",
      "This invitation is for another address, or yours is not confirmed yet.",
    );
  }
  const { services } = platform;
  const found = await services.platform.guildForUser(row.guild_id, caller.userId);
  if (!found) throw noSuchInvitation();
  if (found.membership) return { guildSlug: row.slug };
  const nowMs = services.now().getTime();
  await write(services.platform.db, [
    guard(
      sql`exists (select 1 from invitations where id = ${row.id} and revoked_at is null
          and uses < uses_max and expires_at > ${nowMs})`,
      noSuchInvitation,
    ),
    memberLimit(found.guild),
    {
      sql: `INSERT INTO memberships (id, user_id, guild_id, role, overrides, created_at)
            VALUES (?, ?, ?, ?, '{}', ?)`,
      args: [newId<MembershipId>(), caller.userId, row.guild_id, row.role, nowMs],
    },
    { sql: "UPDATE invitations SET uses = uses + 1 WHERE id = ?", args: [row.id] },
    record(platform, "member.join", caller.userId, {
      guildId: row.guild_id,
      after: { role: row.role },
    }),
  ]).catch(async (error: unknown) => {
    // The same person twice at once: the second finds the membership there.
    const again = await services.platform.guildForUser(row.guild_id, caller.userId);
    if (!again?.membership) throw error;
  });
  return { guildSlug: row.slug };
}

async function find(platform: PlatformContext, token: string): Promise<InvitationRow> {
  const row = await platform.services.platform.db.first<InvitationRow>(
    `SELECT i.id, i.guild_id, g.name, g.slug, i.role, i.email
     FROM invitations i JOIN guilds g ON g.id = i.guild_id
     WHERE i.token_hash = ?1 AND g.status = 'ready' AND ${LIVE}`,
    hashToken(token),
    platform.services.now().getTime(),
  );
  if (row) return row;
  throw noSuchInvitation();
}

function noSuchInvitation(): NotFound {
  return new NotFound(
    "invitation/not-found",
    "This invitation is not valid any more. Ask for another.",
  );
}
