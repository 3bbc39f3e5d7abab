import type { TenantDatabase } from "../database/client.ts";
import type { Clock } from "../kernel/clock.ts";
import { Forbidden, LimitReached, noSuchPage, Unauthenticated } from "../kernel/errors.ts";
import type { MembershipId, UserId } from "../kernel/ids.ts";
import type { Permission, Role } from "../kernel/permissions.ts";
import { isOfArea } from "../kernel/visitor-areas.ts";
import type { Guild } from "../platform/store.ts";

/** Who acts. A visitor sees the open areas of a guild without being a member. */
export type Actor =
  | {
      readonly type: "user";
      readonly userId: UserId;
      readonly name: string;
      readonly membershipId: MembershipId;
      readonly role: Role;
      readonly permissions: ReadonlySet<Permission>;
      /** The name of the operator who acts as this member. */
      readonly impersonator?: string;
      /** Set when members or the owner's guilds exceed a limit of the plan: the actor can only read. */
      readonly readOnly?: "members" | "guilds";
    }
  | {
      readonly type: "visitor";
      readonly signedIn: boolean;
      readonly permissions: ReadonlySet<Permission>;
    }
  | {
      readonly type: "key";
      readonly keyId: string;
      readonly name: string;
      readonly permissions: ReadonlySet<Permission>;
      readonly readOnly?: "members" | "guilds";
    }
  | { readonly type: "system"; readonly job: string };

/** Everything a feature may use: one guild, its database, the actor, and the clock. */
export interface GuildContext {
  readonly guild: Guild;
  readonly db: TenantDatabase;
  readonly actor: Actor;
  readonly now: Clock;
  readonly requestId: string;
  /** The address and program that sent the request; undefined without a request. */
  readonly origin?: { readonly address: string; readonly agent: string };
  /** The request's Idempotency-Key, for verbs that store it in their rows. */
  readonly idempotencyKey: string | undefined;
}

/** Tells whether the actor has a permission, for pages that show or hide a button. Verbs call `allow`. */
export function may(ctx: GuildContext, permission: Permission): boolean {
  return ctx.actor.type === "system" || ctx.actor.permissions.has(permission);
}

/**
 * The first line of every verb.
 *
 * @throws {NotFound} `request/no-such-page` for a visitor of a closed area, and for one who has signed in.
 *
 * @throws {Unauthenticated} `auth/required` for a visitor who could sign in.
 *
 * @throws {LimitReached} `plan/read-only` when the guild exceeds its plan.
 *
 * @throws {Forbidden} `operator/impersonating` for an operator who acts as a member.
 *
 * @throws {Forbidden} `guild/forbidden` for all others without the permission.
 */
export function allow(ctx: GuildContext, permission: Permission): void {
  if (may(ctx, permission)) return;
  if (ctx.actor.type === "visitor") {
    if (ctx.actor.signedIn || isOfArea(permission)) throw noSuchPage();
    throw new Unauthenticated("auth/required", "Sign in to continue.");
  }
  const readOnly = "readOnly" in ctx.actor ? ctx.actor.readOnly : undefined;
  if (readOnly) throw planReadOnly(ctx.guild, readOnly);
  if ("impersonator" in ctx.actor) throw notForImpersonators();
  throw new Forbidden("guild/forbidden", "Your role in this guild does not allow this.", {
    permission,
  });
}

/** A text that members wrote for each other, such as a note. Visitors get none. */
export function forMembers(ctx: GuildContext, text: string): string {
  return ctx.actor.type === "visitor" ? "" : text;
}

/** The error for operators who try to make a guild's own decisions. */
function notForImpersonators(): Forbidden {
  return new Forbidden(
    "operator/impersonating",
    "You are viewing as another person. Only they can change their account, roles, keys and ownership.",
  );
}

/** A smaller plan deletes nothing: what exceeds its limits becomes read-only. */
function planReadOnly({ plan }: Guild, over: "members" | "guilds"): LimitReached {
  const limit = over === "members" ? plan.membersMax : plan.guildsPerAccountMax;
  return new LimitReached(
    "plan/read-only",
    over === "members"
      ? `This guild's plan has room for ${limit} members and you are beyond. Its owner can upgrade.`
      : `The plan allows ${limit} guilds of one owner and this one is beyond. Its owner can upgrade.`,
    { limit, over, plan: plan.name },
  );
}
