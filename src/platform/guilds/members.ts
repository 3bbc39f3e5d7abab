import { type Writable, write } from "../../database/write.ts";
import { decodeCursor, type Page, toPage } from "../../kernel/cursor.ts";
import { Conflict, Forbidden, NotFound } from "../../kernel/errors.ts";
import type { UserId } from "../../kernel/ids.ts";
import {
  type DenialRoles,
  outranks,
  PERMISSIONS,
  type PermissionOverrides,
  permissionsOf,
  ROLES,
  type Role,
} from "../../kernel/permissions.ts";
import { allow, type GuildContext } from "../../tenant/context.ts";
import { accountHolder, noticeRows } from "../accounts/accounts.ts";
import { requireVerified } from "../accounts/service.ts";
import { type PlatformContext, record, refuseImpersonator, requireProved } from "../context.ts";
import { type KeyName, keysBeyond, revocations } from "../keys/maker-keys.ts";
import { guildLimit } from "../plans/service.ts";
import { denialsAfter, refuseBeyondOwn } from "../rights/own-rights.ts";
import { actorUnchanged, sameRole } from "../rights/unchanged-role.ts";

export interface Member {
  readonly userId: UserId;
  readonly name: string;
  readonly role: Role;
  readonly overrides: PermissionOverrides;
  readonly joinedAt: number;
}

/** The result for a member who lost rights: the member's keys that ended. */
export interface Offboarded {
  readonly revokedKeys: readonly KeyName[];
}

interface MemberRow extends Omit<Member, "overrides"> {
  readonly overrides: string;
  readonly deniedBy: string;
}

/** A member with columns that only this file uses. */
type FullMember = Member & { readonly deniedBy: DenialRoles };

const MEMBERS = `
  SELECT m.user_id AS userId, u.name, m.role, m.overrides, m.denied_by AS deniedBy,
    m.created_at AS joinedAt
  FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.guild_id = ?1`;

