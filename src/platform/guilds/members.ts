import { and, asc, eq, inArray, isNull, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import { columnsOf, optional, prepare, type RowOf, type Values } from "../../database/query.ts";
import { build, excluded, insertInto } from "../../database/statements.ts";
import { type Writable, write } from "../../database/write.ts";
import { decodeCursor, type Page, toPage } from "../../kernel/cursor.ts";
import { Conflict, Forbidden, NotFound } from "../../kernel/errors.ts";
import type { GuildId, UserId } from "../../kernel/ids.ts";
import {
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
import { apiKeys, formerMembers, guilds, invitations, memberships, users } from "../schema.ts";

export interface Member {
  readonly userId: UserId;
  readonly name: string;
  readonly role: Role;
  readonly overrides: PermissionOverrides;
  readonly joinedAt: number;
  /** The account that gave the role, by its name. Null for founders and where it was not recorded. */
  readonly roleBy: string | null;
  /** When that was, in Unix milliseconds. */
  readonly roleAt: number | null;
}

/** The result for a member who lost rights: the member's keys that ended. */
export interface Offboarded {
  readonly revokedKeys: readonly KeyName[];
}

const givers = alias(users, "givers");

const MEMBER = {
  ...columnsOf(memberships, "userId", "role", "overrides", "deniedBy", "roleAt"),
  name: users.name,
  joinedAt: memberships.createdAt,
  roleBy: optional(givers.name),
};

/** A member with a column that only this file uses. */
type FullMember = RowOf<typeof MEMBER>;

const memberRows = () =>
  build
    .select(MEMBER)
    .from(memberships)
    .innerJoin(users, eq(users.id, memberships.userId))
    .leftJoin(givers, eq(givers.id, memberships.roleBy));

interface After {
  readonly guildId: GuildId;
  readonly joinedAt: number;
  readonly userId: string;
  readonly limit: number;
}

const membersAfter = prepare(({ guildId, joinedAt, userId, limit }: Values<After>) =>
  memberRows()
    .where(
      and(
        eq(memberships.guildId, guildId),
        sql`(${memberships.createdAt}, ${memberships.userId}) > (${joinedAt}, ${userId})`,
      ),
    )
    .orderBy(asc(memberships.createdAt), asc(memberships.userId))
    .limit(limit),
);

const memberById = prepare(
  ({ guildId, userId }: Values<{ readonly guildId: GuildId; readonly userId: UserId }>) =>
    memberRows().where(and(eq(memberships.guildId, guildId), eq(memberships.userId, userId))),
);

/** The guild's members, oldest first. */
export async function members(
  ctx: GuildContext,
  platform: PlatformContext,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<Page<Member>> {
  allow(ctx, "members.view");
  const [joinedAt, userId] = cursor === undefined ? [-1, ""] : decodeCursor(cursor, 2);
  const rows = await membersAfter.all(platform.services.platform.db, {
    guildId: ctx.guild.id,
    joinedAt: Number(joinedAt),
    userId: String(userId),
    limit: limit + 1,
  });
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
  const given = after.role === before.role ? {} : giftOf(platform);
  const revokedKeys = await keysBeyond(ctx, platform, userId, permissions);
  await write(platform.services.platform.db, [
    ...actorUnchanged(ctx),
    sameRole(ctx, userId, before.role),
    build
      .update(memberships)
      .set({ ...after, deniedBy, ...given })
      .where(isMembership(ctx, userId)),
    ...revocations(platform, ctx.guild.id, revokedKeys),
    revokeInvitationsOf(ctx, platform, userId, after.role),
    record(platform, "member.change", userId, {
      guildId: ctx.guild.id,
      before: { role: before.role, overrides: before.overrides },
      after,
    }),
  ]);
  const now = (await memberOf(platform, ctx, userId)) ?? before;
  return { ...toMember(now), ...after, revokedKeys };
}

/** Who gives a role now. Changes by the platform itself have no giver. */
function giftOf({ caller, services }: PlatformContext): {
  readonly roleBy: UserId | null;
  readonly roleAt: number;
} {
  const roleBy = caller.type === "user" ? caller.userId : null;
  return { roleBy, roleAt: services.now().getTime() };
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
  const roleRow = (userId: UserId, role: Role) =>
    build
      .update(memberships)
      .set({ role, ...giftOf(platform) })
      .where(isMembership(ctx, userId));
  await write(platform.services.platform.db, [
    sameRole(ctx, caller.userId, "owner"),
    sameRole(ctx, to, newOwner.role),
    guildLimit(to, ctx.guild.plan),
    roleRow(caller.userId, "admin"),
    roleRow(to, "owner"),
    build.update(guilds).set({ ownerId: to }).where(eq(guilds.id, ctx.guild.id)),
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
  const row = await memberOf(platform, ctx, userId);
  if (row) return row;
  throw new NotFound("guild/no-such-member", "This person is no longer a member of the guild.");
}

function memberOf({ services }: PlatformContext, { guild }: GuildContext, userId: UserId) {
  return memberById.first(services.platform.db, { guildId: guild.id, userId });
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
    build
      .update(apiKeys)
      .set({ revokedAt: nowMs })
      .where(
        and(
          eq(apiKeys.guildId, ctx.guild.id),
          eq(apiKeys.createdBy, before.userId),
          isNull(apiKeys.revokedAt),
        ),
      ),
    build.delete(memberships).where(isMembership(ctx, before.userId)),
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
  const change = { role, overrides, deniedBy, leftAt };
  return insertInto(
    formerMembers,
    { guildId: guild.id, userId, ...change, removedAt },
    {
      on: [formerMembers.guildId, formerMembers.userId],
      set: {
        ...change,
        removedAt: sql`coalesce(${excluded(formerMembers.removedAt)}, ${formerMembers.removedAt})`,
      },
    },
  );
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
  return build
    .update(invitations)
    .set({ revokedAt: platform.services.now().getTime() })
    .where(
      and(
        eq(invitations.guildId, ctx.guild.id),
        eq(invitations.createdBy, userId),
        isNull(invitations.revokedAt),
        inArray(invitations.role, notBelow),
      ),
    );
}

function isMembership({ guild }: GuildContext, userId: UserId) {
  return and(eq(memberships.guildId, guild.id), eq(memberships.userId, userId));
}

function toMember({ deniedBy: _, ...row }: FullMember): Member {
  return row;
}
