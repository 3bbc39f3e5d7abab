import { sql } from "drizzle-orm";
import { type Guard, guard, type Writable, write } from "../../database/write.ts";
import { decodeCursor, type Page, toPage } from "../../kernel/cursor.ts";
import { Conflict, Forbidden, NotFound } from "../../kernel/errors.ts";
import type { UserId } from "../../kernel/ids.ts";
import {
  outranks,
  type Permission,
  type PermissionOverrides,
  ROLES,
  type Role,
} from "../../kernel/permissions.ts";
import { allow, type GuildContext } from "../../tenant/context.ts";
import { accountHolder } from "../auth/accounts.ts";
import { requireVerified } from "../auth/service.ts";
import { type PlatformContext, record, refuseImpersonator, requireProved } from "../context.ts";
import { guildLimit } from "../plans/service.ts";

export interface Member {
  readonly userId: UserId;
  readonly name: string;
  readonly role: Role;
  readonly overrides: PermissionOverrides;
  readonly joinedAt: number;
}

interface MemberRow extends Omit<Member, "overrides"> {
  readonly overrides: string;
}

const MEMBERS = `
  SELECT m.user_id AS userId, u.name, m.role, m.overrides, m.created_at AS joinedAt
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
 * Changes what a member may do. One may change only members below oneself, and only to below.
 * @throws {Forbidden} `guild/rank`, `operator/impersonating`, {NotFound} `guild/no-such-member`
 */
export async function changeMember(
  ctx: GuildContext,
  platform: PlatformContext,
  userId: UserId,
  change: { role?: Role | undefined; overrides?: PermissionOverrides | undefined },
): Promise<Member> {
  allow(ctx, "members.manage");
  refuseImpersonator(platform.caller);
  const before = await member(ctx, platform, userId);
  refuseUnlessAbove(ctx, before.role);
  if (change.role !== undefined) refuseUnlessAbove(ctx, change.role);
  for (const [permission, isAllowed] of Object.entries(change.overrides ?? {})) {
    // Nobody hands on a right that is not theirs; what was granted before may stay as it is.
    const isNew = before.overrides[permission as Permission] !== isAllowed;
    if (isNew) allow(ctx, permission as Permission);
  }
  const after = {
    role: change.role ?? before.role,
    overrides: change.overrides ?? before.overrides,
  };
  await write(platform.services.platform.db, [
    ...actorUnchanged(ctx),
    sameRole(ctx, userId, before.role),
    {
      sql: "UPDATE memberships SET role = ?, overrides = ? WHERE guild_id = ? AND user_id = ?",
      args: [after.role, JSON.stringify(after.overrides), ctx.guild.id, userId],
    },
    revokeInvitationsOf(ctx, platform, userId, after.role),
    record(platform, "member.change", userId, {
      guildId: ctx.guild.id,
      before: { role: before.role, overrides: before.overrides },
      after,
    }),
  ]);
  return { ...before, ...after };
}

/** Takes a member out of the guild. @throws {Forbidden} `guild/rank`, `operator/impersonating` */
export async function removeMember(
  ctx: GuildContext,
  platform: PlatformContext,
  userId: UserId,
): Promise<void> {
  allow(ctx, "members.manage");
  refuseImpersonator(platform.caller);
  const before = await member(ctx, platform, userId);
  refuseUnlessAbove(ctx, before.role);
  await drop(ctx, platform, before, "member.remove");
}

/** Leaves the guild. @throws {Conflict} `guild/owner-stays`: ownership has to be handed on first. */
export async function leaveGuild(ctx: GuildContext, platform: PlatformContext): Promise<void> {
  allow(ctx, "members.view");
  const before = await member(ctx, platform, accountHolder(platform).userId);
  if (before.role === "owner") {
    throw new Conflict("guild/owner-stays", "Hand the guild to somebody else before you leave.");
  }
  await drop(ctx, platform, before, "member.leave");
}

/**
 * Hands the guild to another member; the former owner stays as an admin. Both or neither.
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
  const heir = await member(ctx, platform, to);
  if (heir.role === "owner")
    throw new Conflict("guild/already-owner", "This is the owner already.");
  const role = (userId: UserId, value: Role) => ({
    sql: "UPDATE memberships SET role = ? WHERE guild_id = ? AND user_id = ?",
    args: [value, ctx.guild.id, userId],
  });
  await write(platform.services.platform.db, [
    sameRole(ctx, caller.userId, "owner"),
    sameRole(ctx, to, heir.role),
    guildLimit(to, ctx.guild.plan),
    role(caller.userId, "admin"),
    role(to, "owner"),
    { sql: "UPDATE guilds SET owner_id = ? WHERE id = ?", args: [to, ctx.guild.id] },
    record(platform, "guild.transfer", ctx.guild.id, {
      guildId: ctx.guild.id,
      before: { owner: caller.userId },
      after: { owner: to },
    }),
  ]);
}

/** @throws {Forbidden} `guild/rank` unless the actor stands above `role`. */
export function refuseUnlessAbove(ctx: GuildContext, role: Role): void {
  if (ctx.actor.type === "system") return;
  if (ctx.actor.type === "user" && outranks(ctx.actor.role, role)) return;
  throw new Forbidden("guild/rank", "You can only act on roles below your own.", { role });
}

async function member(
  ctx: GuildContext,
  platform: PlatformContext,
  userId: UserId,
): Promise<Member> {
  const row = await platform.services.platform.db.first<MemberRow>(
    `${MEMBERS} AND m.user_id = ?2`,
    ctx.guild.id,
    userId,
  );
  if (row) return toMember(row);
  throw new NotFound("guild/no-such-member", "Nobody of this id belongs to the guild.");
}

async function drop(
  ctx: GuildContext,
  platform: PlatformContext,
  before: Member,
  action: string,
): Promise<void> {
  await write(platform.services.platform.db, [
    ...actorUnchanged(ctx),
    sameRole(ctx, before.userId, before.role),
    {
      sql: "DELETE FROM memberships WHERE guild_id = ? AND user_id = ?",
      args: [ctx.guild.id, before.userId],
    },
    revokeInvitationsOf(ctx, platform, before.userId, "viewer"),
    record(platform, action, before.userId, {
      guildId: ctx.guild.id,
      before: { role: before.role },
    }),
  ]);
}

/** Whoever was shown out, or down, must not come back by an invitation of their own making. */
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

/** Holds that the actor's own role is still the one that the request was judged by. */
export function actorUnchanged(ctx: GuildContext): readonly Guard[] {
  const { actor } = ctx;
  return actor.type === "user" ? [sameRole(ctx, actor.userId, actor.role)] : [];
}

/** Holds that nobody changed the member's role since it was read. */
function sameRole(ctx: GuildContext, userId: UserId, role: Role) {
  return guard(
    sql`exists (select 1 from memberships where guild_id = ${ctx.guild.id}
        and user_id = ${userId} and role = ${role})`,
    () => new Conflict("guild/member-changed", "This member was changed meanwhile. Look again."),
  );
}

function toMember(row: MemberRow): Member {
  return { ...row, overrides: JSON.parse(row.overrides) };
}
