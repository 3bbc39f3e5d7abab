import { and, desc, eq, gt, isNull, lt, not, sql } from "drizzle-orm";
import {
  asBoolean,
  columnsOf,
  existsIn,
  prepare,
  type RowOf,
  type Values,
} from "../../database/query.ts";
import { build, insertInto } from "../../database/statements.ts";
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
import { formerMembers, guilds, invitations, memberships } from "../schema.ts";
import { refuseUnlessAbove } from "./members.ts";

export type Invitation = Readonly<RowOf<typeof INVITATION>>;

export interface NewInvitation {
  readonly role: Role;
  /** The only address that may accept, which also gets the email. */
  readonly email?: string | undefined;
  readonly usesMax: number;
  readonly expiresInDays: number;
}

const INVITATION = {
  ...columnsOf(invitations, "id", "role", "email", "uses", "usesMax", "createdAt", "expiresAt"),
};

/** An invitation that can still be accepted. */
const isOpen = (nowMs: number | Values<{ readonly nowMs: number }>["nowMs"]) =>
  and(
    isNull(invitations.revokedAt),
    lt(invitations.uses, invitations.usesMax),
    gt(invitations.expiresAt, nowMs),
  );

const openOfGuild = prepare(
  ({ guildId, nowMs }: Values<{ readonly guildId: GuildId; readonly nowMs: number }>) =>
    build
      .select(INVITATION)
      .from(invitations)
      .where(and(eq(invitations.guildId, guildId), isOpen(nowMs)))
      .orderBy(desc(invitations.createdAt))
      .limit(limits.guild.invitationsMax),
);

const roleOfInvitation = prepare(
  ({ id, guildId }: Values<{ readonly id: InvitationId; readonly guildId: GuildId }>) =>
    build
      .select(columnsOf(invitations, "role"))
      .from(invitations)
      .where(and(eq(invitations.id, id), eq(invitations.guildId, guildId))),
);

interface Asked {
  readonly tokenHash: string;
  readonly nowMs: number;
  /** Empty for callers without an account. */
  readonly userId: string;
}

const invitationByToken = prepare(({ tokenHash, nowMs, userId }: Values<Asked>) => {
  const isTheirs = and(eq(memberships.guildId, guilds.id), eq(memberships.userId, userId));
  return build
    .select({
      ...columnsOf(invitations, "id", "guildId", "role", "email", "createdAt", "createdBy"),
      ...columnsOf(guilds, "name", "slug"),
      isOpen: asBoolean(sql`(${isOpen(nowMs)})`),
      isMember: asBoolean(existsIn(memberships, isTheirs)),
    })
    .from(invitations)
    .innerJoin(guilds, eq(guilds.id, invitations.guildId))
    .where(and(eq(invitations.tokenHash, tokenHash), eq(guilds.status, "ready")));
});

type InvitationRow = NonNullable<Awaited<ReturnType<typeof invitationByToken.first>>>;

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
      sql`(select count(*) from ${invitations}
          where ${and(eq(invitations.guildId, ctx.guild.id), isOpen(nowMs))})
          < ${limits.guild.invitationsMax}`,
      () =>
        new Conflict(
          "guild/too-many-invitations",
          "There are too many open invitations. Revoke some of them first.",
        ),
    ),
    insertInto(invitations, {
      ...invitation,
      guildId: ctx.guild.id,
      tokenHash: hashToken(token),
      createdBy: caller.userId,
    }),
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
  return await openOfGuild.all(platform.services.platform.db, {
    guildId: ctx.guild.id,
    nowMs: platform.services.now().getTime(),
  });
}