/** The guild's members, oldest first. */
export async function members(
  ctx: GuildContext,
  platform: PlatformContext,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<Page<Member>> {
  allow(ctx, "members.view");
  const [joinedAt, userId] = cursor === undefined ? [-1, ""] : decodeCursor(cursor, 2);
  const rows = await platform.services.platform.db.all<MemberRow>(
    `${MEMBERS} AND (m.created_at, m.user_id) > (?2, ?3)
     ORDER BY m.created_at, m.user_id LIMIT ?4`,
    ctx.guild.id,
    joinedAt!,
    userId!,
    limit + 1,
  );
  return toPage(rows.map(toMember), limit, (last) => [last.joinedAt, last.userId]);
}

/**
 * Changes a member's role or exceptions. The actor may change only members below their own role, only
 * to lower roles, and may grant only rights that they have. Keys that the member could no longer make
 * are revoked.
 * @throws {Forbidden} `guild/rank`, `guild/beyond-own-rights`, `guild/higher-denial`,
 * `operator/impersonating`, {NotFound} `guild/no-such-member`
 */
export async function changeMember(
  ctx: GuildContext,
  platform: PlatformContext,
  userId: UserId,
  change: { role?: Role | undefined; overrides?: PermissionOverrides | undefined },
): Promise<Member & Offboarded> {
  allow(ctx, "members.manage");
  refuseImpersonator(platform.caller);
  const before = await member(ctx, platform, userId);
  refuseUnlessAbove(ctx, before.role);
  if (change.role !== undefined) refuseUnlessAbove(ctx, change.role);
  const after = {
    role: change.role ?? before.role,
    overrides: change.overrides ?? before.overrides,
  };
  const deniedBy = denialsAfter(ctx, before, after.overrides);
  refuseNewBeyondOwn(ctx, before, after);
  const permissions = permissionsOf(after.role, after.overrides);
  const revokedKeys = await keysBeyond(ctx, platform, userId, permissions);
  await write(platform.services.platform.db, [
    ...actorUnchanged(ctx),
    sameRole(ctx, userId, before.role),
    {
      sql: `UPDATE memberships SET role = ?, overrides = ?, denied_by = ?
            WHERE guild_id = ? AND user_id = ?`,
      args: [
        after.role,
        JSON.stringify(after.overrides),
        JSON.stringify(deniedBy),
        ctx.guild.id,
        userId,
      ],
    },
    ...revocations(platform, ctx.guild.id, revokedKeys),
    revokeInvitationsOf(ctx, platform, userId, after.role),
    record(platform, "member.change", userId, {
      guildId: ctx.guild.id,
      before: { role: before.role, overrides: before.overrides },
      after,
    }),
  ]);
  const { deniedBy: _, ...member_ } = before;
  return { ...member_, ...after, revokedKeys };
}

/**
 * Removes a member from the guild. Their keys and invitations end. Links that were made before no
 * longer admit them. @throws {Forbidden} `guild/rank`, `operator/impersonating`
 */
export async function removeMember(
  ctx: GuildContext,
  platform: PlatformContext,
  userId: UserId,
): Promise<Offboarded> {
  allow(ctx, "members.manage");
  refuseImpersonator(platform.caller);
  const before = await member(ctx, platform, userId);
  refuseUnlessAbove(ctx, before.role);
  return await drop(ctx, platform, before, "member.remove");
}

/**
 * Leaves the guild. The member's keys and invitations end.
 * @throws {Conflict} `guild/owner-stays`: the owner has to hand the guild over first.
 */
export async function leaveGuild(
  ctx: GuildContext,
  platform: PlatformContext,
): Promise<Offboarded> {
  allow(ctx, "members.view");
  const before = await member(ctx, platform, accountHolder(platform).userId);
  if (before.role === "owner") {
    throw new Conflict(
      "guild/owner-stays",
      "Transfer the guild to another member before you leave.",
    );
  }
  return await drop(ctx, platform, before, "member.leave");
}

/**
 * Hands the guild to another member, in one transaction. The former owner stays as an admin.
 * @throws {Forbidden} `auth/proof-required`, `auth/email-unverified`; {LimitReached} `plan/guilds`
 */
export async function transferOwnership(
  ctx: GuildContext,
  platform: PlatformContext,
  to: UserId,
): Promise<void> {
  allow(ctx, "guild.own");
  const caller = accountHolder(platform);
  requireVerified(caller);
  requireProved(caller, platform.services.now());
  const newOwner = await member(ctx, platform, to);
  if (newOwner.role === "owner")
    throw new Conflict("guild/already-owner", "This person already owns the guild.");
  const role = (userId: UserId, value: Role) => ({
    sql: "UPDATE memberships SET role = ? WHERE guild_id = ? AND user_id = ?",
    args: [value, ctx.guild.id, userId],
  });
  await write(platform.services.platform.db, [
    sameRole(ctx, caller.userId, "owner"),
    sameRole(ctx, to, newOwner.role),
    guildLimit(to, ctx.guild.plan),
    role(caller.userId, "admin"),
    role(to, "owner"),
    { sql: "UPDATE guilds SET owner_id = ? WHERE id = ?", args: [to, ctx.guild.id] },
    ...(await noticeRows(platform, to, "guild-received", {
      guild: ctx.guild.name,
      from: caller.name,
    })),
    ...(await noticeRows(platform, caller.userId, "guild-given", {
      guild: ctx.guild.name,
      to: newOwner.name,
    })),
    record(platform, "guild.transfer", ctx.guild.id, {
      guildId: ctx.guild.id,
      before: { owner: caller.userId },
      after: { owner: to },
    }),
  ]);
}

/** @throws {Forbidden} `guild/rank` unless the actor ranks above `role`. */
export function refuseUnlessAbove(ctx: GuildContext, role: Role): void {
  if (ctx.actor.type === "system") return;
  if (ctx.actor.type === "user" && outranks(ctx.actor.role, role)) return;
  throw new Forbidden("guild/rank", "You can only manage roles below your own.", { role });
}

async function member(
  ctx: GuildContext,
  platform: PlatformContext,
  userId: UserId,
): Promise<FullMember> {
  const row = await platform.services.platform.db.first<MemberRow>(
    `${MEMBERS} AND m.user_id = ?2`,
    ctx.guild.id,
    userId,
  );
  if (row) return toFullMember(row);
  throw new NotFound("guild/no-such-member", "This person is no longer a member of the guild.");
}

async function drop(
  ctx: GuildContext,
  platform: PlatformContext,
  before: FullMember,
  action: "member.remove" | "member.leave",
): Promise<Offboarded> {
  const nowMs = platform.services.now().getTime();
  const revokedKeys = await keysBeyond(ctx, platform, before.userId, new Set());
  await write(platform.services.platform.db, [
    ...actorUnchanged(ctx),
    sameRole(ctx, before.userId, before.role),
    formerMember(ctx, before, nowMs, action === "member.remove" ? nowMs : null),
    ...revocations(platform, ctx.guild.id, revokedKeys),
    // A key made after the list was read must not become valid again if its maker returns.
    {
      sql: `UPDATE api_keys SET revoked_at = ? WHERE guild_id = ? AND created_by = ?
            AND revoked_at IS NULL`,
      args: [nowMs, ctx.guild.id, before.userId],
    },
    {
      sql: "DELETE FROM memberships WHERE guild_id = ? AND user_id = ?",
      args: [ctx.guild.id, before.userId],
    },
    revokeInvitationsOf(ctx, platform, before.userId, "viewer"),
    record(platform, action, before.userId, {
      guildId: ctx.guild.id,
      before: { role: before.role },
      ...(revokedKeys.length > 0 && { after: { revokedKeys: revokedKeys.map(({ id }) => id) } }),
    }),
  ]);
  return { revokedKeys };
}

/** Stores the leaver's role, so that a return gives no more. An earlier removal is kept. */
function formerMember(
  { guild }: GuildContext,
  { userId, role, overrides, deniedBy }: FullMember,
  leftAt: number,
  removedAt: number | null,
): Writable {
  return {
    sql: `INSERT INTO former_members
            (guild_id, user_id, role, overrides, denied_by, left_at, removed_at)
          VALUES (?, ?, ?, ?, ?, ?, ?)
          ON CONFLICT (guild_id, user_id) DO UPDATE SET role = excluded.role,
            overrides = excluded.overrides, denied_by = excluded.denied_by,
            left_at = excluded.left_at, removed_at = coalesce(excluded.removed_at, removed_at)`,
    args: [
      guild.id,
      userId,
      role,
      JSON.stringify(overrides),
      JSON.stringify(deniedBy),
      leftAt,
      removedAt,
    ],
  };
}

/** Refuses rights that the change adds and the actor lacks. Earlier rights may stay. */
function refuseNewBeyondOwn(
  ctx: GuildContext,
  before: Pick<Member, "role" | "overrides">,
  after: Pick<Member, "role" | "overrides">,
): void {
  const had = permissionsOf(before.role, before.overrides);
  const gets = [...permissionsOf(after.role, after.overrides)];
  // An exception without effect today could have one with the next role.
  const granted = PERMISSIONS.filter(
    (one) => after.overrides[one] !== undefined && after.overrides[one] !== before.overrides[one],
  );
  refuseBeyondOwn(ctx, [...gets.filter((permission) => !had.has(permission)), ...granted]);
}

/** Revokes a member's own invitations, so that they cannot return or rise by one. */
function revokeInvitationsOf(
  ctx: GuildContext,
  platform: PlatformContext,
  userId: UserId,
  role: Role,
): Writable {
  const notBelow = ROLES.filter((one) => !outranks(role, one));
  return {
    sql: `UPDATE invitations SET revoked_at = ? WHERE guild_id = ? AND created_by = ?
          AND revoked_at IS NULL AND role IN (SELECT value FROM json_each(?))`,
    args: [platform.services.now().getTime(), ctx.guild.id, userId, JSON.stringify(notBelow)],
  };
}

function toMember({ deniedBy: _, ...row }: MemberRow): Member {
  return { ...row, overrides: JSON.parse(row.overrides) };
}

function toFullMember(row: MemberRow): FullMember {
  return { ...toMember(row), deniedBy: JSON.parse(row.deniedBy) };
}