/** Revokes an invitation. @throws {NotFound} `invitation/not-found`, {Forbidden} `guild/rank` */
export async function revokeInvitation(
  ctx: GuildContext,
  platform: PlatformContext,
  id: InvitationId,
): Promise<void> {
  allow(ctx, "members.invite");
  const nowMs = platform.services.now().getTime();
  const isIt = and(eq(invitations.id, id), eq(invitations.guildId, ctx.guild.id));
  const row = await roleOfInvitation.first(platform.services.platform.db, {
    id,
    guildId: ctx.guild.id,
  });
  if (!row) throw noSuchInvitation();
  refuseUnlessAbove(ctx, row.role);
  await write(platform.services.platform.db, [
    ...actorUnchanged(ctx),
    guard(existsIn(invitations, and(isIt, isNull(invitations.revokedAt))), noSuchInvitation),
    build.update(invitations).set({ revokedAt: nowMs }).where(isIt),
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

/** What an invitation offers. Wrong, used up, revoked and expired links give the same error. */
export async function openInvitation(
  platform: PlatformContext,
  token: string,
): Promise<OpenedInvitation> {
  const row = await find(platform, token);
  return {
    guildId: row.guildId,
    guildName: row.name,
    guildSlug: row.slug,
    role: row.role,
    isForOneAddress: row.email !== null,
    isMember: row.isMember,
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
  if (row.isMember) return { guildSlug: row.slug };
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
  const guild = await services.platform.guild(row.guildId);
  if (!guild) throw noSuchInvitation();
  const nowMs = services.now().getTime();
  await refuseUnlessMakerMay(platform, row);
  const place = await placeFor(platform, row, caller.userId);
  await write(services.platform.db, [
    sameFormerPlace(row.guildId, caller.userId, place.removedAt),
    guard(
      sql`${existsIn(invitations, and(eq(invitations.id, row.id), isOpen(nowMs)))}
        and ${existsIn(guilds, and(eq(guilds.id, row.guildId), eq(guilds.status, "ready")))}`,
      noSuchInvitation,
    ),
    memberLimit(guild),
    insertInto(memberships, {
      id: newId<MembershipId>(),
      userId: caller.userId,
      guildId: row.guildId,
      role: place.role,
      overrides: place.overrides,
      deniedBy: place.deniedBy,
      createdAt: nowMs,
      roleBy: row.createdBy,
      roleAt: nowMs,
    }),
    build
      .update(invitations)
      .set({ uses: sql`${invitations.uses} + 1` })
      .where(eq(invitations.id, row.id)),
    record(platform, "member.join", caller.userId, {
      guildId: row.guildId,
      after: { role: place.role, overrides: place.overrides },
    }),
  ]).catch(async (error: unknown) => {
    // If the same person accepts twice at once, the second request finds the membership.
    const again = await services.platform.guildForUser(row.guildId, caller.userId);
    if (!again?.membership) throw error;
  });
  return { guildSlug: row.slug };
}

/**
 * Refuses a link whose maker could not grant its role now.
 * @throws {NotFound} `invitation/not-found`: for its reader, the link is no longer valid.
 */
async function refuseUnlessMakerMay(platform: PlatformContext, row: InvitationRow): Promise<void> {
  const found = await platform.services.platform.guildForUser(row.guildId, row.createdBy);
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
    .where(and(eq(formerMembers.guildId, row.guildId), eq(formerMembers.userId, userId)));
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
    not(
      existsIn(
        formerMembers,
        and(
          eq(formerMembers.guildId, guildId),
          eq(formerMembers.userId, userId),
          gt(formerMembers.removedAt, removedAt ?? 0),
        ),
      ),
    ),
    noSuchInvitation,
  );
}

/** Finds a valid invitation. For members of the guild, a used or expired one is found too. */
async function find(platform: PlatformContext, token: string): Promise<InvitationRow> {
  const { caller, services } = platform;
  const row = await invitationByToken.first(services.platform.db, {
    tokenHash: hashToken(token),
    nowMs: services.now().getTime(),
    userId: caller.type === "user" ? caller.userId : "",
  });
  if (row && (row.isOpen || row.isMember)) return row;
  throw noSuchInvitation();
}

function noSuchInvitation(): NotFound {
  return new NotFound(
    "invitation/not-found",
    "This invitation is no longer valid. Ask for a new one.",
  );
}
